"""Whether a sentence reads like blame, and what to say instead. Pure: nothing is stored, logged or counted.

What counts as blame is data, one file a language (`wording.en.toml`); this module only knows how such a
file is read. Before any pattern is tried a sentence is made plain: names on the roster, leaders and
other roles become one letter each, so that a roster of a thousand people costs no more than one of five.
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from surveys.retrospectives.alternatives import apart, by_letters, starts_needed, word_starts

ENGLISH = "en"
NAME, LEADER, ROLE, VEILED, HE = "ʬʭʮʯʢ"  # letters that no sentence has; taken out of it beforehand
STAND_INS = {"name": NAME, "leaders": LEADER, "roles": ROLE, "veiled": VEILED, "he": HE}
ANYBODY = f"[{''.join(STAND_INS.values())}]"
SHORT = 2  # a name of so few letters counts only as it is written on the roster
LONGEST = 2000  # characters of a line that are looked at
APOSTROPHES, QUOTES, HYPHENS = "\u2018\u2019\u02bc\u00b4`", "\u201c\u201d", "\u2010\u2011"
PLAIN = str.maketrans(
    dict.fromkeys(APOSTROPHES, "'")
    | dict.fromkeys(QUOTES, '"')
    | dict.fromkeys(HYPHENS, "-")
    | dict.fromkeys(STAND_INS.values(), "")
)
DASH = re.compile(r"\s+(?:[\u2013\u2014]|--?)\s+")
BULLET = re.compile(r"^(?:[-*•>#]|\d+[.)])\s+")
SENTENCES = re.compile(r"(?<=[.!?;])\s+")
MENTION = re.compile(r"<@\w+(?:\|[^>]*)?>|(?<![\w.])@\w[\w.-]*\w")
DOTLESS_I = "\u0131"  # capitals of it and of i are not told apart
Finds = Callable[[str], re.Match[str] | None]  # the search or, at the beginning, the match of a pattern
Starts = frozenset[str] | None  # of words; a sentence without any of them need not be tried
SPEAKER = re.compile(f"^({ANYBODY}): ")


@dataclass(frozen=True, slots=True)
class Nudge:
    """A sentence that reads like blame.

    Attributes:
        family: the rule that fits, N1 to N8.
        why: what it does, in a sentence for its writer.
        rewrite: a form in which the same can be said about the event.
    """

    family: str
    why: str
    rewrite: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One family. Its patterns are kept apart by how they begin, so that most are never tried."""

    family: str
    why: str
    patterns: tuple[tuple[Starts, Finds], ...]

    def fits(self, sentence: str, starts: set[str]) -> bool:
        """Return whether a plain sentence with these word starts reads like this kind of blame."""
        return _fits(self.patterns, sentence, starts)


@dataclass(frozen=True, slots=True)
class _Language:
    """The rules of one language, ready to be tried."""

    people: tuple[tuple[str, Starts, re.Pattern[str]], ...]  # stand-in, and what it stands for
    never: tuple[tuple[Starts, Finds], ...]
    rules: tuple[Rule, ...]
    rewrite: str
    words: frozenset[str]
    months: frozenset[str]
    after_the_word: str


def first_nudge(texts: Iterable[str], names: tuple[str, ...], locale: str) -> Nudge | None:
    """Return what the first text that reads like blame gets, or None.

    Args:
        texts: drafts, in the order in which they are looked at.
        names: of the people on the board.
        locale: the writer's, for example `de-AT`.
    """
    wording = _wording_for(names, locale.partition("-")[0])
    return next((nudge for text in texts if (nudge := wording.nudge(text)) is not None), None)


class Wording:
    """The rules of one language, for one roster.

    Args:
        roster: names as people are called or as they sign, "Tom", "Tom Becker" or "@tom".
        language: a language there is a file for; English where there is none.
    """

    def __init__(self, roster: Iterable[str] = (), language: str = ENGLISH) -> None:
        self._language = _language(language if has_rules(language) else ENGLISH)
        self._names = _names(roster, self._language)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """What is looked for in this language, in the order in which it is."""
        return self._language.rules

    def nudge(self, text: str) -> Nudge | None:
        """Return what reads like blame in a text, its first sentence that does, or None."""
        sentences, starts = self._plain_sentences(text[:LONGEST])
        for sentence in sentences:
            if _fits(self._language.never, sentence, starts):
                continue
            for rule in self._language.rules:
                if rule.fits(sentence, starts):
                    return Nudge(rule.family, rule.why, self._language.rewrite)
        return None

    def _plain_sentences(self, text: str) -> tuple[list[str], set[str]]:
        """Return the sentences of a text made plain, and what words in them start with."""
        is_ascii = text.isascii()
        plain = text if is_ascii else unicodedata.normalize("NFKC", text)
        plain = plain.replace("`", "'") if is_ascii else plain.translate(PLAIN)
        plain = " ".join(plain.split())
        plain = DASH.sub(", ", plain) if not is_ascii or " -" in plain else plain
        plain = BULLET.sub("", plain) if not plain[:1].isalpha() else plain
        plain = MENTION.sub(NAME, plain) if "@" in plain else plain
        starts = word_starts(plain.lower())
        for known, pattern in self._names:
            if not is_ascii or known is None or not starts.isdisjoint(known):
                plain = pattern.sub(NAME, plain)
        plain = plain.lower()
        for stand_in, known, pattern in self._language.people:
            if known is None or not starts.isdisjoint(known):
                plain = pattern.sub(stand_in, plain)
        starts.update(stand_in for stand_in in STAND_INS.values() if stand_in in plain)
        sentences = SENTENCES.split(plain)
        return [SPEAKER.sub(r"\1 ", each) if each[1:2] == ":" else each for each in sentences], starts


