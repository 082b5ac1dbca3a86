"""Whether a sentence reads like blame, and what to say instead. Pure: nothing is stored, logged or counted.

What counts as blame is data, one file a language (`wording.en.toml`); this module only knows how such a
file is read. Before any pattern is tried a sentence is made plain: names on the roster, leaders and
other roles become one letter each, so that a roster of a thousand people costs no more than one of five.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

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
class _Rule:
    """One family. Its patterns are kept apart by how they begin, so that most are never tried."""

    family: str
    why: str
    patterns: tuple[re.Pattern[str], ...]

    def fits(self, sentence: str) -> bool:
        """Return whether a plain sentence reads like this kind of blame."""
        return any(pattern.search(sentence) for pattern in self.patterns)


@dataclass(frozen=True, slots=True)
class _Language:
    """The rules of one language, ready to be tried."""

    people: tuple[tuple[str, re.Pattern[str]], ...]  # stand-in, and what it stands for
    never: tuple[re.Pattern[str], ...]
    rules: tuple[_Rule, ...]
    rewrite: str
    words: frozenset[str]
    after_the_word: str


class Wording:
    """The rules of one language, for one roster.

    Args:
        roster: names as people are called or as they sign, "Tom", "Tom Becker" or "@tom".
        language: a language there is a file for; English where there is none.
    """

    def __init__(self, roster: Iterable[str] = (), language: str = ENGLISH) -> None:
        self._language = _language(language if has_rules(language) else ENGLISH)
        self._names = _names(roster, self._language)

    def nudge(self, text: str) -> Nudge | None:
        """Return what reads like blame in a text, its first sentence that does, or None."""
        for sentence in self._plain_sentences(text[:LONGEST]):
            if any(pattern.search(sentence) for pattern in self._language.never):
                continue
            for rule in self._language.rules:
                if rule.fits(sentence):
                    return Nudge(rule.family, rule.why, self._language.rewrite)
        return None

    def _plain_sentences(self, text: str) -> list[str]:
        plain = unicodedata.normalize("NFKC", text).translate(PLAIN)
        plain = DASH.sub(", ", " ".join(plain.split()))
        plain = BULLET.sub("", plain)
        plain = MENTION.sub(NAME, plain) if "@" in plain else plain
        for pattern in self._names:
            plain = pattern.sub(NAME, plain)
        plain = plain.lower()
        for stand_in, pattern in self._language.people:
            plain = pattern.sub(stand_in, plain)
        return [SPEAKER.sub(r"\1 ", sentence) for sentence in SENTENCES.split(plain)]


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
            (stand_in, _compiled(parts[name], parts, whole_words=True))
            for name, stand_in in STAND_INS.items()
            if name in parts
        ),
        never=_by_beginning("\n".join(known["never"].values()), parts),
        rules=tuple(
            _Rule(rule["family"], rule["why"], _by_beginning(rule["patterns"], parts))
            for rule in known["rules"]
        ),
        rewrite=known["rewrite"],
        words=frozenset(known["names_that_are_words"].split()),
        after_the_word=_one_of(known["after_the_word"]),
    )


def _one_of(lines: str) -> str:
    return f"(?:{'|'.join(line for line in lines.splitlines() if line.strip())})"


def _compiled(lines: str, parts: Mapping[str, Any], *, whole_words: bool = False) -> re.Pattern[str]:
    pattern = _one_of(lines)
    while (found := re.search("<([a-z_]+)>", pattern)) is not None:
        stand_in = ANYBODY if found[1] == "one" else STAND_INS.get(found[1])
        pattern = pattern.replace(found[0], stand_in or _one_of(parts[found[1]]))
    return re.compile(rf"(?<![\w'-]){pattern}(?![\w-])" if whole_words else pattern)


def _by_beginning(lines: str, parts: Mapping[str, Any]) -> tuple[re.Pattern[str], ...]:
    """Return patterns with one beginning each: a person, the start of a word, and the rest."""
    lines = lines.replace("(?:<one>)", "<one>")
    left = [each for line in lines.splitlines() for each in _apart(line)]
    found = []
    for beginning, stands_for in (("<one>", ANYBODY), (r"\b", r"\b(?=\w)")):
        tails = [each.removeprefix(beginning) for each in left if each.startswith(beginning)]
        left = [each for each in left if not each.startswith(beginning)]
        if tails:
            found.append(re.compile(stands_for + _compiled("\n".join(tails), parts).pattern))
    if left:
        found.append(_compiled("\n".join(left), parts))
    return tuple(found)


def _apart(line: str) -> list[str]:
    """Return the alternatives of a pattern that are not inside any group."""
    found, depth, escaped, in_set = [""], 0, False, False
    for letter in line:
        if letter == "|" and not (depth or escaped or in_set):
            found.append("")
            continue
        if not escaped:
            in_set = letter == "[" or (in_set and letter != "]")
            depth += 0 if in_set else (letter == "(") - (letter == ")")
        escaped = letter == "\\" and not escaped
        found[-1] += letter
    return [each for each in found if each]


def _names(roster: Iterable[str], language: _Language) -> list[re.Pattern[str]]:
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
        found.append(re.compile(_any_name(anyhow), re.IGNORECASE))
    if as_written - anyhow:
        found.append(re.compile(_any_name(as_written - anyhow) + f"(?!{language.after_the_word})"))
    return found


def _any_name(names: Iterable[str]) -> str:
    spellings = {name for known in names for name in (known, _without_accents(known)) if name}
    longest_first = sorted(spellings, key=len, reverse=True)
    return rf"(?<![\w'-])@?(?:{'|'.join(re.escape(name) for name in longest_first)})(?!\w|-\w)"


def _without_accents(name: str) -> str:
    """Return a name as it is typed on a keyboard without its letters."""
    apart = unicodedata.normalize("NFD", name.replace("ł", "l").replace("Ł", "L").replace("ø", "o"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
