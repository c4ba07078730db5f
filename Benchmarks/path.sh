#!/usr/bin/env bash
# What the request path spends on one request: nanoseconds, allocations and reference counts, and with valgrind instructions.
# More than 2 % away from the instructions in path.baseline is a failure; `path.sh --renew` writes that file.
set -euo pipefail
cd "$(dirname "$0")"
baseline=path.baseline
renews=
if [ "${1-}" = --renew ]; then
  renews=yes
  shift
fi

swift build -c release --product path
path=$(swift build -c release --show-bin-path)/path
"$path" "$@"

if ! command -v valgrind > /dev/null; then
  echo 'valgrind is not installed: instructions were not counted'
  exit 0
fi
# Debug information is of no use here, and valgrind 3.19 stops at that of this compiler.
plain=$(mktemp)
counts=$(mktemp)
trap 'rm -f "$plain" "$counts"' EXIT
strip -g -o "$plain" "$path"
collected() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$plain" --runs "$1" "$2" 2>&1 |
    grep -a 'Collected' | grep -oE '[0-9]+$'
}

failed=
echo
echo '| scenario | instructions a request | baseline |'
echo '|---|---|---|'
for scenario in S1 S3 S3d "S4 10" "S4 1000"; do
  # Loading and compiling are in both and cancel.
  few=$(collected 2000 "$scenario")
  many=$(collected 12000 "$scenario")
  count=$(((many - few) / 10000))
  printf '%s\t%s\n' "$scenario" "$count" >> "$counts"
  was=$(awk -F'\t' -v name="$scenario" '$1 == name { print $2 }' "$baseline" 2> /dev/null || true)
  verdict=
  if [ -n "$was" ]; then
    change=$((count > was ? count - was : was - count))
    [ $((change * 50)) -le "$was" ] || { verdict=': more than 2 % away'; failed=yes; }
  elif [ -z "$renews" ]; then
    verdict=': missing'
    failed=yes
  fi
  echo "| $scenario | $count | ${was:-none}$verdict |"
done
if [ -n "$renews" ]; then
  cp "$counts" "$baseline"
  echo "$baseline was written"
elif [ -n "$failed" ]; then
  echo 'If the change is meant: Benchmarks/path.sh --renew'
  exit 1
fi
