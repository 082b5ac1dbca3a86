"""What the story of one team is made of.

A story gives a level per dimension and wave, how many answer, and what the leader promises. The ninth
entry belongs to the wave that is open when the example begins; later waves repeat it. The
answers that follow from it are in `answering`.
"""

from dataclasses import dataclass, field

ORDINARY_SPREAD = 9.0  # points, between people of one team

Levels = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """A promise gets another date: so many days after it was made, to so many days after it was made."""

    on_day: int
    to_day: int
    reason: str


@dataclass(frozen=True, slots=True)
class Promise:
    """What a leader promises after a wave, and what comes of it. Days count from when it is made.

    `team_says` is how the team votes when it is asked: kept or not_yet.
    """

    after: int
    text: str
    due_day: int
    done_day: int | None = None
    moves: tuple[Move, ...] = ()
    team_says: str = "kept"


@dataclass(frozen=True, slots=True)
class Said:
    """Something the team brought up after a wave, and the leader's answer; codes of `commitments`."""

    after: int
    kind: str
    text: str
    decision: str
    reason: str
    passed_to: str = ""
    promise: str = ""


@dataclass(frozen=True, slots=True)
class Repair:
    """A plan agreed on by leader and team after a wave; days of its promises count from then."""

    after: int
    what: str
    leader_needs: str
    team_needs: str
    promises: tuple[Promise, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """One team over nine waves.

    Attributes:
        safety, confidence, follow_through: levels of the three core dimensions, 0 to 100.
        answering: how many of the people asked answer, wave by wave.
        spread: how far people of the team lie apart, standard deviation in points.
        camps: whether the team is split in two, one half above and one half below the level.
        shares: what the leader writes to the team, by wave.
        plan: how the team answers whether the leader said what will be done: yes, partly or no.
        said: what the team brought up and was answered.
        pledge: what the leader pledges about confidences from the first wave on.
        repair: the plan that leader and team agree on, where trust was hurt.
        away: whether the leader is away when the example begins, and somebody acts for them.
        shares_on_day: how many days after Monday the leader gets round to sharing.
        line: the story in one line, for the doors; empty for teams without one.
    """

    team: str
    safety: Levels
    confidence: Levels
    follow_through: Levels
    answering: tuple[int, ...]
    line: str = ""
    spread: float = ORDINARY_SPREAD
    camps: bool = False
    shares: dict[int, str] = field(default_factory=dict)
    shares_on_day: int = 0
    plan: str = "yes"
    promises: tuple[Promise, ...] = ()
    said: tuple[Said, ...] = ()
    pledge: str = ""
    repair: Repair | None = None
    away: bool = False

    def repair_after(self, wave: int) -> Repair | None:
        """Return the plan that is proposed after a wave."""
        return self.repair if self.repair is not None and self.repair.after == wave else None

    def level(self, dimension: str, wave: int) -> int:
        """Return the level of a dimension; dimensions without one of their own follow safety."""
        levels = {"CNF": self.confidence, "FLW": self.follow_through}.get(dimension, self.safety)
        return levels[min(wave, len(levels) - 1)]
