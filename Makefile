# Entrepot. `make help` lists what can be made.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
PY := $(BIN)/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input --quiet
DATA := $(or $(HUB_DATA_DIR),data)
LOCK_OPTIONS := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet

WORDLESS := $(addprefix --ignore ,.venv .cache data tests artefacts deploy)

.PHONY: help up down run logs test lint format words bench demo lock clean installed installed-dev

help: ## List these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{ printf "  make %-8s %s\n", $$1, $$2 }'

up: installed ## Install what is missing and start the hub in the background (HUB_PORT=8000, ./data)
	@$(PY) manage.py up

down: installed ## Stop the hub that `make up` started
	@$(PY) manage.py down

run: installed ## Serve in the foreground; Ctrl-C stops
	@exec $(PY) manage.py serve

logs: ## Follow the log of the hub that `make up` started
	@tail -n 100 -F "$(DATA)/logs/hub.log"

test: installed-dev ## Run the tests; ARGS="tests/web -x" chooses some
	$(PY) -m pytest $(ARGS)

lint: installed-dev ## Check style, types and the floors of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: installed-dev ## Put the code into its format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

words: installed-dev ## Collect what the pages say, for its translation into Chinese, and compile that (needs gettext)
	$(PY) manage.py makemessages -l zh_Hans --no-obsolete --no-wrap --add-location file $(WORDLESS)
	$(PY) manage.py compilemessages -l zh_Hans $(WORDLESS)

bench: installed-dev ## Measure against the fake upstream, nginx and the peer, as ratios
	$(PY) -m tests.bench $(ARGS)

demo: installed-dev ## Show the whole main job with no internet, on a hub of its own; ARGS=stop ends it
	@$(PY) -m tests.demo $(ARGS)

lock: ## Choose the newest versions that fit and write requirements.lock and requirements-dev.lock
	@command -v uv >/dev/null || test -x .cache/uv/bin/uv || $(MAKE) .cache/uv/bin/uv
	@uv=$$(command -v uv || echo .cache/uv/bin/uv); \
	 $$uv pip compile pyproject.toml $(LOCK_OPTIONS) --upgrade -o requirements.lock >/dev/null; \
	 $$uv pip compile pyproject.toml $(LOCK_OPTIONS) --upgrade --group dev -c requirements.lock -o requirements-dev.lock >/dev/null

clean: ## Remove what was installed and built; ./data stays
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

# Installed means: the lock that was installed is the lock that is there. Nothing is asked of the network otherwise.
installed: $(PY)
	@cmp -s requirements.lock .venv/runtime.lock || { \
	  echo "Installing what the hub needs into .venv ..."; \
	  $(PIP) install --require-hashes -r requirements.lock; \
	  cp requirements.lock .venv/runtime.lock; }

installed-dev: $(PY)
	@cmp -s requirements-dev.lock .venv/dev.lock || { \
	  echo "Installing what the tests need into .venv ..."; \
	  $(PIP) install --require-hashes -r requirements-dev.lock; \
	  cp requirements-dev.lock .venv/dev.lock; cp requirements.lock .venv/runtime.lock; }

$(PY):
	@for candidate in $(PYTHON) python3.11 python3.12 python3.13 python3; do \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    "$$candidate" -m venv .venv && exit 0; \
	    rm -rf .venv; \
	    echo "$$candidate cannot make a virtual environment: install its venv module (on Debian: apt install python3-venv)." >&2; \
	    exit 1; \
	  fi; \
	done; \
	echo "Entrepot needs Python 3.11 or newer, and found none. Install one, or name it: make up PYTHON=/path/to/python3" >&2; \
	exit 1

.cache/uv/bin/uv:
	@python3 -m venv .cache/uv && .cache/uv/bin/python -m pip --disable-pip-version-check --quiet install uv
