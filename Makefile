# What a developer types. Each target first installs, with apt, the Debian packages that it needs and that are missing;
# tools/packages holds the lists and says what it installs.

.DEFAULT_GOAL := build
.PHONY: build run test check format bench docs clean

MAKEFLAGS += --no-print-directory
JOBS ?= $(shell nproc)
# Half of what tests do is waiting for a server.
TEST_JOBS ?= $(shell expr $(JOBS) \* 2)
ENGINE ?= sqlite
RELEASE := $(CURDIR)/build/release

# The release binary. The last line of output is its path.
build:
	@tools/packages build
	@tools/libpq_archives build/archives
	@test -f $(RELEASE)/build.ninja || cmake --preset release
	@cmake --build --preset release -j $(JOBS) --target keel
	@echo $(RELEASE)/bin/keel

# A tour: the life of a shop's database. ENGINE=postgres plays it on a private PostgreSQL server.
run: build
	@case $(ENGINE) in sqlite) tools/packages shop ;; postgres) tools/packages postgres ;; \
	    *) echo "make run: ENGINE is sqlite or postgres, not $(ENGINE)" >&2; exit 2 ;; esac
	@examples/product_feed/tour $(RELEASE)/bin/keel $(ENGINE)

# All of ctest on the development build, with real SQLite and a private PostgreSQL server.
test:
	@tools/packages build test
	@tools/libpq_archives build/archives
	@test -f build/dev/build.ninja || cmake --preset dev
	@cmake --build --preset dev -j $(JOBS)
	@ctest --preset dev -j $(TEST_JOBS)

# What is too slow for every change: sanitizers, clang-tidy, headers on their own, the whole fault sweeps.
check: test
	@tools/packages check
	@test -f build/san/build.ninja || cmake --preset san
	@cmake --build --preset san -j $(JOBS)
	@ctest --preset san -j $(JOBS)
	@test -f build/tsan/build.ninja || cmake --preset tsan
	@cmake --build --preset tsan -j $(JOBS)
	@ctest --preset tsan -j $(JOBS)
	@KEEL_TEST_THOROUGH=1 KEEL_TEST_PAIRS=200 KEEL_CORPUS_STEPS=300 ctest --preset dev -R '^(schema$$|corpus_)'
	@KEEL_ALL_INSTANTS=1 ctest --preset dev -R '^migrate$$'
	@tools/check_headers
	@tools/check_tidy build/dev
	@tests/fault/sweep --binary build/dev/bin/keel --all
	@for options in defaults data=writeback,noauto_da_alloc; do tests/fault/sweep --binary build/dev/bin/keel --all \
	    --power-cut --mount-options $$options || test $$? = 77 || exit 1; done
	@tests/fault/sweep_mutants
	@tests/postgres_versions build/dev
	@KEEL_SOAK_SECONDS=600 ctest --preset dev -R '^repository_long$$'
	@KEEL_RETENTION_HISTORIES=1000000 build/dev/bin/test_backup -tc='every verdict*'

format:
	@tools/packages test
	@tools/check_format --fix

# Measurements of the release binary: start-up and status against their goals, copies and backups beside other programs.
bench: build
	@tools/packages bench
	@missed=0; for one in run copy migrations backup_sqlite backup_postgres; do bench/$$one $(RELEASE)/bin/keel || missed=1; done; exit $$missed

# The reference pages that are made from the program itself.
docs: build
	@tools/gen_reference $(RELEASE)/bin/keel docs/reference

clean:
	@rm -rf build
