from pathlib import Path

import pytest

from integrations.directory import csv as directory_csv
from integrations.directory.csv import parse_people, read_people
from surveys.people.directory_rows import PersonRow

HEADER = b"email,name,team\n"


def problems(content: bytes) -> list[str]:
    rows, found = parse_people(content)
    assert not rows or found
    return [str(problem) for problem in found]


class TestRows:
    def test_cells_come_tidied_with_the_line_they_begin_on(self) -> None:
        rows, found = parse_people(
            b'Email , NAME,team\r\n\r\na@x.org,"Ada\nLovelace",  Deep   Sea \r\nb@x.org,Bob,\r\n'
        )
        assert not found
        assert rows == [
            PersonRow(line=3, email="a@x.org", name="Ada Lovelace", team="Deep Sea"),
            PersonRow(line=5, email="b@x.org", name="Bob", team=""),
        ]

    def test_a_column_that_is_not_there_is_none_and_an_empty_cell_is_empty(self) -> None:
        (row,), _ = parse_people(b"team,zone,email,name\n,,a@x.org,Ada\n")
        assert (row.zone, row.country, row.leads) == ("", None, None)

    def test_a_byte_order_mark_is_no_part_of_the_header(self) -> None:
        rows, found = parse_people("\ufeffemail,name,team\na@x.org,Zoë,Süd\n".encode())
        assert (rows[0].name, rows[0].team, found) == ("Zoë", "Süd", [])


class TestProblems:
    def test_other_encodings_are_named_by_line_and_byte(self) -> None:
        assert problems(HEADER + b"a@x.org,Zo\xeb,South\n") == [
            'line 2: byte 11 (0xEB) is not UTF-8; save the file as "CSV UTF-8"'
        ]
        assert problems("email,name,team\n".encode("utf-16")) == [
            'line 1: byte 1: this is UTF-16; save the file as "CSV UTF-8"'
        ]

    @pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
    def test_an_empty_file_is_told_what_to_begin_with(self, content: bytes) -> None:
        (said,) = problems(content)
        assert said.startswith("the file is empty; its first line names the columns: email,name,team,")

    def test_a_header_alone_is_not_enough(self) -> None:
        assert problems(HEADER) == ["the file has a header and nobody below it"]

    @pytest.mark.parametrize(
        ("header", "said"),
        [
            (b"a@x.org,Ada,South", "line 1: the header lacks email, name and team"),
            (b"email,name", "line 1: the header lacks team"),
            (b"email,name,team,phone,shoe", "line 1: the header has unknown columns: phone and shoe"),
            (b"email,name,team,", "line 1: the header has unknown columns: (an empty name)"),
            (b"email,name,team,zone,Zone", "line 1: the header names zone twice"),
            (b"email;name;team", "line 1: the columns are separated by semicolons"),
        ],
    )
    def test_a_wrong_header_is_named(self, header: bytes, said: str) -> None:
        (found,) = problems(header + b"\nx\n")
        assert found.startswith(said)

    def test_a_line_with_other_cells_than_the_header_is_named(self) -> None:
        assert problems(HEADER + b"a@x.org,Ada\nb@x.org,Bob,South\nc@x.org,Cy,South,x\n") == [
            "line 2: this line has 2 cells and the header 3",
            "line 4: this line has 4 cells and the header 3",
        ]

    def test_a_quote_that_never_ends_is_named(self) -> None:
        (said,) = problems(HEADER + b'a@x.org,Ada,South\nb@x.org,"Bob,South\n')
        assert said.startswith("line 3: this is not comma-separated text")


class TestSize:
    def test_too_many_rows_are_refused_before_parsing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(directory_csv, "MOST_ROWS", 2)
        two, three = (HEADER + b"a@x.org,A,T\n" * count for count in (2, 3))
        assert len(parse_people(two)[0]) == 2
        assert len(parse_people(two.rstrip())[0]) == 2
        assert problems(three) == ["the file has 3 rows; 2 are the most"]

    def test_a_file_over_fifty_megabytes_is_refused_unread(self, tmp_path: Path) -> None:
        file = tmp_path / "people.csv"
        with file.open("wb") as large:
            large.truncate(50_000_001)
        rows, found = read_people(file)
        assert (rows, [str(problem) for problem in found]) == (
            [],
            ["the file has 50,000,001 bytes; 50,000,000 are the most"],
        )

    def test_a_file_is_read_as_its_content(self, tmp_path: Path) -> None:
        file = tmp_path / "people.csv"
        file.write_bytes(HEADER + b"a@x.org,Ada,South\n")
        assert read_people(file) == parse_people(file.read_bytes())
