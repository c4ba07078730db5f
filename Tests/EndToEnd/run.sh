#!/bin/bash
# Asks the real gateway with real clients: curl, openssl, h2load, nghttp, Python's h2 and grpcio. Takes the command to test.
set -euo pipefail
cd "$(dirname "$0")/../.."
weir=$(realpath "${1:-.build/debug/weir}")
work=.build/end-to-end
mkdir -p "$work"
if ! "$work/venv/bin/python" -c 'import grpc, h2' 2>/dev/null; then
  rm -rf "$work/venv"
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install -q h2==4.1.0 grpcio==1.66.2
fi
PYTHON=$(realpath -s "$work/venv/bin/python") Tests/EndToEnd/http2/run.sh "$weir" "$work/http2"
Tests/EndToEnd/smuggling/run.sh "$weir" "$work/smuggling"
"$work/venv/bin/python" Tests/EndToEnd/upstreams/run.py "$weir" "$work/upstreams"
Tests/EndToEnd/faults/run.sh "$weir" "$work/faults"
"$weir" demo --check
