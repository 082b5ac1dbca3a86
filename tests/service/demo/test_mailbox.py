"""The mailbox of the example is one that a writer's browser could have made."""

from service.demo.mailbox import ANSWER, FIRST, SECOND, SECRET
from surveys.comments.rules import LONGEST_MESSAGE, require_token
from surveys.comments.wording import check


def test_its_secret_is_as_long_and_plain_as_those_of_writers() -> None:
    assert require_token(SECRET) == SECRET


def test_its_words_fit_and_give_nobody_away() -> None:
    for words in (FIRST, ANSWER, SECOND):
        assert len(words) <= LONGEST_MESSAGE
    for written in (FIRST, SECOND):
        assert check(written, "en", ()).hints == []
