# Everything a person or CI does with the project. `make` alone lists the targets.
# Only .venv and var/ are written.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000
ROLE ?= curator
BENCH_SIZES ?= 10000
FUZZ_CASES ?= 10000
LOAD_SECONDS ?= 600
FUZZ_PAGES ?= 2000
# On all cores; a file of tests stays together, for its server or its archive is made once. In the order of tests/conftest.py.
PYTEST ?= --numprocesses auto --dist loadfile --no-loadscope-reorder
FAULTS := tests/faults tests/servers/test_followers.py tests/servers/test_machines.py tests/servers/test_replicas.py
ARCHIVE_DATA_DIR ?= $(CURDIR)/var
export HOST PORT ARCHIVE_DATA_DIR
export PYTHONDONTWRITEBYTECODE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run prepare serve test test-sqlite test-postgres test-drills check lint types imports migrations deploy-check compose-check \
        screenshots bench bench-scaling paint accessibility relevance suggestions fuzz load faults drill drill-fixity drill-search drill-export drill-moving sbom audit \
        cluster cluster-requirements curator messages lock clean

help:
	@echo "make run        install, load the archive, build the index, serve on http://$(HOST):$(PORT)/"
	@echo "make test       install what tests need, run everything on SQLite, and on PostgreSQL what asks a database"
	@echo "make test-drills  small versions of the drills below, on both databases"
	@echo "make check      lint, types, imports, migrations, deploy settings, compose file"
	@echo "make bench      measure speed beside SQLite FTS5, PostgreSQL and plain Whoosh (BENCH_SIZES=\"10000 100000\")"
	@echo "make bench-scaling  measure the archive on Whoosh, PostgreSQL and OpenSearch side by side (BENCH_SIZES)"
	@echo "make screenshots  pictures of every page: light, dark, phone, wide, print, each language, under var/screenshots/"
	@echo "make paint      measure how soon each type of page is seen, and what is transferred"
	@echo "make accessibility  axe-core on every type of page in each language, light and dark, narrow and wide"
	@echo "make relevance  measure how well each engine answers tests/relevance/queries.jsonl"
	@echo "make suggestions  measure how well links are suggested for drafts (ARCHIVE_SEEDS: on the source documents too)"
	@echo "make load       find what the site bears, and how long readers wait at half of it (LOAD_SECONDS=600)"
	@echo "make faults     stop and freeze databases, fill disks, kill processes, and see that the site holds"
	@echo "make fuzz       ask the JSON API 10 000 requests (FUZZ_CASES), and all other doors 2 000 (FUZZ_PAGES): nothing may break"
	@echo "make drill      back up while the archive is written to, restore elsewhere, compare every record and capture"
	@echo "make drill-fixity  change single bytes of an archive, and see that each is found and named"
	@echo "make drill-search  kill, rebuild and overload the search while it is asked, and see that it holds"
	@echo "make drill-export  export 100 000 made-up articles, and see that the memory it takes is bounded"
	@echo "make drill-moving  move 10 000 made-up articles to PostgreSQL and OpenSearch, and compare every record and 100 queries"
	@echo "make cluster    three OpenSearch nodes for trying SEARCH_URL=opensearch://… (needs Maven and a JDK)"
	@echo "make cluster-requirements  install what SEARCH_URL=opensearch://… needs"
	@echo "make curator    create an account (ROLE=curator|editor|administrator) and print its password once"
	@echo "make messages   bring the Russian and Chinese catalogues up to date; print what is not translated"
	@echo "make sbom       write the bill of materials (CycloneDX) to var/sbom.json"
	@echo "make audit      look the pinned packages up in the advisory database (asks pypi.org; optional)"
	@echo "make lock       write the lock files anew from pyproject.toml"
	@echo "make clean      remove .venv and var/cache; the archive's data stay"

# The stamps are as old as what was installed: a newer lock file installs anew, nothing else does.
$(VENV)/installed: requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 …")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes --requirement requirements.lock
	# Whoosh is of 2016: compiled here once, quietly, lest its SyntaxWarnings greet whoever runs it first.
	$(BIN)/python -W ignore::SyntaxWarning -m compileall -q $$($(BIN)/python -c 'import whoosh; print(whoosh.__path__[0])')
	touch $@

