# Two commands on a fresh machine: `make run` and `make test`. Everything lives in .venv and in the data folder.
PYTHON ?= python3
NEWSDESK_DATA ?= data
export NEWSDESK_DATA
BIN := .venv/bin
# Processes that share the tests; 0 runs them in this one.
WORKERS ?= 2

.PHONY: run test lint types eval gate screenshots clean

run: .venv/installed $(NEWSDESK_DATA)/bundled.stamp
	$(BIN)/python app.py

test: .venv/installed-test
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --cov=rag --cov=ingest --cov=eval --cov=app --cov-report=term

lint: .venv/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/installed-test
	$(BIN)/mypy

eval: .venv/installed $(NEWSDESK_DATA)/bundled.stamp
	$(BIN)/python -m eval run

gate: .venv/installed
	$(BIN)/python -m eval gate --corpus corpus/briefs

screenshots: .venv/installed-test $(NEWSDESK_DATA)/bundled.stamp
	$(BIN)/python tests/screenshots.py

# The bundled corpus goes into the archive once; a run that was stopped is finished by the next.
$(NEWSDESK_DATA)/bundled.stamp: .venv/installed $(wildcard corpus/briefs/*.md)
	$(BIN)/python -m ingest files corpus/briefs
	@touch $@

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

.venv/installed-test: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	@touch $@ .venv/installed

clean:
	rm -rf .venv $(NEWSDESK_DATA) .mypy_cache .ruff_cache .pytest_cache
