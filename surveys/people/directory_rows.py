"""One line of a directory file, checked by itself and against its neighbours. Pure.

A cell is None where the file has no such column, and empty where it has one and says nothing.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from surveys.people.places import is_country, is_locale, is_zone
from surveys.people.rules import Directory, RoleKind, Somebody

YES, NO = ("yes", "true", "1"), ("no", "false", "0")
LONGEST_NAME = 200
LONGEST_EMAIL = 254
EMAIL = re.compile(r"[^@\s,;<>\"()]+@[^@\s,;<>\"()]+")
SLACK_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # Slack promises no form; doubles and grids have their own

Refuse = Callable[[str, str], None]  # column, sentence


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file cannot be taken: where, and what to do about it."""

    line: int | None
    column: str | None
    sentence: str

    def __str__(self) -> str:
        where = [f"line {self.line}"] if self.line is not None else []
        return ": ".join([*where, *([self.column] if self.column else []), self.sentence])


@dataclass(frozen=True, slots=True)
class PersonRow:
    """The cells of one line, their white space tidied. `line` is where it begins in the file."""

    line: int
    email: str
    name: str
    team: str
    parent_team: str | None = None
    leads: str | None = None
    zone: str | None = None
    country: str | None = None
    locale: str | None = None
    slack_id: str | None = None
    role: str | None = None
    active: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A line that makes sense by itself. None means that the file has no such column."""

    line: int
    email: str
    name: str
    team: str | None
    parent_team: str | None
    leads: tuple[str, ...] | None
    zone: str | None
    country: str | None
    locale: str | None
    slack_id: str | None
    roles: tuple[tuple[RoleKind, str | None], ...] | None
    active: bool
    columns: frozenset[str]  # of zone, country, locale and slack_id, those the file has

    @classmethod
    def of(
        cls, row: PersonRow, directory: Directory, locale: str, problems: list[Problem]
    ) -> "Draft | None":
        """Return what a line says, or None after adding what is wrong with it to the problems."""
        wrong: list[Problem] = []

        def refuse(column: str, sentence: str) -> None:
            wrong.append(Problem(row.line, column, sentence))

        email = row.email.lower()
        _check_person(row, email, refuse)
        _check_place(row, refuse)
        active = _yes_or_no(row.active or "yes")
        if active is None:
            refuse("active", f'"{row.active}" is neither yes nor no')
        draft = cls(
            line=row.line,
            email=email,
            name=row.name,
            team=row.team or None,
            parent_team=row.parent_team,
            leads=_leads(row, refuse),
            zone=row.zone or directory.zone,
            country=(row.country or "").upper() or None,
            locale=row.locale or locale,
            slack_id=row.slack_id or None,
            roles=_roles(row, refuse),
            active=bool(active),
            columns=frozenset(
                name for name in ("zone", "country", "locale", "slack_id") if getattr(row, name) is not None
            ),
        )
        problems += wrong
        return None if wrong else draft

    def changes(self, person: Somebody) -> Mapping[str, str | bool | None]:
        """Return the fields of a stored person that this line changes."""
        said: dict[str, str | bool | None] = {"name": self.name, "active": True}
        said |= {column: getattr(self, column) for column in self.columns}
        return {name: value for name, value in said.items() if value != getattr(person, name)}


def _check_person(row: PersonRow, email: str, refuse: Refuse) -> None:
    if not EMAIL.fullmatch(email) or len(email) > LONGEST_EMAIL or not email.isprintable():
        refuse("email", f'"{row.email}" is not an e-mail address' if row.email else "an address is needed")
    if not row.name:
        refuse("name", "a name is needed")
    elif len(row.name) > LONGEST_NAME or not row.name.isprintable():
        refuse("name", f"a name has at most {LONGEST_NAME} characters and no control characters")
    for column, team in (("team", row.team), ("parent_team", row.parent_team or "")):
        if len(team) > LONGEST_NAME or not team.isprintable() or ";" in team:
            limits = f"at most {LONGEST_NAME} characters, no semicolon and no control characters"
            refuse(column, f"a team's name has {limits}")
    if row.team and row.team == row.parent_team:
        refuse("parent_team", f'"{row.team}" cannot be below itself')


def _check_place(row: PersonRow, refuse: Refuse) -> None:
    if row.zone and not is_zone(row.zone):
        refuse("zone", f'"{row.zone}" is not a time zone; use a name such as Europe/Berlin')
    if row.country and not is_country(row.country.upper()):
        refuse("country", f'"{row.country}" is not a country code; use two letters such as DE or GB')
    if row.locale and not is_locale(row.locale):
        refuse("locale", f'"{row.locale}" is not a locale; use one such as en or pt-BR')
    if row.slack_id and not SLACK_ID.fullmatch(row.slack_id):
        refuse("slack_id", f'"{row.slack_id}" is not a Slack member id; it looks like U02ABCDEF')


def _yes_or_no(text: str) -> bool | None:
    word = text.lower()
    return True if word in YES else False if word in NO else None


def _leads(row: PersonRow, refuse: Refuse) -> tuple[str, ...] | None:
    if row.leads is None:
        return None
    own = _yes_or_no(row.leads or "no")
    if own is None:
        return tuple(dict.fromkeys(name for part in row.leads.split(";") if (name := part.strip())))
    if own and not row.team:
        refuse("leads", "says yes, but there is no team on this line")
    return (row.team,) if own else ()


def _roles(row: PersonRow, refuse: Refuse) -> tuple[tuple[RoleKind, str | None], ...] | None:
    if row.role is None:
        return None
    found: list[tuple[RoleKind, str | None]] = []
    for part in filter(None, (part.strip() for part in row.role.split(";"))):
        word, colon, team = (piece.strip() for piece in part.partition(":"))
        if word.lower() in (RoleKind.HR, RoleKind.OMBUDSPERSON) and not colon:
            found.append((RoleKind(word.lower()), None))
        elif word.lower() == RoleKind.VIEWER and (team or (row.team and not colon)):
            found.append((RoleKind.VIEWER, team or row.team))
        else:
            refuse(
                "role", f'"{part}" is not a role; use hr, ombudsperson, viewer, or viewer:Name of a team'
            )
    return tuple(found)


def unique_emails(drafts: Sequence[Draft], problems: list[Problem]) -> list[Draft]:
    """Return the drafts without those whose address stands on an earlier line."""
    lines: dict[str, int] = {}
    kept = []
    for draft in drafts:
        first = lines.setdefault(draft.email, draft.line)
        if first == draft.line:
            kept.append(draft)
        else:
            problems.append(Problem(draft.line, "email", f'"{draft.email}" stands on line {first} already'))
    return kept


def unique_slack_ids(drafts: Sequence[Draft], problems: list[Problem]) -> list[Draft]:
    """Return the drafts as they are, each Slack id that stands on an earlier line being a problem."""
    lines: dict[str, int] = {}
    for draft in drafts:
        if draft.slack_id is None or not draft.active:
            continue
        first = lines.setdefault(draft.slack_id, draft.line)
        if first != draft.line:
            problems.append(
                Problem(draft.line, "slack_id", f'"{draft.slack_id}" stands on line {first} already')
            )
    return list(drafts)


def same_spelling(drafts: Sequence[Draft], problems: list[Problem]) -> None:
    """Make a problem of teams whose names differ in nothing but capitals."""
    spelt: dict[str, tuple[str, int]] = {}
    told: set[str] = set()
    for draft in drafts:
        if draft.team is None:
            continue
        first, line = spelt.setdefault(draft.team.casefold(), (draft.team, draft.line))
        if first != draft.team and draft.team not in told:
            told.add(draft.team)
            problems.append(
                Problem(
                    draft.line,
                    "team",
                    f'"{draft.team}" is spelt "{first}" on line {line}; use one spelling',
                )
            )
