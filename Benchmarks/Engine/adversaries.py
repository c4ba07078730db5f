#!/usr/bin/env python3
"""Policies that are made to be slow, and what the build makes of them: how they are decided, bytes, processor time, memory.

    adversaries.py WEIR [--rules 10000] [--only NAME]

WEIR is a release build. Each family is drawn with a fixed seed; times are processor time of `weir build`.
"""
import argparse
import ipaddress
import os
import random
import re
import subprocess
import tempfile

HEAD = """module adversary

mesh m {{ trust_domain "mesh.local" }}

service target {{
  identity "spiffe://mesh.local/ns/a/sa/target"
  protocol http
  endpoints dns "target:8080"
}}

{more}
"""
FILE_BYTES = 900_000
draw = random.Random(5)


def pattern(*segments):
    return "request.path matches \"/" + "/".join(f"{{x{k}}}" if s == "*" else s for k, s in enumerate(segments)) + "\""


def caller(number):
    return f'"spiffe://mesh.local/ns/n{number % 500}/sa/s{number}"'


# The condition of a rule by its number.
FAMILIES = {
    "`/*/a/*/b`": lambda i: pattern("*", f"a{i % 100}", "*", f"b{i // 100}"),
    "`/*/a/*/b` and `/a/*/b/*`": lambda i: pattern(*(["*", f"a{i % 100}", "*", f"b{i // 100}"] if i % 2 else
                                                   [f"a{i % 100}", "*", f"b{i // 100}", "*"])),
    "patterns of 12 segments, half of them wild": lambda i: pattern(
        *(f"s{draw.randrange(3)}" if draw.random() < 0.5 else "*" for _ in range(12)), f"e{i}"),
    "regexes `.*a.*b.*`": lambda i: f'request.path matches re".*a{i}.*b{i}.*"',
    "prefixes, each below the one before, 100 deep": lambda i: f'request.path under "/p{i // 100}{"/d" * (i % 100)}"',
    "networks, each within the one before": lambda i: f'source.ip in "{ipaddress.ip_network((f"10.{i // 9 % 256}.{i // 2304}.0", 16 + i % 9), strict=False)}"',
    "pairs of 40 headers": lambda i: " and ".join(
        f'request.header["x-h{k}"] is "v{draw.randrange(9)}"' for k in sorted(draw.sample(range(40), 2))),
    "path × method × caller × header": lambda i: f'request.path under "/p{draw.randrange(100)}" '
        f'and request.method is {draw.choice(["GET", "PUT", "POST", "DELETE"])} and caller is {caller(draw.randrange(100))} '
        f'and request.header["x-h0"] is "e{draw.randrange(100)}"',
    "sets of 5 identities, 50,000 in all": lambda i: f"caller in {{ {', '.join(caller(5 * i + k) for k in range(5))} }}",
}


def write(folder, condition, count):
    with open(os.path.join(folder, "head.weir"), "w") as file:
        file.write(HEAD.format(more="\n".join(f'header "x-h{k}": String' for k in range(40))))
    rules = [f"  allow r{i} when {condition(i)}\n" for i in range(count)]
    number = 0
    while rules:
        taken, size = [], 0
        while rules and size < FILE_BYTES:
            taken.append(rules.pop())
            size += len(taken[-1])
        with open(os.path.join(folder, f"rules{number}.weir"), "w") as file:
            file.write("module adversary\n\nauthz target {\n" + "".join(taken) + "}\n")
        number += 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("weir")
    parser.add_argument("--rules", type=int, default=10_000)
    parser.add_argument("--only")
    options = parser.parse_args()
    print(f"| {options.rules:,} rules | decided by | bundle, KB | processor time of the build, s | most memory, MB |\n|---|---|---|---|---|")
    for name, condition in FAMILIES.items():
        if options.only and options.only not in name:
            continue
        draw.seed(5)
        with tempfile.TemporaryDirectory() as folder:
            write(folder, condition, options.rules)
            bundle = os.path.join(folder, "bundle.weirb")
            child = subprocess.Popen([options.weir, "build", folder, "--stats", "-o", bundle], stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, text=True)
            told = child.stdout.read()
            _, status, used = os.wait4(child.pid, 0)
            if status:
                raise SystemExit(told[:1000])
            how = re.search(r"authz target: (graph of [\d]+ edges|by [\d]+ clauses)", told)[1]
            alone = re.search(r"(\d+) patterns or regexes are tested one by one", told)
            how += f", {int(alone[1]):,} of them one by one" if alone else ""
            print(f"| {name} | {how} | {os.path.getsize(bundle) / 1e3:,.0f} | {used.ru_utime + used.ru_stime:.1f} | "
                  f"{used.ru_maxrss / 1e3:.0f} |", flush=True)


main()
