#!/bin/bash
# HTTP/2 and gRPC through the gateway, with curl, h2load, nghttp, Python's h2 and grpcio: see README.md.
set -u
weir=$1
work=$(realpath -m "${2:-$(mktemp -d)}")
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}
failed=0
started=()
mkdir -p "$work"
trap 'for pid in "${started[@]}"; do kill "$pid" 2>/dev/null; done' EXIT

check() { # name, seen, expected
  if [ "$2" = "$3" ]; then echo "ok   $1: $2"; else echo "FAIL $1: $2, expected $3"; failed=$((failed + 1)); fi
}
serve() { "$@" >>"$work/servers.log" 2>&1 & started+=($!); }
gateway() { # policy, port
  "$weir" build "$here/$1.weir" -o "$work/$1.weirb" >/dev/null || exit 1
  # A folder for each: its admin socket lies there.
  mkdir -p "$work/$1"
  printf 'listeners:\n  - address: 127.0.0.1:%s\n    trusted_hops: [127.0.0.1]\n' "$2" >"$work/$1/weir.yaml"
  serve "$weir" run --config "$work/$1/weir.yaml" --bundle "$work/$1.weirb" --status "127.0.0.1:$(($2 + 100))"
}
wait_for() { for _ in $(seq 100); do (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return; sleep 0.1; done; echo "nobody listens at $1"; exit 1; }

head -c 300000 /dev/zero >"$work/body"
serve "$python" "$here/http_server.py" 19471
serve "$python" "$here/grpc_server.py" 19472
serve "$python" "$here/h2_server.py" 19474
gateway http 19481
gateway grpc 19482
gateway h2 19484
for port in 19471 19472 19474 19481 19482 19484; do wait_for "$port"; done

ask() { curl -s -m 10 --http2-prior-knowledge "$@"; }
url=http://127.0.0.1:19481
check "GET" "$(ask -o /dev/null -w '%{http_code} %{http_version}' $url/x)" "200 2"
check "a denial" "$(ask -o /dev/null -w '%{http_code}' $url/denied)" 403
check "an unknown host" "$(ask -o /dev/null -w '%{http_code}' -H 'Host: zz.example' $url/)" 404
check "HEAD" "$(ask -I -o /dev/null -w '%{http_code}' $url/x)" 200
check "a body of known length" "$(ask $url/x --data-binary @"$work/body" | tail -1)" "body=300000"
check "a body of unknown length" "$(ask $url/x -X POST -T - <"$work/body" | tail -1)" "body=300000"
check "20 MB" "$(ask $url/big/20000000 | wc -c)" 20000000
check "chunks" "$(ask $url/chunked)" hello0hello1hello2hello3hello4
check "crumbs of a cookie" "$(ask $url/x -H 'cookie: a=1' -H 'cookie: b=2' | grep -i cookie)" "cookie: a=1; b=2"
check "a field that mimics another" "$(ask -o /dev/null -w '%{http_code}' -H 'x_forwarded_for: 1.2.3.4' $url/x)" 400
check "expect" "$(ask $url/x -H 'expect: 100-continue' -d xx | tail -1)" "body=2"
check "HTTP/1 beside it" "$(curl -s -m 10 -o /dev/null -w '%{http_code} %{http_version}' $url/x)" "200 1.1"
for version in --http1.1 --http2-prior-knowledge; do
  asked() { curl -s -m 10 "$version" "$@"; }
  check "a local answer, changed ($version)" "$(asked -w ' %{content_type} %header{cache-control}' $url/here)" \
    "{} application/json no-store"
  check "a client behind a proxy ($version)" "$(asked -H 'x-forwarded-for: 192.0.2.1' $url/x | grep -i forwarded-for)" \
    "x-forwarded-for: 192.0.2.1, 127.0.0.1"
  check "one that is denied ($version)" \
    "$(asked -o /dev/null -w '%{http_code}' -H 'x-forwarded-for: 203.0.113.9' $url/x)" 403
  check "one that nobody knows ($version)" "$(asked -H 'x-forwarded-for: who?' $url/x | cut -d' ' -f1)" \
    forwarded_for_malformed
  check "a response of 100 fields ($version)" "$(asked -o /dev/null -w '%{http_code} %header{x-98}' $url/fields/100)" "200 1"
  check "one that is changed ($version)" \
    "$(asked -o /dev/null -w '%{http_code} %header{x-0}' -H 'x-changed: yes' $url/fields/100)" "200 2"
  check "one of 101 ($version)" "$(asked -o /dev/null -w '%{http_code}' $url/fields/101)" 502
  # With what curl says itself.
  many=(-A curl -H 'accept: any'); for number in $(seq 94); do many+=(-H "x-$number: 1"); done
  check "a request of 97 fields ($version)" \
    "$(asked -o /dev/null -w '%{http_code}' "${many[@]}" http://127.0.0.1:19484/x)" 200
  check "a trace begins ($version)" "$(asked $url/x | grep -cE '^(traceparent: 00-[0-9a-f]{32}-|x-request-id: .{36}$)')" 2
done
check "nghttp" "$(nghttp -v $url/a $url/b | grep -c ':status: 200')" 2
succeeded() { h2load "$@" | sed -n 's/^requests:.* done, \([0-9]*\) succeeded.*/\1/p'; }
check "h2load" "$(succeeded -n 2000 -c 4 -m 10 $url/x)" 2000
check "h2load, large answers" "$(succeeded -n 200 -c 2 -m 50 $url/big/200000)" 200
check "h2load, large requests" "$(succeeded -n 200 -c 2 -m 20 -d "$work/body" $url/x)" 200

up=http://127.0.0.1:19484
check "HTTP/2 upstream" "$(ask $up/x)" "GET /x 127.0.0.1:19484"
check "HTTP/1 to HTTP/2" "$(curl -s -m 10 $up/x)" "GET /x 127.0.0.1:19484"
check "a refused stream is sent again" "$(ask $up/refuse-once)" "GET /refuse-once 127.0.0.1:19484"
check "a refused POST as well" "$(ask -d xx $up/refuse-once-post)" "POST /refuse-once-post 127.0.0.1:19484"
check "GOAWAY lets the last one end" "$(ask $up/goaway)" last
check "and another connection follows" "$(ask $up/x)" "GET /x 127.0.0.1:19484"
check "a reset in the middle" "$(ask -o /dev/null $up/reset; echo $?)" 92
check "trailers" "$(ask -v $up/trailers 2>&1 | grep -c 'x-check: 9')" 1
check "an interim response" "$(ask -v $up/interim 2>&1 | grep -c 'HTTP/2 103')" 1
check "many" "$(succeeded -n 3000 -c 4 -m 50 $up/x)" 3000

(cd "$here" && "$python" trailer_checks.py 19481 19484) || failed=$((failed + $?))
(cd "$here" && "$python" frame_checks.py 19481) || failed=$((failed + $?))
(cd "$here" && "$python" grpc_checks.py 19482) || failed=$((failed + $?))
exit "$failed"
