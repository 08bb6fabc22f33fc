"""`sources check` and `template`: what does not fit, row and column exactly."""

import pytest

from orchestration.contract import entities

HEADER = "ticket_id,created_at,channel"


def deliver(home, name, *rows):
    (home.landing / "desk" / name).write_text("\n".join([HEADER, *rows]) + "\n")


def test_everything_fits(command, home):
    deliver(home, "tickets.csv", "1,2026-11-20T09:30:00Z,email")
    code, out, _ = command("--home", home.path, "sources", "check")
    assert code == 0
    assert "desk -> tickets: 1 rows mapped" in out
    assert "everything fits" in out
    assert not home.warehouse.exists()


def test_row_column_and_value_of_what_does_not_fit(command, home):
    deliver(home, "tickets.csv", "1,2026-11-20T09:30:00Z,email", "2,yesterday,email", "3,2026-11-20T09:31:00Z,a,b")
    code, out, _ = command("--home", home.path, "sources", "check", "desk")
    assert code == 1
    assert "tickets, column created_at: is not a time in ISO 8601" in out
    assert "tickets.csv: row 2: 'yesterday'" in out
    assert "tickets.csv: line 4: '3,2026-11-20T09:31:00Z,a,b'" in out
    assert not home.warehouse.exists()


def test_a_row_without_key_is_found_by_gate_one(command, home):
    deliver(home, "tickets.csv", "1,2026-11-20T09:30:00Z,email", ",2026-11-20T09:30:00Z,chat")
    code, out, _ = command("--home", home.path, "sources", "check")
    assert code == 1
    assert "tickets_have_a_key" in out
    assert "tickets.csv: row 2" in out


def test_a_file_that_cannot_be_read_is_named(command, home):
    (home.landing / "desk" / "tickets.csv").write_text("")
    code, out, _ = command("--home", home.path, "sources", "check")
    assert code == 1
    assert "tickets.csv" in out
    assert "empty" in out


@pytest.mark.parametrize("entity", ["tickets", "orders"])
def test_a_template_is_a_header_that_fits(command, entity):
    code, out, err = command("sources", "template", entity)
    assert code == 0
    assert out.strip().split(",") == [column.name for column in entities()[entity].columns]
    assert "never empty" in err


def test_a_template_for_sources_toml_names_every_column(command):
    _, out, _ = command("sources", "template", "tickets", "--as", "toml")
    assert all(f"{column.name} = " in out for column in entities()["tickets"].columns)


def test_without_an_entity_they_are_listed(command):
    _, out, _ = command("sources", "template")
    assert len(out.splitlines()) == len(entities())


def test_an_entity_that_does_not_exist_is_named(command):
    code, _, err = command("sources", "template", "tiquets")
    assert code == 2
    assert "tiquets" in err
