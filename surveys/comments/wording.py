"""The check before sending: what in somebody's words could give them away. Pure; stores and logs nothing.

The browser runs the same patterns (`static/words.js`), so that on the web nothing has to be sent for it.
"""

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

KINDS = ("name", "date", "only", "role", "unusual")  # in the order in which hints are given
SHORTEST_NAME = 3  # letters; shorter parts of names are found in too many words
A_WORD = re.compile(r"[^\W\d_]+(?:[-'\u2019][^\W\d_]+)*")
AN_S = re.compile(r"['\u2019]s$")
BETWEEN = re.compile(r"[-'\u2019]")
BEGINNING = re.compile(r"(?:^|[.!?:\n])\s*$")

_SOURCE: Mapping[str, Any] = tomllib.loads(
    (files("surveys.comments") / "wording.toml").read_text(encoding="utf-8")
)
WORDS_TOO: Sequence[str] = _SOURCE["words_at_the_beginning"]


@dataclass(frozen=True, slots=True)
class Patterns:
    """Regular expressions by kind of hint; `exact` ones look at capitals. The browser gets these too."""

    harm: str
    loose: Mapping[str, str]
    exact: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing that could give the writer away. It is said to the writer and to nobody else."""

    kind: str
    found: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check says: help, where words of harm were found, else hints; both may be missing."""

    harm: bool
    hints: Sequence[Hint]


def patterns(locale: str) -> Patterns:
    """Return what to look for in a language; in one without a list of its own only what holds in all."""
    language = locale.replace("_", "-").partition("-")[0]
    lists = [_SOURCE["any"], _SOURCE.get(language, {})]
    return Patterns(
        harm="|".join(_SOURCE["harm"]),
        loose={kind: joined for kind in KINDS if (joined := _joined(kind, lists))},
        exact={
            kind: joined for kind in KINDS if (joined := _joined(kind, [x.get("exact", {}) for x in lists]))
        },
    )


def parts_of_names(people: Collection[str]) -> list[str]:
    """Return the words that names consist of, without very short ones, in small letters."""
    whole = {word.casefold() for name in people for word in A_WORD.findall(name)}
    parts = whole | {part for word in whole for part in BETWEEN.split(word)}
    return sorted(part for part in parts if len(part) >= SHORTEST_NAME)


def check(words: str, locale: str, names: Collection[str]) -> Checked:
    """Return what could give the writer away; at most one hint of a kind.

    Args:
        words: as they would be sent.
        locale: the writer's.
        names: as `parts_of_names` returned them; empty where naming people is welcome.
    """
    if _compiled(patterns(locale).harm, ignore_case=True).search(words):
        return Checked(harm=True, hints=())
    found = {"name": _name(words, names)} if names else {}
    wanted = patterns(locale)
    for kind in KINDS:
        if kind == "name" and not names:
            continue
        for expressions, ignore_case in ((wanted.loose, True), (wanted.exact, False)):
            if not found.get(kind) and kind in expressions:
                match = _compiled(expressions[kind], ignore_case=ignore_case).search(words)
                found[kind] = match[0] if match else None
    return Checked(harm=False, hints=[Hint(kind, piece) for kind in KINDS if (piece := found.get(kind))])


def _name(words: str, names: Collection[str]) -> str | None:
    known = set(names)
    for match in A_WORD.finditer(words):
        bare = AN_S.sub("", match[0])
        parts = {bare, *BETWEEN.split(bare)}
        if bare.casefold() in WORDS_TOO and BEGINNING.search(words[: match.start()]):
            continue
        if bare[:1].isupper() and any(part.casefold() in known for part in parts):
            return bare
    return None


def _joined(kind: str, lists: Sequence[Mapping[str, Sequence[str]]]) -> str:
    return "|".join(pattern for each in lists for pattern in each.get(kind, ()))


@lru_cache(maxsize=64)
def _compiled(expression: str, *, ignore_case: bool) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE if ignore_case else 0)
