"""The team's word on a promise: never a count, and never from fewer voices than was promised."""

from collections.abc import Iterator
from functools import cache

from service.attacks.published import PublishedWave
from surveys.results.rules.loop_words import (
    DECIDED_VOTES,
    DIFFERENCES,
    MIXED,
    SHARE_FOR_A_WORD,
    TOO_EARLY,
    loop_word,
)

DECIDED = {
    "LOOP-02": ("yes", "partly", "no"),
    "LOOP-03": ("kept", "not_yet"),
    "LOOP-05": (*DIFFERENCES, MIXED),
}
UNDECIDED = {"LOOP-02": "cant_tell", "LOOP-03": "cant_tell", "LOOP-05": TOO_EARLY}
SAID = {code: frozenset((*words, UNDECIDED[code], "too_few")) for code, words in DECIDED.items()}
CHOICES = {
    "LOOP-02": ("yes", "partly", "no", "not_sure"),
    "LOOP-03": ("kept", "partly", "not_kept", "cant_tell"),
    "LOOP-05": (*DIFFERENCES, TOO_EARLY),
}
LARGEST = 9  # people; every way in which a team up to this size can vote is counted through


def words_from_too_few(wave: PublishedWave) -> int:
    """Return how many words contradict what was frozen and told before anybody voted."""
    needed = wave.rules.get("votes_for_a_word")
    if needed is None or needed < DECIDED_VOTES or share_of(wave) < SHARE_FOR_A_WORD:
        return max(1, len(wave.words))
    found = 0
    for row in wave.words:
        code, unit = row["question"].partition(":")[0], wave.units.get(row["team_id"])
        if unit is None or row["question"] not in {each["key"] for each in unit.loop}:
            found += 1
            continue
        too_few = row["word"] in DECIDED[code] and unit.asked < needed
        found += too_few or row["word"] not in SAID[code]
    return found


def share_of(wave: PublishedWave) -> float:
    """Return the share of those asked that the rules promise; before it was frozen it was one half."""
    return float(wave.rules.get("share_for_a_word", SHARE_FOR_A_WORD))


@cache
def votes_that_tell(needed: int, share: float) -> int:
    """Return in how many votes of small teams a word would come from too few, or turn on one voice.

    The rule that decides the next word is run on every vote that is possible, as an attacker would:
    a word needs `needed` decided votes and that share of those asked, and one voice against makes no
    "not yet".
    """
    found = 0
    for asked in range(1, LARGEST + 1):
        for counts in _votes(asked, 4):
            for code, choices in CHOICES.items():
                votes = dict(zip(choices, counts, strict=True))
                word = loop_word(code, votes, asked, needed=needed, share=share)
                if word not in DECIDED[code]:
                    continue
                decided = sum(counts[:3])
                found += decided < needed or decided < share * asked
                alone = word == "not_yet" and counts[1] + counts[2] == 1
                found += alone or (word in ("no", "worse") and counts[2] <= 1)
    return found


def _votes(people: int, choices: int) -> Iterator[tuple[int, ...]]:
    """Yield every way in which at most so many people spread over the choices."""
    if not choices:
        yield ()
        return
    for count in range(people + 1):
        for rest in _votes(people - count, choices - 1):
            yield (count, *rest)
