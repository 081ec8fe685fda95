# Everything a person runs here. `make` alone lists it. Works on Debian and on WSL with nothing but Python, make and git.

VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet
BUNDLE = build/tenken-offline

# Further words for pytest (make test ARGS="-k sheet") and the tests to take by marker (make test MARK="not browser").
ARGS ?=
MARK ?=
ONLY ?=

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev setup-spark demo test bench pictures lint format lock bundle clean

help:
	@echo "make demo      install what runs and start the demonstration city"
	@echo "make setup     install what runs, into $(VENV)"
	@echo "make test      every test that can run here (ARGS=, MARK=)"
	@echo "make lint      what CI checks besides the tests"
	@echo "make format    let ruff write the code's form"
	@echo "make bench     the bars for speed (ONLY=inspection)"
	@echo "make pictures  the pictures of the README and of the guide, from a browser"
	@echo "make lock      write requirements*.lock from pyproject.toml"
	@echo "make bundle    all that an office without network needs, in one archive"
	@echo "make clean     remove what these commands made; var/ (a city's data) stays"

# --- installing -------------------------------------------------------------------------------------------

setup: $(RUNTIME)

setup-dev: $(DEV)

$(BIN)/python:
	@for python in python3 python3.13 python3.12 python3.11; do \
	  if command -v $$python >/dev/null && $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	  then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "Tenken needs Python 3.11 or newer, and none is on the path." >&2; exit 1; \
	fi; \
	if ! $$found -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$found comes without venv. Install it, then try again:" >&2; \
	  echo "  sudo apt-get install python3-venv" >&2; exit 1; \
	fi; \
	$$found -m venv $(VENV)

$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what Tenken runs on …"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements-dev.lock $(RUNTIME) | $(BIN)/python
	@echo "Installing what the tests need …"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

setup-spark: $(DEV)
	@echo "Installing what the test on a cluster of Spark needs …"
	@$(PIP) install --require-hashes -r requirements-spark.lock

# --- running ----------------------------------------------------------------------------------------------

demo: $(RUNTIME)
	@$(BIN)/tenken demo

# One worker a core; a file's tests stay together, so that what a file makes once is made once (loadgroup of pytest-xdist
# 3.8 groups nothing under pytest 9.2); the longest come first (tests/conftest.py).
test: $(DEV)
	@$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder -rs $(if $(MARK),-m "$(MARK)") $(ARGS)

pictures: $(DEV)
	@$(BIN)/pytest tests/browser --pictures -k "pictures or whole_year"

bench: $(DEV)
	@$(BIN)/python -m benchmarks.run $(if $(ONLY),--only $(ONLY))

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@home=$$(mktemp -d); TENKEN_HOME=$$home $(BIN)/python -m django makemigrations --check --dry-run \
	  --settings tenken.config.settings; code=$$?; rm -rf "$$home"; exit $$code

format: $(DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# --- parts ------------------------------------------------------------------------------------------------

lock:
	@command -v uv >/dev/null || { echo "make lock needs uv (pipx install uv)." >&2; exit 1; }
	$(LOCK) -o requirements.lock
	$(LOCK) --extra dev -c requirements.lock -o requirements-dev.lock
	$(LOCK) --extra dev --extra spark -c requirements-dev.lock -o requirements-spark.lock
	@if grep -n '://\|^-' requirements.lock requirements-dev.lock requirements-spark.lock; then \
	  echo "A lock holds an address." >&2; exit 1; fi

bundle: $(RUNTIME)
	rm -rf $(BUNDLE) && mkdir -p $(BUNDLE)/wheels
	@$(PIP) download --only-binary :all: --require-hashes --dest $(BUNDLE)/wheels -r requirements.lock
	@$(PIP) wheel --no-deps --no-build-isolation --wheel-dir $(BUNDLE)/wheels .
	cp requirements.lock LICENSE docs/installing.md docs/NOTICE.md $(BUNDLE)/
	cp docs/offline-install.sh $(BUNDLE)/install.sh
	tar -C build -czf $(BUNDLE).tar.gz tenken-offline
	@echo "$(BUNDLE).tar.gz, for $$($(BIN)/python -c 'import platform, sys; print("Python %d.%d on %s" % (*sys.version_info[:2], platform.machine()))')"

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
