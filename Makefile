# Everything here runs on one machine with nothing set up but Swift. `make help` lists the targets.

SHELL := /bin/bash
.DEFAULT_GOAL := help

SWIFT ?= swift
# So many tests run at once. Most of them wait for a server or a process of their own: all at once they would wait for
# each other until their time-outs.
TEST_WIDTH ?= $(shell echo $$(( $$(nproc) * 2 )))
# What formatting looks at.
SOURCES := Sources Tests Package.swift

.PHONY: help
help: ## Print this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: deps
deps: ## Check the Debian packages that are needed; install them where that may be done
	@command -v $(SWIFT) >/dev/null || { echo 'Swift 6.3 is needed: https://www.swift.org/install' >&2; exit 1; }
	@Tests/Support/install-dependencies.sh

.PHONY: build
build: deps ## Build everything for release, into .build/release
	$(SWIFT) build -c release

.PHONY: demo
demo: deps ## Run the whole line on this machine: sample sheets, a private MariaDB, a small model trained
	$(SWIFT) build -c release --product sheaf
	$(SWIFT) build -c release --product sheaf-emulator
	examples/demo/run.sh

.PHONY: test
test: deps ## Run every test, against a private MariaDB (or that of SHEAF_TEST_MYSQL)
	$(SWIFT) build --build-tests
	SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=$(TEST_WIDTH) $(SWIFT) test --skip-build

# What takes longer than a change can wait for: a target each, and all of them under test-all.
.PHONY: test-crash
test-crash: deps ## Kill commands at every packet they send to the database, and syncs at random moments (a quarter of an hour)
	$(SWIFT) build --build-tests
	SHEAF_TEST_PACKETS=all SHEAF_TEST_CRASHES=60 SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=$(TEST_WIDTH) $(SWIFT) test --skip-build --filter CrashTests

.PHONY: test-lives
test-lives: deps ## Let 2,400 datasets live at random, with everything that people and networks do to them (some minutes)
	$(SWIFT) build --build-tests
	SHEAF_TEST_STORIES=2000 $(SWIFT) test --skip-build --filter LifeStoryTests
	SHEAF_TEST_LIVES=400 SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=$(TEST_WIDTH) $(SWIFT) test --skip-build --filter LifeTests

.PHONY: test-api
test-api: deps ## Put many drawn requests to the HTTP API, by schemathesis (some minutes)
	$(SWIFT) build --build-tests
	SHEAF_TEST_API_EXAMPLES=200 $(SWIFT) test --skip-build --filter APISchemathesis

.PHONY: test-tables
test-tables: deps ## Put 20,000 drawn tables to Sheaf and to frictionless, and compare (some minutes)
	$(SWIFT) build --build-tests
	SHEAF_TEST_TABLES=20000 SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=$(TEST_WIDTH) $(SWIFT) test --skip-build --filter '^SchemaDifferentialTests'

.PHONY: test-python
test-python: deps ## Run the heavy examples of docs/reading.md too: torch and datasets, from PyPI (1.3 GB and more)
	$(SWIFT) build --build-tests
	SHEAF_TEST_PYTHON=all $(SWIFT) test --skip-build --filter ReadingExampleTests

.PHONY: test-cluster
test-cluster: deps ## Run the suites that use the store against a Galera cluster of three nodes, kill some, and put a database to every fault (a quarter of an hour)
	Tests/Support/install-dependencies.sh galera-4 rsync iproute2
	$(SWIFT) build --build-tests
	SWIFT="$(SWIFT)" TEST_WIDTH=$(TEST_WIDTH) Tests/Support/test-cluster.sh

.PHONY: test-all
test-all: test lint build test-crash test-lives test-tables test-python test-api test-cluster ## Run the tests and what takes longer: the format check, a release build, crashes, lives, tables, a cluster

.PHONY: bench
bench: deps ## Measure, and print ratios to what the machine can do
	$(SWIFT) build -c release
	.build/release/sheaf-bench run
	.build/release/sheaf-bench exports
	.build/release/sheaf-bench pull
	.build/release/sheaf-bench calls
	.build/release/sheaf-bench validate

.PHONY: lint
lint: ## Check the formatting, strictly
	$(SWIFT) format lint --strict -r $(SOURCES)

.PHONY: format
format: ## Format the sources in place
	$(SWIFT) format --in-place -r $(SOURCES)

.PHONY: clean
clean: ## Delete what was built
	$(SWIFT) package clean
