#!/bin/bash
# Faults and operation of the real gateway: see README.md. run.sh WEIR [WORK] [--long] [GROUP…]
set -u
weir=$(realpath "$1")
work=$(realpath -m "${2:-$(mktemp -d)}")
here=$(cd "$(dirname "$0")" && pwd)
shift 2
long=() groups=()
for word in "$@"; do if [ "$word" = --long ]; then long=(--long); else groups+=("$word"); fi; done
[ ${#groups[@]} -gt 0 ] || groups=(upstreams clients tls operation)
rm -rf "$work" && mkdir -p "$work"
running=()
for group in "${groups[@]}"; do
  "${PYTHON:-python3}" "$here/suite.py" "$weir" "$work/$group" "$group" "${long[@]}" >"$work/$group.txt" 2>&1 &
  running+=($!)
done
failed=0
for place in "${!groups[@]}"; do
  wait "${running[$place]}" || failed=$((failed + 1))
  cat "$work/${groups[$place]}.txt"
done
exit "$failed"
