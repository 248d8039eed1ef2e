PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
BOOTSTRAP = $(PYTHON) -I tradingbridge/bootstrap.py

# A file's tests stay together: many share one real server. The order is that of tests/conftest.py.
# PARALLEL= runs them one by one.
PARALLEL = -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: help run test install install-dev check bench

help:
	@echo "make run      start Trading Bridge (PORT=8000, VAR_DIR=var); Ctrl-C stops it"
	@echo "make test     run the tests; ARGS='tests/orders -k cancel' chooses some"
	@echo "make check    formatting, lint, types, import contracts, missing migrations"
	@echo "make bench    the bridge beside its floor; ARGS='--alerts 1000 --delay 0.02'"
	@echo "make install  only make .venv and install the pinned packages"

run: install
	@exec .venv/bin/python -m tradingbridge.launch

test: install-dev
	@exec .venv/bin/python -m pytest $(PARALLEL) $(ARGS)

bench: install
	@exec .venv/bin/python -m benchmarks.run $(ARGS)

install:
	@$(BOOTSTRAP) requirements.txt

install-dev:
	@$(BOOTSTRAP) requirements-dev.txt

check: install-dev
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy .
	.venv/bin/lint-imports
	.venv/bin/python manage.py makemigrations --check --dry-run
