# Everything that a developer or an operator does with this product; `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Set-up compiles kernels on one core while packages arrive on the other.
MAKEFLAGS += --jobs=2
.PHONY: help setup run backup restore load bench-recovery test quick check bench bench-pictures exhaustive bench-lists bench-finance bench-queue invariants faults lock clean setup-run setup-test test-rest test-browser mutation attack

# Without compiled files each start would import for seconds, whatever the caller's environment says.
export PYTHONDONTWRITEBYTECODE :=
export NUMBA_CACHE_DIR := $(CURDIR)/instance/numba

PYTHON := .venv/bin/python
SOURCES := worksorders scheduler catalogue web
# Nothing is asked or told over the network; what it keeps of its own stays in its folder.
SEMGREP := SEMGREP_SETTINGS_FILE=build/semgrep/settings.yml SEMGREP_LOG_FILE=build/semgrep/log build/semgrep/bin/semgrep scan --metrics off --disable-version-check
PARALLEL ?= 2
COMMA := ,
PEERS ?= vroom,pyvrp,ortools
PRINTING_PACKAGES := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core
# Chromium without a window: the same engine as the whole browser at half its processor time.
BROWSER_PACKAGES := chromium-headless-shell

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name text; do printf '  make %-13s %s\n' "$$name" "$$text"; done

setup: setup-run setup-test ## Install everything that running and testing need

run: setup-run ## Run the whole product on http://localhost:8000 (PORT=8001 changes it)
	@exec setpriv --pdeathsig TERM -- $(PYTHON) -m web.embedded run

test: test-browser test-rest ## Run all tests, those in the browser too

# Both at once: tests that wait for a page or a killed process leave the cores to the others.
test-rest: setup
	@$(PYTHON) -m pytest -n $(PARALLEL) --dist loadfile --no-loadscope-reorder -m 'not browser'

test-browser: setup
	@install -d build
	@failed=0; $(PYTHON) -m pytest -n 0 -m browser >build/browser.txt 2>&1 || failed=1; \
	cat build/browser.txt; exit $$failed

quick: setup-run ## Run the tests that take no browser and no patience (under two minutes)
	@FINANCE_HISTORIES=30 $(PYTHON) -m pytest -n $(PARALLEL) --dist loadfile --no-loadscope-reorder -m 'not browser and not slow'

check: .venv/.installed build/semgrep/.installed ## Check format, lint, types, layers, our own rules over the code and the database schema
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PYTHON) tools/money_floats.py
	.venv/bin/bandit --quiet -ll --recursive $(SOURCES) --exclude worksorders/store/migrations
	$(SEMGREP) --test --config tools/semgrep/rules tools/semgrep/examples >build/semgrep/test.txt 2>&1 || { cat build/semgrep/test.txt; exit 1; }
	$(SEMGREP) --quiet --error --jobs 1 --project-root . --config tools/semgrep/rules $(SOURCES) wsgi.py
	$(PYTHON) -m tools.pages.disclosure check
	$(PYTHON) tools/schema.py check

bench: setup-run build/peers/.installed ## Time the planning engine beside its peers (SECONDS_EACH=60 SEEDS=1,2 ONLY=M,L WORKERS=2 PEERS=vroom)
	@build/peers/bin/python -m tools.bench.planner --seconds $(or $(SECONDS_EACH),10) --seeds $(or $(SEEDS),1) --workers $(or $(WORKERS),2) --peers $(PEERS) $(if $(ONLY),--only $(ONLY))

exhaustive: setup-run ## Hold plans and bounds against exhaustive search on COUNT=150 random tiny instances of each of four kinds
	@TINY_INSTANCES=$(or $(COUNT),150) $(PYTHON) -m pytest -n 0 -rP -p no:cacheprovider tests/scheduler/test_exhaustive.py

bench-pictures: setup-run ## Draw the planner's gap over time and where its time goes for the docs (SECONDS_EACH=60 ONLY=M,L)
	@$(PYTHON) -m tools.bench.planner --seconds $(or $(SECONDS_EACH),60) --workers 1 --only $(if $(ONLY),$(ONLY),M$(COMMA)L) --pictures

bench-lists: setup-run ## Time every list page in the database at 40,000 orders
	@$(PYTHON) -m tools.bench.lists

mutation: .venv/.installed ## Change the disclosure and access tables one word at a time and see that a test notices each (minutes)
	@$(PYTHON) tools/mutation.py $(ONLY)

attack: setup-run ## Let schemathesis, wapiti and sqlmap loose on a copy of its own on this machine (SECONDS_EACH=120)
	@[ -x build/attack/bin/wapiti ] || { install -d build && $(PYTHON) -m venv build/attack && build/attack/bin/pip install --quiet --disable-pip-version-check wapiti3==3.2.3 sqlmap; }
	@[ -x build/attack-api/bin/schemathesis ] || { $(PYTHON) -m venv build/attack-api && build/attack-api/bin/pip install --quiet --disable-pip-version-check schemathesis==4.32.5; }
	@$(PYTHON) tools/attack.py

