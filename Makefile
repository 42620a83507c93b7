# Two commands are enough for a newcomer on Debian 12 with cargo and node:
#
#   make run     builds the server and starts it; prints its address and, the first time, the set-up link
#   make test    everything that must hold, with real clients, a real browser and real crashes
#
# And for those who work on it: make check, bench, crash, fuzz, shots.
# Both install what they miss: `make run` nothing but node packages, `make test` also other people's clients from
# Debian (it asks for root then).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run build web release tools test unit house crash e2e fuzz check bench shots

# Outside of the checkout: a build directory is large, and tools that watch or copy the checkout need not see it.
export CARGO_TARGET_DIR ?= $(HOME)/.cache/abri/target

# How much of the machine the tests may take, and how long the crash loops are.
TEST_THREADS ?= 2
FUZZ_SECONDS ?= 30
ABRI_KILLS ?= 200
ABRI_CUTS ?= 40
export ABRI_KILLS ABRI_CUTS

ABRI_DATA ?= $(HOME)/.local/share/abri
ABRI_LISTEN ?= 127.0.0.1:8080

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | sed '/^Outside/,$$d'

# --- build ---

need = command -v $(1) >/dev/null || { echo "$(1) is missing: $(2)" >&2; exit 1; }

web/node_modules/.abri-installed: web/package-lock.json
	@$(call need,node,install Node.js 20.19 or newer)
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); if (a < 20 || (a === 20 && b < 19)) { console.error(`node $${process.versions.node} is too old: 20.19 is the oldest that works`); process.exit(1) }'
	cd web && npm ci --no-audit --no-fund
	@touch $@

web: web/node_modules/.abri-installed
	cd web && npm run build

# A C compiler builds SQLite and the cryptography; Debian's minimal images have none.
cc:
	@command -v cc >/dev/null || tests/install build-essential

release: cc web
	@$(call need,cargo,install Rust from your system or from rust-lang.org)
	cargo build --release -p abri

run: release
	@mkdir -p "$(ABRI_DATA)"
	@echo "data: $(ABRI_DATA)"
	@exec "$(CARGO_TARGET_DIR)/release/abri" serve --data "$(ABRI_DATA)" --listen "$(ABRI_LISTEN)"

# --- test ---

# Other people's programs. A test fails when its client is missing, so they are installed first.
tools:
	@tests/install --for-tests

build: cc web
	cargo build --workspace --all-targets --locked

test: tools build
	@tests/run

unit: cc web
	cargo nextest run --workspace --exclude abri-house --test-threads $(TEST_THREADS)

house: tools build
	cargo nextest run -p abri-house --test-threads $(TEST_THREADS) -E 'not binary(/^crash_/)'

crash: tools build
	cargo nextest run -p abri-house --no-capture -E 'binary(/^crash_/)'

e2e: tools release
	cd web && ABRI_BIN="$(CARGO_TARGET_DIR)/release/abri" npm run e2e

# The clock decides how long; the findings decide what comes next.
fuzz: cc
	fuzz/run.sh $(FUZZ_SECONDS)

check: web/node_modules/.abri-installed
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo test -p abri-house --test arrows --locked
	cd web && npm run check

# --- measure, show ---

bench: tools release
	@tests/install --for-bench
	bench/run $(BENCH)

shots: tools release
	cd web && ABRI_BIN="$(CARGO_TARGET_DIR)/release/abri" npm run shots
