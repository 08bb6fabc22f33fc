# The targets explain themselves: `make` or `make help`.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

export DO_NOT_TRACK := 1

.PHONY: help setup demo ui test coverage test-tools test-slow test-engines lint format docs lock clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: $(STAMP) ## Install everything into .venv, from the lock (with uv where it is installed, else pip)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Python 3.11 or newer is needed: make PYTHON=python3.11"'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@if command -v uv >/dev/null; then \
		uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock && \
		uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .; \
	else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	fi
	@$(BIN)/python -m compileall -q orchestration
	@$(BIN)/python -m orchestration.demo.prepare
	@touch $@

demo: setup ## Build the simulated marketplace, load it, publish it, draw its board
	@$(BIN)/support-metrics demo

# The installation that `make ui` opens: the one chosen, else home/, else the demo's.
UI_HOME := $(or $(SUPPORT_METRICS_HOME),$(if $(wildcard home/sources.toml),home,home/demo))

ui: setup ## Open Dagster on 127.0.0.1:3000, for SUPPORT_METRICS_HOME, else home/, else the demo
	@$(BIN)/support-metrics --home $(UI_HOME) ui

test: setup test-tools lint ## Everything that CI asks: linters, unit, property, dbt, integration and project tests
	$(BIN)/python -m pytest -m "not slow" -n 2 --no-loadscope-reorder

coverage: setup test-tools ## The same tests with the lines that none of them runs; takes a quarter longer
	$(BIN)/python -m pytest -m "not slow" -n 2 --no-loadscope-reorder --cov --cov-report=term:skip-covered

test-tools: setup ## Install what only tests need: Chromium, PostgreSQL, old DuckDB clients
	@$(BIN)/python tests/install_debian_tools.py
	@$(BIN)/python tests/install_old_duckdb.py

test-slow: setup test-tools ## The checks that take minutes: kills at random moments, readers throughout ten runs
	$(BIN)/python -m pytest -m slow

test-engines: setup ## The models and the publish step on DuckDB 2.0 as well
	$(BIN)/python tests/run_on_newer_duckdb.py

lint: setup ## Formatting, types and SQL style
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 0 models tests/dbt

format: setup ## Mend what linters can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: setup ## Write docs/metrics.md and docs/sources.md anew from the project
	$(BIN)/python docs/generate.py

lock: setup ## Resolve requirements.lock anew (needs uv)
	uv pip compile pyproject.toml --extra boards --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-strip-extras --no-header -c constraints.txt -o requirements.lock

clean: ## Remove what was built; homes stay
	rm -rf target logs .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
