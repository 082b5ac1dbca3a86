"""Keeps the catalogues complete: finds every sentence in the code and templates, and refreshes the files.

`python -m integrations.catalogue` does it. Sentences that are gone are dropped; translations of those
that stay are kept. English translates each sentence by itself, so that nothing falls back silently.
Texts that live in data (the item bank) come in through `more`.
"""

import ast
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from integrations.language import CATALOGUES, FALLBACK, languages
from surveys import errors
from surveys.commitments.playbooks import PLAYBOOKS
from surveys.errors import SurveyError
from surveys.questions.rules import (
    BANK,
    DIMENSION_NAMES,
    LOOP_ITEMS,
    OPEN_PROMPTS,
    SCALE_LABELS,
    THEMES,
)

ROOT = Path(__file__).parent.parent
FOLDERS = ("surveys", "integrations", "jobs", "service")
CALLS: dict[str, tuple[int, ...] | None] = {
    "mark": None,
    "say": None,
    "count": (1, 2),
    "_n": (1, 2),
}
HEAD = """\
msgid ""
msgstr ""
"Project-Id-Version: kept\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""
Sentence = str | tuple[str, str]


def keywords() -> dict[str, Any]:
    """Return the calls whose first arguments are sentences: ours, gettext's, and every refusal."""
    refusals = {name: None for name, kind in vars(errors).items() if _is_refusal(kind)}
    return {**DEFAULT_KEYWORDS, **CALLS, **refusals}


def sentences() -> dict[Sentence, list[tuple[str, int]]]:
    """Return every sentence people may read, with the places it comes from."""
    with (ROOT / "babel.cfg").open() as config:
        methods, options = parse_mapping_cfg(config)  # type: ignore[no-untyped-call]  # Babel's has no types
    found: dict[Sentence, list[tuple[str, int]]] = {}
    for folder in FOLDERS:
        extracted = extract_from_dir(
            str(ROOT / folder),
            [
                (pattern.removeprefix(f"{folder}/"), method)
                for pattern, method in methods
                if pattern.startswith(folder)
            ],
            {pattern.removeprefix(f"{folder}/"): values for pattern, values in options.items()},
            keywords=keywords(),
        )
        for file, line, message, _comments, _context in extracted:
            key = (message[0], message[1]) if isinstance(message, tuple) else message
            if key and _is_for_people(key):
                found.setdefault(key, []).append((f"{folder}/{file}", line))
    for text in more():
        found.setdefault(text, [("surveys/questions/bank.toml", 1)])
    for book in PLAYBOOKS.values():
        for text in (book.why, book.week, book.say, *book.later):
            found.setdefault(text, [("surveys/commitments/playbooks.toml", 1)])
    return found


def python_sentences(
    file: IO[bytes],
    known: Collection[str],
    _comment_tags: object,
    options: object,  # noqa: ARG001 -- Babel passes it by this name
) -> Iterator[tuple[int, str, str | tuple[str | None, ...], list[str]]]:
    """Babel's extraction method for our Python files: calls by name, with whole literals.

    Babel's own reads tokens, and stumbles over bytes in any method that is called `count`.
    """
    for node in ast.walk(ast.parse(file.read())):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called not in known:
            continue
        literals = tuple(
            argument.value
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
            else None
            for argument in node.args
        )
        if any(literals):
            yield node.lineno, called, literals if len(literals) > 1 else (literals[0] or ""), []


def more() -> Iterable[str]:
    """Return sentences that are data: the statements, their dimensions, the labels of their scale."""
    yield from DIMENSION_NAMES.values()
    yield from (item.text for item in BANK.values())
    yield from (item.text for item in LOOP_ITEMS.values())
    yield from SCALE_LABELS
    yield from (prompt.text for prompt in OPEN_PROMPTS.values())
    yield from THEMES.values()


def refresh() -> None:
    """Bring every catalogue up to date."""
    found = sentences()
    for language in languages():
        file = CATALOGUES / language / "LC_MESSAGES" / "kept.po"
        with file.open("rb") as source:
            old = read_po(source, locale=language)
        fresh = Catalog(locale=language, project="kept", fuzzy=False)
        for sentence in sorted(found, key=lambda each: each if isinstance(each, str) else each[0]):
            known = old.get(sentence[0] if isinstance(sentence, tuple) else sentence)
            translation = known.string if known is not None else None
            if language == FALLBACK:
                translation = sentence
            # Line numbers are not written: a catalogue then changes only where a sentence does.
            places = sorted({(place, 1) for place, _line in found[sentence]})
            fresh.add(sentence, translation, locations=places, flags=())
        with file.open("wb") as target:
            # A head of our own, because Babel's changes with every run and names people.
            plural_forms = Catalog(locale=language).plural_forms
            target.write(HEAD.format(language=language, plural_forms=plural_forms).encode())
            write_po(target, fresh, width=100, omit_header=True, include_lineno=False)


def _is_refusal(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, SurveyError)


def _is_for_people(sentence: Sentence) -> bool:
    text = sentence if isinstance(sentence, str) else sentence[0]
    return any(letter.isalpha() for letter in text)


if __name__ == "__main__":
    refresh()
