# Two commands: `make run` and `make test`. `make help` lists all.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Without compiled bytecode every start of Airflow, dbt and Great Expectations takes twice as long.
unexport PYTHONDONTWRITEBYTECODE
export UV_LINK_MODE := copy
# The browser tests keep a picture of every page and mail here, to be looked at.
export SUKI_SCREENSHOTS ?= artefacts/screenshots
# apt-get needs root; elsewhere it is asked for through sudo, without a question.
AS_ROOT := $(shell [ "$$(id -u)" = 0 ] || echo sudo -n)
# Exit code 3 is a publication with warnings: told at the end, no reason for make to fail.
ACCEPT_WARNINGS := || [ $$? -eq 3 ]

.PHONY: help run test up bench lint clean

help: ## List the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)$$/  make \1|\2/' | column -t -s '|'

run: $(VENV)/.installed ## Demo shop (if landing/ is empty) through the real DAGs, headless, to published results
	@$(BIN)/suki demo --if-empty
	@$(BIN)/suki night $(ACCEPT_WARNINGS)

up: $(VENV)/.installed ## Start the embedded Airflow and leave it running
	@$(BIN)/suki serve

test: $(VENV)/.installed-dev $(VENV)/.installed-browser ## Everything that proves Suki works
	@$(BIN)/python -m pytest

lint: $(VENV)/.installed-dev ## Format and lint checks, types, import law
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports && $(BIN)/mypy && $(BIN)/sqlfluff lint dbt_project --quiet

bench: $(VENV)/.installed-dev ## Time and memory per step for the demo shop and Online Retail
	@$(BIN)/python -m benchmarks.run

clean: ## Remove the environment and the default SUKI_HOME
	rm -rf $(VENV) data

$(VENV)/.uv: requirements-uv.txt
	@command -v $(PYTHON) >/dev/null || { echo "python3 is missing: apt-get install make python3-venv"; exit 2; }
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(not ((3, 11) <= v <= (3, 13)))' || { echo "Suki needs Python 3.11 to 3.13; name one with: make run PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "python3-venv is missing: apt-get install make python3-venv"; exit 2; }
	@echo "Making the environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.txt
	@touch $@

$(VENV)/.installed: $(VENV)/.uv requirements.txt pyproject.toml
	@echo "Installing what Suki needs (locked, with bytecode) ..."
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements.txt
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode --no-deps --no-build-isolation --offline -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	@echo "Installing what the tests need ..."
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements-dev.txt
	@touch $@

# The browser tests look at every page and mail with the Chromium of the system.
$(VENV)/.installed-browser: $(VENV)/.installed-dev
	@command -v chromium >/dev/null || { echo "Installing Chromium for the browser tests ..."; \
	  $(AS_ROOT) apt-get -qq update && DEBIAN_FRONTEND=noninteractive $(AS_ROOT) apt-get -qq install -y --no-install-recommends chromium fonts-thai-tlwg >/dev/null; } \
	  || { echo "Chromium is missing and could not be installed: apt-get install chromium"; exit 2; }
	@touch $@