backup: .venv/.installed ## Back up the database of `make run`, running or not, into TO=folder, without its keys
	@how=exec; if flock -n instance/lock true 2>/dev/null; then how=alone; fi; \
	exec $(PYTHON) -m web.embedded $$how --role postgres -- $(PYTHON) -m web.recovery backup --to $(or $(TO),$(error say where: make backup TO=folder))

restore: .venv/.installed ## Put the backup FROM=folder in the place of the database of `make run`, which must be stopped
	@$(PYTHON) -m web.embedded alone --role postgres -- $(PYTHON) -m web.recovery restore --aside $(or $(FROM),$(error say which: make restore FROM=folder))

faults: setup-run ## Kill, stop, wipe and race the running product by seed (SEEDS=60 FIRST=1 SCALE=20 KIND='disk full')
	@nice -n 10 $(PYTHON) -m tests.faults.harness $(or $(SEEDS),60) --first $(or $(FIRST),1) --scale $(or $(SCALE),20) $(if $(KIND),--kind '$(KIND)',--prove)

bench-finance: setup-run ## Time matching 10,000 invoice lines against 100,000 order lines, and see that it is linear
	@$(PYTHON) -m tools.bench.finance

bench-queue: setup-run ## Time the queue of invoices and its neighbours with 10,000 invoices that wait
	@$(PYTHON) -m tools.bench.queue

invariants: setup-run ## Walk through thousands of generated histories of orders, invoices and payments (HISTORIES=20000)
	@FINANCE_HISTORIES=$(or $(HISTORIES),3000) $(PYTHON) -m pytest -n $(PARALLEL) tests/domain/finance/test_finance_invariants.py tests/gateways/test_payfiles.py

bench-recovery: .venv/.installed ## Time a backup and a restore at 40,000 orders
	@$(PYTHON) -m tools.bench.recovery

load: setup-run ## Drive the product with 50 users at 40,000 orders (USERS=50 SECONDS_LONG=60 THINK=5)
	@$(PYTHON) -m tools.bench.load --users $(or $(USERS),50) --seconds $(or $(SECONDS_LONG),60) --think $(or $(THINK),5)

lock: .venv/.installed ## Pin what pyproject.toml asks for, with hashes, in requirements.lock
	UV_SYSTEM_CERTS=1 .venv/bin/uv pip compile pyproject.toml --generate-hashes --no-emit-index-url --extra test --extra dev --python-version 3.11 -o requirements.lock >/dev/null
	UV_SYSTEM_CERTS=1 .venv/bin/uv pip compile tools/semgrep/requirements.in --generate-hashes --no-emit-index-url --python-version 3.11 -o tools/semgrep/requirements.lock >/dev/null

clean: ## Remove what set-up, checks and tests made; data and keys in instance/ stay
	rm -rf .venv instance/numba .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build __pycache__ *.egg-info
	find $(SOURCES) tests tools -name __pycache__ -prune -exec rm -rf {} +

# Rival solvers in an environment of their own that sees the product's packages too.
build/peers/.installed: .venv/.installed
	@echo 'Installing the rival solvers into build/peers.'
	@rm -rf build/peers && install -d build && $(PYTHON) -m venv build/peers
	@$(PYTHON) -c 'import site; print(site.getsitepackages()[0])' >"$$(build/peers/bin/python -c 'import site; print(site.getsitepackages()[0])')/product.pth"
	@build/peers/bin/pip install --quiet --disable-pip-version-check pyvroom==1.15.2 pyvrp==0.14.1
	@touch $@

# The engine of our own rules: what it needs would quarrel with the product's versions.
build/semgrep/.installed: tools/semgrep/requirements.lock .venv/.installed
	@echo 'Installing the engine of our rules over the code into build/semgrep.'
	@rm -rf build/semgrep && install -d build && $(PYTHON) -m venv --without-pip build/semgrep
	@UV_SYSTEM_CERTS=1 .venv/bin/uv pip install --python build/semgrep/bin/python --quiet --require-hashes --compile-bytecode -r $< 2>/dev/null \
	|| $(PYTHON) -m pip --python build/semgrep/bin/python install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@

setup-run: .venv/.installed .venv/.printing instance/numba/.filled

setup-test: setup-run .venv/.browser

.venv/.installed: requirements.lock tools/install.sh tools/debian.sh
	@echo 'Installing the locked Python packages (about a minute the first time).'
	@tools/install.sh
	@$(PYTHON) -m compileall -q $(SOURCES)
	@touch $@

.venv/.printing: .venv/.installed tools/debian.sh
	@tools/debian.sh $(PRINTING_PACKAGES)
	@touch $@

.venv/.browser: .venv/.installed tools/debian.sh
	@tools/debian.sh $(BROWSER_PACKAGES)
	@touch $@

# Compiled once here, so that no plan waits for it; what older sources left behind goes.
instance/numba/.filled: .venv/.installed $(wildcard scheduler/engine/kernels/*.py)
	@rm -rf instance/numba
	@install -d -m 700 instance instance/numba
	@echo 'Compiling the scheduling kernels.'
	@$(PYTHON) -m scheduler warm
	@touch $@
