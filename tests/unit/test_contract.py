"""The contract as Python sees it."""

import pytest

from orchestration.contract import contract_columns, entities, reference_key

TYPES = {"varchar", "bigint", "double", "boolean", "date", "timestamp"}


def test_every_entity_is_whole() -> None:
    for entity in entities().values():
        names = [column.name for column in entity.columns]
        assert len(names) == len(set(names)), entity.name
        assert entity.key, entity.name
        assert entity.key_column.endswith("_key")
        assert entity.description.startswith("One row per ")
        for part in entity.key:
            assert part in names
        for column in entity.columns:
            assert column.data_type in TYPES, f"{entity.name}.{column.name}"
            assert column.description
            assert column.references is None or column.references in entities()


def test_identities_and_free_text_are_text() -> None:
    for entity in entities().values():
        for column in entity.columns:
            if column.is_identity or column.is_free_text:
                assert column.data_type == "varchar"
            assert not (column.is_identity and column.is_free_text)
            assert not (column.is_free_text and column.name in entity.key)


def test_instants_and_days_are_named_as_such() -> None:
    for entity in entities().values():
        for column in entity.columns:
            assert (column.data_type == "timestamp") == column.name.endswith("_at"), f"{entity.name}.{column.name}"
            assert (column.data_type == "date") == column.name.endswith("_date"), f"{entity.name}.{column.name}"


def test_columns_of_a_contract_table_come_in_order() -> None:
    columns = contract_columns(entities()["tickets"])
    names = [name for name, _ in columns]
    assert len(names) == len(set(names))
    assert names[:3] == ["source_name", "ticket_key", "ticket_id"]
    assert names[-3:] == ["_row_id", "_seen_at", "_source_row_count"]
    assert names[names.index("customer_id") + 1] == "customer_key"
    subject = names.index("subject")
    assert names[subject : subject + 4] == ["subject", "subject_themes", "subject_sentiment", "subject_character_count"]


def test_reference_keys_of_one_entity_are_distinct() -> None:
    for entity in entities().values():
        keys = [reference_key(column) for column in entity.columns if column.references]
        assert len(keys) == len(set(keys))
        own = [name for name, _ in contract_columns(entity)]
        assert len(own) == len(set(own)), entity.name


def test_unknown_column_is_named() -> None:
    with pytest.raises(KeyError, match="entity tickets has no column mood"):
        entities()["tickets"].column("mood")
