"""What may be asked of an open wave's box: a blank sheet, a personal link. Never a stored answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.ballots.actions import require_open
from surveys.ballots.keys import KeyStore
from surveys.ballots.models import OpenBallot
from surveys.ballots.rules import order_for, parts_of_sheet, read_token, same, write_token
from surveys.cadence.models import Programme
from surveys.errors import Missing, no_sheet_for_you, wave_closed
from surveys.people.models import Person
from surveys.questions.rules import LOOP_CHOICES
from surveys.waves.models import Place, Wave, WaveUnit
from surveys.waves.rules import FrozenRules, LoopQuestion


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a sheet. A scale has five labelled points; a choice names its own words."""

    key: str
    kind: str  # "scale" or "choice"
    text: str
    choices: tuple[str, ...]  # codes of the choices, in order; empty for a scale


@dataclass(frozen=True, slots=True)
class BlankSheet:
    """What one person is asked. It is always blank: no stored answer is ever given back."""

    place_id: UUID
    wave_id: UUID
    programme_name: str
    team_id: UUID
    team_name: str
    opens_at: datetime
    closes_at: datetime
    questions: tuple[Question, ...]
    rules: FrozenRules
    asked_in_unit: int
    zone: str
    locale: str

    @property
    def about_promise(self) -> bool:
        """Whether one question about a promise is all that is asked."""
        return all(question.kind == "choice" for question in self.questions)


async def blank_sheet(
    session: AsyncSession,
    keys: KeyStore,
    place_id: UUID,
    *,
    slack_user_id: str | None = None,
    now: datetime,
) -> BlankSheet:
    """Return the sheet of a place, blank, in the person's own order with loop questions last.

    Raises:
        Missing: no such place, or it belongs to another Slack user than the signed one.
        WaveClosed: the wave takes no answers at `now`.
        KeyLost: the wave's key is gone; nobody can answer any more.
    """
    row = (await session.execute(_around_place().where(Place.id == place_id))).one_or_none()
    if row is None:
        # Places are purged at close, so an old button ends here: that is closed, not unknown.
        raise wave_closed()
    place, person, wave, unit, programme_name = row
    if slack_user_id is not None and slack_user_id != person.slack_id:
        raise no_sheet_for_you()
    require_open(wave, now)
    key = await keys.load(wave.id)
    loop = [LoopQuestion.of(stored) for stored in unit.loop]
    parts = parts_of_sheet(wave.items, wave.number or 0, loop)
    texts = {item["code"]: item["text"] for item in wave.items}
    codes = [item["code"] for item in wave.items if any(item["code"] in part for part in parts.values())]
    return BlankSheet(
        place_id=place.id,
        wave_id=wave.id,
        programme_name=programme_name,
        team_id=unit.team_id,
        team_name=unit.name,
        opens_at=wave.opens_at,
        closes_at=wave.closes_at,
        questions=_questions(order_for(key, person.id, codes), texts, loop),
        rules=FrozenRules.of(wave.rules),
        asked_in_unit=unit.asked,
        zone=place.zone,
        locale=person.locale,
    )


def _around_place() -> Select[Place, Person, Wave, WaveUnit, str]:
    return (
        select(Place, Person, Wave, WaveUnit, Programme.name)
        .join(Person, Person.id == Place.person_id)
        .join(Wave, Wave.id == Place.wave_id)
        .join(Programme, Programme.id == Wave.programme_id)
        .join(WaveUnit, (WaveUnit.wave_id == Place.wave_id) & (WaveUnit.team_id == Place.team_id))
    )


def _questions(
    codes: Sequence[str], texts: dict[str, str], loop: Sequence[LoopQuestion]
) -> tuple[Question, ...]:
    scale = [Question(code, "scale", texts[code], ()) for code in codes]
    choice = [
        Question(question.key, "choice", question.text, LOOP_CHOICES[question.code]) for question in loop
    ]
    return (*scale, *choice)


async def answer_token(session: AsyncSession, keys: KeyStore, place_id: UUID) -> str:
    """Return the token of a personal web link, made from the wave's key and stored nowhere.

    Raises:
        WaveClosed: the place is gone with its wave.
        KeyLost: the wave's key is gone.
    """
    wave_id = await session.scalar(select(Place.wave_id).where(Place.id == place_id))
    if wave_id is None:
        raise wave_closed()
    key = await keys.load(wave_id)
    return write_token(place_id, key.link_proof(place_id))


async def place_of_token(session: AsyncSession, keys: KeyStore, token: str) -> UUID:
    """Return the place a personal link stands for.

    Raises:
        Missing: the link is not one of ours.
        WaveClosed: its wave is over.
        KeyLost: the wave's key is gone.
    """
    place_id, proof = read_token(token)
    wave_id = await session.scalar(select(Place.wave_id).where(Place.id == place_id))
    if wave_id is None:
        raise wave_closed()
    key = await keys.load(wave_id)
    if not same(proof, key.link_proof(place_id)):
        raise Missing("This link is not complete. Open it again from your message.")
    return place_id


async def has_answered(session: AsyncSession, keys: KeyStore, place_id: UUID) -> bool:
    """Return whether this person's ballots lie in the box, by computing their keys anew.

    Only two callers may ask: the person's own Home while it is opened, and reminders where HR chose
    to remind only those who have not answered, which members are told before they answer.
    """
    row = (
        await session.execute(
            select(Place.wave_id, Place.person_id, WaveUnit.loop)
            .join(WaveUnit, (WaveUnit.wave_id == Place.wave_id) & (WaveUnit.team_id == Place.team_id))
            .where(Place.id == place_id)
        )
    ).one_or_none()
    if row is None:
        return False
    wave = await session.get_one(Wave, row.wave_id)
    key = await keys.load(wave.id)
    first = str(wave.items[0]["dimension"] if wave.items else row.loop[0]["key"])
    mine = key.row_key(first, row.person_id)
    known = await session.scalar(
        select(OpenBallot.wave_id).where(OpenBallot.wave_id == wave.id, OpenBallot.row_key == mine)
    )
    return known is not None
