#!/bin/bash
# Every payload of Tests/Corpus/smuggling through a running gateway, between a client and a server that take messages apart by
# themselves.
set -u
weir=$1
work=${2:-$(mktemp -d)}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$work"
"$weir" build "$here/smuggling.weir" -o "$work/smuggling.weirb" >/dev/null || exit 1
cd "$work" || exit 1
"$weir" run --bundle smuggling.weirb --listen 127.0.0.1:19490 --status 127.0.0.1:19492 >gateway.log 2>&1 &
gateway=$!
trap 'kill $gateway 2>/dev/null' EXIT
for _ in $(seq 100); do (exec 3<>/dev/tcp/127.0.0.1/19490) 2>/dev/null && break; sleep 0.1; done
(cd "$here" && "${PYTHON:-python3}" checks.py 19490 19491)
