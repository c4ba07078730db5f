# make run, make test: the two commands to begin with. README.md says what comes after.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build

WEIR   := .build/release/weir
POLICY := policies/payments
BUNDLE := .build/payments.weirb

.PHONY: build run test bench fmt lint deps

build: deps  ## the command, optimised: .build/release/weir
	swift build -c release --product weir

run: build  ## checks, tests and builds a worked policy, then decides real requests with the bundle
	$(WEIR) check $(POLICY)
	$(WEIR) test $(POLICY)
	$(WEIR) build $(POLICY) -o $(BUNDLE)
	$(WEIR) eval $(BUNDLE) --request $(POLICY)/requests.jsonl

test: deps  ## every test, with a summary line; the machine also as Embedded Swift
	@Tests/Embedded/check.sh
	@swift build --build-tests
	@rm -f .build/test.failed
	@{ swift test --skip-build --disable-xctest 2>&1 || touch .build/test.failed; } \
	  | tee .build/test.log | grep -avE '^(◇|✔)' || true
	@grep -aoE 'Test run with .*' .build/test.log | tail -1
	@test ! -e .build/test.failed

bench: deps  ## nanoseconds and allocations a decision, compile time
	swift run -c release --package-path Benchmarks

fmt: deps  ## Swift and Weir sources in their canonical style
	swift format -i -r Sources Tests stdlib/Stdlib.swift Package.swift
	swift build --product weir
	.build/debug/weir fmt policies stdlib

lint: deps  ## what fmt would change, and what weir lint finds
	swift format lint --strict -r Sources Tests stdlib/Stdlib.swift Package.swift
	swift build --product weir
	.build/debug/weir fmt --check policies stdlib
	for policy in policies/*/; do .build/debug/weir lint "$$policy"; done

deps:  ## libraries of the system, installed when missing, as root or with sudo
	@missing=(); \
	[ -e /usr/include/openssl/evp.h ] || missing+=(libssl-dev); \
	[ -e /usr/include/xxhash.h ] || missing+=(libxxhash-dev); \
	[ -e /usr/include/nghttp2/nghttp2.h ] || missing+=(libnghttp2-dev); \
	if [ $${#missing[@]} -gt 0 ]; then \
	  as_root=(); [ "$$(id -u)" -eq 0 ] || as_root=(sudo); \
	  "$${as_root[@]}" apt-get update -qq; \
	  "$${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$${missing[@]}"; \
	fi
