from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.results.rules.loop_words import difference_word, loop_word, said_word, team_word


@st.composite
def polls(draw: st.DrawFn) -> tuple[dict[str, int], int]:
    """Votes of LOOP-03 and the number of people asked, who need not all have answered."""
    votes = {choice: draw(st.integers(0, 6)) for choice in ("kept", "partly", "not_kept", "cant_tell")}
    return votes, sum(votes.values()) + draw(st.integers(0, 8))


class TestTeamWord:
    @pytest.mark.parametrize(
        ("votes", "asked", "word"),
        [
            ({"kept": 4}, 8, "kept"),
            ({"kept": 4}, 9, "too_few"),
            ({"kept": 3}, 3, "too_few"),
            ({"kept": 3, "partly": 1}, 7, "kept"),
            ({"kept": 2, "partly": 1, "not_kept": 1}, 7, "not_yet"),
            ({"kept": 10, "not_kept": 2}, 12, "not_yet"),
            ({"kept": 2, "cant_tell": 2}, 5, "cant_tell"),
            ({"cant_tell": 5}, 5, "cant_tell"),
            ({}, 7, "too_few"),
            ({"partly": 1, "not_kept": 2}, 6, "too_few"),
        ],
    )
    def test_it_takes_four_decided_votes_and_two_to_dissent(
        self, votes: Mapping[str, int], asked: int, word: str
    ) -> None:
        assert team_word(votes, asked) == word

    def test_a_wave_may_have_frozen_that_more_than_half_have_to_decide(self) -> None:
        votes = {"kept": 5}
        assert loop_word("LOOP-03", votes, 8, needed=4, share=0.5) == "kept"
        assert loop_word("LOOP-03", votes, 8, needed=4, share=0.75) == "too_few"
        assert loop_word("LOOP-02", {"yes": 6}, 8, needed=4, share=0.75) == "yes"

    @given(polls())
    def test_a_side_is_taken_only_with_four_decided_votes_and_half_of_those_asked(
        self, poll: tuple[dict[str, int], int]
    ) -> None:
        votes, asked = poll
        decided = votes["kept"] + votes["partly"] + votes["not_kept"]
        word = team_word(votes, asked)
        assert (word in {"kept", "not_yet"}) == (decided >= 4 and decided >= asked / 2)

    @given(polls())
    def test_one_voice_alone_never_changes_kept_into_not_yet(
        self, poll: tuple[dict[str, int], int]
    ) -> None:
        votes, asked = poll
        if team_word(votes, asked) == "not_yet":
            assert votes["partly"] + votes["not_kept"] >= 2

    @given(polls())
    def test_too_few_says_nothing_but_that(self, poll: tuple[dict[str, int], int]) -> None:
        votes, asked = poll
        if team_word(votes, asked) == "too_few":
            assert sum(votes.values()) < 4 or sum(votes.values()) < asked / 2

    def test_a_wave_may_ask_for_more_votes(self) -> None:
        assert team_word({"kept": 4}, 5, needed=5) == "too_few"


class TestSaidWord:
    @pytest.mark.parametrize(
        ("votes", "asked", "word"),
        [
            ({"yes": 3, "no": 1}, 7, "yes"),
            ({"yes": 2, "no": 2}, 7, "partly"),
            ({"yes": 1, "no": 3}, 7, "no"),
            ({"partly": 4}, 7, "partly"),
            ({"yes": 3, "not_sure": 4}, 7, "too_few"),
            ({"no": 4}, 9, "too_few"),
        ],
    )
    def test_one_different_vote_does_not_change_the_word(
        self, votes: Mapping[str, int], asked: int, word: str
    ) -> None:
        assert said_word(votes, asked) == word


def test_the_code_of_the_question_chooses_the_rule() -> None:
    assert loop_word("LOOP-02", {"yes": 5}, 5) == "yes"
    assert loop_word("LOOP-03", {"kept": 5}, 5) == "kept"
    assert loop_word("LOOP-02", {"yes": 5}, 5, needed=6) == "too_few"
    assert loop_word("LOOP-03", {"kept": 5}, 5, needed=6) == "too_few"


class TestDifferenceWord:
    @pytest.mark.parametrize(
        ("votes", "asked", "word"),
        [
            ({"better": 4}, 8, "better"),
            ({"better": 4, "worse": 1}, 8, "better"),
            ({"no_difference": 4, "better": 1}, 8, "no_difference"),
            ({"worse": 3, "better": 1}, 7, "worse"),
            ({"better": 2, "worse": 2}, 7, "mixed"),
            ({"better": 3, "too_early": 3}, 8, "too_early"),
            ({"better": 4}, 9, "too_few"),
            ({}, 7, "too_few"),
        ],
    )
    def test_one_voice_alone_is_never_seen(self, votes: Mapping[str, int], asked: int, word: str) -> None:
        assert difference_word(votes, asked) == word
        assert loop_word("LOOP-05", votes, asked) == word

    def test_where_fewer_votes_are_needed_a_choice_that_nobody_made_is_not_the_word(self) -> None:
        assert difference_word({"no_difference": 2}, 2, needed=2, share=0.5) == "no_difference"
