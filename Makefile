# Everything one does twice. Each target first sees to a virtual environment in .venv, and needs nothing
# on the machine but a Python of 3.11 or later; PYTHON=... names one when the search does not find it.

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)
BIN := .venv/bin
STAMP := .venv/installed
STORIES := examples/harbour.jsonl examples/korrin.jsonl
comma := ,
BROWSERS := "$$CHROMIUM" chromium chromium-browser google-chrome
PEERS := .venv-peers/bin/python
PEERS_STAMP := .venv-peers/installed

.PHONY: help venv test check format demo browser graphviz screenshots bench quality fit bench-peers bench-large bench-corpus bench-spark docs docs-serve

help:           ## show these targets
	@sed -n 's/^\([a-z-]*\): .*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

venv: $(STAMP)  ## make the virtual environment

$(STAMP): pyproject.toml
	@test -n "$(PYTHON)" || { \
		echo "dedup needs Python 3.11 or later, and none was found; install one, or say: make PYTHON=/path/to/python" >&2; \
		exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

test: check     ## run everything that is checked on every change
	@$(MAKE) --no-print-directory browser || true
	@$(MAKE) --no-print-directory graphviz || true
	$(BIN)/python -m pytest -q

# With programs of others the reports and the drawings are tested; where they cannot be had, that is skipped.
APT := apt-get -qq -o DPkg::Lock::Timeout=120 -o Acquire::http::Timeout=10 -o Acquire::Retries=1
define install
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "installing $(1)" && $(APT) update && \
		DEBIAN_FRONTEND=noninteractive $(APT) install -y --no-install-recommends $(1) >/dev/null; \
	else \
		echo "no $(1) was found, and it can be installed by root on Debian only; $(2) not tested with it." \
			"To have that: sudo apt-get install $(1)$(3)" >&2; \
		exit 1; \
	fi
endef

browser:        ## install Debian's Chromium, in which the reports are tested
	@$(foreach name,$(BROWSERS),command -v $(name) >/dev/null ||) \
	$(call install,chromium,reports are,$(comma) or set CHROMIUM=/path/to/chromium)

graphviz:       ## install Debian's Graphviz, with which the drawings are tested
	@command -v dot >/dev/null || $(call install,graphviz,drawings are)

screenshots: $(STAMP) browser ## make the pictures in docs/report.md anew
	DEDUP_SCREENSHOTS=docs $(BIN)/python -m pytest -q tests/test_report_browser.py

check: $(STAMP) ## lint, look at the format, check the types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: $(STAMP) ## put the format right
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

demo: $(STAMP)  ## draw the lineage of the example families, make a report of them and open it
	$(BIN)/dedup lineage $(STORIES)
	@$(BIN)/dedup lineage $(STORIES) --format html --title "Two stories, and who retold them" --output demo.html
	@echo; echo "The report: file://$(CURDIR)/demo.html"
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname)" = Darwin ]; then \
		$(BIN)/python -m webbrowser "file://$(CURDIR)/demo.html" >/dev/null || true; \
	else echo "Open it in a browser."; fi

docs: $(STAMP)  ## build the documentation into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

docs-serve: $(STAMP) ## show the documentation on http://127.0.0.1:8000 while it is written
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve

bench: $(STAMP) ## time each kernel beside its plain reference
	$(BIN)/python -m pytest benchmarks --benchmark-enable --benchmark-only

quality: $(STAMP) ## score the library on the labelled sets, into docs/quality.md
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[fit]'
	$(BIN)/python -m benchmarks.quality

fit: $(STAMP)   ## fit the model's parameters again
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[fit]'
	$(BIN)/python -m benchmarks.fit

bench-peers: $(PEERS_STAMP) ## set the library beside its peers, into docs/benchmarks.md (half an hour)
	$(PEERS) -m benchmarks.bench_peers

bench-large: $(PEERS_STAMP) ## the same for a million articles, without peers (8 GB of memory, 10 GB of disk)
	$(PEERS) -m benchmarks.bench_peers --large

bench-corpus: $(STAMP) ## time and weigh corpora on disk, into docs/corpus-speed.md (15 minutes, 15 GB of disk)
	$(BIN)/python -m benchmarks.corpus_speed

bench-spark: $(STAMP) ## time Spark on this machine beside the library alone (15 minutes, needs Java)
	$(BIN)/python -m benchmarks.spark_speed --hay

# Peers that cannot be installed here are left out, one by one; text-dedup lists Spark, which it does without.
$(PEERS_STAMP): $(STAMP) benchmarks/peers/requirements.txt
	test -x $(PEERS) || $(BIN)/python -m venv .venv-peers
	@echo '*' > .venv-peers/.gitignore
	$(PEERS) -m pip install --quiet --disable-pip-version-check --editable .
	$(PEERS) -m pip install --quiet --disable-pip-version-check -r benchmarks/peers/requirements.txt || \
		grep -o '^[^# ]*' benchmarks/peers/requirements.txt | \
		xargs -n 1 $(PEERS) -m pip install --quiet --disable-pip-version-check || true
	-$(PEERS) -m pip install --quiet --disable-pip-version-check --no-deps text-dedup==0.4.0
	@touch $@
