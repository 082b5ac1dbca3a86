"""The Home tab: what is open for me, my team's latest figures in words, its promises, how private this is.

Built anew whenever it is opened, for one person, and never refreshed because somebody answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from integrations.language import Translator, mark
from integrations.slack import blocks
from integrations.slack.blocks import Block
from integrations.slack.desk import NOT_KNOWN
from integrations.slack.identifiers import Action, Callback
from integrations.wording.for_me import ForMe, for_me
from integrations.wording.promise import purpose, short_promise

MOST_PROMISES = 10
MOST_TEAMS, MOST_THINGS = 3, 6  # a Home tab has at most 100 blocks
STATE_WORDS = {
    "open": mark("open, due {due}"),
    "moved": mark("moved to {due}, and told in time"),
    "done": mark("done; the team is asked whether it happened"),
    "kept": mark("kept"),
    "not_kept": mark("not kept"),
}
TEAM_SAYS = {
    "kept": mark("The team says: kept."),
    "not_yet": mark("The team says: not yet."),
    "cant_tell": mark("The team says: can't tell."),
    "too_few": mark("Too few answered to say it for the team."),
    "differently": mark("Leader and team see this differently."),
    "said_openly": mark("Said openly in the retro."),
}


@dataclass(frozen=True, slots=True)
class OpenPulse:
    """What asks this person: a pulse, or one question about a promise.

    `closes` is in words, on their clock. `answered` is told to nobody but them.
    """

    place: str
    team_name: str
    closes: str
    answered: bool
    about_promise: bool = False


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise to the team and where it stands; codes of `commitments`, and "done" before its word."""

    text: str
    owner_name: str
    state: str
    due: date
    word: str | None
    side: tuple[str, str] | None = None  # what a button says, and stands for, where leader and team differ


@dataclass(frozen=True, slots=True)
class Home:
    """Everything the tab says.

    Attributes:
        pulse: None when nothing is open for this person.
        team_name: the unit in which they are asked; None for people without one.
        figures: its newest results in sentences; empty while there are none.
        page_url: the unit's page on the web.
        promises: newest first.
        minimum_group: k, of the open wave or else of the organisation.
        mailbox_url: where mailboxes are made; the same address for everybody.
        said: what the team said and what came of it, refusals included; one sentence each.
        led: the teams this person leads or stands in for.
        mine: open steps that are theirs elsewhere: a sentence, what a button says, what it stands for.
        me: how private it is for this person; None where nobody asks them.
        boards: what is said of the open boards this person takes part in.
        groups: what is said of their working groups.
    """

    pulse: OpenPulse | None
    team_name: str | None
    figures: Sequence[str]
    page_url: str | None
    promises: Sequence[Promise]
    minimum_group: int
    mailbox_url: str | None = None
    said: Sequence[str] = ()
    led: Sequence["LedTeam"] = ()
    mine: Sequence[tuple[str, str, str]] = ()
    me: ForMe | None = None
    boards: Sequence[Block] = ()
    groups: Sequence[Block] = ()


@dataclass(frozen=True, slots=True)
class LedTeam:
    """A team this person leads: what is next there, and the promises that are theirs to look after.

    Attributes:
        things: a sentence, what a button says, and what it stands for; overdue promises first.
    """

    id: UUID
    name: str
    page_url: str
    things: Sequence[tuple[str, str, str]]
    stands_in: bool = False
    in_group: bool = False


def home_view(home: Home, language: Translator, *, administrators: str | None) -> Block:
    """Return the Home tab."""
    built = [
        *(_open_for_me(home.pulse, language) if home.pulse or not home.boards else []),
        *home.boards,
        *_led(home.led, language),
        *_mine(home.mine, language),
        *(_team(home, language) if home.team_name is not None else []),
        *home.groups,
        *_mailbox(home.mailbox_url, language),
        blocks.divider(),
        blocks.header(language.say("How private is this?")),
        blocks.section(short_promise(language, home.minimum_group, administrators)),
        *_for_me(home.me, language, administrators),
        blocks.context(purpose(language)),
    ]
    return blocks.checked_view({"type": "home", "callback_id": Callback.HOME, "blocks": built})


def nobody_view(language: Translator) -> Block:
    """Return the tab of somebody Kept does not know."""
    built = [blocks.section(language.say(NOT_KNOWN))]
    return blocks.checked_view({"type": "home", "callback_id": Callback.HOME, "blocks": built})


