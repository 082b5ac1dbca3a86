"""Every attack on published figures, run over all waves in one pass."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from service.attacks import groups, insiders, ranges, receipts, reckoning, team_words
from service.attacks.attempts import NOTHING_FOUND, Attempt, judged
from service.attacks.over_time import OverTime
from service.attacks.published import PublishedWave, published_waves


@dataclass(frozen=True, slots=True)
class OnOneWave:
    """An attack that needs one wave: what it counts, and what to say."""

    attack: str
    find: Callable[[PublishedWave], int]
    clean: str
    leak: str


ON_ONE_WAVE = (
    OnOneWave(
        "stored groups",
        groups.too_small,
        "No stored number stands for fewer than k people, and nothing hidden has a number.",
        "Numbers are stored that stand for fewer than k people, or that are hidden on every page.",
    ),
    OnOneWave(
        "more than sums",
        groups.more_than_sums,
        "Nothing beyond n and sums is stored of fewer than eight, no spread of fewer than ten.",
        "More than n and sums is stored of small groups, enough to work back to answers.",
    ),
    OnOneWave(
        "extra figures",
        groups.strangers,
        "Every figure is of a unit and a question of its wave.",
        "There are figures beside those of the tree: a filter or a second cut, open to subtraction.",
    ),
    OnOneWave(
        "differences in the tree",
        groups.tree_differences,
        "No figure less the figures below it leaves 1 to k-1 people.",
        "A figure less the figures below it leaves fewer than k people.",
    ),
    OnOneWave(
        "differences of bars",
        groups.bar_differences,
        "No bar, and no difference of bars, leaves one or two people in a bucket.",
        "Bars, or differences of bars, leave one or two people in a bucket.",
    ),
    OnOneWave(
        "differences of participation",
        groups.participation_differences,
        "No count of people less the counts below it is about a group too small to be counted.",
        "Counts of people, when subtracted, are about a group too small to be counted.",
    ),
    OnOneWave(
        "leaders as insiders",
        insiders.pools_of_a_leader,
        "Every pool had k people asked who lead nobody in it.",
        "A leader who subtracts himself from a figure reads fewer than k of his own people.",
    ),
    OnOneWave(
        "answers from sums",
        reckoning.certain_answers,
        "In no group is a single answer certain, nor that nobody was favourable, counting all sets.",
        "In some groups only one kind of answer fits the sums, so everybody's is known.",
    ),
    OnOneWave(
        "widths of ranges",
        ranges.telling_widths,
        "Under 100 answers every range follows from how many answered.",
        "Ranges of few answers have widths that were taken from them, as Kept once did from ten on: see "
        '"Published by an older version" in docs/operations.md.',
    ),
    OnOneWave(
        "late answers",
        groups.recomputed,
        "Every figure is still the sum it was frozen from.",
        "Figures differ from the sums they were frozen from: what came late can be subtracted.",
    ),
    OnOneWave(
        "team words",
        team_words.words_from_too_few,
        "Every word of a team had room for enough decided votes, as its frozen rules say.",
        "Words of teams come from fewer votes than the frozen rules say, or these say too few.",
    ),
    OnOneWave(
        "totals of receipts",
        receipts.telling_totals,
        "Receipts hold totals of the organisation that leave no few people over.",
        "Receipts hold totals that tell of few people.",
    ),
)


async def attacks(session: AsyncSession) -> list[Attempt]:
    """Return what can be learned from the published figures, over tree and waves."""
    found: Counter[str] = Counter()
    hashes = telling_votes = 0
    over_time = OverTime()
    promised: set[tuple[int, float]] = set()
    async for wave in published_waves(session):
        for each in ON_ONE_WAVE:
            found[each.attack] += each.find(wave)
        over_time.read(wave)
        hashes += await receipts.hides_something(session, wave)
        promised.add((wave.rules.get("votes_for_a_word") or 0, team_words.share_of(wave)))
    telling_votes = sum(team_words.votes_that_tell(*rule) for rule in promised)
    attempts = [
        judged(each.attack, found[each.attack], clean=each.clean, leak=each.leak) for each in ON_ONE_WAVE
    ]
    return [*attempts, *_of_time(over_time), *_of_rules(hashes, telling_votes)]


def _of_time(over_time: OverTime) -> list[Attempt]:
    return [
        judged(
            "differences between waves",
            over_time.near_repeats,
            clean="Nobody was asked the same dimension twice within days.",
            leak="The same people were asked the same dimension twice within days, so that who joined is "
            "the difference.",
        ),
        Attempt(
            "joiners and leavers",
            over_time.small_changes,
            NOTHING_FOUND,
            "So many pairs of figures differ by 1 to k-1 people. All answered anew in between; what remains"
            " is what members are told: over many months a careful reader can learn more.",
        ),
    ]


def _of_rules(hashes: int, telling_votes: int) -> list[Attempt]:
    return [
        judged(
            "hashes of receipts",
            hashes,
            clean="Every receipt hashes exactly what is shown, so it holds nothing that is hidden.",
            leak="Hashes of receipts are not those of what is shown: figures were changed, or something "
            "hidden is in them.",
        ),
        judged(
            "votes behind words",
            telling_votes,
            clean="In every possible vote of up to nine people a word needs what its rules promised.",
            leak="Some votes make a word from too few voices, or let one voice decide it.",
        ),
    ]