def _fits(patterns: Iterable[tuple[Starts, Finds]], sentence: str, starts: set[str]) -> bool:
    for needed, finds in patterns:
        if (needed is None or not starts.isdisjoint(needed)) and finds(sentence):
            return True
    return False


def has_rules(language: str) -> bool:
    """Return whether there is a file of rules for a language."""
    return language.isalpha() and (files("surveys.retrospectives") / f"wording.{language}.toml").is_file()


@cache
def _language(language: str) -> _Language:
    text = (files("surveys.retrospectives") / f"wording.{language}.toml").read_text(encoding="utf-8")
    known = tomllib.loads(text)
    parts = known["parts"]
    return _Language(
        people=tuple(
            (
                stand_in,
                starts_needed(_expanded(parts[name], parts) + r"\b"),
                _whole_words(parts[name], parts),
            )
            for name, stand_in in STAND_INS.items()
            if name in parts
        ),
        never=_by_beginning("\n".join(known["never"].values()), parts),
        rules=tuple(
            Rule(rule["family"], rule["why"], _by_beginning(rule["patterns"], parts))
            for rule in known["rules"]
        ),
        rewrite=known["rewrite"],
        words=frozenset(known["names_that_are_words"].split()),
        months=frozenset(known["names_that_are_months"].split()),
        after_the_word=_one_of(known["after_the_word"]),
    )


def _one_of(lines: str) -> str:
    return by_letters([each for line in lines.splitlines() if line.strip() for each in apart(line)])


def _whole_words(lines: str, parts: Mapping[str, Any]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'-]){_expanded(lines, parts)}(?![\w-])")


def _expanded(lines: str, parts: Mapping[str, Any]) -> str:
    pattern = _one_of(lines)
    while (found := re.search("<([a-z_]+)>", pattern)) is not None:
        stand_in = ANYBODY if found[1] == "one" else STAND_INS.get(found[1])
        pattern = pattern.replace(found[0], stand_in or _one_of(parts[found[1]]))
    return pattern


def _by_beginning(lines: str, parts: Mapping[str, Any]) -> tuple[tuple[Starts, Finds], ...]:
    """Return patterns with one beginning each: a person, the start of a word, and the rest."""
    lines = lines.replace("(?:<one>)", "<one>")
    left = [each for line in lines.splitlines() for each in apart(line)]
    found = []
    for beginning, stands_for in (("<one>", ANYBODY), (r"\b", r"\b(?=\w)"), ("^", "")):
        tails = [each.removeprefix(beginning) for each in left if each.startswith(beginning)]
        left = [each for each in left if not each.startswith(beginning)]
        if tails:
            text = _expanded("\n".join(tails), parts)
            pattern = re.compile(stands_for + text)
            starts = starts_needed(stands_for + text)
            found.append((starts, pattern.match if beginning == "^" else pattern.search))
    if left:
        found.append((None, re.compile(_expanded("\n".join(left), parts)).search))
    return tuple(found)


def _names(roster: Iterable[str], language: _Language) -> list[tuple[Starts, re.Pattern[str]]]:
    """Return what finds the names of a roster: in any spelling, or only as written."""
    anyhow: set[str] = set()
    as_written: set[str] = set()
    for line in roster:
        whole = unicodedata.normalize("NFKC", line).translate(PLAIN).strip().removeprefix("@")
        words = [word for word in re.split(r"[\s,.]+", whole) if word]
        if not words:
            continue
        if len(words) > 1:
            anyhow.add(" ".join(whole.split()))
            as_written.add(words[-1])  # a family name; many are words too
        is_word = words[0].lower() in language.words or len(words[0]) <= SHORT
        (as_written if is_word else anyhow).add(words[0])
    found = []
    if anyhow:
        spellings = _spellings(anyhow)
        found.append((_starts(spellings), re.compile(_any_of(spellings), re.IGNORECASE)))
    if as_written - anyhow:
        spellings = _spellings(as_written - anyhow)
        sure = {name for name in spellings if name.lower() not in language.months}
        in_the_middle = f"(?<=[a-z] ){_any_of(sure)}|" if sure else ""
        anywhere = f"{_any_of(spellings)}(?!{language.after_the_word})"
        found.append((_starts(spellings), re.compile(in_the_middle + anywhere)))
    return found


def _spellings(names: Iterable[str]) -> set[str]:
    return {name for known in names for name in (known, _without_accents(known)) if name}


def _any_of(names: Iterable[str]) -> str:
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return rf"(?<![\w'-])@?{by_letters([re.escape(name) for name in longest_first])}(?!\w|-\w)"


def _starts(names: Iterable[str]) -> Starts:
    """Return word starts of which a text in ASCII has one where a name stands in it; None if unknown."""
    plain = [word_starts(name.lower().replace(DOTLESS_I, "i").replace("i\u0307", "i")) for name in names]
    return frozenset().union(*plain) if all(plain) else None


def _without_accents(name: str) -> str:
    """Return a name as it is typed on a keyboard without its letters."""
    apart = unicodedata.normalize("NFD", name.replace("ł", "l").replace("Ł", "L").replace("ø", "o"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


@lru_cache(maxsize=64)
def _wording_for(names: tuple[str, ...], language: str) -> Wording:
    """A roster is put together once for the many lines of one board."""
    return Wording(names, language)
