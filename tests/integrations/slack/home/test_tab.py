import json
from datetime import date

from integrations.language import Translator
from integrations.slack.home.tab import Home, OpenPulse, Promise, home_view

PROMISES = [
    Promise("Review plans", "Lena", "open", date(2026, 4, 1), None),
    Promise("Fewer meetings", "Lena", "kept", date(2026, 2, 1), "kept"),
    Promise("A <quiet> room", "Lena", "not_kept", date(2026, 1, 1), "not_yet"),
]


def told(home: Home) -> str:
    view = home_view(home, Translator("en"), administrators="Ada of IT")
    return json.dumps(view, ensure_ascii=False)


def test_it_says_what_is_open_how_the_team_is_what_was_promised_and_how_private_this_is():
    pulse = OpenPulse("p", "Harbour", "Friday 6 March, 10:00", answered=False)
    text = told(Home(pulse, "Harbour", ["Follow-through: About 65."], "http://kept.test/t", PROMISES, 5))

    for said in (
        "The pulse of Harbour is open until Friday 6 March, 10:00",
        "Follow-through: About 65.",
        "Lena: “Review plans” (open, due Wednesday 1 April)",
        "“Fewer meetings” (kept) The team says: kept.",
        "The team says: not yet.",
        "How private is this?",
        "Ada of IT could technically",
        "not for appraisal, pay or dismissal",
    ):
        assert said in text


def test_who_belongs_to_no_unit_reads_only_about_privacy():
    text = told(Home(None, None, (), None, (), 5))

    assert "Nothing at the moment" in text
    assert "Promises" not in text


def test_a_unit_without_results_says_so():
    assert "There are no results yet." in told(Home(None, "Harbour", (), None, (), 5))


def test_a_long_list_of_promises_is_cut_to_what_fits():
    assert told(Home(None, "Harbour", (), None, PROMISES * 50, 5)).count("Review plans") <= 10
