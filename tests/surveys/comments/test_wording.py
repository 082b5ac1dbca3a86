"""The check before sending: what it warns of, and what it leaves alone."""

import pytest

from surveys.comments.wording import check, parts_of_names

NAMES = parts_of_names(["Lena Ortiz", "Bo Li", "Will Mark-Smith"])


def kinds(words: str, locale: str = "en") -> dict[str, str]:
    return {hint.kind: hint.found for hint in check(words, locale, NAMES).hints}


@pytest.mark.parametrize(
    ("words", "kind", "found"),
    [
        ("Lena's meetings run over.", "name", "Lena"),
        ("Ask Mark about it.", "name", "Mark"),
        ("Thank @bob for me.", "name", "@bob"),
        ("It began on 3.4. and went on.", "date", "3.4"),
        ("Since last week nobody answers.", "date", "last week"),
        ("On Tuesday it was said again.", "date", "Tuesday"),
        ("As the only tester I am asked last.", "only", "As the only tester"),
        ("Nobody else has to do this.", "only", "Nobody else"),
        ("As a tester I am asked last.", "role", "As a tester"),
        ("Since I came back from parental leave it is quiet.", "role", "Since I came"),
        ("My husband works here too.", "role", "My husband"),
        ("WHATEVER happens, we wait.", "unusual", "WHATEVER"),
        ("Why is that so??", "unusual", "??"),
        ("Das ist überflüssig.", "unusual", "überflüssig"),
    ],
)
def test_it_warns_of_what_could_give_somebody_away(words: str, kind: str, found: str) -> None:
    assert kinds(words)[kind] == found


@pytest.mark.parametrize(
    "words",
    [
        "Meetings are long and decisions get lost between them.",
        "We as a team should say earlier when something slips.",
        "The result is that nobody will ask twice.",
        "It may help to write decisions down.",
        "",
    ],
)
def test_it_says_nothing_about_ordinary_sentences(words: str) -> None:
    assert kinds(words) == {}


def test_names_are_not_warned_of_where_they_are_welcome() -> None:
    assert check("Lena deserves it.", "en", []).hints == []


def test_lists_of_english_are_not_used_on_other_languages() -> None:
    assert kinds("Am Montag ist das überflüssig, yesterday", "de") == {}
    assert "unusual" in kinds("Wirklich??", "de")


@pytest.mark.parametrize(
    "words",
    [
        "He threatened me.",
        "She touched me on Tuesday",
        "Ich werde gemobbt, das ist Mobbing",
        "I want to kill myself",
    ],
)
@pytest.mark.parametrize("locale", ["en", "de"])
def test_words_of_harm_bring_help_instead_of_any_hint(words: str, locale: str) -> None:
    found = check(words, locale, NAMES)

    assert found.harm
    assert found.hints == ()