$(VENV)/installed-dev: requirements-dev.lock $(VENV)/installed
	$(BIN)/pip install --quiet --require-hashes --requirement requirements-dev.lock
	touch $@

run: prepare serve

# For SEARCH_URL=opensearch://; the site runs without them.
cluster-requirements: $(VENV)/installed
	$(BIN)/pip install --quiet --require-hashes --requirement requirements-cluster.lock

# Three OpenSearch nodes on this machine, fetched by Maven; prints the SEARCH_URL. Ctrl-C ends them, and what they hold.
cluster: $(VENV)/installed-dev
	$(BIN)/python -m tests.cluster

# Safe to repeat: a second time nothing is loaded or built anew, and curators' edits stay.
prepare: $(VENV)/installed
	$(BIN)/python manage.py prepare

serve: $(VENV)/installed
	@echo "Serving on http://$(HOST):$(PORT)/ (stop with Ctrl-C)"
	exec $(BIN)/gunicorn --config scosite/gunicorn.py scosite.wsgi

test: check test-sqlite test-postgres

test-sqlite: $(VENV)/installed-dev
	$(BIN)/python -m pytest $(PYTEST)

# On a real PostgreSQL (TEST_DATABASE_URL, or a server that the tests start) what asks a database; the rest ran above.
test-postgres: $(VENV)/installed-dev
	$(BIN)/python -m tests.with_postgres $(BIN)/python -m pytest $(PYTEST) --database-only

# Minutes of killed writers, backups under load and moves, in small, on both databases; the drill targets are the real ones.
test-drills: $(VENV)/installed-dev
	$(BIN)/python -m pytest $(PYTEST) --drills
	$(BIN)/python -m tests.with_postgres $(BIN)/python -m pytest $(PYTEST) --drills

check: lint types imports migrations deploy-check compose-check

lint: $(VENV)/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/installed-dev
	$(BIN)/mypy

imports: $(VENV)/installed-dev
	$(BIN)/lint-imports --no-cache

# Needs no database, and makes none.
migrations: $(VENV)/installed-dev
	DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py makemigrations --check --dry-run

deploy-check: $(VENV)/installed-dev
	SECRET_KEY=$$(head -c 48 /dev/urandom | base64 -w0) SITE_URL=https://archive.example ALLOWED_HOSTS=archive.example \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

compose-check: $(VENV)/installed-dev
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

# Of a site of their own. SCREENSHOTS="--readme" also writes those of the README; "--page home --look phone" only those.
screenshots: $(VENV)/installed-dev
	$(BIN)/python -m tests.screenshots $(SCREENSHOTS)

# In a database and a data folder of its own, gone afterwards.
relevance: $(VENV)/installed-dev
	$(BIN)/python -m tests.relevance.measure

# In a database of its own, gone afterwards; on the source documents as well where ARCHIVE_SEEDS names their folder.
suggestions: $(VENV)/installed-dev
	$(BIN)/python -m tests.suggestions.measure

# In one run on made-up articles, which are kept under var/bench. BENCH_WRITE=2026-11-21 keeps the tables in docs/performance.md.
bench: $(VENV)/installed-dev
	$(BIN)/python -m tests.bench $(foreach size,$(BENCH_SIZES),--articles $(size)) $(if $(BENCH_WRITE),--write --date $(BENCH_WRITE))

# The archive through its door on Whoosh, PostgreSQL and OpenSearch: the tables of docs/scaling.md.
bench-scaling: $(VENV)/installed-dev
	$(BIN)/python -m tests.bench.scaling $(foreach size,$(BENCH_SIZES),--articles $(size))

# Whatever the OpenAPI document allows, and what it forbids: no fault, no status or field that it does not name. Then whatever
# bytes, parameters, headers and methods there are, at the pages, the admin and the doors for machines.
fuzz: $(VENV)/installed-dev
	ARCHIVE_FUZZ_CASES=$(FUZZ_CASES) ARCHIVE_FUZZ_PAGES=$(FUZZ_PAGES) \
		$(BIN)/python -m pytest tests/views/api/test_document.py tests/views/test_fuzz.py -s

