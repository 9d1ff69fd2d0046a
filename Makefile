# Every command of the project; `make help` lists them. They install what they need into .venv first.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PYTHON ?= python3
BROKER ?=
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# Only what the public index has: a local folder of wheels would put hashes into the lock that nobody else can get.
COMPILE := env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL $(BIN)/pip-compile --quiet --strip-extras --allow-unsafe \
  --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --no-annotate

.PHONY: help
help: ## Show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | while IFS=$$'\t' read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done

.PHONY: demo
demo: $(INSTALLED) ## See it work: the embedded stack, a seeded journey, a year of history, a degradation and its mail
	@$(BIN)/python -m dev up $(if $(BROKER),--broker $(BROKER))
	@$(BIN)/python -m dev.demo

.PHONY: up
up: $(INSTALLED) ## Start everything in the background, without Docker (BROKER=kafka: on Apache Kafka; needs Java and Maven)
	@$(BIN)/python -m dev up $(if $(BROKER),--broker $(BROKER))

.PHONY: down
down: $(INSTALLED) ## Stop everything; data stays in .run/
	@$(BIN)/python -m dev down

.PHONY: status
status: $(INSTALLED) ## Show the processes and whether the services are ready (for scripts: python -m dev status)
	@$(BIN)/python -m dev status || true

.PHONY: logs
logs: $(INSTALLED) ## Follow all logs (they are in .run/logs/)
	@$(BIN)/python -m dev logs

.PHONY: clean
clean: $(INSTALLED) ## Stop everything and remove all its data
	@$(BIN)/python -m dev clean

.PHONY: test
test: $(INSTALLED) ## Run all tests (BROKER=kafka: those that touch the broker, on Apache Kafka)
ifeq ($(BROKER),kafka)
	JOURNEYLOOP_TEST_BROKER=kafka $(BIN)/pytest -n 2 --dist worksteal -m broker
else
	$(BIN)/pytest -n 2 --dist worksteal
endif

.PHONY: chaos
chaos: $(INSTALLED) ## Let everything go wrong at once, from a seed, and check every promise (SIZE=short|middle|long, SEED=, COURSES=, BROKER=, BUG=)
	$(BIN)/python -m tests.chaos --size $(or $(SIZE),middle) $(if $(SEED),--seed $(SEED)) $(if $(COURSES),--courses $(COURSES)) $(if $(BROKER),--broker $(BROKER)) $(if $(BUG),--bug $(BUG))

.PHONY: soak
soak: $(INSTALLED) ## Half an hour of answers with kills: nothing grows, nothing is lost (MINUTES=, RATE=, BROKER=; OVERLOAD=1: twice too much; STOPS=50: SIGTERM)
	$(BIN)/python -m tests.soak $(if $(STOPS),stops --times $(STOPS),$(if $(OVERLOAD),overload,steady) $(if $(MINUTES),--minutes $(MINUTES))) $(if $(RATE),$(if $(OVERLOAD),--first,--rate) $(RATE)) $(if $(BROKER),--broker $(BROKER))

.PHONY: fuzz
fuzz: $(INSTALLED) ## Ask all three services whatever their OpenAPI allows and forbids, in every role; a table (SEED=, SIZE=small|full)
	$(BIN)/python -m tests.fuzz --size $(or $(SIZE),full) $(if $(SEED),--seed $(SEED))

.PHONY: lint
lint: $(INSTALLED) ## Check style, types, the compose file and the Dockerfile
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	$(BIN)/hadolint deploy/Dockerfile

.PHONY: bench
bench: $(INSTALLED) ## Measure throughput, latency and memory; one table (WRITE=1: into docs/benchmarks.md too)
	$(BIN)/python -m dev.bench $(if $(BROKER),--broker $(BROKER)) $(if $(WRITE),--write)

.PHONY: screenshots
screenshots: $(INSTALLED) ## Photograph every page in every state into screenshots/, and say what looks wrong (DOCS=1: docs/img too)
	$(BIN)/python -m dev.pictures $(if $(DOCS),--docs)

.PHONY: languages
languages: $(INSTALLED) ## Bring the translations in line with our phrases, and compile them
	$(BIN)/python -m dev.languages

.PHONY: widget
widget: ## Build the widget from its source (needs npm)
	npm ci --prefix services/survey/widget --no-audit --no-fund
	npm run --silent --prefix services/survey/widget build

.PHONY: simulate
simulate: $(INSTALLED) ## Measure false alarms and delays on synthetic stages, 20 min (EFFECTS=1: of actions; REVIEWS=1: weekly; WINS=1: wins; WRITE=1: docs; SCALE=.02: a look)
	$(BIN)/python -m dev.simulation$(if $(EFFECTS),.effects)$(if $(REVIEWS),.reviews)$(if $(WINS),.wins) $(if $(SCALE),--scale $(SCALE)) $(if $(WRITE),--write)

.PHONY: lock
lock: $(INSTALLED) ## Write the lock files anew from pyproject.toml, with hashes and no addresses
	$(COMPILE) --upgrade --all-extras --output-file requirements.lock pyproject.toml
	$(COMPILE) --constraint requirements.lock --output-file deploy/requirements.lock pyproject.toml
	! grep -n '://' requirements.lock deploy/requirements.lock

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed")'
	@echo 'Installing into $(VENV) (a minute or two the first time)…'
	@$(BIN)/python -m pip --version > /dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
