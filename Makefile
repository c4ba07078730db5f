# make run, make test: the two commands to begin with. README.md says what comes after.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build

WEIR   := .build/release/weir

.PHONY: build run test soak sanitize bench bench-path bench-engine fmt lint deps clients

build: deps  ## the command, optimised: .build/release/weir
	swift build -c release --static-swift-stdlib -Xlinker --strip-debug --product weir

run: build  ## a gateway and services on this machine, to be tried with curl
	$(WEIR) check policies/demo
	$(WEIR) test policies/demo
	$(WEIR) demo

test: deps clients  ## every test, with a summary line; the machine also as Embedded Swift, the gateway with real clients
	@Tests/Embedded/check.sh
	@swift build --build-tests
	@rm -f .build/test.failed
	@{ swift test --skip-build --disable-xctest 2>&1 || touch .build/test.failed; } \
	  | tee .build/test.log | grep -avE '^(◇|✔)' || true
	@test -e .build/test.failed || Tests/EndToEnd/run.sh .build/debug/weir
	@grep -aoE 'Test run with .*' .build/test.log | tail -1
	@test ! -e .build/test.failed

soak: build clients  ## faults and operation for longer: reloads for a minute, 10,000 connections
	Tests/EndToEnd/faults/run.sh $(WEIR) .build/soak --long

SANITIZED := Proxy.*Tests|TLSSimulationTests|HTTP2Tests|HTTPWireTests|GatewayTests|EndToEndTests

# Of every hundred seeds two: each costs many times as much there.
sanitize: export SEEDS ?= 2
sanitize: deps clients  ## the data plane's tests and fault scenarios under address and thread sanitizer; builds apart from the rest
	@for sanitizer in address thread; do \
	  export SANITIZER=$$sanitizer ASAN_OPTIONS=detect_leaks=0; \
	  export TSAN_OPTIONS="halt_on_error=1 suppressions=$(CURDIR)/Tests/thread-sanitizer.txt"; \
	  swift build --build-tests --sanitize=$$sanitizer --scratch-path .build/$$sanitizer; \
	  swift test --skip-build --disable-xctest --sanitize=$$sanitizer --scratch-path .build/$$sanitizer --filter '$(SANITIZED)'; \
	  ASAN_OPTIONS=detect_leaks=1 LSAN_OPTIONS="suppressions=$(CURDIR)/Tests/leak-sanitizer.txt print_suppressions=0" \
	    Tests/EndToEnd/faults/run.sh .build/$$sanitizer/debug/weir .build/$$sanitizer/faults upstreams tls operation; \
	done

bench: build  ## a decision, in nanoseconds and allocations; PEERS=FOLDER: the proxy beside nginx, HAProxy and Envoy
	swift run -c release --package-path Benchmarks decisions
	@[ -z "$(PEERS)" ] || PEERS="$(PEERS)" python3 Benchmarks/Proxy/bench.py

bench-path: deps  ## what the request path spends on one request: nanoseconds, allocations, instructions
	@Benchmarks/path.sh

bench-engine: deps  ## the engine with 10 to 50,000 rules; PEERS=FOLDER: beside other engines
	python3 Benchmarks/Engine/bench.py

fmt: deps  ## Swift and Weir sources in their canonical style
	swift format -i -r Sources Tests stdlib/Stdlib.swift Package.swift
	swift build --product weir
	.build/debug/weir fmt policies stdlib

lint: deps  ## what fmt would change, and what weir lint finds
	swift format lint --strict -r Sources Tests stdlib/Stdlib.swift Package.swift
	swift build --product weir
	.build/debug/weir fmt --check policies stdlib
	for policy in policies/*/; do .build/debug/weir lint "$$policy"; done

# Installs what is missing, as root or with sudo: pairs of a file that shows that a package is there, and its name.
install = @missing=(); \
	while read -r file package; do [ -e "$$file" ] || missing+=("$$package"); done <<< "$$(printf '%s %s\n' $(1))"; \
	if [ $${\#missing[@]} -gt 0 ]; then \
	  as_root=(); [ "$$(id -u)" -eq 0 ] || as_root=(sudo); \
	  "$${as_root[@]}" apt-get update -qq; \
	  "$${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$${missing[@]}"; \
	fi

deps:  ## libraries of the system, and curl for the demonstration
	$(call install,/usr/include/openssl/evp.h libssl-dev /usr/include/xxhash.h libxxhash-dev \
	  /usr/include/nghttp2/nghttp2.h libnghttp2-dev /usr/bin/curl curl)

clients:  ## programs that the tests ask the gateway with
	$(call install,/usr/bin/h2load nghttp2-client /usr/bin/python3 python3 \
	  /usr/share/doc/python3-venv python3-venv /usr/bin/openssl openssl)
