# Needs git, make and python3 3.11 or newer with pip and venv; everything else is set up here.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo test lint mutate reference docs lock clean

# Plans the sample book's next week; prints where the map and the workbook are.
demo: $(VENV)/.ready
	$(BIN)/routeplan plan data/sample.xlsx --week 2026-11-23 --out out/demo

# Style, types and behaviour.
test: $(VENV)/.ready-dev lint
	$(BIN)/python -m pytest --numprocesses auto --dist loadscope

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Breaks the code in known ways; each must make a test fail.
mutate: $(VENV)/.ready-dev
	$(BIN)/python tests/mutate.py

# Writes the pages of docs/reference anew, from the code.
reference: $(VENV)/.ready-dev
	$(BIN)/python -m tests.reference

# Builds the site of docs/ into site/; a broken link is an error.
docs: reference
	$(BIN)/zensical build --strict

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("routeplan needs Python 3.11 or newer, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(PIP_INSTALL) --require-hashes -r requirements.lock
	$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.ready-dev: requirements-dev.lock $(VENV)/.ready
	$(PIP_INSTALL) --require-hashes -r requirements-dev.lock
	touch $@

# Pins the newest versions that pyproject.toml allows, for every supported Python at once.
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet --upgrade pyproject.toml
lock:
	$(LOCK) --group build --output-file requirements.lock
	$(LOCK) --group dev --extra notebook --extra roads --extra transit --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) out build dist site .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis
