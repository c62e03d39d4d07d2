# The same commands in CI, in CONTRIBUTING.md and here.
BIN := .venv/bin

.PHONY: install check lint test long format docs

install:
	python3 -m venv .venv
	$(BIN)/pip install --quiet -e ".[dev]" pre-commit
	$(BIN)/pre-commit install

check: lint test

lint:
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

test:
	$(BIN)/pytest -q -n auto

long:
	$(BIN)/pytest -q -m long

format:
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs:
	$(BIN)/pip install --quiet -e ".[docs]"
	$(BIN)/mkdocs build --strict
