# Gatepost: what a newcomer types.
#
#   make run     start the demo: SMTP on 127.0.0.1:2525, survivors into ./var/maildirs
#   make test    every check and every test; the whole truth (.ci/run calls it)
#   make parity  random policies beside a real Postfix, every reply compared, for some minutes (needs root)
#   make parity-qmqp, parity-limits, parity-tls, parity-verification    the same for QMQP packets, limits and PROXY
#                headers, STARTTLS and certificates, address probes
#   make parity-tables   1,000 tables of each type beside a real postmap (two or three minutes)
#   make outage  a database killed for a minute under load: no session hears 451 for it
#   make greylist-agreement   10,000 triplets thrown at servers that share a greylist, one killed (two minutes)
#   make adversity   bad lines all around the gate, SEEDS=n seeds (ten by default), every message accounted for
#   make fuzz    a hundred thousand strange inputs for each reader of octets (ten minutes); TARGETS="smtp qmqp" for some
#   make soak    a whole site under load with a fault every second, for an hour (needs root to fill a disk); MINUTES=n
#   make bench   Gatepost beside Postfix, aiosmtpd and smtp-sink, into bench/RESULTS.md (needs root; 20 minutes)
#   make bench-site      SpamAssassin with and without Gatepost, into bench/RESULTS-site.md (needs root; 10 minutes)
#   make bench-tables    look-ups a second beside postmap, into docs/tables.md
#   make bench-flood, bench-greylist, bench-policyd, bench-qmqp, bench-tls, bench-client_limits    what each costs
#   make compiled        build/compiled/bin/gatepost: the hot modules as C extensions (needs a C compiler; 2 to 4 minutes)
#   make test-compiled   the tests that show it to be the same
#   make lint    the checks without the tests
#   make lock    choose dependencies anew and write requirements*.lock
#   make docs    write the generated pages anew (a test fails while they are stale)
#   make clean   remove what the others made
#
# Nothing but Python 3.11 or later and make is needed beforehand. As root on Debian or Ubuntu `make test` installs the
# real servers that the tests talk to; elsewhere it names what it skips.

# The first Python that really runs and is new enough (a version manager's shim may be there and refuse).
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3 python3.14; do \
            $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; \
          done)
VENV   := .venv
BIN    := $(VENV)/bin
COMPILED := build/compiled
PEERS  := iproute2 systemd man-db groff-base telnet \
          postfix postfix-pcre postfix-lmdb postfix-cdb postfix-mysql postfix-pgsql postfix-sqlite postfix-ldap \
          mariadb-server postgresql slapd ldap-utils redis-server redis-tools tinycdb \
          rbldnsd postgrey postfix-policyd-spf-python postfwd haproxy dovecot-core sasl2-bin \
          swaks msmtp openssl pflogsumm fail2ban

.PHONY: run test parity parity-tables outage greylist-agreement adversity fuzz soak bench bench-site bench-tables bench-flood compiled test-compiled lint lock docs peers clean

run: $(VENV)/.run-ready
	@$(BIN)/python examples/guide/demo.py

test: $(VENV)/.test-ready peers lint
	$(BIN)/pytest -n 2 --dist loadfile

# SEED=n draws other policies; POLICIES=n more or fewer of them. From 300 on every outcome must be reached fifty times.
SEED     ?= 1
POLICIES ?= 300

parity: $(VENV)/.test-ready peers
	$(BIN)/python -m tests.parity.run --seed $(SEED) --policies $(POLICIES)

parity-tables: $(VENV)/.test-ready peers
	GATEPOST_TABLES=1000 $(BIN)/pytest tests/world/tables/test_postmap_parity.py

parity-%: $(VENV)/.test-ready peers
	$(BIN)/python -m tests.parity.$*

outage: $(VENV)/.test-ready peers
	OUTAGE_S=60 $(BIN)/pytest tests/system/test_relay_permission_in_sql.py -k killed

greylist-agreement: $(VENV)/.test-ready peers
	GREYLIST_TRIPLETS=10000 $(BIN)/pytest -s tests/system/test_greylist_agreement.py

SEEDS   ?= 10
TARGETS ?=
MINUTES ?= 60

adversity: $(VENV)/.test-ready peers
	ADVERSITY_SEEDS=$(SEEDS) $(BIN)/pytest tests/adversity/test_bad_lines.py

fuzz: $(VENV)/.test-ready
	$(BIN)/python -m tests.fuzz.run --inputs 100000 $(TARGETS)

soak: $(VENV)/.test-ready peers
	$(BIN)/python -m tests.soak.run --minutes $(MINUTES)

bench: $(VENV)/.test-ready peers $(COMPILED)/.ready
	$(BIN)/python -m bench.front.run --write

bench-site: $(VENV)/.test-ready peers
	@bash tests/install_peers.sh spamassassin spampd
	$(BIN)/python -m bench.front.whole_site --write

bench-tables: $(VENV)/.test-ready peers
	$(BIN)/python -m bench.tables --write

bench-flood: $(VENV)/.test-ready peers
	$(BIN)/python -m bench.flood --write

bench-%: $(VENV)/.test-ready peers
	$(BIN)/python -m bench.$*

# The optional build of decision 0006, in an environment of its own. It goes by way of an sdist, since the compiler leaves
# its extensions beside the sources that it was given, and the editable package in .venv would load them.
compiled: $(COMPILED)/.ready

$(COMPILED)/.ready: pyproject.toml requirements.lock $(shell find src -name '*.py') | $(VENV)/.test-ready
	@bash tests/install_peers.sh gcc libc6-dev $(if $(filter /usr/bin/%,$(shell command -v $(PYTHON))),python3-dev)
	rm -rf $(COMPILED)
	$(PYTHON) -m venv $(COMPILED)
	$(BIN)/python -m hatchling build -t sdist -d $(COMPILED)/wheel
	HATCH_BUILD_HOOK_ENABLE_MYPYC=1 $(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps \
	  --no-build-isolation -w $(COMPILED)/wheel $(COMPILED)/wheel/*.tar.gz
	$(COMPILED)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(COMPILED)/bin/pip install --quiet --disable-pip-version-check --no-deps $(COMPILED)/wheel/*.whl
	@touch $@

# The compiled package before the interpreted one on the path of tests and of the programs that they start. Left out: what
# puts methods into native classes or gives them look-alikes, and the garbage that native closures leave (NATIVE).
NATIVE := --deselect tests/service/test_internal_error.py::test_a_verb_that_raises \
          --deselect tests/service/test_internal_error.py::test_a_name_that_nobody_can_take \
          --ignore tests/service/test_deliberation.py --ignore tests/service/test_sessions_are_freed.py

test-compiled: $(COMPILED)/.ready peers
	PYTHONPATH=$$($(COMPILED)/bin/python -c 'import sysconfig; print(sysconfig.get_path("platlib"))') \
	  $(BIN)/pytest -n 2 --dist loadfile $(NATIVE) tests/test_stories.py tests/wire tests/policy tests/service \
	  tests/world/names tests/world/net tests/world/tables tests/world/limits tests/world/greylists \
	  tests/system/test_policyd.py tests/system/test_tls.py tests/cli/test_explain.py
	PYTHONPATH=$$($(COMPILED)/bin/python -c 'import sysconfig; print(sysconfig.get_path("platlib"))') \
	  $(BIN)/python -m tests.parity.run --seed $(SEED) --policies 20

lint: $(VENV)/.test-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# The environment, from locked versions with hashes. A Python without venv (Debian's) is completed first where apt may.
$(VENV)/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "Gatepost needs Python 3.11 or later: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	    apt-get install -y -qq python3-venv >/dev/null; } || \
	  { echo "this Python has no venv module: install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run-ready: requirements.lock | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test-ready: requirements-dev.lock requirements.lock | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.run-ready

lock:
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --group pyproject.toml:build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --group pyproject.toml:build --group pyproject.toml:dev --all-extras pyproject.toml \
	  -c requirements.lock -o requirements-dev.lock

docs: $(VENV)/.test-ready
	$(BIN)/python -m gatepost.cli.write_pages

peers:
	@bash tests/install_peers.sh $(PEERS)

clean:
	rm -rf $(VENV) var build dist .mypy_cache .ruff_cache .hypothesis .pytest_cache
