"""Who may end a transaction (decision 0001). Everybody else is handed a session."""

import ast

import pytest

from tests.architecture.sources import modules

ENDING = {"commit", "rollback", "begin", "begin_nested"}
EDGES = (
    "service/dependencies.py",  # one request, one transaction
    "service/security.py",  # the guard reads who is signed in, before the request's own transaction
    "service/controllers/answers.py",  # holds no transaction while it waits for the ballot box
    "service/controllers/sheet_visits.py",  # opens those of the two above and below
    "service/controllers/words.py",  # words are stored in a transaction that holds nothing else
    "service/controllers/mailbox.py",  # a refusal rolls back and is told to the page's script
    "service/controllers/sign_in.py",  # makes a link after the response, when nobody waits for it
    "service/controllers/forms.py",  # a savepoint, to show a refusal on the page it came from
    "integrations/slack/",  # one payload, one transaction
    "service/live_boards.py",  # notes who is here by the clock of its connections
    "service/reading_log.py",  # notes who looked after the response, when nobody waits for it
    "service/ballot_box.py",  # the one exception: many sheets, one transaction
    "service/attacks/",  # a composition root of its own, on a copy that nobody else sees
    "service/commands/",
    "service/demo/",
    "surveys/sqlite.py",  # the connection itself, which hands on what the edge says
    "jobs/",
    "migrations/",
)

POOL = "surveys/database.py"  # asks how long a connection has rested, which is no time of the domain


def ends_a_transaction(tree: ast.AST) -> list[int]:
    """Return the lines that call commit, rollback or begin on anything."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ENDING
    ]


def test_only_the_edge_begins_commits_or_rolls_back() -> None:
    offenders = [
        f"{path}:{line}"
        for path, text in modules()
        if not path.startswith(EDGES)
        for line in ends_a_transaction(ast.parse(text))
    ]

    assert offenders == []


def test_every_named_edge_exists() -> None:
    paths = [path for path, _ in modules()]

    assert [edge for edge in EDGES if not any(path.startswith(edge) for path in paths)] == []


@pytest.mark.parametrize("line", ["await session.commit()", "async with sessions.begin() as s: pass"])
def test_the_check_sees_what_it_looks_for(line: str) -> None:
    assert ends_a_transaction(ast.parse(f"async def f():\n    {line}")) == [2]


def test_an_action_or_query_takes_now_by_keyword_only() -> None:
    offenders = []
    for path, text in modules("surveys"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_"):
                positional = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
                if "now" in positional:
                    offenders.append(f"{path}:{node.lineno} {node.name}")

    assert offenders == []


def test_the_domain_never_looks_at_a_clock_itself() -> None:
    offenders = [
        f"{path}:{node.lineno}"
        for path, text in modules("surveys")
        if path != POOL
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "utcnow", "today", "monotonic"}
        and isinstance(node.value, ast.Name)
        and node.value.id in {"datetime", "date", "time", "dt"}
    ]

    assert offenders == []


def second_sessions(tree: ast.AST) -> list[int]:
    """Return the lines that open a session, or call what may open one, while another is open.

    SQLite has one connection a process: the second would wait for the first for ever.
    """
    found = []
    for block in ast.walk(tree):
        if not isinstance(block, ast.AsyncWith) or "sessions" not in _opened(block):
            continue
        own = {name.id for item in block.items for name in _names(item.optional_vars)}
        for node in (node for statement in block.body for node in ast.walk(statement)):
            if isinstance(node, ast.AsyncWith) and "sessions" in _opened(node):
                found.append(node.lineno)
            if isinstance(node, ast.Await) and isinstance(node.value, ast.Call):
                given = {name.id for argument in node.value.args for name in _names(argument)}
                with_desk = isinstance(node.value.func, ast.Name) and "desk" in given
                if (with_desk and not given & own) or ast.unparse(node.value.func) == "desk.language_of":
                    found.append(node.lineno)
    return found


def _opened(block: ast.AsyncWith) -> str:
    return " ".join(ast.unparse(item.context_expr) for item in block.items)


def _names(node: ast.AST | None) -> list[ast.Name]:
    return [each for each in ast.walk(node) if isinstance(each, ast.Name)] if node is not None else []


def test_nobody_opens_a_second_session_while_one_is_open() -> None:
    found = [
        f"{path}:{line}"
        for path, source in modules("integrations", "jobs", "service")
        for line in second_sessions(ast.parse(source))
    ]

    assert found == []


@pytest.mark.parametrize("call", ["show(desk, 1)", "desk.language_of(1)"])
def test_the_check_sees_a_second_session(call: str) -> None:
    source = f"async def f(desk):\n  async with desk.sessions() as session:\n    await {call}"

    assert second_sessions(ast.parse(source)) == [3]
