"""Who walks through the application: one of each kind of reader, and what each may read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from surveys.comments.models import Mailbox
from surveys.comments.rules import Addressee
from surveys.people.actions import make_sign_in_link, sign_in
from surveys.people.groups_read import all_groups
from surveys.people.models import Person, Role, RoleKind
from surveys.people.queries import directory_of, the_organisation, viewer_of
from surveys.people.rules import Directory, Viewer, may_read
from surveys.retrospectives.models import Participant, Retrospective

BOARDS = 50  # from which one is chosen that is not a reader's own
MAILBOXES = 50  # likewise
OF_A_ROLE = 20  # people of each role who are looked at
CANDIDATES = 400  # people from whom one of each kind is chosen
A_UNIT = 3  # members of a unit who are looked at


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody with a browser. `viewer` is None for somebody who is signed out."""

    viewer: Viewer | None
    cookie: str | None
    readable: frozenset[UUID] = frozenset()
    board_of_others: UUID | None = None
    mailbox_of_others: UUID | None = None

    @property
    def is_hr(self) -> bool:
        """Whether HR's own pages are for this reader."""
        return self.viewer is not None and self.viewer.is_hr

    def leads(self, team_id: UUID) -> bool:
        """Whether the controls of a unit are for this reader."""
        return self.viewer is not None and team_id in self.viewer.leads

    def belongs_to(self, team_id: UUID) -> bool:
        """Whether this reader is asked in a unit or leads it, or is in a working group."""
        if self.viewer is not None and team_id in self.viewer.groups:
            return True
        return self.leads(team_id) or (self.viewer is not None and self.viewer.unit == team_id)


async def choose_readers(
    sessions: async_sessionmaker[AsyncSession], *, leaders_read_below: bool, now: datetime
) -> tuple[list[Reader], Directory]:
    """Sign in one of each kind of reader; the first is somebody signed out.

    Raises:
        Missing: the database holds no organisation.
    """
    async with sessions.begin() as session:
        organisation = await the_organisation(session)
        directory = await directory_of(session, organisation.id)
        boards = await _boards(session)
        # HR reads who is in a working group, and sees its page for that.
        groups = frozenset(group.id for group in await all_groups(session, organisation.id))
        mailboxes = (await session.scalars(select(Mailbox).limit(MAILBOXES))).all()
        a_board = next((board for board, _, _ in boards), None)
        a_mailbox = next((each.id for each in mailboxes), None)
        found = [Reader(None, None, board_of_others=a_board, mailbox_of_others=a_mailbox)]
        kinds: set[tuple[bool, bool, bool, bool]] = set()
        for person_id in dict.fromkeys([*candidates(directory), *await _with_a_role(session)]):
            viewer = await viewer_of(session, person_id)
            kind = (viewer.is_hr, bool(viewer.leads), bool(viewer.granted), viewer.is_ombudsperson)
            if kind in kinds:
                continue
            kinds.add(kind)
            token = await sign_in(
                session, await make_sign_in_link(session, person_id, by=None, now=now), now=now
            )
            readable = viewer.groups | (groups if viewer.is_hr else frozenset())
            readable |= {
                team
                for team in directory.teams
                if may_read(viewer, directory, team, leaders_read_below=leaders_read_below)
            }
            mine = {viewer.unit, directory.people[person_id].team_id, *viewer.leads, *viewer.groups}
            others = (b for b, team, people in boards if team not in mine and person_id not in people)
            unread = (each.id for each in mailboxes if not _is_for(viewer, each))
            found.append(Reader(viewer, token, readable, next(others, None), next(unread, None)))
        return found, directory


def _is_for(viewer: Viewer, mailbox: Mailbox) -> bool:
    """Return whether somebody holds the office that a mailbox is addressed to."""
    match mailbox.addressee:
        case Addressee.LEADER:
            return mailbox.team_id in viewer.leads
        case Addressee.HR:
            return viewer.is_hr
        case Addressee.OMBUDSPERSON:
            return viewer.is_ombudsperson


async def _with_a_role(session: AsyncSession) -> list[UUID]:
    """Return some people of each role, who may be none of the first members of their units."""
    found: list[UUID] = []
    for kind in RoleKind:
        holds = select(Role.person_id).join(Person, (Person.id == Role.person_id) & Person.active)
        found += await session.scalars(holds.where(Role.kind == kind).order_by(Role.id).limit(OF_A_ROLE))
    return found


async def _boards(session: AsyncSession) -> list[tuple[UUID, UUID, frozenset[UUID]]]:
    """Return boards with their team and who takes part, the newest first."""
    newest = select(Retrospective.id, Retrospective.team_id).order_by(Retrospective.created_at.desc())
    found = []
    for board, team in (await session.execute(newest.limit(BOARDS))).all():
        people = select(Participant.person_id).where(Participant.retrospective_id == board)
        found.append((board, team, frozenset(await session.scalars(people))))
    return found


def candidates(directory: Directory) -> Iterator[UUID]:
    """Yield people to choose from: the leaders and some members of each unit, up to `CANDIDATES`."""
    seen: dict[UUID, None] = {}
    for team_id, leaders in directory.leaders.items():
        seen.update(dict.fromkeys(leaders))
        if len(seen) > CANDIDATES // 2 or team_id not in directory.teams:
            break
    members: dict[UUID, int] = {}
    for person in directory.people.values():
        if person.team_id is not None and members.get(person.team_id, 0) < A_UNIT:
            members[person.team_id] = members.get(person.team_id, 0) + 1
            seen[person.id] = None
        if len(seen) >= CANDIDATES:
            break
    return (each for each in seen if (known := directory.people.get(each)) and known.active)
