#!/usr/bin/env bash
# What the request path spends on one request: nanoseconds, allocations and reference counts, and with valgrind instructions.
set -euo pipefail
cd "$(dirname "$0")"

swift build -c release --product path
path=$(swift build -c release --show-bin-path)/path
"$path" "$@"

command -v valgrind > /dev/null || exit 0
collected() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$path" --runs "$1" "$2" 2>&1 |
    grep -a 'Collected' | grep -oE '[0-9]+$'
}
echo
echo '| scenario | instructions a request |'
echo '|---|---|'
for scenario in S1 S3 "S4 10" "S4 1000"; do
  # Loading and compiling are in both and cancel.
  few=$(collected 2000 "$scenario")
  many=$(collected 12000 "$scenario")
  echo "| $scenario | $(((many - few) / 10000)) |"
done
