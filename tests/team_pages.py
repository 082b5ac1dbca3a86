"""Hand-made figures and promises of units: what a reader may meet, without a database."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from surveys.commitments.loop import FollowThrough, LoopState, MoveView, PromiseView, Step
from surveys.commitments.rules import Rate, State
from surveys.questions.rules import items_of_wave
from surveys.results.published import (
    HIDDEN,
    AskedItem,
    FigureView,
    ParticipationView,
    TeamTrend,
    TrendView,
    WavePoint,
)
from surveys.waves.rules import FrozenRules

TEAM, PARENT = UUID(int=1), UUID(int=2)
LENA, LEO = UUID(int=11), UUID(int=12)
FIRST = date(2026, 1, 6)
NOW = datetime(2026, 8, 14, 9, 0, tzinfo=UTC)
CORE = ("PSY", "CNF", "FLW")
WORDS = (
    "Thank you for answering so openly. I was surprised by the figure on follow-through, and it is fair:"
    " I let two dates slip.\nI will come back to it on Thursday with what I will do differently."
)
RULES = FrozenRules(5, 2, "everyone", 1, False, 120, "default").as_json()  # noqa: FBT003 -- a row of rules
RECEIPT = {
    "asked": 80,
    "answered": 66,
    "figures_shown": 21,
    "figures_not_shown": 9,
    "discarded": 0,
    "sha256": "4be1" * 16,
}


def figure(
    score: float,
    spread: float | None = 13,
    *,
    trend: TrendView | None = None,
    kind: str = "by_size",
    carried: bool = False,
) -> FigureView:
    if spread is None:
        return FigureView(shown=True, score=score, range_kind="everyone", trend=trend, carried=carried)
    low, high = max(0.0, score - spread), min(100.0, score + spread)
    return FigureView(
        shown=True, score=score, low=low, high=high, range_kind=kind, trend=trend, carried=carried
    )


def wave(
    number: int,
    figures: Mapping[str, FigureView],
    *,
    size: str | None = "5_7",
    asked: int = 7,
    band: str = "most",
    changed: float | None = 0.0,
    every: int = 28,
) -> WavePoint:
    day = FIRST + timedelta(days=every * number)
    closes = datetime.combine(day, time(16), UTC) + timedelta(days=6)
    items = items_of_wave(number, "default")
    return WavePoint(
        wave_id=UUID(int=1000 + number),
        occurrence=day,
        programme_name="Trust pulse",
        opens_at=datetime.combine(day, time(8), UTC),
        closes_at=closes,
        state="published",
        readable=True,
        team_sees_at=closes + timedelta(days=1),
        participation=ParticipationView(size is not None, band, size, asked)
        if size
        else ParticipationView(shown=False),
        dimensions=figures,
        items=[AskedItem(one.code, one.dimension, one.text, one.reversed) for one in items],
        cycle=number // 4,
        asked_here=asked,
        changed_share=changed if number else None,
        rules=RULES,
        receipt=RECEIPT,
        key_destroyed_at=closes + timedelta(minutes=2),
    )


def trend(waves: Sequence[WavePoint], *, name: str = "Payments") -> TeamTrend:
    return TeamTrend(TEAM, name, PARENT, "Product", waves)


def declining() -> TeamTrend:
    """A team of nine whose follow-through falls by thirty points; one wave hidden, one change."""
    flw = (72, 70, 74, 68, 60, 52, 45, 41)
    psy = (66, 70, 64, 69, 67, 63, 68, 66)
    waves = []
    for number in range(8):
        early = number < 3
        steady = TrendView("too_early") if early else TrendView("steady", baseline=67)
        falling = (
            steady
            if number < 6
            else TrendView("shifted_down", since=FIRST + timedelta(days=112), baseline=71)
        )
        figures = {
            "PSY": figure(psy[number], 14, trend=steady),
            "CNF": figure(74 - number % 3 * 2, 12, trend=steady),
            "FLW": figure(flw[number], 13, trend=falling),
        }
        if number == 2:
            figures["CNF"] = HIDDEN
        waves.append(
            wave(number, figures, size="8_9", asked=10, band="60_79", changed=0.2 if number == 4 else 0.0)
        )
    return trend(waves)


def team_of_five() -> TeamTrend:
    """A team of seven asked: nine waves, of which the oldest become means; newest figures said to five."""
    waves = []
    for number in range(9):
        word = TrendView("too_early") if number < 3 else TrendView("steady", baseline=65)
        figures = {
            dimension: figure(60 + 5 * ((number + place) % 3), 13, trend=word)
            for place, dimension in enumerate(CORE)
        }
        if number in (5, 6):
            figures = dict.fromkeys(CORE, HIDDEN)
        waves.append(wave(number, figures, size=None if number in (5, 6) else "5_7"))
    return trend(waves)


def hidden() -> TeamTrend:
    """A team of three: no figure, ever."""
    figures = dict.fromkeys(CORE, HIDDEN)
    return trend([wave(number, figures, size=None, asked=3) for number in range(4)], name="Legal")


def product() -> TeamTrend:
    """The unit above, large enough for bars and words."""
    waves = []
    for number in range(8):
        word = TrendView("too_early") if number < 3 else TrendView("steady", baseline=68)
        figures = {
            dimension: figure(68 + (number + place) % 3, 6, trend=word, kind="shrunk_t", carried=True)
            for place, dimension in enumerate(CORE)
        }
        waves.append(wave(number, figures, size="10_plus", asked=24, band="80_99"))
    newest = waves[-1]
    spread = {
        code: replace(
            known,
            bars={item.code: (3, 4, 13) for item in newest.items if item.dimension == code},
            item_words={item.code: "most" for item in newest.items if item.dimension == code},
            agreement="mixed",
        )
        for code, known in newest.dimensions.items()
    }
    took_part = ParticipationView(True, "80_99", "10_plus", 24, 20)  # noqa: FBT003 -- a row of values
    waves[-1] = replace(newest, dimensions=spread, participation=took_part)
    return TeamTrend(PARENT, "Product", UUID(int=3), "Company", waves)


def fresh() -> TeamTrend:
    """One wave so far."""
    return trend([wave(7, {code: figure(64, trend=TrendView("too_early")) for code in CORE})])


def nothing_yet() -> TeamTrend:
    return trend([])


def with_open_wave(known: TeamTrend) -> TeamTrend:
    number = len(known.waves)
    hidden_from_all = ParticipationView(shown=False)
    opened = replace(
        wave(number, {}), state="open", readable=False, items=(), participation=hidden_from_all
    )
    return replace(known, waves=[*known.waves, opened])


def promise(
    text: str,
    number: int,
    *,
    made: date,
    due: date,
    state: State = State.OPEN,
    done: date | None = None,
    word: str | None = None,
    word_on: date | None = None,
    moves: Sequence[MoveView] = (),
) -> PromiseView:
    return PromiseView(
        id=UUID(int=500 + number),
        wave_id=UUID(int=1007),
        text=text,
        owner_id=LENA,
        owner_name="Lena Ortiz",
        made_at=at(made),
        first_due=due,
        due=due,
        expected=moves[-1].to_due if moves else due,
        state=state,
        moves=moves,
        done_at=at(done) if done else None,
        word=word,
        word_at=at(word_on) if word_on else None,
    )


def at(day: date) -> datetime:
    return datetime.combine(day, time(10), UTC)


def loop(*, taken: int = 2, promises: bool = True) -> LoopState:
    """The circle after the wave of 21 July, with `taken` of its six steps taken."""
    out = datetime(2026, 7, 28, 8, tzinfo=UTC)
    names = ("results", "shared", "acknowledged", "committed", "done", "confirmed")
    steps = [
        Step(
            name,
            at=out + timedelta(days=place) if place < taken else None,
            since=out if 0 < place < 4 else None,
            elapsed=timedelta(days=place if place < taken else 9) if 0 < place < 4 else None,
            of=2 if place > 3 else 0,
        )
        for place, name in enumerate(names)
    ]
    kept = promise(
        "A written agenda before every planning meeting",
        1,
        made=date(2026, 3, 12),
        due=date(2026, 4, 10),
        state=State.KEPT,
        done=date(2026, 4, 8),
        word="kept",
        word_on=date(2026, 5, 12),
    )
    moved = promise(
        "A second reviewer for releases on Fridays",
        2,
        made=date(2026, 6, 30),
        due=date(2026, 8, 7),
        state=State.MOVED,
        moves=[
            MoveView(
                moved_at=at(date(2026, 8, 3)),
                from_due=date(2026, 8, 7),
                to_due=date(2026, 8, 28),
                reason="The new colleague starts later.",
                in_time=True,
            )
        ],
    )
    asked = promise(
        "One-to-ones stay in the calendar, whatever the week",
        3,
        made=date(2026, 5, 14),
        due=date(2026, 6, 12),
        done=date(2026, 6, 10),
    )
    return LoopState(
        TEAM,
        "Payments",
        "Europe/Berlin",
        wave_id=UUID(int=1007),
        steps=steps,
        shared_words=WORDS if taken > 1 else None,
        answer_by=date(2026, 8, 6) if taken > 2 else None,
        plan_word="partly",
        promises=[moved, asked, kept] if promises else (),
        follow_through=FollowThrough(Rate(2, 3), Rate(4, 5), moved=1) if promises else FollowThrough(),
    )
