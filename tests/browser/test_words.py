"""Own words and mailboxes in a real browser: looked at here, sent nowhere, and no secret in any address."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, Request, expect

from surveys.comments.wording import WORDS_TOO, check, parts_of_names, patterns
from tests.browser.conftest import PHONE, WIDE, House, Scheme, Visitors

NAMES = ["Lena Ortiz", "Will Mark-Smith"]
TEXTS = (
    "Lena's meetings run over, since last week!!",
    "As the only tester I told our leader on 3.4.",
    "Since I came back from parental leave it is quiet.",
    "Das ist überflüssig, WIRKLICH.",
    "Mark will know. Nobody else does.",
    "She threatened me.",
    "Will we hear of it? I asked Will two weeks ago.",
    "He grabbed my arm on 3 March.",
    "The threat model is from March, and we pushed them to production.",
    "We as a team should say earlier when something slips.",
)
ON_SCREENS = [("light", WIDE), ("dark", PHONE)]


def test_the_browser_finds_what_the_server_finds(house: House, visitors: Visitors) -> None:
    cast = house.cast()
    wave = house.open_a_wave(cast)
    page = visitors().open(house.link_of(wave, cast.alice))
    page.goto(f"{house.address}/answer/words")
    script = page.locator("script[type=module]").get_attribute("src") or ""
    names, wanted = parts_of_names(NAMES), patterns("en")

    found = page.evaluate(
        "async ([script, texts, wanted]) => {"
        " const { check } = await import(script);"
        " return texts.map((text) => check(text, wanted)); }",
        [
            script.replace("words.js", "check.js"),
            TEXTS,
            {
                "harm": wanted.harm,
                "loose": dict(wanted.loose),
                "exact": dict(wanted.exact),
                "names": names,
                "wordsToo": list(WORDS_TOO),
            },
        ],
    )

    for text, here in zip(TEXTS, found, strict=True):
        there = check(text, "en", names)
        said = [(hint["kind"], hint["found"]) for hint in here["hints"]]
        assert (here["harm"], said) == (there.harm, [(hint.kind, hint.found) for hint in there.hints]), text


def _hear(page: Page, requests: list[Request]) -> None:
    def hear(request: Request) -> None:
        requests.append(request)

    page.on("request", hear)


@pytest.mark.parametrize(("scheme", "size"), ON_SCREENS)
def test_words_are_looked_at_here_and_sent_when_asked(
    house: House, visitors: Visitors, scheme: Scheme, size: dict[str, int]
) -> None:
    cast = house.cast()
    wave = house.open_a_wave(cast)
    visitor = visitors(scheme=scheme, size=size)
    visitor.open(house.link_of(wave, cast.alice))
    page = visitor.open("/answer/words")
    sent: list[Request] = []
    _hear(page, sent)

    page.get_by_label("What made it easier").fill("As the only tester I told Lena.")
    expect(page.get_by_text("“Lena” is a name.")).to_be_visible()  # while typing, without a press
    page.get_by_label("What made it easier").fill("She threatened me.")
    page.get_by_role("button", name="Check first").click()
    expect(page.get_by_text("These people can help now.")).to_be_visible()
    expect(page.get_by_text("is a name.")).to_be_hidden()
    visitor.require_accessible()
    # The icon of the page may arrive late; nothing else goes out before the press.
    assert [request.url for request in sent if not request.url.endswith("/mark.svg")] == []

    page.get_by_role("button", name="Send my words").click()
    expect(page.get_by_role("heading", name="Thank you. It is in, and sealed.")).to_be_visible()


@pytest.mark.parametrize(("scheme", "size"), ON_SCREENS)
def test_a_mailbox_goes_both_ways_and_its_secret_is_in_no_address(
    house: House, visitors: Visitors, scheme: Scheme, size: dict[str, int]
) -> None:
    cast = house.cast()
    writer = visitors(scheme=scheme, size=size).sign_in(cast.alice)  # who is signed in all the same
    asked: list[Request] = []
    _hear(writer.page, asked)
    page = writer.open(f"/mailbox/to/{cast.organisation.id}")
    writer.require_accessible()
    page.get_by_label("Which team is it about?").select_option(label="Payments")
    page.get_by_label("whoever leads the team").check()
    page.get_by_label("Your message").fill("Promotions are decided before they are announced.")
    page.get_by_role("button", name="Make the mailbox and send").click()
    expect(page.get_by_role("heading", name="Save this link now")).to_be_focused()
    writer.require_accessible()
    link = page.get_by_label("Your link").input_value()
    secret = link.partition("#")[2]

    house.clock.now += timedelta(days=1)
    recipient = visitors().sign_in(cast.lena)
    there = recipient.open("/mailboxes")
    there.get_by_role("link", name="A mailbox about Payments").click()
    there.get_by_label("Your reply").fill("Thank you. Let us look at it together.")
    there.get_by_role("button", name="Hand over with the next batch").click()
    recipient.require_accessible()
    house.clock.now += timedelta(days=1)
    page.goto(link)
    expect(page.get_by_text("Let us look at it together.")).to_be_visible()
    writer.require_accessible()

    assert len(secret) == 43
    assert not [request for request in asked if secret in request.url.partition("#")[0]]
    posts = [request for request in asked if request.method == "POST"]
    assert [request.url.rpartition("/")[2] for request in posts] == ["send", "open"]
    assert not [request for request in posts if "cookie" in request.all_headers()]
    assert not [request for request in posts if "referer" in request.all_headers()]


def test_without_scripts_words_can_be_checked_and_a_mailbox_says_what_it_needs(
    house: House, visitors: Visitors
) -> None:
    cast = house.cast()
    wave = house.open_a_wave(cast)
    visitor = visitors(scripts=False)
    visitor.open(house.link_of(wave, cast.alice))
    page = visitor.open("/answer/words")
    page.get_by_label("What made it easier").fill("I told Lena.")
    page.get_by_role("button", name="Check first").click()
    expect(page.get_by_text("“Lena” is a name.")).to_be_visible()
    expect(page.get_by_label("What made it easier")).to_have_value("I told Lena.")

    page = visitor.open(f"/mailbox/to/{cast.organisation.id}")
    expect(page.get_by_text("A mailbox needs JavaScript")).to_be_visible()
    expect(page.get_by_label("Your message")).to_be_hidden()
