# The commands of this project. Indexes, mirrors and proxies come from pip's own configuration.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help install develop check quick test golden messages explore torture demo bench fuzz mutants constraints audit sbom \
  deployments clean

BIN := .venv/bin
INSTALLED := .venv/.installed
DEVELOPED := .venv/.developed
PEERS := .venv/peers-others/.installed .venv/peers-datacompy/.installed
PYTHONS := python3.11 python3 python3.12 python3.13
# One process more than cores: many tests wait. With more of them, servers and browsers wait for each other too long.
PYTEST_ARGS ?= -n $$((1 + $$(getconf _NPROCESSORS_ONLN))) --no-loadscope-reorder
HISTORIES ?= 10000
DIRECTORIES ?= 3000
PAIRS ?= 1000
SEED ?= 1
# What sources at other places or a ledger in PostgreSQL need: web, sftp, smb, s3, postgres.
EXTRAS ?=

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-11s %s\n", $$1, $$2}' Makefile

# Our own modules too: whoever may not write here would compile them again at each start.
install: $(INSTALLED)  ## make .venv with what running needs
	@$(BIN)/python -m compileall -q connectors flows schemas tasks

develop: $(DEVELOPED)  ## add what tests and checks need

check: $(DEVELOPED)  ## style, types, the direction of imports, unsafe habits
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --num-workers auto
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive flows tasks schemas connectors

# tests/conftest.py hands out the files, and says in which order: by the number of their tests, those that take longest would
# come last. Many of them start the program anew: it is compiled once, also where Python is told not to keep what it compiles.
test: $(DEVELOPED)  ## every test; PYTEST_ARGS="-k word" for some
	@$(BIN)/python -m compileall -q connectors flows schemas tasks
	$(BIN)/pytest $(PYTEST_ARGS)

quick: $(DEVELOPED)  ## the tests that need no server, browser, Prefect or process to kill, on fewer examples: under 90 s
	@$(BIN)/python -m compileall -q connectors flows schemas tasks
	$(BIN)/pytest -m "not slow" --hypothesis-profile=quick $(PYTEST_ARGS)

# Drawn anew each time; the seed that is printed repeats the draws.
EXPLORE_SEED := $(shell od -An -N4 -tu4 /dev/urandom | tr -d ' ')

explore: $(DEVELOPED)  ## every law on many random examples, for an hour; the seed is printed, EXPLORE_SEED=5 draws the same again
	@echo "EXPLORE_SEED=$(EXPLORE_SEED)"
	$(BIN)/pytest -m hypothesis --hypothesis-profile=explore --hypothesis-seed=$(EXPLORE_SEED) $(PYTEST_ARGS)

golden: $(DEVELOPED)  ## write what commands are expected to say anew; git diff shows what has changed
	$(BIN)/pytest tests/golden --golden-write -q

messages: $(DEVELOPED)  ## add what the code says and the catalogues lack, without a text, and name what is wrong in them
	@$(BIN)/python -m tests.catalogues

torture: $(DEVELOPED)  ## the fault campaign, for hours; HISTORIES=500 SEED=2 for a shorter or another one
	$(BIN)/python -m tests.torture --histories $(HISTORIES) --directories $(DIRECTORIES) --pairs $(PAIRS) --seed $(SEED)

demo: $(INSTALLED)  ## the whole story on sample data, against both services on loopback
	@$(BIN)/phonesync demo

BENCH_ARGS ?=

bench: $(INSTALLED) $(PEERS)  ## side-by-side measurements; BENCH_ARGS=--full for a million lines
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

# What phonesync is measured beside is installed for that alone, each set in a place of its own; it has no hashes.
.venv/peers-%/.installed: benchmarks/peers-%.txt constraints.txt
	@echo "Installing $< ..."
	@$(BIN)/python -m venv $(@D)
	@sed -n 's/^\([a-z0-9._-]*==[^ ;\\]*\).*/\1/p' constraints.txt | sort -u > $(@D)/versions.txt
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check -r $< \
	  $(if $(filter others,$*),-c $(@D)/versions.txt)
	@touch $@

FUZZ_SECONDS ?= 60
FUZZ_FOLDER ?= .fuzz
FUZZ_TARGETS ?= csv_file workbook packed number usos_answer apio_answer configuration ledger_file

# What breaks a target is kept in the folder; the next campaign begins with what this one has found.
fuzz: $(DEVELOPED)  ## coverage-guided fuzzing, FUZZ_SECONDS=60 a target
	$(call locked,fuzz) > .venv/wanted.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r .venv/wanted.txt
	@for target in $(FUZZ_TARGETS); do \
	  echo "Fuzzing $$target for $(FUZZ_SECONDS) s ..."; \
	  $(BIN)/python tests/fuzz/campaign.py $$target $(FUZZ_FOLDER) \
	    -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -verbosity=0; \
	done

MUTANTS ?=

