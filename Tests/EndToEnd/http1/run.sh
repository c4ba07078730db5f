#!/bin/bash
# The smuggling table through the gateway, over sockets: see README.md.
set -eu
weir=$1
work=${2:-$(mktemp -d)}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$work"
"$weir" build "$here/open.weir" -o "$work/open.weirb" >/dev/null
cd "$work"
"$weir" run --bundle open.weirb --listen 127.0.0.1:19462 --status 127.0.0.1:19463 \
  >access.log 2>gateway.log &
gateway=$!
trap 'kill $gateway' EXIT
for _ in $(seq 100); do (exec 3<>/dev/tcp/127.0.0.1/19463) 2>/dev/null && break; sleep 0.1; done
"${PYTHON:-python3}" "$here/smuggling.py" 19461 19462
