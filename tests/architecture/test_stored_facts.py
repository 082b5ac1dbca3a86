"""What the schema must not be able to say: anonymity is a missing column, never a flag."""

from sqlalchemy import DateTime, Table

from surveys.database import UtcDateTime
from surveys.tables import metadata

TRACES = ("answered", "responded", "participated", "submitted", "last_seen", "opened", "clicked", "read_at")


def test_an_open_ballot_has_a_wave_a_key_and_a_payload_and_nothing_else() -> None:
    table = metadata.tables["open_ballot"]

    assert set(table.columns.keys()) == {"wave_id", "row_key", "payload"}
    assert [*table.foreign_keys] == []
    assert [*table.indexes] == []


def test_an_open_ballot_can_neither_name_nor_date_its_author() -> None:
    table = metadata.tables["open_ballot"]

    assert [
        column.name for column in table.columns if isinstance(column.type, DateTime | UtcDateTime)
    ] == []
    assert [column.name for column in table.columns if column.server_default is not None] == []


def test_nothing_points_at_a_ballot() -> None:
    pointing = [
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name == "open_ballot"
    ]

    assert pointing == []


def test_no_row_about_a_person_says_that_the_person_answered() -> None:
    def is_about_a_person(table: Table) -> bool:
        pointed_at = {key.column.table.name for key in table.foreign_keys}
        return table.name in {"person", "place"} or bool(pointed_at & {"person", "place"})

    found = [
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        if is_about_a_person(table)
        for column in table.columns
        if any(trace in column.name for trace in TRACES)
    ]

    assert found == []


def test_no_table_keeps_single_answers() -> None:
    assert [name for name in metadata.tables if "answer" in name or "response" in name] == []


def test_primary_keys_of_our_own_keep_no_order() -> None:
    counted = [
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.primary_key
        if column.autoincrement is True or (column.type.python_type is int and not column.foreign_keys)
    ]

    assert counted == []
