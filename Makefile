# The commands of Vigil. `make` alone lists them. Nothing but make and Python 3.11 or later is needed.

VENV := .venv
BIN := $(VENV)/bin/python
# Another Python: make setup PYTHON=python3.13
PYTHON ?=
# More words for pytest or the benchmarks: make test ARGS="tests/labs -k nadir"
ARGS ?=

# Checks read the settings as production does, with values that lead nowhere.
PRODUCTION := VIGIL_ENV=production SECRET_KEY=only-for-checking-settings-0123456789-abcdefghijklmnopqrstuvwxyz \
	DATABASE_URL=postgresql://nobody@localhost:1/nothing ALLOWED_HOSTS=vigil.example.org
QUIET_KEY := SECRET_KEY=only-for-checking

.PHONY: help setup setup-dev run test check fix docs screenshots mutants bench lock vendor
.PHONY: check-style check-types check-imports check-migrations check-settings check-templates check-docs

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## make .venv with what Vigil needs to run
	@PYTHON="$(PYTHON)" sh scripts/setup.sh requirements.txt

setup-dev:
	@PYTHON="$(PYTHON)" sh scripts/setup.sh requirements-dev.txt

run: setup ## start everything on http://localhost:8000 (or PORT); Ctrl-C stops it
	@$(BIN) manage.py run

test: setup-dev ## run every test, in a browser too
	@$(BIN) -m tests.chromium
	$(BIN) -m pytest -n auto $(ARGS)

check: check-style check-types check-imports check-migrations check-settings check-templates check-docs ## look for faults; changes nothing

check-style: setup-dev
	$(BIN) -m ruff check .
	$(BIN) -m ruff format --check .

check-types: setup-dev
	$(QUIET_KEY) $(BIN) -m mypy

check-imports: setup-dev
	$(BIN) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"

check-migrations: setup-dev
	$(QUIET_KEY) $(BIN) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

check-settings: setup-dev
	$(QUIET_KEY) $(BIN) manage.py check
	$(PRODUCTION) $(BIN) manage.py check --deploy --fail-level WARNING

check-templates: setup-dev
	$(BIN) -m djlint tracker/templates --lint --quiet

check-docs: setup-dev
	$(QUIET_KEY) $(BIN) manage.py build_docs --check

fix: setup-dev ## mend style where a tool can
	$(BIN) -m ruff check --fix .
	$(BIN) -m ruff format .

docs: setup-dev ## write the generated pages of docs/
	$(BIN) manage.py build_docs

screenshots: setup-dev ## take the pictures of docs/explanation/from-a-result-to-a-relapse.md anew
	VIGIL_SCREENSHOTS=docs/images $(BIN) -m pytest -q tests/functional/test_relapse_story.py

mutants: setup-dev ## change rules and vocabulary in small ways: does a test notice? Hours; ARGS="labs.rules.episodes*" for a part
	$(BIN) -m tests.mutants $(ARGS)
	$(BIN) -m mutmut results

bench: setup-dev ## measure, and print ratios
	$(BIN) -m benchmarks $(ARGS)

lock: setup-dev ## pin the newest allowed packages in requirements*.txt
	$(BIN) -m uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-strip-extras requirements.in -o requirements.txt
	$(BIN) -m uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-strip-extras requirements-dev.in -o requirements-dev.txt

vendor: ## rebuild tracker/static/vendor (the only target that needs node)
	sh tracker/frontend/vendor.sh
