"""What the invented people answer, as follows from the story of their team.

Answers come from a fixed seed and are handed in like anybody's: nothing here touches a figure.
"""

import random
from collections.abc import Sequence
from statistics import NormalDist

from service.demo.story import Story

SEED = "Osier Works"
NOISE = 7.0  # points, from one answer of a person to the next


def who_answers(story: Story, people: Sequence[str], wave: int) -> list[str]:
    """Return which of these people answer a wave: always the same ones first, so the same fall silent."""
    in_order = sorted(people, key=lambda one: random.Random(f"{SEED} order {one}").random())  # noqa: S311 -- invented answers
    return in_order[: story.answering[min(wave, len(story.answering) - 1)]]


def scale_answer(
    story: Story,
    people: Sequence[str],
    person: str,
    wave: int,
    item: str,
    dimension: str,
    *,
    backwards: bool,
) -> int:
    """Return what a person presses on a scale question, 1 to 5."""
    score = story.level(dimension, wave) + _leaning(story, sorted(people), person)
    score += random.Random(f"{SEED} {person} {wave} {item}").gauss(0, NOISE)  # noqa: S311 -- invented answers
    pressed = 1 + round(min(100.0, max(0.0, score)) / 25)
    return 6 - pressed if backwards else pressed


def loop_answer(story: Story, person: str, wave: int, code: str, text: str) -> int:
    """Return what a person chooses on a loop question: the number of the choice, from 1."""
    chance = random.Random(f"{SEED} {person} {wave} {code}").random()  # noqa: S311 -- invented answers
    if code == "LOOP-02":
        likely = {"yes": 1, "partly": 2, "no": 3}[story.plan]
        return likely if chance < 0.8 else 2  # noqa: PLR2004 -- four of five agree
    promise = next((each for each in story.promises if each.text in text), None)
    if promise is None or promise.team_says == "kept":
        return 1 if chance < 0.95 else 4  # noqa: PLR2004 -- kept, or cannot tell
    return 3 if chance < 0.6 else 2  # noqa: PLR2004 -- not kept, or partly


def _leaning(story: Story, people: Sequence[str], person: str) -> float:
    """Return how far a person lies from the team's level; those of a team add up to about nothing."""
    place = (people.index(person) + 0.5) / len(people)
    leaning = NormalDist().inv_cdf(place) * story.spread
    if story.camps:
        leaning += 30 if people.index(person) % 2 else -30
    return leaning