def _open_for_me(pulse: OpenPulse | None, language: Translator) -> list[Block]:
    say = language.say
    head = blocks.header(say("Open for you"))
    if pulse is None:
        return [head, blocks.section(say("Nothing at the moment. The next pulse comes to you by itself."))]
    closes, team = pulse.closes, pulse.team_name
    if pulse.answered:
        text = say(
            "The pulse of {team} is open until {closes}. Yours is in; you can still replace it.",
            team=team,
            closes=closes,
        )
        press = blocks.button(say("Answer again"), Action.OPEN_SHEET, value=pulse.place)
    else:
        text, button = (
            (
                say("One question about a promise to {team}, until {closes}.", team=team, closes=closes),
                say("Answer one question"),
            )
            if pulse.about_promise
            else (
                say("The pulse of {team} is open until {closes}.", team=team, closes=closes),
                say("Answer, 1 minute"),
            )
        )
        press = blocks.button(button, Action.OPEN_SHEET, value=pulse.place, primary=True)
    about = blocks.button(say("What could still give me away?"), Action.OPEN_PRIVACY, value=pulse.place)
    return [head, blocks.section(text), blocks.actions(press, about)]


def _team(home: Home, language: Translator) -> list[Block]:
    say = language.say
    built = [blocks.divider(), blocks.header(home.team_name or "")]
    built += [blocks.section(sentence) for sentence in home.figures] or [
        blocks.section(say("There are no results yet."))
    ]
    if home.page_url is not None:
        built.append(
            blocks.actions(blocks.button(say("Open the team page"), Action.LINK, url=home.page_url))
        )
    if home.said:
        built.append(blocks.bold(say("You said, we did")))
        built += [blocks.section(sentence) for sentence in home.said]
    if home.promises:
        built.append(blocks.bold(say("Promises to the team")))
        for promise in home.promises[:MOST_PROMISES]:
            built.append(_promise(promise, language))
            if promise.side is not None:
                label, press = promise.side
                built.append(blocks.actions(blocks.button(label, Action.LOOP, value=press)))
    return built


def _led(teams: Sequence[LedTeam], language: Translator) -> list[Block]:
    """Return what waits for a leader, each with the one press that does it."""
    built: list[Block] = []
    for team in teams[:MOST_TEAMS]:
        built += [
            blocks.divider(),
            blocks.header(
                language.say("Where you stand in: {team}", team=team.name)
                if team.stands_in
                else language.say("Where you lead: {team}", team=team.name)
            ),
            *_pressed(team.things),
        ]
        if not team.things:
            built.append(blocks.section(language.say("Nothing waits for you here.")))
        label = language.say("Open the team page")
        if team.in_group:
            label = language.say("Open the group's page")
        built.append(blocks.actions(blocks.button(label, Action.LINK, url=team.page_url)))
    return built


def _mine(things: Sequence[tuple[str, str, str]], language: Translator) -> list[Block]:
    """Return the steps that somebody took on without leading the team."""
    if not things:
        return []
    return [blocks.divider(), blocks.header(language.say("What you took on")), *_pressed(things)]


def _pressed(things: Sequence[tuple[str, str, str]]) -> list[Block]:
    return [
        block
        for sentence, label, press in things[:MOST_THINGS]
        for block in (
            blocks.section(sentence),
            blocks.actions(blocks.button(label, Action.LOOP, value=press)),
        )
    ]


def _mailbox(address: str | None, language: Translator) -> list[Block]:
    """Return the way to a mailbox, as a plain link: a button would tell Kept who pressed it."""
    if address is None:
        return []
    link = f"<{address}|{blocks.escape(language.say('Use a mailbox'))}>"
    said = language.say(
        "Something that should not wait for a pulse, or needs an answer? {link}: it keeps your name out "
        "and goes both ways.",
        link=link,
    )
    return [blocks.divider(), blocks.section(said, markup=True)]


def _for_me(me: ForMe | None, language: Translator, administrators: str | None) -> list[Block]:
    if me is None:
        return []
    facts = for_me(me, language, administrators)
    lead = (
        language.say("How private is this for me?")
        if me.is_open
        else language.say("How private would it be for me today?")
    )
    return [blocks.bold(lead), blocks.section("\n".join(f"• {term}: {fact}" for term, fact in facts))]


def _promise(promise: Promise, language: Translator) -> Block:
    state = language.say(STATE_WORDS[promise.state], due=language.date(promise.due))
    line = language.say(
        "{owner}: “{promise}” ({state})", owner=promise.owner_name, promise=promise.text, state=state
    )
    said = TEAM_SAYS.get(promise.word or "")
    return blocks.section(f"{line} {language.say(said)}" if said else line)
