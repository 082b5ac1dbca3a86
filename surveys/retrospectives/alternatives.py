"""Alternatives of a regular expression, sorted by their first letters, so that most are never tried.

Python tries the alternatives of a pattern one after the other. Of six hundred that begin with a word, all
but a few are ruled out by their first letters; put under these letters, they cost one comparison together.
Nothing that a pattern finds changes by it, nor how far it reaches: the order is kept where it matters.
"""

import re
from collections.abc import Sequence

ENOUGH = 3  # alternatives with a first letter in common before it pays to put them under it
DEPTH = 3  # letters that are looked at
LONGEST_COPY = 100  # characters that are written once more for each word that can stand before them
LETTERS = 3  # of a word that tell whether a pattern is worth trying
WORD = re.compile(r"\w+")
QUANTIFIERS = "?*+{"
SPECIAL = frozenset("\\.^$*+?{}[]()|<")  # "<" opens the name of a part


def by_letters(alternatives: Sequence[str], depth: int = DEPTH) -> str:
    """Return one pattern in a group that finds what any of the alternatives finds, in their order."""
    spread = [each for one in alternatives for each in _spread(one)] if depth else list(alternatives)
    found: list[str] = []
    run: dict[str, list[str]] = {}
    for each in spread:
        letter = first_letter(each)
        if letter:
            run.setdefault(letter, []).append(each)
            continue
        found += _under(run, depth)
        run = {}
        found.append(each)
    return f"(?:{'|'.join(found + _under(run, depth))})"


def apart(pattern: str) -> list[str]:
    """Return the alternatives of a pattern that are not inside any group; empty ones are left out."""
    return [each for each in _split(pattern) if each]


def first_letter(pattern: str) -> str:
    """Return the one character every match of a pattern begins with; nothing if there may be several."""
    if not pattern or pattern[0] in SPECIAL or pattern[1:2] in tuple(QUANTIFIERS):
        return ""
    return pattern[0]


def word_starts(text: str) -> set[str]:
    """Return the first LETTERS letters of each word of a text, or the whole word if it is shorter."""
    return {word[:LETTERS] for word in WORD.findall(text)}


def starts_needed(pattern: str, seen: str = "") -> frozenset[str] | None:
    """Return word starts of which a text must have one for a pattern to match at the start of a word.

    Returns:
        None if the pattern can begin in more ways than can be told from its text.
    """
    if len(seen) == LETTERS:
        return frozenset({seen})
    if pattern.startswith(("\\b", "^")):
        return frozenset({seen}) if seen else starts_needed(pattern.removeprefix("^").removeprefix("\\b"))
    if pattern.startswith("("):
        return _starts_of_group(pattern, seen)
    if pattern.startswith("["):
        return None if seen else _starts_of_set(pattern)
    return _starts_of_letter(pattern, seen) if pattern else None


def _starts_of_letter(pattern: str, seen: str) -> frozenset[str] | None:
    letter, quantifier = pattern[0], pattern[1:2]
    if letter in SPECIAL or quantifier in {"*", "+", "{"}:
        return None
    if quantifier == "?":
        return _both(starts_needed(letter + pattern[2:], seen), starts_needed(pattern[2:], seen))
    if WORD.fullmatch(letter) is None:
        return frozenset({seen}) if seen else None
    if letter.isascii():
        return starts_needed(pattern[1:], seen + letter)
    return None if seen else frozenset(letter)


def _starts_of_set(pattern: str) -> frozenset[str] | None:
    """Return the letters of a set, where each of them is a word, as those that stand for people are."""
    end = pattern.index("]")
    letters = pattern[1:end]
    is_plain = SPECIAL.isdisjoint(letters) and pattern[end + 1 : end + 2] not in tuple(QUANTIFIERS)
    return frozenset(letters) if is_plain and not any(letter.isascii() for letter in letters) else None


def _starts_of_group(pattern: str, seen: str) -> frozenset[str] | None:
    end = _closing(pattern)
    rest = pattern[end + 1 :]
    if pattern.startswith(("(?=", "(?!", "(?<")):  # it looks, and takes nothing
        return starts_needed(rest, seen)
    words = _split(pattern[3:end])
    if rest[:1] in {"+", "{"} or not pattern.startswith("(?:"):
        return None
    found: frozenset[str] | None = frozenset()
    if rest[:1] in {"?", "*"}:
        repeated, rest = rest[0] == "*", rest[1:].removeprefix("?")
        found = starts_needed(rest, seen)
        if repeated:
            rest = ""
    for word in words:
        found = _both(found, starts_needed(word + rest, seen)) if found is not None else None
    return found


def _both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    return None if one is None or other is None else one | other


def _under(run: dict[str, list[str]], depth: int) -> list[str]:
    found = []
    for letter, these in run.items():
        if depth and len(these) >= ENOUGH:
            found.append(letter + by_letters([each[1:] for each in these], depth - 1))
        else:
            found += these
    return found


def _spread(pattern: str) -> list[str]:
    """Return a pattern that begins with a group of words as one pattern for each of them."""
    if not pattern.startswith("(?:"):
        return [pattern]
    end = _closing(pattern)
    rest = pattern[end + 1 :]
    words = _split(pattern[3:end])
    if rest[:1] in tuple(QUANTIFIERS) or "" in words or len(rest) > LONGEST_COPY:
        return [pattern]
    return [each for word in words for each in _spread(word + rest)]


def _closing(pattern: str) -> int:
    """Return where the group ends that a pattern begins with."""
    depth = 0
    for place, letter, in_set in _letters(pattern):
        depth += 0 if in_set else (letter == "(") - (letter == ")")
        if depth == 0:
            return place
    message = f"a group does not end: {pattern}"
    raise ValueError(message)


def _split(pattern: str) -> list[str]:
    found, depth, last = [], 0, 0
    for place, letter, in_set in _letters(pattern):
        depth += 0 if in_set else (letter == "(") - (letter == ")")
        if letter == "|" and not (depth or in_set):
            found.append(pattern[last:place])
            last = place + 1
    return [*found, pattern[last:]]


def _letters(pattern: str) -> list[tuple[int, str, bool]]:
    """Return the characters that are not escaped, with their place and whether they stand in a set."""
    found, escaped, in_set = [], False, False
    for place, letter in enumerate(pattern):
        if not escaped:
            in_set = letter == "[" or (in_set and letter != "]")
            found.append((place, letter, in_set))
        escaped = letter == "\\" and not escaped
    return found
