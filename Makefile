# Needs Python 3.11 or later and make. Everything else is installed into .venv, pinned by hash.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
PYTEST_ARGS ?= -n 2 --dist loadfile
QUIET := --quiet --disable-pip-version-check --no-input

.DEFAULT_GOAL := help
.PHONY: help demo test check format run pictures lock clean

help:  ## What there is to make
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

demo: $(INSTALLED)  ## Start a desk, mail it, read what it answers; ends by itself
	@$(BIN)/mailproc demo

test: $(INSTALLED)  ## All tests; one folder: make test PYTEST_ARGS=tests/config
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(INSTALLED)  ## Style, types, and which room may import which
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(INSTALLED)  ## Lay out the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

run: $(INSTALLED)  ## Start a desk on config/mailproc.toml; Ctrl-C ends it
	@printf '%s\n' "$$HOW_TO_MAIL_IT"
	@$(BIN)/mailproc run --config config/mailproc.toml

define HOW_TO_MAIL_IT
Mail it from another terminal:

python3 -c 'import smtplib; smtplib.SMTP("127.0.0.1", 8025).sendmail("ada@norda.example",
"support@helpdesk.example", "From: Ada <ada@norda.example>\nTo: support@helpdesk.example\n"
"Subject: Please prioritise ticket 48213\n\nIf it is not fixed by Friday, we lose the Oslo order.\n")'

and read the letter in config/var/letters/new.

endef
export HOW_TO_MAIL_IT

pictures: $(INSTALLED)  ## Paint the main letters into docs/pictures, where Chromium is installed
	@$(BIN)/python docs/pictures/paint.py

lock: $(INSTALLED)  ## Pin the newest versions that pyproject.toml allows
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile $(LOCK_ARGS) pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile $(LOCK_ARGS) pyproject.toml --group dev --constraint requirements.lock \
		--output-file requirements-dev.lock

LOCK_ARGS := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --annotation-style line \
	--custom-compile-command 'make lock'

clean:  ## Remove what was made, the data of make run too
	rm -rf $(VENV) var config/var build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis \
		.import_linter_cache

# The venv is made anew when the pins change, so that nothing unpinned stays behind.
$(INSTALLED): requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'mailproc needs Python 3.11 or later: make PYTHON=/path/to/python3.11'; exit 1; }
	@echo 'Installing what mailproc needs into $(VENV): half a minute, once.'
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install $(QUIET) --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install $(QUIET) --no-deps --no-build-isolation --editable .
	@touch $@
