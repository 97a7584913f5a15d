# fengqiao. Two commands matter: make demo, make test.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes
TESTS ?= tests
SIZE ?= quick
JOBS ?= 2
export FENGQIAO_DATA_DIR ?= $(CURDIR)/var
export PYTHONDONTWRITEBYTECODE ?=

.DEFAULT_GOAL := all
.PHONY: all setup core demo test test-full lint types arch docs bench screens clean

all: lint types arch test

$(VENV)/.core: requirements.txt tools/link.py
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it and run again"; exit 2; }
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { echo "$(PYTHON) is older than Python 3.11"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -r requirements.txt
	@$(BIN)/python tools/link.py
	@touch $@

$(VENV)/.all: $(VENV)/.core requirements-pg.txt requirements-plan.txt requirements-dev.txt
	$(PIP) -r requirements-pg.txt -r requirements-plan.txt -r requirements-dev.txt
	@touch $@

core: $(VENV)/.core
setup: $(VENV)/.all

# PLACE=s1..s5, SCALE=hamlet|town|county, RESET=1 starts afresh, PORT=8311
demo: core
	@$(BIN)/fengqiao demo --serve $(if $(PLACE),--place $(PLACE)) $(if $(SCALE),--scale $(SCALE)) $(if $(RESET),--reset) $(if $(PORT),--port $(PORT))

# Two tests at work at a time: numbers are not to take both cores for one of them.
test test-full: export OMP_NUM_THREADS := 1
test test-full: export OPENBLAS_NUM_THREADS := 1

test: setup
	@$(BIN)/python -m pytest -q -n $(JOBS) --dist loadfile --no-loadscope-reorder -m "not full$(if $(CI),, and not thorough)" $(TESTS)

test-full: setup
	@$(BIN)/python -m pytest -q -n $(JOBS) --dist loadfile --no-loadscope-reorder $(TESTS)

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python tools/sizes.py
	@FENGQIAO_DEV=1 $(BIN)/python manage.py makemigrations --check --dry-run

types: setup
	@$(BIN)/mypy

arch: setup
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/architecture

docs: setup
	@$(BIN)/python -m pytest -q tests/docs

bench: setup
	@$(PIP) -r requirements-bench.txt
	@$(BIN)/python -m benchmarks --size $(SIZE)

screens: setup
	@$(BIN)/python tools/screens.py

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