mutants: $(DEVELOPED)  ## damage what decides in 300 places, one at a time: a test has to notice; MUTANTS=numbers for a room
	$(call locked,mutants) > .venv/wanted.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r .venv/wanted.txt
	nice -n 10 $(BIN)/python -m tests.mutants $(MUTANTS)

CONFIG ?= data/samples/phonesync.toml

# Written only where it could be made: a wrong configuration leaves the old file.
deployments: $(STAMP)  ## prefect.yaml, for CONFIG=phonesync.toml or the samples
	@deployments=$$($(BIN)/python -m flows.orchestration.prefect_yaml $(CONFIG)) && echo "$$deployments" > prefect.yaml

# Versions stay where pyproject.toml allows them; a package whose line is taken out of the file gets its newest one.
constraints: $(INSTALLED)  ## constraints.txt for every Python and system, with hashes; needs the network
	@test -x .venv/uv/bin/uv || { $(BIN)/python -m venv .venv/uv && \
	  .venv/uv/bin/python -m pip install --quiet --disable-pip-version-check uv; }
	@$(BIN)/python -m tests.constraints .venv/uv/bin/uv

# Asks an advisory service on the network. Where that does not answer, or does not know a package, nothing was audited: an
# error, and no record of another day is left. What it said goes with a release.
audit: $(INSTALLED)  ## audit.json: known vulnerabilities of the dependencies; needs the network
	@rm -f audit.json
	@test -x .venv/audit/bin/pip-audit || { $(BIN)/python -m venv .venv/audit && \
	  .venv/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit; }
	.venv/audit/bin/pip-audit --strict --disable-pip --require-hashes --requirement constraints.txt \
	  --format json --output audit.json

# What somebody who asks for it is given: each package that is installed, its version, licence and needs.
sbom: $(INSTALLED)  ## sbom.json: what is installed in .venv, as CycloneDX
	@test -x .venv/sbom/bin/cyclonedx-py || { $(BIN)/python -m venv .venv/sbom && \
	  .venv/sbom/bin/python -m pip install --quiet --disable-pip-version-check cyclonedx-bom; }
	@.venv/sbom/bin/cyclonedx-py environment $(BIN)/python --pyproject pyproject.toml --mc-type application \
	  --output-reproducible --output-file sbom.json
	@echo "sbom.json"

# Reports and ledgers are somebody's records, and .venv takes a minute to make: they stay.
clean:  ## remove caches, built packages and the demo's folder
	rm -rf .fuzz .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .phonesync-demo dist
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

# The sections of constraints.txt that are named.
locked = @awk -v wanted=" $(1) " '/^\# \[/ {take = index(wanted, " " substr($$2, 2, length($$2) - 2) " ")} take' constraints.txt

# Names what pip is at, one package a line, and compiles afterwards: on all cores, and without other packages' own tests,
# whose bytecode would be 40 MB. A few packages hold files that are not of this Python, so the result is not asked.
# Each file that is fetched has to have a hash that constraints.txt knows, also of what builds phonesync itself.
define put_in
	$(call locked,$(1)) > .venv/wanted.txt
	@$(BIN)/python -m pip install --disable-pip-version-check --no-compile --no-deps --require-hashes -r .venv/wanted.txt | \
	  while read -r word rest; do case "$$word $$rest" in \
	    Collecting*) echo "  $${rest%%[^A-Za-z0-9._-]*}" ;; \
	    "Installing collected"*) echo "  Writing them to .venv ..." ;; \
	  esac; done
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@echo "  Compiling them (half a minute) ..."
	@$(BIN)/python -m compileall -qq -j 0 -x '/tests/' .venv/lib || true
	@touch $@
endef

$(INSTALLED): pyproject.toml constraints.txt | $(BIN)/python
	@echo "2 of 2: Installing what phonesync needs (about 110 packages, a minute) ..."
	$(call put_in,build run $(EXTRAS))
	@echo "Installed. Next: make demo"

$(DEVELOPED): $(INSTALLED)
	@echo "Installing what tests and checks need (about 40 packages more, half a minute) ..."
	$(call put_in,dev)
	@echo "Installed. Next: make check, make test"

# Python 3.11 puts setuptools into every environment, 10 MB that nothing here needs; later versions leave it out.
$(BIN)/python:
	@for python in $(PYTHONS); do \
	  if command -v $$python >/dev/null && $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "1 of 2: Making .venv with $$($$python --version) ..."; \
	    if $$python -m venv .venv; then \
	      $(BIN)/python -m pip --disable-pip-version-check --quiet uninstall --yes setuptools 2>/dev/null || true; exit 0; \
	    fi; \
	    rm -rf .venv; \
	    echo "$$python cannot make a virtual environment. On Debian: apt-get install python3-venv" >&2; exit 1; \
	  fi; \
	done; \
	echo "Python 3.11 or newer is needed, and none of these is: $(PYTHONS)." >&2; exit 1
