import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from integrations.language import Translator
from integrations.slack.blocks import Block
from integrations.slack.pulse import forms
from integrations.wording.for_me import ForMe
from integrations.wording.promise import Terms
from surveys.ballots.queries import BlankSheet, Question
from surveys.people.readers import Readers
from surveys.questions.rules import BANK, LOOP_CHOICES
from surveys.waves.rules import FrozenRules

ENGLISH = Translator("en")
PLACE, WAVE = UUID(int=1), UUID(int=2)
CLOSES = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)


def sheet(items: int = 6, *, k: int = 5, loop: bool = True) -> BlankSheet:
    asked = [Question(code, "scale", item.text, ()) for code, item in list(BANK.items())[:items]]
    if loop:
        asked += [
            Question("LOOP-03:1", "choice", "“Review <plans>”: did it happen?", LOOP_CHOICES["LOOP-03"]),
            Question(
                "LOOP-02", "choice", "Did your leader say what will be done?", LOOP_CHOICES["LOOP-02"]
            ),
        ]
    rules = FrozenRules(k, 1, "everyone", 1, False, 72, "default")  # noqa: FBT003 -- in the order of the class
    return BlankSheet(
        place_id=PLACE,
        wave_id=WAVE,
        programme_name="A pulse with a rather long name",
        team_id=UUID(int=3),
        team_name="Harbour",
        opens_at=CLOSES,
        closes_at=CLOSES,
        questions=tuple(asked),
        rules=rules,
        asked_in_unit=7,
        zone="Europe/Berlin",
        locale="en",
    )


def shown(blank: BlankSheet, administrators: str | None = "Ada of IT") -> Block:
    return forms.sheet_view(
        blank, ENGLISH, administrators=administrators, web_link="http://kept.test/answer/x"
    )


def inputs(view: Block) -> list[Block]:
    return [block for block in view["blocks"] if block["type"] == "input"]


class TestSheet:
    @pytest.mark.parametrize("administrators", [None, "Ada Lovelace and Grace Hopper of Infrastructure"])
    @pytest.mark.parametrize("k", [4, 5, 8])
    def test_the_promise_is_short_and_names_k_and_who_could_look(self, administrators: str | None, k: int):
        promise = shown(sheet(k=k), administrators)["blocks"][0]["text"]["text"]

        assert f"at least {k} people" in promise
        assert (administrators or "your company's administrators") in promise
        if administrators is None:
            assert len(promise.split()) <= 40

    def test_every_question_can_be_left_blank_or_declined(self):
        for block in inputs(shown(sheet())):
            assert block["optional"]
            assert block["element"]["options"][-1] == {
                "text": {"type": "plain_text", "text": "Prefer not to say", "emoji": False},
                "value": "0",
            }
            assert "initial_option" not in block["element"]

    def test_loop_questions_come_last_with_their_own_words(self):
        *_, promise, plan = inputs(shown(sheet()))

        assert promise["block_id"] == "LOOP-03:1"
        assert promise["label"]["text"] == "“Review <plans>”: did it happen?"
        assert [option["value"] for option in plan["element"]["options"]] == ["1", "2", "3", "4", "0"]
        assert len(promise["element"]["options"]) == 5

    def test_the_longest_sheet_fits(self):
        assert len(inputs(shown(sheet(12)))) == 14

    def test_metadata_is_the_place_and_the_callback_is_the_same_for_a_whole_wave(self):
        view = shown(sheet())

        assert view["private_metadata"] == PLACE.hex
        assert view["callback_id"] == f"sheet.v1:{WAVE.hex}:en:Europe/Berlin"

    def test_what_could_give_me_away_the_web_and_not_now_stand_under_the_promise(self):
        names = [element["text"]["text"] for element in shown(sheet())["blocks"][1]["elements"]]

        assert names == ["What could still give me away?", "Answer on the web", "Not now"]


class TestOtherForms:
    def test_thanks_say_until_when_it_can_be_changed_and_close_everything(self):
        view = forms.thanks_view(ENGLISH, CLOSES, "Asia/Kolkata", PLACE.hex)

        assert "You can change it until Friday 6 March, 14:30." in json.dumps(view, ensure_ascii=False)
        assert view["clear_on_close"]
        assert "submit" not in view

    def test_privacy_begins_with_what_could_give_me_away(self):
        blank = sheet()
        terms = Terms.of(blank.rules, asked=blank.asked_in_unit, team_name=blank.team_name)
        readers = Readers("Harbour", ("Lena",), ("Helen",), 0, has_below=False, leaders_above=1)
        me = ForMe(terms, readers, "Coast", door="slack")
        view = forms.privacy_view(me, ENGLISH, administrators="Ada of IT")

        assert view["blocks"][0]["text"]["text"] == "What could still give you away"
        assert view["blocks"][2]["text"]["text"] == "How private is this for me?"
        assert "7 people are asked in Harbour, you among them." in view["blocks"][3]["text"]["text"]
        assert "Ada of IT could technically" in json.dumps(view, ensure_ascii=False)

    def test_not_now_offers_later_tomorrow_and_not_at_all(self):
        question = inputs(forms.put_off_view(ENGLISH, PLACE.hex))[0]

        assert [option["value"] for option in question["element"]["options"]] == [
            "later_today",
            "tomorrow",
            "skip",
        ]
