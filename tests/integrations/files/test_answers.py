"""Files of answers as they come: what is read, and what is refused with its place."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.files import answer_cells, answers
from integrations.files.answers import parse_answers, read_answers
from surveys.errors import Invalid
from surveys.results.rules.answer_counts import Answers


@pytest.fixture
def read(tmp_path: Path) -> "Reader":
    return Reader(tmp_path / "answers.csv")


class Reader:
    def __init__(self, file: Path) -> None:
        self.file = file

    def __call__(self, content: str | bytes, points: int = 5) -> Answers:
        self.file.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_answers(self.file, points=points)


class TestReading:
    def test_teams_and_gaps_are_read_and_respondents_are_not(self, read: Reader) -> None:
        found = read("respondent,Q1,team,Q2\nann,4,North,\nbob,,South,5\ncy,1,North,2\n")

        assert (found.codes, found.teams) == (("Q1", "Q2"), ("North", "South"))
        assert found.points.tolist() == [[4, 0, 1], [0, 5, 2]]
        assert found.of_team.tolist() == [0, 1, 0]

    def test_without_a_team_column_there_is_one_team(self, read: Reader) -> None:
        assert read("Q1\n4\n5\n").teams == ("all",)

    @pytest.mark.parametrize(
        "content",
        [
            "\ufeffteam,Q1\nNord,4\n Nord ,5",  # byte order mark, spaces, no last line end
            "team,Q1\r\nNord,4\r\nNord,5\r\n",
            'team,Q1\n"Nord","4"\n\nNord, 5 \n\n',  # quoted, with empty lines
            "team,Q1\nNord,4.0\nNord,05\n",  # as tables with gaps are saved
        ],
    )
    def test_the_same_answers_may_be_written_in_several_ways(self, read: Reader, content: str) -> None:
        found = read(content)
        assert (found.teams, found.points.tolist()) == (("Nord",), [[4, 5]])

    def test_a_team_may_have_commas_and_line_ends_in_its_name(self, read: Reader) -> None:
        assert read('team,Q1\n"Sales, North\nand South",4\n').teams == ("Sales, North\nand South",)

    def test_a_scale_may_have_a_hundred_points(self, read: Reader) -> None:
        assert read("Q1,Q2\n100,\n7,10\n", points=100).points.tolist() == [[100, 7], [0, 10]]

    @pytest.mark.parametrize("at_once", [1, 2, 3])
    @pytest.mark.parametrize("quote", ["", '"'])
    def test_pieces_fit_together(
        self, read: Reader, monkeypatch: pytest.MonkeyPatch, at_once: int, quote: str
    ) -> None:
        monkeypatch.setattr(answer_cells, "LINES_AT_ONCE", at_once)
        monkeypatch.setattr(answers, "BYTES_AT_ONCE", 5 * at_once)
        found = read(f"team,Q1\nA,1\n{quote}B{quote},2\nA, 3\nC,\n B,5")
        assert (found.teams, found.points.tolist()) == (("A", "B", "C"), [[1, 2, 3, 0, 5]])
        assert found.of_team.tolist() == [0, 1, 0, 2, 1]

    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["A", "Süd", " A", "x y"]), st.sampled_from(["", "1", "5", " 3", "4.0"])
            ),
            min_size=1,
        )
    )
    def test_quick_and_careful_reading_agree(self, rows: list[tuple[str, str]]) -> None:
        plain = "team,Q1\n" + "".join(f"{team},{cell}\n" for team, cell in rows)
        quoted = plain.replace("team", '"team"')
        quick, careful = (parse_answers(each.encode(), 5) for each in (plain, quoted))
        assert quick.teams == careful.teams
        assert quick.points.tolist() == careful.points.tolist()
        assert quick.of_team.tolist() == careful.of_team.tolist()

    def test_an_empty_line_is_passed_over_where_there_is_one_item(self, read: Reader) -> None:
        assert read("Q1\n4\n\n5\n").points.tolist() == [[4, 5]]
        assert read('Q1\n4\n""\n5\n').points.tolist() == [[4, 0, 5]]


class TestRefusing:
    @pytest.mark.parametrize(
        ("content", "why"),
        [
            ("", "the file is empty"),
            ("\n \n", "the file is empty"),
            ("Q1,Q2\n", "nobody below it"),
            ("team,respondent\nA,x\n", "line 1: there is no item, only team and respondent"),
            ("Q1,Q2,Q1\n1,2,3\n", "line 1, column 3 (Q1): there is a column with this name already"),
            ("Q1,,Q2\n1,2,3\n", "line 1, column 2: this column has no name"),
            ("Q1;Q2\n1;2\n", "line 1: the columns are separated by semicolons"),
            ("Q1\tQ2\n1\t2\n", "line 1: the columns are separated by tabs"),
            ("team,Q1\nA,2\nB\0,3\n", "line 3: byte 2 (0x00) does not belong in text"),
            ("Q1,Q2\n1,2\n3\n", "line 3: there is 1 cell here and the header has 2"),
            ("Q1,Q2\n1,2\n3,4,5\n", "line 3: there are 3 cells here and the header has 2"),
            ("Q1,Q2\n1,2\n3,often\n", "line 3, column 2 (Q2): this is not a whole number from 1 to 5"),
            ("Q1,Q2\n1,2\n3.5,4\n", "line 3, column 1 (Q1): this is not a whole number from 1 to 5"),
            ("Q1,Q2\n1,-2\n", "line 2, column 2 (Q2): this is not a whole number from 1 to 5"),
            ("Q1,Q2\n1,2\n3,6\n", "line 3, column 2 (Q2): this number is not on the scale of 1 to 5"),
            ("Q1,Q2\n0,2\n", "line 2, column 1 (Q1): this number is not on the scale of 1 to 5"),
            ("team,Q1\nA,2\n ,3\n", "line 3, column 1 (team): the team is empty"),
            ('team,Q1\nA,2\n"A,3\n', "line 3: this is not comma-separated text"),
            (b"team,Q1\nA,2\nS\xfcd,3\n", "line 3: byte 2 (0xFC) is not UTF-8"),
            ("team,Q1\nA,2\n".encode("utf-16"), "line 1: byte 1: this is UTF-16"),
        ],
    )
    def test_what_is_wrong_is_named_with_its_place(
        self, read: Reader, content: str | bytes, why: str
    ) -> None:
        with pytest.raises(Invalid, match=re.escape(why)):
            read(content)

    def test_a_line_is_counted_in_the_file_and_not_in_the_table(self, read: Reader) -> None:
        with pytest.raises(Invalid, match="line 6, column 2"):
            read('team,Q1\n\n"A\nand B",2\n\nC,x\n')

    def test_the_line_is_right_in_a_later_piece(
        self, read: Reader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(answers, "BYTES_AT_ONCE", 8)
        with pytest.raises(Invalid, match="line 7, column 2"):
            read("team,Q1\n" + "A,4\n" * 5 + "A,x\nA,3\n")
        with pytest.raises(Invalid, match="line 5: there is 1 cell"):
            read("team,Q1\n" + "A,4\n" * 3 + "A\nA,3\n")

    def test_no_answer_is_repeated_in_a_message(self, read: Reader) -> None:
        with pytest.raises(Invalid) as refused:
            read("team,Q1\nA,2\nA,777\n")
        assert "777" not in str(refused.value)
