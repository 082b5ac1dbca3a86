import pytest

from integrations.slack import blocks
from integrations.slack.blocks import OutOfBoundsError


def view(*built: blocks.Block, submit: str | None = "Send", metadata: str = "") -> blocks.Block:
    return blocks.modal(title="t", close="c", callback="x", submit=submit, metadata=metadata, blocks=built)


def question(count: int, block_id: str = "q") -> blocks.Block:
    return blocks.choices("?", [(str(n), str(n)) for n in range(count)], block_id=block_id, action="a")


class TestLimitsTheSdkDoesNotCheck:
    def test_a_question_has_at_most_ten_choices(self):
        assert view(question(10))
        with pytest.raises(OutOfBoundsError, match="ten choices"):
            view(question(11))

    def test_a_text_field_takes_at_most_3000_signs(self):
        field = {
            "type": "input",
            "label": blocks.plain("?", 10),
            "element": {"type": "plain_text_input", "action_id": "a", "max_length": 3001},
        }
        with pytest.raises(OutOfBoundsError, match="3,000"):
            view(field)

    def test_a_message_has_at_most_fifty_blocks(self):
        assert blocks.checked_message([blocks.divider()] * 50)
        with pytest.raises(OutOfBoundsError, match="50"):
            blocks.checked_message([blocks.divider()] * 51)

    def test_a_form_that_asks_something_needs_a_way_to_send_it(self):
        with pytest.raises(OutOfBoundsError, match="submit"):
            view(question(2), submit=None)

    def test_plain_dictionaries_are_checked_like_everything_else(self):
        with pytest.raises(OutOfBoundsError, match="too many"):
            view({"type": "actions", "elements": [blocks.button("b", "a")] * 26})

    def test_ids_are_unique_and_metadata_is_short(self):
        with pytest.raises(OutOfBoundsError, match="unique"):
            view(question(2), question(2))
        with pytest.raises(OutOfBoundsError, match="3,000"):
            view(metadata="x" * 3001)


def test_texts_are_cut_to_what_slack_takes():
    assert blocks.plain("x" * 30, blocks.LABEL)["text"] == "x" * 23 + "…"
    assert blocks.plain("x" * 24, blocks.LABEL)["text"] == "x" * 24


def test_markup_of_others_is_not_read_as_markup():
    assert blocks.escape("<!channel> & <@U1>") == "&lt;!channel&gt; &amp; &lt;@U1&gt;"
    assert blocks.quote("a <b>\nc")["text"]["text"] == ">a &lt;b&gt;\n>c"
