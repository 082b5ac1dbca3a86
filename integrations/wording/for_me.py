"""How private it is for one person, in a few facts: how many, from how many on, who, what happens below.

Numbers and rules are the frozen ones of the wave; who can open the results is read anew each time, and
said to be so, because roles change with people. Slack and web say the same, from here.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import Translator
from integrations.wording.promise import Terms, administrators
from surveys.people.models import Organisation
from surveys.people.queries import branch_of
from surveys.people.readers import Readers, asked_in, readers_of
from surveys.waves.queries import unit_above

MOST_NAMES = 6  # more people of HR than that are given as a number


@dataclass(frozen=True, slots=True)
class ForMe:
    """What the facts are made of.

    Attributes:
        terms: the rules of the open wave, or those a wave would get now. `asked` is known.
        readers: who can open the results of the unit today.
        carried_to: the unit above in the wave; None where there is none.
        about_promise: whether one question about a promise is all there is.
        door: where the person is about to answer; None where they are not.
        is_open: whether there is a wave; otherwise the facts say how it would be.
        wave_id: the open wave.
        team_id: the unit in which it asks them.
    """

    terms: Terms
    readers: Readers
    carried_to: str | None = None
    about_promise: bool = False
    door: Literal["slack", "web"] | None = None
    is_open: bool = True
    wave_id: UUID | None = None
    team_id: UUID | None = None


async def in_wave(
    session: AsyncSession,
    terms: Terms,
    *,
    wave_id: UUID,
    team_id: UUID,
    about_promise: bool,
    door: Literal["slack", "web"] | None,
) -> ForMe:
    """Return what to say to somebody who is asked in a unit of an open wave."""
    return ForMe(
        terms=terms,
        readers=await readers_of(session, team_id),
        carried_to=await unit_above(session, wave_id, team_id),
        about_promise=about_promise,
        door=door,
        wave_id=wave_id,
        team_id=team_id,
    )


async def between_waves(session: AsyncSession, organisation: Organisation, team_id: UUID) -> ForMe:
    """Return what would hold if a wave opened in a unit today."""
    branch = await branch_of(session, team_id)
    above = branch.teams[team_id].parent_id
    asked = len(await asked_in(session, organisation.id, team_id))
    return ForMe(
        terms=Terms(
            minimum_group=organisation.minimum_group,
            leaders_read_below=organisation.leaders_read_below,
            asked=asked,
            team_name=branch.teams[team_id].name,
        ),
        readers=await readers_of(session, team_id),
        carried_to=branch.teams[above].name if above else None,
        is_open=False,
    )


def for_me(me: ForMe, language: Translator, named: str | None) -> list[tuple[str, str]]:
    """Return terms and facts, each a sentence or two."""
    say = language.say
    facts = [
        (say("Asked with you"), _asked(me, language)),
        (say("The smallest group"), _smallest(me, language)),
        (say("Who can open the results"), who_can_open(me.readers, me.terms, language)),
        (say("If too few answer"), _too_few(me, language)),
    ]
    if me.is_open:
        facts.append(
            (
                say("While it is open"),
                say(
                    "{administrators} could technically connect you and your answers. Your leader and HR "
                    "cannot.",
                    administrators=_at_the_start(administrators(language, named)),
                ),
            )
        )
    if me.door == "slack":
        facts.append(
            (
                say("Where you answer"),
                say("In Slack, which passes your name along with the click. The web sheet does without."),
            )
        )
    elif me.door == "web":
        facts.append((say("Where you answer"), say("On the web, by your own link. Slack sees none of it.")))
    return facts


def who_can_open(readers: Readers, terms: Terms, language: Translator) -> str:
    """Return who can open the results of a unit today, by role, number and, for offices, name."""
    say, unit = language.say, readers.unit
    who = (
        [say("everyone asked in {unit} or in a unit below it", unit=unit)]
        if readers.has_below
        else [say("everyone asked in {unit}", unit=unit)]
    )
    if readers.leaders:
        who.append(say("who leads it ({names})", names=language.listing([*readers.leaders])))
    if terms.leaders_read_below and readers.leaders_above:
        who.append(
            language.count(
                "{count} leader of a unit above", "{count} leaders of units above", readers.leaders_above
            )
        )
    if 0 < len(readers.hr) <= MOST_NAMES:
        who.append(say("HR ({names})", names=language.listing([*readers.hr])))
    elif readers.hr:
        who.append(say("HR ({count} people)", count=len(readers.hr)))
    if readers.viewers:
        who.append(
            language.count(
                "{count} person whom HR lets read it",
                "{count} people whom HR lets read it",
                readers.viewers,
            )
        )
    return say(
        "Today: {who}. Averages only. The team's page shows who has looked, and when that changes.",
        who=language.listing(who),
    )


def _asked(me: ForMe, language: Translator) -> str:
    asked, unit = me.terms.asked or 0, me.readers.unit
    if me.is_open:
        return language.count(
            "You are the only one asked in {unit}.",
            "{count} people are asked in {unit}, you among them.",
            asked,
            unit=unit,
        )
    return language.count(
        "{count} person would be asked in {unit} today.",
        "{count} people would be asked in {unit} today.",
        asked,
        unit=unit,
    )


def _smallest(me: ForMe, language: Translator) -> str:
    if me.about_promise:
        return language.say(
            "{votes} people who decided, and half of those asked. Your team then says one word, no number.",
            votes=me.terms.votes_for_a_word,
        )
    return language.say(
        "{k} people. No figure stands for fewer, and none shows a single answer.", k=me.terms.minimum_group
    )


def _too_few(me: ForMe, language: Translator) -> str:
    say = language.say
    if me.about_promise:
        return say("Nothing is said for the team. The answers are deleted and counted nowhere else.")
    k, unit, asked = me.terms.minimum_group, me.readers.unit, me.terms.asked or 0
    if me.readers.has_below:
        first = say(
            "The answers given in {unit} itself stand in its figure only together with enough others: {k} "
            "at least, with those of small units below.",
            unit=unit,
            k=k,
        )
    else:
        first = _few_in_a_team(unit, k, asked, language)
    then = (
        say(
            "The answers are then counted in {above}, together with others there, or further up. What is "
            "still too few at the top is deleted unread.",
            above=me.carried_to,
        )
        if me.carried_to
        else say("There is no unit above, so the answers are then deleted unread.")
    )
    return f"{first} {then}"


def _few_in_a_team(unit: str, k: int, asked: int, language: Translator) -> str:
    if asked < k:
        return language.say(
            "{unit} has fewer than {k} people, so it gets no figure of its own.", unit=unit, k=k
        )
    return language.say("Under {k} answers {unit} gets no figure of its own.", unit=unit, k=k)


def _at_the_start(text: str) -> str:
    return text[:1].upper() + text[1:]
