"""States of a unit's page that are no figures: nothing yet, open now, soon, lost, ended early."""

from dataclasses import dataclass
from datetime import datetime

from integrations.language import Translator, mark
from surveys.results.published import TeamTrend, WavePoint


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence about a state and what comes next. `tone` is plain or attention."""

    text: str
    tone: str = "plain"


MOST_WAVES = 3  # what lies further back is history, not a notice

ENDED_WITHOUT = {
    "lost": mark(
        "The pulse of {day} closed without results: its key was lost, so nobody can read the answers,"
        " not even with the database. HR may start an extra pulse."
    ),
    "cancelled": mark(
        "The pulse of {day} was ended early. Its key was destroyed and nothing was published."
    ),
    "missed": mark(
        "On {day} nobody was asked: Kept was not running, or everybody had just been asked in another"
        " pulse. The next pulse comes as planned."
    ),
}


def notices(
    trend: TeamTrend, language: Translator, *, zone: str, now: datetime, is_leader: bool
) -> list[Notice]:
    """Return what this reader should know before reading figures, the most pressing first."""
    newest = trend.newest_readable
    recent = [wave for wave in trend.waves if newest is None or wave.opens_at >= newest.opens_at]
    found = [
        notice
        for wave in recent[-MOST_WAVES:]
        for notice in _of_wave(wave, language, zone, now if is_leader else None)
    ]
    if newest is None and not found:
        found.append(
            Notice(
                language.say(
                    "No pulse has closed here yet. After the first one this page shows the same figures to"
                    " the team and its leader."
                )
            )
        )
    return found


def _of_wave(wave: WavePoint, language: Translator, zone: str, leader_at: datetime | None) -> list[Notice]:
    day = language.date(wave.occurrence)
    if wave.state in ENDED_WITHOUT:
        return [Notice(language.say(ENDED_WITHOUT[wave.state], day=day), "attention")]
    if wave.state == "open":
        sentence = mark(
            "The pulse of {day} is open until {moment}. Nothing of it can be seen before it closes."
        )
        return [Notice(language.say(sentence, day=day, moment=language.moment(wave.closes_at, zone)))]
    if wave.state == "closing":
        return [Notice(language.say("The pulse of {day} has closed and is being counted.", day=day))]
    if not wave.readable and wave.readable_from is not None:
        sentence = mark(
            "The pulse of {day} has closed. You read its results here from {moment}; the leader reads the"
            " same figures a little earlier, as was said before anyone answered."
        )
        moment = language.moment(wave.readable_from, zone)
        return [Notice(language.say(sentence, day=day, moment=moment))]
    if leader_at and wave.readable and wave.team_sees_at and wave.team_sees_at > leader_at:
        sentence = mark("You read this first. The team reads the same figures from {moment}.")
        return [Notice(language.say(sentence, moment=language.moment(wave.team_sees_at, zone)))]
    return []