# On made-up articles, which are kept under var/bench. Fails where an answer is wrong or late.
load: $(VENV)/installed-dev
	$(BIN)/python -m tests.load --seconds $(LOAD_SECONDS)

# As the suite does, on both databases, with what was measured, in the seconds that are promised; the suite, which has the machine
# not for itself, gives more. And 40 writers are killed. What a machine lacks is skipped.
faults: $(VENV)/installed-dev
	ARCHIVE_TEST_ALONE=1 $(BIN)/python -m pytest $(FAULTS) tests/search/test_cluster.py -s
	ARCHIVE_TEST_ALONE=1 $(BIN)/python -m tests.with_postgres $(BIN)/python -m pytest $(FAULTS) --database-only -s
	$(BIN)/python -m tests.drills.kills --kills 40 --changes 400
	$(BIN)/python -m tests.with_postgres $(BIN)/python -m tests.drills.kills --kills 40 --changes 400

# What must hold is printed and fails; of the hostile queries also by how much they slow others. The suite has small versions.
drill: $(VENV)/installed-dev
	$(BIN)/python -m tests.drills.backups
	$(BIN)/python -m tests.with_postgres $(BIN)/python -m tests.drills.backups

# Of what is stored in the database, of captures and of the index.
drill-fixity: $(VENV)/installed-dev
	$(BIN)/python -m tests.drills.fixity
	$(BIN)/python -m tests.with_postgres $(BIN)/python -m tests.drills.fixity

drill-search: $(VENV)/installed-dev
	$(BIN)/python -m tests.drills.kills
	$(BIN)/python -m tests.with_postgres $(BIN)/python -m tests.drills.kills
	$(BIN)/python -m tests.with_postgres $(BIN)/python -m tests.drills.kills --search postgres://
	$(BIN)/python -m tests.drills.rebuild
	$(BIN)/python -m tests.drills.hostile

# Fails where the export of 100 000 made-up articles (kept under var/bench) takes more than 50 MB of memory.
drill-export: $(VENV)/installed-dev
	$(BIN)/python -m tests.drills.export

# From SQLite and Whoosh, by the commands of docs/scaling.md; the articles are kept under var/bench.
drill-moving: $(VENV)/installed-dev
	$(BIN)/python -m tests.drills.moving

# On a site and in a browser of its own; printed beside the goals, never asserted.
paint: $(VENV)/installed-dev
	$(BIN)/python -m tests.bench.paint

# All combinations; the suite looks at each page in one language, once light and once dark, once narrow and once wide.
accessibility: $(VENV)/installed-dev
	ARCHIVE_TEST_REQUIRE=browser $(BIN)/python -m pytest tests/browser/test_accessibility.py --every-combination

curator: $(VENV)/installed
	$(BIN)/python manage.py migrate --verbosity 0
	$(BIN)/python manage.py create_curator --role $(ROLE)

# Needs gettext; the compiled catalogues are committed, so that nobody else does.
messages: $(VENV)/installed
	$(BIN)/python manage.py messages

sbom: $(VENV)/installed
	mkdir -p $(ARCHIVE_DATA_DIR)
	$(BIN)/python -m tests.sbom $(ARCHIVE_DATA_DIR)/sbom.json

# Needs pip-audit (pip install pip-audit) and the network; what could not be looked up fails.
audit:
	pip-audit --strict --require-hashes --disable-pip --requirement requirements.lock

# Needs uv (pip install uv); the products are what everything else installs from.
lock:
	uv pip compile --quiet --generate-hashes --universal --python-version 3.11 pyproject.toml --output-file requirements.lock
	uv pip compile --quiet --generate-hashes --universal --python-version 3.11 pyproject.toml --group dev \
		--constraint requirements.lock --output-file requirements-dev.lock
	uv pip compile --quiet --generate-hashes --universal --python-version 3.11 pyproject.toml --group cluster \
		--constraint requirements.lock --constraint requirements-dev.lock --output-file requirements-cluster.lock

clean:
	rm -rf $(VENV) $(ARCHIVE_DATA_DIR)/cache
