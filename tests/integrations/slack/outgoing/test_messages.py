from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from integrations.language import Translator
from integrations.slack.outgoing.messages import message_of
from integrations.wording.group_note import GroupJoined
from integrations.wording.notes import (
    Ask,
    LeaderNudge,
    NoResults,
    Note,
    PromiseDue,
    ResultsOut,
    RetroNews,
    Shared,
    SignInNotice,
)

MOMENT = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)
PAGE = "http://kept.test/teams/1"
NOTES: list[Note | GroupJoined] = [
    Ask("invitation", UUID(int=1), "Harbour", 5, MOMENT),
    Ask("reminder", UUID(int=1), "Harbour", 5, MOMENT),
    Ask("snoozed", UUID(int=1), "Harbour", 5, MOMENT),
    ResultsOut("Harbour", for_leader=True, page_url=PAGE, team_sees_at=MOMENT),
    ResultsOut("Harbour", for_leader=False, page_url=PAGE),
    Shared("Harbour", "Lena", "Thank you.\nI'll look into it.", PAGE),
    PromiseDue("Review plans every Friday", date(2026, 3, 6), PAGE),
    LeaderNudge("Harbour", PAGE),
    GroupJoined("Incident reviewers", ("Lena", "Sam"), PAGE),
    SignInNotice(),
    NoResults("Team pulse"),
    RetroNews(UUID(int=2), "Harbour", "Release 4", "write", MOMENT, first=True, page_url=PAGE),
    RetroNews(UUID(int=2), "Harbour", "Release 4", "vote", MOMENT, first=False, page_url=PAGE),
    RetroNews(UUID(int=2), "Harbour", "Release 4", "look_back", None, first=True, page_url=PAGE),
]
FORBIDDEN = (
    "verdict", "judge", "ledger", "claimed", "broken", "escalation", "attack", "exposure", "suppressed",
    "manager", "action item", "insufficient",
)  # fmt: skip


def message(note: Note | GroupJoined):
    return message_of(note, Translator("en"), "Europe/Berlin")


@pytest.mark.parametrize("note", NOTES, ids=lambda note: type(note).__name__)
def test_the_text_says_everything_the_blocks_say(note: Note):
    built = message(note)
    for block in built.blocks:
        if block["type"] == "section":
            said = block["text"]["text"].replace(">", "").splitlines()
            assert all(line in built.text.replace("&gt;", "") for line in said)
        if block["type"] == "context":
            assert block["elements"][0]["text"] in built.text


@pytest.mark.parametrize("note", NOTES, ids=lambda note: type(note).__name__)
def test_no_message_uses_a_word_that_kept_does_not_say(note: Note):
    text = message(note).text.lower()

    assert not [word for word in FORBIDDEN if word in text]
    assert "!" not in text


def test_an_invitation_has_one_button_and_its_value_is_the_place():
    built = message(NOTES[0])
    buttons = [
        element for block in built.blocks if block["type"] == "actions" for element in block["elements"]
    ]

    assert [(button["text"]["text"], button["value"]) for button in buttons] == [
        ("Answer, 1 minute", UUID(int=1).hex)
    ]
    assert "url" not in buttons[0]


def test_dates_are_said_on_the_readers_own_clock():
    assert "until Friday 6 March, 10:00" in message(NOTES[0]).text


def test_markup_in_a_leaders_words_stays_text():
    built = message(Shared("Harbour", "Lena", "<!channel> & all", PAGE))

    assert "<!channel>" not in built.text
    assert "<!channel>" not in str(built.blocks)
