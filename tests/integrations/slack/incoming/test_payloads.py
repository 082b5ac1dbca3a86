import json
from urllib.parse import urlencode
from uuid import UUID

import pytest
from slack_sdk.signature import Clock, SignatureVerifier

from integrations.slack.incoming import events
from integrations.slack.incoming.events import FormUnreadable
from integrations.slack.incoming.gate import Gate
from integrations.slack.incoming.payloads import FORM, JSON, parse

PLACE, WAVE = UUID(int=1), UUID(int=2)


class Standing(Clock):
    def now(self) -> float:
        return 1_000_000.0


def interaction(**payload: object) -> events.Event:
    return parse(urlencode({"payload": json.dumps(payload)}).encode(), FORM)


def submission(callback: str, metadata: str, values: dict[str, object]) -> events.Event:
    view = {"callback_id": callback, "private_metadata": metadata, "state": {"values": values}}
    return interaction(type="view_submission", user={"id": "U1"}, view=view)


def picked(value: str) -> dict[str, object]:
    return {"answer.v1": {"type": "radio_buttons", "selected_option": {"value": value}}}


class TestGate:
    def signed(self, at: int) -> tuple[str, str]:
        made = SignatureVerifier("s").generate_signature(timestamp=str(at), body=b"x=1")
        return str(at), made or ""

    def test_a_request_is_good_for_five_minutes(self):
        gate = Gate("s", Standing())

        assert gate.admits(b"x=1", *self.signed(1_000_000))
        assert gate.admits(b"x=1", *self.signed(999_701))
        assert not gate.admits(b"x=1", *self.signed(999_699))

    @pytest.mark.parametrize("stamp", ["", "noon", "inf", "1e6", "9" * 400])
    def test_a_stamp_that_is_no_time_is_simply_wrong(self, stamp: str):
        assert not Gate("s", Standing()).admits(b"x=1", stamp, "v0=1")

    def test_other_bytes_do_not_fit_the_signature(self):
        assert not Gate("s", Standing()).admits(b"x=2", *self.signed(1_000_000))


class TestSheets:
    def test_only_what_is_needed_is_read(self):
        values = {"PSY-01": picked("4"), "CNF-02": {"answer.v1": {"selected_option": None}}}
        event = submission(f"sheet.v1:{WAVE.hex}:de:Asia/Kolkata", PLACE.hex, values)

        assert isinstance(event, events.SheetSent)
        assert (event.user_id, event.place_id, event.wave_id, event.locale) == ("U1", PLACE, WAVE, "de")
        assert event.answers == {"PSY-01": 4}
        assert event.blocks == ("PSY-01", "CNF-02")

    def test_a_sheet_never_prints_its_answers(self):
        event = submission(f"sheet.v1:{WAVE.hex}:en", PLACE.hex, {"PSY-01": picked("4")})

        assert repr(event) == str(event) == "SheetSent(…)"

    @pytest.mark.parametrize(
        ("callback", "metadata", "value"),
        [
            ("sheet.v1", PLACE.hex, "4"),
            ("sheet.v1:no:en", PLACE.hex, "4"),
            (f"sheet.v1:{WAVE.hex}:en", "no place", "4"),
            (f"sheet.v1:{WAVE.hex}:en", PLACE.hex, "four"),
        ],
    )
    def test_a_sheet_that_is_not_ours_is_known_by_its_fields_alone(
        self, callback: str, metadata: str, value: str
    ):
        event = submission(callback, metadata, {"PSY-01": picked(value)})

        assert isinstance(event, FormUnreadable)
        assert event.blocks == ("PSY-01",)


class TestOtherEvents:
    def test_a_press_in_a_form_knows_its_form_and_one_at_home_does_not(self):
        action = [{"action_id": "sheet.open.v1", "value": "v"}]
        in_form = interaction(type="block_actions", actions=action, view={"id": "V1", "type": "modal"})
        at_home = interaction(type="block_actions", actions=action, view={"id": "V2", "type": "home"})

        assert isinstance(in_form, events.Pressed)
        assert isinstance(at_home, events.Pressed)
        assert (in_form.view_id, at_home.view_id) == ("V1", None)

    def test_looking_at_the_messages_is_not_looking_at_home(self):
        body = {
            "type": "event_callback",
            "event_id": "E",
            "event": {"type": "app_home_opened", "user": "U"},
        }
        assert parse(json.dumps(body).encode(), JSON) == events.HomeOpened("E", "U")

        body["event"] = {"type": "app_home_opened", "user": "U", "tab": "messages"}
        assert parse(json.dumps(body).encode(), JSON) == events.Unknown()

    @pytest.mark.parametrize("payload", [{"type": "block_actions"}, {"type": "view_submission"}])
    def test_a_shape_without_its_parts_is_unknown(self, payload: dict[str, object]):
        assert interaction(**payload) == events.Unknown()
