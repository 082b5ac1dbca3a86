# What a developer types. `make demo` and `make test` install what they need by themselves.
#
#   make demo         the whole thing, running here, with an invented organisation
#   make test         everything that must hold: format, lint, types, import contracts, migrations, tests
#   make check        the fast part of it, without a browser and without slow tests
#   make install      the product and the developer tools, in .venv
#   make lock         both lock files anew from pyproject.toml
#   make revision TITLE=…   a migration from what the models say, for you to read and explain
#   make catalogues   the message catalogues, after a sentence was added or changed
#   make mutants MODULE=…   changes that module in many small ways and says which changes no test notices
#   make screenshots  the pictures of the README, taken from the running demo

SHELL := /bin/sh
BIN := .venv/bin
# One more than the cores of a small machine: many tests wait for a process, a browser or a clock.
WORKERS ?= 3
# Each worker of the tests reads all of them; what the first compiles, the others need not.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help install demo test check static lock revision catalogues screenshots browser slack-double mutants clean

help:
	@sed -n 's/^#   //p' Makefile

.venv/.installed: requirements-dev.lock pyproject.toml tools/install
	@tools/install

install: .venv/.installed

demo: .venv/.installed
	@$(BIN)/kept demo

test: .venv/.installed
	@$(MAKE) --no-print-directory -j 3 static browser slack-double
	@echo "== Tests, on SQLite and PostgreSQL, in a real browser, against the Slack double; in those of what decides"
	@echo "   about privacy and figures, branches are counted"
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -q --cov --cov-report=term

check: static
	@echo "== Tests, without the slow ones"
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -q -m "not slow" --ignore=tests/browser --ignore=tests/end_to_end

static: .venv/.installed
	@echo "== Format"
	@$(BIN)/ruff format --check --quiet .
	@echo "== Lint"
	@$(BIN)/ruff check --quiet .
	@echo "== Types"
	@$(BIN)/mypy
	@echo "== Import contracts"
	@$(BIN)/lint-imports

browser: .venv/.installed
	@$(BIN)/python -m tools.browser

slack-double: .venv/.installed
	@tools/slack_double

lock: .venv/.installed
	@tools/lock

revision: .venv/.installed
	@TITLE="$(TITLE)" tools/revision

catalogues: .venv/.installed
	@$(BIN)/python -m integrations.catalogue

screenshots: .venv/.installed browser
	@$(BIN)/python -m tools.screenshots

mutants: .venv/.installed
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements-mutants.lock
	@MODULE="$(MODULE)" TESTS="$(TESTS)" $(BIN)/python -m tools.mutants

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis tests/doubles/node_modules var build/mutants
