# Every recipe works on a fresh machine with Python >= 3.11 and make; `make setup` comes first by itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup setup-test demo check test test-fast fix bench docs clean

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml uv.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv sync --frozen --inexact --extra embedded
	touch $@
