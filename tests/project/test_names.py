"""Names say what a thing is, and its unit."""

import re

PATTERNS = {
    0: r"^stg_[a-z]+__[a-z_]+s$|^stg_contract__(ticket|calendar|agent|order|delivery)_[a-z_]+$",
    1: r"^int_[a-z_]+$",
    2: r"^(dim|fct)_[a-z_]+s$|^rpt_[a-z_]+_(by_([a-z_]+_)?(day|week|month|quarter)|all_time)$|^rpt_[a-z_]+_by_hour_weekday$",
}
NUMBER_UNITS = (
    "_seconds",
    "_seconds_mean",
    "_seconds_median",
    "_seconds_p90",
    "_count",
    "_count_mean",
    "_ratio",
    "_score",
    "_score_mean",
    "_amount",
    "_usd",
    "_days",
    "_stars",
    "_stars_mean",
    "_hour",
    "_weekday",
    "_rank",
    "_value",
    "_second",
    "_hours",
    "_erlangs",
    "_full_time_equivalents",
    "_factor",
)
UNITS = {
    "BOOLEAN": (r"^(is|has|was)_",),
    "DATE": (r"_date$|_week$|_month$|_quarter$",),
    "TIMESTAMP": (r"_at$",),
}
# The field's own word (a bound of it, or another week's, says so before it), and the one number whose unit stands beside it.
OWN_WORD = "contact_intensity"
UNIT_BESIDE = {"value"}
TYPE_ORDER = {"VARCHAR": 1, "BIGINT": 2, "INTEGER": 2, "DOUBLE": 2, "BOOLEAN": 3, "DATE": 4, "TIMESTAMP": 5}


# What is listed for all time, by the name that everybody knows it under.
KNOWN_NAMES = {"rpt_unmapped_tags"}


def marts(models):
    return {name: node for name, node in models.items() if node["fqn"][1] == "marts"}


def test_model_names(models):
    for name, node in models.items():
        if node["fqn"][2] == "meta" or name in KNOWN_NAMES:
            continue
        rank = ["staging", "intermediate", "marts"].index(node["fqn"][1])
        assert re.match(PATTERNS[rank], name), f"{name} does not follow {PATTERNS[rank]}"


def test_the_last_word_of_a_column_is_its_unit(models):
    for name, node in marts(models).items():
        if node["fqn"][2] == "meta":
            continue
        for column in node["columns"].values():
            kind = column["data_type"].upper()
            text = f"{name}.{column['name']} ({kind})"
            if column["name"].endswith(OWN_WORD) or column["name"] in UNIT_BESIDE:
                continue
            if kind in UNITS:
                assert re.search(UNITS[kind][0], column["name"]), text
            elif kind != "VARCHAR":
                assert column["name"].endswith(NUMBER_UNITS) or re.search(r"_per_[a-z_]+$", column["name"]), text
            else:
                assert not column["name"].endswith(("_at", "_date", "_count", "_ratio", "_seconds")), text


def test_a_seconds_column_says_which_clock(models):
    for name, node in marts(models).items():
        for column in node["columns"]:
            if "_seconds" in column:
                assert "calendar_seconds" in column or "business_seconds" in column, f"{name}.{column}"


def test_a_ratio_has_its_counts_beside_it(models):
    for name, node in marts(models).items():
        columns = set(node["columns"])
        for column in columns:
            if column.endswith("_ratio"):
                assert sum(other.endswith("_count") for other in columns) >= 2 or "maturity" in column, (
                    f"{name}.{column}"
                )


def test_columns_stand_in_order(models):
    """Ids, strings, numbers, booleans, dates, instants."""
    for name, node in marts(models).items():
        ranks = [
            0 if column["name"].endswith(("_key", "_id")) else TYPE_ORDER[column["data_type"].upper()]
            for column in node["columns"].values()
        ]
        assert ranks == sorted(ranks), f"{name}: {list(node['columns'])}"


def test_same_quantity_same_type(models):
    types: dict[str, set[str]] = {}
    for node in marts(models).values():
        for column in node["columns"].values():
            types.setdefault(column["name"], set()).add(column["data_type"].upper())
    assert {name: found for name, found in types.items() if len(found) > 1} == {}
