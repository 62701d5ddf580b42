# The front door: every target is one line of intent, and each recipe is what you could type yourself.
# SETUP=no skips the installation of missing packages; JOBS sets how many things run at once.

JOBS ?= $(shell nproc 2>/dev/null || echo 2)
PREFIX ?= /usr/local
DESTDIR ?=
SETUP ?= yes
program := build/release/overnight
export CCACHE_NOHASHDIR ?= 1
export PYTHONDONTWRITEBYTECODE = 1

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup build demo test asan tsan fuzz lint tidy format bench install clean

help: ## this text
	@echo 'make TARGET, where TARGET is one of:'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 12

setup: ## install what is missing of the compiler and the libraries (Debian, Ubuntu; root or sudo)
ifeq ($(SETUP),yes)
	@tools/setup.sh
endif

build: setup ## build the program: build/release/overnight
	cmake --preset release
	cmake --build --preset release --parallel $(JOBS)

demo: setup ## build the program alone, then enrich 150 rows twice on the embedded emulator: no key, no network, no money
	cmake --preset release
	cmake --build --preset release --parallel $(JOBS) --target overnight
	@tools/demo.sh $(program)

test: build ## build and run every test
	@echo 'Running every test against $(program); nothing leaves this machine (npm, if there is one, fetches the SDKs once).'
	ctest --preset release --parallel $(JOBS)

asan: setup ## every test under AddressSanitizer and UndefinedBehaviorSanitizer, in build/asan
	tools/sanitize.sh asan --jobs $(JOBS)

tsan: setup ## the tests of the folders with threads, and the main job, under ThreadSanitizer, in build/tsan
	tools/sanitize.sh tsan --jobs $(JOBS) core net store emulator submitter poller reconciler cli integration.main_job

fuzz: ## every parser of untrusted input against libFuzzer, half a minute each, in build/fuzz
ifeq ($(SETUP),yes)
	@tools/setup.sh --fuzz
endif
	tools/fuzz.sh --jobs $(JOBS)

lint: ## format, layers, lengths, headers, text, units, and the lints' own tests
ifeq ($(SETUP),yes)
	@tools/setup.sh --lint
endif
	tools/lint.sh --jobs $(JOBS)

tidy: setup ## clang-tidy over every source file (slow)
	cmake --preset release
	python3 tools/source_files.py .cpp | xargs -P $(JOBS) -n 4 clang-tidy -p build/release --quiet

format: ## run clang-format over every source file
	python3 tools/source_files.py .cpp .hpp | xargs clang-format -i

bench: setup ## build and run the benchmarks, in build/bench
	cmake --preset bench
	cmake --build --preset bench --parallel $(JOBS)
	@set -e; for program in $$(find build/bench/bench -maxdepth 1 -type f -perm -u+x | sort); do \
	    echo "$$program"; "$$program"; done
	bench/whole.py --program build/bench/overnight --rows 100000 --no-floor
	bench/whole.py --program build/bench/overnight --rows 1000000

install: build ## install below PREFIX (/usr/local); packagers: make install PREFIX=/usr DESTDIR=...
	cmake --preset release -D CMAKE_INSTALL_PREFIX=$(PREFIX)
	DESTDIR='$(DESTDIR)' cmake --install build/release --strip

clean: ## remove build/
	rm -rf build
