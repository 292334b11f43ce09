# What you can do here. `make help` explains.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
export RASA_TELEMETRY_ENABLED := false
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export PYTHONWARNINGS := ignore
export CUDA_VISIBLE_DEVICES :=

.DEFAULT_GOAL := help
.PHONY: help run test check lock setup setup-dev tools promises soak clean bench

help: ## Explain what can be done
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/.run: requirements/run.txt deploy/no_tensorflow/tensorflow/__init__.py pyproject.toml
	@echo "Making the environment with $(PYTHON) (once; some minutes) ..."
	@$(PYTHON) deploy/setup_environment.py $(VENV) requirements/run.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@echo "Adding what the tests need ..."
	@$(PYTHON) deploy/setup_environment.py $(VENV) requirements/dev.txt
	@touch $@

.tools/.done: requirements/tools.txt
	@echo "Making the tools environment (import-linter) ..."
	@$(PYTHON) deploy/setup_environment.py .tools/venv requirements/tools.txt --bare
	@mkdir -p .tools && touch $@

setup: $(VENV)/.run ## Make the environment from the locked, hashed requirements
setup-dev: $(VENV)/.dev ## The same, with what the tests need
tools: .tools/.done ## Tools that cannot live beside rasa's pins

run: $(VENV)/.run ## Environment, sample directory, training, both doors up
	@$(BIN)/linden serve

check: $(VENV)/.dev .tools/.done ## Lint, types, imports, content; no model, under a minute
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@.tools/venv/bin/lint-imports --config pyproject.toml
	@$(BIN)/linden words check

test: $(VENV)/.dev check ## Everything, for real: checks, training, unit, conversation, browser
	@$(BIN)/linden train
	@$(BIN)/python -m pytest

promises: $(VENV)/.dev ## The promises of the product, each by its own test
	@$(BIN)/linden train
	@$(BIN)/python -m pytest tests/promises

lock: ## Resolve the requirements anew (needs uv)
	@deploy/lock.sh

clean: ## Remove what was built, but not the directory of a deployment
	@rm -rf models .mypy_cache .ruff_cache .pytest_cache var/vectors
