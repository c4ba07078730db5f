#!/usr/bin/env python3
"""Counts what the proxy executes for one request, in user space, by function: for comparing two builds on a busy machine.

    instructions.py WEIR [--log] [--http2] [--tls] [--requests N] [--lines N]

WEIR is a release build. It runs under callgrind between h2load and an upstream of this script, once with N requests and once with
three times as many; the difference is what requests cost. Needs valgrind, strip, swift, h2load and openssl; takes the ports 18080 and 19000
of this machine, so run it in a network namespace of its own: unshare -rn sh -c 'ip link set lo up; instructions.py ...'.
"""
import argparse
import asyncio
import os
import re
import subprocess
import tempfile
import threading
import time

POLICY = """module bench

mesh bench { trust_domain "mesh.local" }

gateway edge { identity "spiffe://mesh.local/ns/a/sa/edge", hosts { "svc.mesh.local", "127.0.0.1" } }

service c0 {
  identity "spiffe://mesh.local/ns/a/sa/c0"
  protocol http
  mtls permissive
  endpoints static { "127.0.0.1:19000" }
}

authz c0 { allow anybody when caller is edge }

routes edge {
  otherwise { forward to c0 }
}
"""
ANSWER = b"HTTP/1.1 200 OK\r\nserver: bench\r\ncontent-type: text/plain\r\ncontent-length: 128\r\n\r\n" + b"x" * 128


async def answer(reader, writer):
    try:
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(ANSWER)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def serve(started):
    async with await asyncio.start_server(answer, "127.0.0.1", 19000) as server:
        started.set()
        await server.serve_forever()


def certify(folder):
    """What a listener with TLS is configured with."""
    chain, key = os.path.join(folder, "chain.pem"), os.path.join(folder, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                    "/CN=127.0.0.1", "-keyout", key, "-out", chain], check=True, capture_output=True)
    return f"    tls:\n      certificates:\n        - chain: {chain}\n          key: {key}\n          fallback: true\n"


def run(weir, folder, requests, options):
    """Instructions by function, and in all, of a run with so many requests."""
    out = os.path.join(folder, "callgrind")
    proxy = subprocess.Popen(
        ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--separate-callers2=__memcpy_avx_unaligned_erms",
         weir, "run", "--config", os.path.join(folder, "weir.yaml")], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True)
    try:
        for line in proxy.stderr:
            if "serving on" in line:
                break
        else:
            raise SystemExit("the proxy did not start")
        threading.Thread(target=proxy.stderr.read, daemon=True).start()
        load = ["h2load", "-n", str(requests), "-c", "16", *(["-m", "16"] if options.http2 else ["--h1"]),
                f"http{'s' if options.tls else ''}://127.0.0.1:18080/hello"]
        told = subprocess.run(load, capture_output=True, text=True).stdout
        if f"{requests} succeeded" not in told:
            raise SystemExit(told)
    finally:
        proxy.terminate()
        proxy.wait()
    listing = subprocess.run(["callgrind_annotate", "--threshold=100", "--show-percs=no", out], capture_output=True, text=True)
    counts, total = {}, 0
    for line in listing.stdout.splitlines():
        if found := re.match(r"\s*([\d,]+)\s+(.*?)(?: \[.*\])?$", line):
            count = int(found[1].replace(",", ""))
            if "PROGRAM TOTALS" in found[2]:
                total = count
            else:
                name = found[2].removeprefix("???:")
                counts[name] = counts.get(name, 0) + count
    return counts, total


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("weir")
    parser.add_argument("--log", action="store_true")
    parser.add_argument("--http2", action="store_true")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--lines", type=int, default=60)
    options = parser.parse_args()
    started = threading.Event()
    threading.Thread(target=lambda: asyncio.run(serve(started)), daemon=True).start()
    started.wait()
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "main.weir"), "w") as f:
            f.write(POLICY)
        bundle = os.path.join(folder, "bundle.weirb")
        subprocess.run([options.weir, "build", folder, "-o", bundle], check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(folder, "weir.yaml"), "w") as f:
            log = os.path.join(folder, "access.jsonl") if options.log else "off"
            f.write(f"bundle: {bundle}\nworkers: 1\naccess_log: {log}\nadmin: off\nstatus: off\n"
                    "listeners:\n  - address: 127.0.0.1:18080\n" + (certify(folder) if options.tls else ""))
        # Debug information is of no use here, and valgrind 3.19 stops at that of this compiler.
        plain = os.path.join(folder, "weir")
        subprocess.run(["strip", "-g", "-o", plain, options.weir], check=True)
        few, few_total = run(plain, folder, options.requests, options)
        many, many_total = run(plain, folder, 3 * options.requests, options)
    each = {name: (count - few.get(name, 0)) / (2 * options.requests) for name, count in many.items()}
    names = sorted(each, key=lambda name: -each[name])[:options.lines]
    texts = subprocess.run(["swift", "demangle", "--simplified"], input="\n".join(names), capture_output=True, text=True)
    print(f"{(many_total - few_total) / (2 * options.requests):10.0f} instructions a request")
    for name, text in zip(names, texts.stdout.splitlines()):
        print(f"{each[name]:10.0f} {text[:140]}")


main()