# Sentences as people type them, written before the lists were made to fit them.
GIVES_AWAY = (
    "Lena decides everything alone",
    "łukasz never has time",
    "Jose García told us late",
    "on the 3rd of March it broke",
    "since Monday nobody talks",
    "two weeks ago the tone changed",
    "in the meeting on 14 October",
    "As the only woman in the room I was not asked",
    "I'm the only one who works from Lisbon",
    "as the new person I did not know",
    "I am the youngest here",
    "being the only part-timer I miss the standup",
    "As a mother of two I cannot stay late",
    "since my surgery I work less",
    "my wife is ill",
    "after my leave nobody told me",
    "I'm pregnant",
    "as the team lead of QA",
    "Since I joined in spring",
    "in my last 1:1 with my leader",
    "The day before yesterday it was said aloud",
    "this afternoon at 3pm",
    "at 15:30 we were told",
    "this is sooooo slow!!!",
    "nobody but me speaks Polish",
    "I speak with an accent",
    "my manager Oleg ignored it",
    "I'm the oldest in the team",
    "as our only accountant I see every bill",
    "on my birthday",
    "during Ramadan I had to",
    "as someone with a hearing aid",
    "when I was on sick leave",
    "q3 offsite in Porto",
)
ORDINARY = (
    "Meetings run long and end without a decision.",
    "It is hard to say when something goes wrong.",
    "Decisions are made before we are asked.",
    "Will we hear about the budget?",
    "It may help to write decisions down.",
    "People speak up more than a year before.",
    "We need a calm place to talk about mistakes.",
    "The workload is uneven.",
    "Feedback comes late.",
    "I feel safe to ask questions.",
    "Mistakes are treated as lessons.",
    "The plan changes too often.",
    "As a team we should slow down.",
    "One day without meetings would help.",
    "More time for reviews please.",
    "The first step is to listen.",
    "I would like clearer goals.",
    "We second guess each decision.",
    "On balance it is better now.",
    "We march on without looking back.",
)
HARM = (
    "He harasses me",
    "I am being bullied",
    "she threatened to fire me if I report",
    "he touched me in the lift",
    "I don't want to live anymore",
    "I want to die",
    "sometimes I think about killing myself",
    "I cut myself",
    "he hit a colleague",
    "he sent me nude pictures",
    "unwanted sexual comments",
    "my boss follows me home",
    "he grabbed my arm",
    "she shoves people",
    "they call me a slur",
    "racist jokes every day",
    "I'm scared to come to work",
    "I am afraid of my leader",
    "he said he would hurt my family",
    "I can't go on like this, I want to end it all",
    "I was raped",
    "he stalks me online",
    "constant intimidation by our leader",
    "I get hate messages because I am gay",
    "homophobic remarks in standup",
    "he punched the wall next to my head",
    "blackmail",
    "suicidal thoughts",
    "I'd be better off dead",
    "he groped a trainee",
    "he spat at me",
    "antisemitic jokes",
    "transphobic comments",
    "I feel like ending my life",
    "he throws things at us",
    "ich werde gemobbt",
    "er hat mich angefasst",
    "on me menace",
    "me acosa mi jefe",
    "mi jefe me amenaza",
    "je veux mourir",
    "ich will nicht mehr leben",
    "sie hat mich geschlagen",
    "he keeps asking me out and gets angry",
    "I do not feel safe alone with him",
)
NO_HARM = (
    "We beat the deadline",
    "This kills our focus",
    "the threat model is out of date",
    "the job was killed by the scheduler",
    "the server hit a limit",
    "we hit our targets",
    "an abusive regex slowed the page",
    "kill the process",
    "stalking horse branch",
    "the plan cut the budget by half",
    "deadline pressure is high",
    "the load test hurt the database",
    "I am afraid of the migration",
    "I am afraid we will miss it",
    "we pushed them to production",
    "I pushed it yesterday",
    "the sale was a steal",
    "a violent storm closed the office",
    "race condition in the queue",
    "this meeting is torture",
    "I die a little in each status meeting",
    "dead code everywhere",
    "dead links in the wiki",
    "the deadlock happened again",
    "we end it all at five on Fridays",
    "stop beating about the bush",
    "The attack surface is smaller now",
    "nobody touched that module",
    "the tests beat us to it",
    "it hurts to see good ideas lost",
    "we killed the feature",
    "we live with it",
    "I want to live closer to the office",
    "the menace of spam",
    "gross margin",
    "a hit song",
    "Gewaltig viel Arbeit",
    "gewaltenteilung",
)
PEOPLE = ["Lena Ortiz", "Will Mark-Smith", "Łukasz Nowak", "José García", "Oleg Petrov", "May Ng"]


def test_what_people_type_is_warned_of_where_it_gives_them_away_and_only_there() -> None:
    names = parts_of_names(PEOPLE)

    assert [text for text in GIVES_AWAY if not check(text, "en", names).hints] == []
    assert [text for text in ORDINARY if check(text, "en", names).hints] == []


def test_help_is_named_where_harm_is_told_and_not_where_the_same_words_mean_work() -> None:
    assert [text for text in HARM if not check(text, "en", ()).harm] == []
    assert [text for text in (*NO_HARM, *ORDINARY, *GIVES_AWAY) if check(text, "en", ()).harm] == []
