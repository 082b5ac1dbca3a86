"""What was changed about a unit and its rules, by whom and when, in words that its members can read."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from integrations.language import Translator, mark
from surveys.people.rules import RoleKind
from surveys.results.published import WavePoint
from surveys.waves.rules import FrozenRules
from surveys.zones import local_date

ACTIONS = {
    "organisation.minimum_group_set": mark(
        "The smallest group of the organisation went from {before} to {after}."
    ),
    "programme.added": mark("The programme {programme} was added."),
    "programme.changed": mark(
        "The programme {programme} was changed: {what}. It holds from its next pulse on."
    ),
    "programme.paused": mark("The programme {programme} was paused."),
    "programme.resumed": mark("The programme {programme} was resumed."),
    "wave.asked_again": mark("A pulse of {programme} was asked once more, because its key was lost."),
    "wave.cancelled": mark("A pulse was ended early: nothing was published, its key was destroyed."),
    "role.granted": mark("Somebody became {role}."),
    "role.withdrawn": mark("Somebody stopped being {role}."),
}
ROLES = {
    RoleKind.HR: mark("HR, and reads every figure"),
    RoleKind.VIEWER: mark("a viewer of this unit"),
}
FIELDS = {
    "audience": mark("who is asked"),
    "blackouts": mark("quiet days"),
    "every": mark("how often"),
    "head_start_days": mark("the head start of leaders"),
    "interval": mark("how often"),
    "local_time": mark("the time of day"),
    "minimum_group": mark("the smallest group"),
    "name": mark("its name"),
    "observe_holidays": mark("whether holidays are quiet days"),
    "open_question": mark("whether there is an open question"),
    "optional_dimensions": mark("what is asked"),
    "own_items": mark("statements of your own organisation"),
    "pulse": mark("what is asked"),
    "remind": mark("who is reminded"),
    "reminders": mark("how many reminders there are"),
    "start_on": mark("when it begins"),
    "struck_items": mark("what is asked"),
    "weekday": mark("the day of the week"),
    "window_hours": mark("how long it stays open"),
}
SHELL = mark("By whoever runs Kept, or by itself at its time.")
BY_HR = mark("By HR.")


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the change log, as far as a unit is concerned."""

    at: datetime
    action: str
    by_somebody: bool
    programme: str
    details: Mapping[str, Any]


def change_log(
    changes: Sequence[Change],
    moves: Sequence[tuple[datetime, int, int]],
    waves: Sequence[WavePoint],
    language: Translator,
    zone: str,
) -> list[tuple[str, list[str]]]:
    """Return days with what changed then, the newest first.

    Args:
        changes: of rules and roles.
        moves: when, how many joined, how many left.
        waves: of the unit, oldest first; what their frozen rules say differently is what came to hold.
        language: the reader's.
        zone: the reader's.
    """
    found: dict[date, list[str]] = defaultdict(list)
    for change in changes:
        found[local_date(change.at, zone)].append(_said(change, language))
    for at, joined, left in moves:
        found[local_date(at, zone)].append(_moved(joined, left, language))
    for before, after in pairwise(waves):
        if before.rules and after.rules:
            found[local_date(after.opens_at, zone)] += rule_changes(
                FrozenRules.of(before.rules), FrozenRules.of(after.rules), language
            )
    return [
        (language.date(one, year=True), found[one]) for one in sorted(found, reverse=True) if found[one]
    ]


def rule_changes(before: FrozenRules, after: FrozenRules, language: Translator) -> list[str]:
    """Return what the rules of a wave say differently from those of the one before, for its members."""
    say = language.say
    found = []
    if before.minimum_group != after.minimum_group:
        found.append(
            say(
                "From this pulse on the smallest group is {after} people; it was {before}.",
                after=after.minimum_group,
                before=before.minimum_group,
            )
        )
    if before.head_start_days != after.head_start_days:
        found.append(
            say(
                "From this pulse on leaders read {after} working days before the team; it was {before}.",
                after=after.head_start_days,
                before=before.head_start_days,
            )
        )
    if before.leaders_read_below != after.leaders_read_below:
        found.append(
            say("From this pulse on leaders further up may open this page.")
            if after.leaders_read_below
            else say("From this pulse on leaders further up may not open this page.")
        )
    if before.remind != after.remind:
        found.append(
            say("From this pulse on only those who have not answered are reminded.")
            if after.remind == "missing"
            else say("From this pulse on everybody is reminded alike.")
        )
    if before.window_hours != after.window_hours:
        found.append(
            say(
                "From this pulse on it stays open for {after} hours; it was {before}.",
                after=after.window_hours,
                before=before.window_hours,
            )
        )
    return found


def _said(change: Change, language: Translator) -> str:
    details = change.details
    what = list(
        dict.fromkeys(language.say(FIELDS[name]) for name in details.get("changed", ()) if name in FIELDS)
    )
    role = ROLES.get(details.get("kind", ""))
    sentence = language.say(
        ACTIONS[change.action],
        before=details.get("from"),
        after=details.get("to"),
        programme=change.programme,
        what=language.listing(what),
        role=language.say(role) if role else "",
    )
    return f"{sentence} {language.say(BY_HR if change.by_somebody else SHELL)}"


def _moved(joined: int, left: int, language: Translator) -> str:
    parts = []
    if joined:
        parts.append(language.count("{count} person joined", "{count} people joined", joined))
    if left:
        parts.append(language.count("{count} person left", "{count} people left", left))
    return language.say("On the team: {moves}.", moves=language.listing(parts))
