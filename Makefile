# The commands of this project. Indexes, mirrors and proxies come from pip's own configuration.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help install check test demo bench clean

BIN := .venv/bin
STAMP := .venv/.installed
PYTHONS := python3.11 python3 python3.12 python3.13
PYTEST_ARGS ?= -n auto --dist loadfile

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' Makefile

install: $(STAMP)  ## make .venv with everything in it

check: $(STAMP)  ## style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# A file of tests stays on one core: what it starts once (a server, a browser) is started once.
test: $(STAMP)  ## every test; PYTEST_ARGS="-k word" for some
	$(BIN)/pytest $(PYTEST_ARGS)

demo: $(STAMP)  ## the whole story on sample data, against both services on loopback
	@$(BIN)/phonesync demo

bench: $(STAMP)  ## side-by-side measurements
	$(BIN)/python -m benchmarks

# Reports and ledgers are somebody's records, and .venv takes a minute to make: they stay.
clean:  ## remove caches, built packages and the demo's folder
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .phonesync-demo dist
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

$(STAMP): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing phonesync and its tools into .venv (about a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
	@echo "Installed. Next: make demo"

$(BIN)/python:
	@for python in $(PYTHONS); do \
	  if command -v $$python >/dev/null && $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Making .venv with $$($$python --version) ..."; \
	    if $$python -m venv .venv; then exit 0; fi; \
	    rm -rf .venv; \
	    echo "$$python cannot make a virtual environment. On Debian: apt-get install python3-venv" >&2; exit 1; \
	  fi; \
	done; \
	echo "Python 3.11 or newer is needed, and none of these is: $(PYTHONS)." >&2; exit 1
