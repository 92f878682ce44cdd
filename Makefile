# Commands of the book. `make` alone lists them. Everything is installed into .venv, and made in _build.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# A stamp carries the fingerprint of what was installed: of the lock and this Python, and of the project file.
FINGERPRINT = $(shell $(PYTHON) -c 'import hashlib, sys; \
	text = open("$(1)", "rb").read() + sys.version.encode(); print(hashlib.sha256(text).hexdigest()[:16])')

.DEFAULT_GOAL := help
.PHONY: help setup install-locked install-project book test serve lab bench peers lock clean

help: ## List these commands.
	@echo "Secondhand Data: an executable book. Start with \`make book\`."
	@grep -E '^[a-z]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

setup: ## Install the pinned environment into .venv, if it is missing or out of date.
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null || { \
		echo "Python 3.11, 3.12 or 3.13 is needed, but '$(PYTHON)' is: $$($(PYTHON) --version 2>&1)." >&2; \
		echo "Name another: make book PYTHON=python3.11" >&2; exit 1; }
	@test -f $(VENV)/locked-$(call FINGERPRINT,requirements.lock) || $(MAKE) --no-print-directory install-locked
	@test -f $(VENV)/project-$(call FINGERPRINT,pyproject.toml) || $(MAKE) --no-print-directory install-project

# A stamp comes last: an installation that was interrupted has none and is done again.
install-locked:
	@echo "Installing the environment into $(VENV) (some minutes, about 2 GB)"
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -r requirements.lock
	@touch $(VENV)/locked-$(call FINGERPRINT,requirements.lock)

install-project:
	@rm -f $(VENV)/project-*
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $(VENV)/project-$(call FINGERPRINT,pyproject.toml)

book: setup ## Execute the chapters that changed and build the site in _build/html.
	$(BIN)/secondhand build

test: setup ## Check style, types and imports, build the book and run all tests.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/secondhand build
	$(BIN)/python -m pytest

serve: setup ## Show the built site at http://127.0.0.1:8000.
	$(BIN)/secondhand serve

lab: setup ## Open the chapters as notebooks in JupyterLab.
	$(BIN)/secondhand lab

bench: setup ## Measure each chapter and the library; write BENCHMARKS.md.
	$(BIN)/secondhand bench

peers: setup ## Time the scan for n-grams beside other tools (installed apart, about 600 MB); write PEERS.md.
	$(BIN)/secondhand peers

lock: ## Take the newest versions that fit pyproject.toml; write requirements.lock and environment.yml.
	rm -rf _build/lock-venv
	$(PYTHON) -m venv _build/lock-venv
	@# torch stays at its version: the newest one for Linux brings gigabytes of CUDA, and is a decision, not an update.
	_build/lock-venv/bin/python -m pip install --quiet 'setuptools>=77' "$$(grep '^torch==' requirements.lock)" -e '.[assignments,book,test]'
	@{ echo "# The exact version of everything the book needs: the one place where versions are pinned."; \
	   echo "# \`make lock\` writes it anew; environment.yml (Binder) is made from it, and a test holds the two together."; \
	   echo "# torch is pinned without a local part, so that the CPU build and the build of any platform satisfy it."; \
	   _build/lock-venv/bin/python -m pip freeze --all --exclude-editable --exclude pip | sed 's/+[a-z0-9.]*$$//'; \
	} > requirements.lock.new
	mv requirements.lock.new requirements.lock
	_build/lock-venv/bin/secondhand environment
	rm -rf _build/lock-venv

clean: ## Remove all that was built (_build); the environment in .venv stays.
	rm -rf _build
