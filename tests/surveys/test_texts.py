import pytest

from surveys.errors import Invalid
from surveys.texts import one_line, paragraphs


def test_white_space_is_tidied() -> None:
    assert one_line("  We  will\nreply \t ", field="text", longest=20) == "We will reply"
    assert paragraphs(" One \n\n\n\n Two  words ", field="words", longest=20) == "One\n\nTwo words"


@pytest.mark.parametrize(("text", "remedy"), [(" \n", "left empty"), ("x" * 21, "21 characters")])
def test_nothing_and_too_much_are_refused(text: str, remedy: str) -> None:
    for tidy in (one_line, paragraphs):
        with pytest.raises(Invalid, match=remedy) as refusal:
            tidy(text, field="text", longest=20)
        assert refusal.value.field == "text"


def test_what_a_database_cannot_store_is_left_out() -> None:
    for tidy in (one_line, paragraphs):
        assert tidy("Write\0 it down", field="text", longest=20) == "Write it down"
