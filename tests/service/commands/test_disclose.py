"""`kept disclose`: which units of a written tree may be shown."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service import cli

TREE = {
    "k": 5,
    "nodes": [
        {"id": "cards", "parent": "payments", "direct": 3},
        {"id": "payments", "parent": None, "direct": 1},
        {"id": "loans", "parent": "payments", "direct": 7},
        {"id": "interns", "parent": "cards", "direct": 1},
    ],
}


def disclose(content: object, *options: str, folder: Path) -> Result:
    file = folder / "tree.json"
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return CliRunner().invoke(cli.main, ["disclose", str(file), *options])


def test_each_shown_unit_comes_with_what_it_stands_for(tmp_path: Path) -> None:
    shown = disclose(TREE, "--json", folder=tmp_path)

    assert json.loads(shown.stdout) == {
        "published": {
            "payments": {"n": 12, "pool": 5, "carried": 0},
            "loans": {"n": 7, "pool": 7, "carried": 0},
        },
        "left_over": 0,
    }


def test_units_may_be_numbered_and_the_root_may_keep_some_back(tmp_path: Path) -> None:
    tree = {
        "k": 2,
        "nodes": [{"id": 1, "parent": None, "direct": 1}, {"id": 2, "parent": 1, "direct": 2}],
    }

    shown = disclose(tree, "--json", folder=tmp_path)

    assert json.loads(shown.stdout) == {
        "published": {"1": {"n": 2, "pool": 0, "carried": 1}, "2": {"n": 2, "pool": 2, "carried": 0}},
        "left_over": 1,
    }


def test_the_same_units_in_another_order_print_the_same(tmp_path: Path) -> None:
    turned = TREE | {"nodes": TREE["nodes"][::-1]}  # type: ignore[index]  # a list, as written above

    assert (
        disclose(TREE, "--json", folder=tmp_path).stdout
        == disclose(turned, "--json", folder=tmp_path).stdout
    )


def test_a_person_reads_a_tree(tmp_path: Path) -> None:
    lines = disclose(TREE, folder=tmp_path).stdout.splitlines()

    assert lines[:4] == [
        "payments     n = 12; 5 first released here",
        "  cards      not shown separately; 4 carried",
        "    interns  not shown separately; 1 carried",
        "  loans      n = 7; 7 first released here",
    ]
    assert lines[-1] == "2 of 4 units are shown, each standing for at least 5 answers."


def test_it_reads_standard_input() -> None:
    shown = CliRunner().invoke(cli.main, ["disclose", "-", "--json"], input=json.dumps(TREE))

    assert json.loads(shown.stdout)["left_over"] == 0


def node(**changed: object) -> dict[str, Any]:
    return {"id": "a", "parent": None, "direct": 1} | changed


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"k = 5", "is not JSON: line 1, column 1"),
        (b"", "is not JSON"),
        (b"\xff\xfe{\x00", "is not UTF-8 (byte 1)"),
        (b'{"k": 5, "k": 2, "nodes": []}', "the same key twice"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"k": 1' + b"0" * 5000 + b"}", "too long"),
        ([1], "must hold one object"),
        ({"nodes": [node()]}, "k is missing"),
        ({"k": 1, "nodes": [node()]}, "k must be a whole number of at least 2"),
        ({"k": True, "nodes": [node()]}, "k must be a whole number"),
        ({"k": "5", "nodes": [node()]}, "k must be a whole number"),
        ({"k": 5.0, "nodes": [node()]}, "k must be a whole number"),
        ({"k": 5}, "nodes must be a list"),
        ({"k": 5, "nodes": []}, "at least the root"),
        ({"k": 5, "nodes": [7]}, "nodes[0] must be an object"),
        ({"k": 5, "nodes": [node(direct=-1)]}, "nodes[0].direct must be a whole number"),
        ({"k": 5, "nodes": [node(direct=1.5)]}, "nodes[0].direct must be a whole number"),
        ({"k": 5, "nodes": [node(direct=True)]}, "nodes[0].direct must be a whole number"),
        ({"k": 5, "nodes": [{"id": "a", "parent": None}]}, "nodes[0].direct"),
        ({"k": 5, "nodes": [node(id=None)]}, "nodes[0].id must be"),
        ({"k": 5, "nodes": [node(), node(id="b", parent=["a"])]}, "nodes[1].parent must be"),
        ({"k": 5, "nodes": [node(), node(id=7, parent="a")]}, "nodes[1].id is a number"),
        ({"k": 5, "nodes": [node(), node(id="b", parent=7)]}, "nodes[1].parent is a number"),
        ({"k": 5, "nodes": [node(), node(id="b", parent="z")]}, "nodes[1].parent is no id"),
    ],
)
def test_what_it_cannot_use_it_names_in_one_line(content: object, words: str, tmp_path: Path) -> None:
    refused = disclose(content, "--json", folder=tmp_path)

    assert refused.exit_code == 1
    assert refused.stdout == ""
    assert len(refused.stderr.splitlines()) == 1
    assert words in refused.stderr
