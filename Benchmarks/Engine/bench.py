#!/usr/bin/env python3
"""`make bench-engine`: Weir's engine on drawn problems, beside other engines where they are there.

    bench.py [--rules 10,100,1000,10000,50000] [--regexes-max 10000] [--work FOLDER] [--no-callgrind]

Builds the release program of this folder, draws the problems into the work folder (default: `engine` in the folder for
temporary files), runs each step in a process of its own, and prints tables. Every figure is processor time: what else the
machine does counts little. With PEERS=FOLDER (see peers.py) and PEERS_PYTHON=a Python that has them, other engines get the
same rules and requests. Results are kept as JSON lines in the work folder.
"""
import argparse
import datetime
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile

import problem

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, ".build", "release", "engine")


def asked(*command, **options):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout)


def instructions(folder, globs, loop, count):
    with tempfile.TemporaryDirectory() as scratch:
        run = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={scratch}/out",
             PROGRAM, "loop", folder, globs, loop, str(count)],
            check=True, capture_output=True, text=True)
    return next(int(line.split(":")[1]) for line in run.stderr.splitlines() if "Collected" in line)


def counted(folder, globs):
    """Instructions of one run: a loop less one that only loads, less the reading of requests."""
    loaded = instructions(folder, globs, "fill", 0)
    found = {}
    for loop, runs in (("fill", 6400), ("decide", 6400), ("match", 640)):
        found[loop] = (instructions(folder, globs, loop, runs) - loaded) / runs
    return {"fill_ir": round(found["fill"]), "decide_ir": round(found["decide"] - found["fill"]),
            "match_ir": round(found["match"] - found["fill"]), "load_ir": loaded}


def measure(n, globs, options):
    folder = os.path.join(options.work, str(n))
    if not os.path.exists(os.path.join(folder, "requests-few.tsv")):
        problem.write(n, folder)
    row = {"rules": n, "globs": globs}
    row.update(asked(PROGRAM, "build", folder, globs))
    row.update(asked(PROGRAM, "decide", folder, globs))
    if options.callgrind:
        row.update(counted(folder, globs))
    return row


EDITED = ((1, 500), (20, 500))


def edited(scopes, rules, options, rounds=5):
    """The least and the median of what building takes after each of a few edits of one file."""
    folder = os.path.join(options.work, f"edited-{scopes}x{rules}")
    shutil.rmtree(folder, ignore_errors=True)
    problem.write_scopes(scopes, rules, os.path.join(folder, "policy"))
    times = []
    for number in range(rounds):
        problem.edit(os.path.join(folder, "policy"), number)
        times.append(asked(PROGRAM, "build", folder, "policy"))

    def spread(key):
        values = sorted(key(time) for time in times)
        return [values[0], values[len(values) // 2]]

    return {"scopes": scopes, "rules": scopes * rules, "check_ms": spread(lambda time: time["check_ms"]),
            "generate_ms": spread(lambda time: time["generate_ms"]),
            "both_ms": spread(lambda time: time["check_ms"] + time["generate_ms"])}


def peers(n, options):
    bench, python = os.environ.get("PEERS"), os.environ.get("PEERS_PYTHON", sys.executable)
    if not bench:
        return []
    # A set of 10,000 Rego rules takes longer to load than everything else here together.
    engines = "cedar,cedarslice,cel,regosvc" + (",rego" if n <= 1_000 else "")
    run = subprocess.run(
        [python, os.path.join(HERE, "peers.py"), str(n), "--problem", os.path.join(options.work, str(n)),
         "--engines", engines], capture_output=True, text=True)
    if run.returncode:
        print(run.stderr, file=sys.stderr)
    return [json.loads(line) for line in run.stdout.splitlines()]


def text(value, digits=0):
    if value is None:
        return "-"
    if isinstance(value, list):
        value = value[1]
    return f"{value:,.{digits}f}"


def table(title, rows, columns):
    print(f"\n{title}\n\n| | " + " | ".join(f"{row['rules']:,}" for row in rows) + " |")
    print("|---" * (len(rows) + 1) + "|")
    for name, cell in columns:
        print(f"| {name} | " + " | ".join(cell(row) for row in rows) + " |")


TITLES = {
    "segments": "Rules, wildcards as segments",
    "regexes": "Rules, wildcards as regexes",
    "mixed": "Rules, half of the wildcards as regexes, a claim in place of the header",
}


def show(rows):
    def ns(key):
        return lambda row: text(row.get(key))

    for globs, title in TITLES.items():
        part = [row for row in rows if row["globs"] == globs]
        if not part:
            continue
        table(title, part, [
            ("decision, first rule hits, ns", ns("first_ns")), ("last rule hits, ns", ns("last_ns")),
            ("no rule hits, ns", ns("miss_ns")), ("64 requests in turn, ns", ns("warm_ns")),
            ("100,000 requests in turn, ns", ns("cold_ns")), ("the same with reading the request, ns", ns("cold_with_fill_ns")),
            ("all matches: first rule, ns", ns("first_match_ns")), ("all matches: 64 requests, ns", ns("warm_match_ns")),
            ("all matches: 100,000 requests, ns", ns("cold_match_ns")),
            ("one thread, with reading, ns", ns("threads_1_ns")), ("each of two threads, ns", ns("threads_2_ns")),
            ("`weir eval` of a request, ns", ns("whole_ns")),
            ("instructions for reading a request", ns("fill_ir")), ("instructions a decision", ns("decide_ir")), ("instructions for all matches", ns("match_ir")),
            ("wrong decisions, of 100,000", ns("wrong_decisions")), ("wrong sets of matches", ns("wrong_match_sets")),
            ("rules decided by classes alone, %", lambda row: text(100 * row["indexed"] / row["rules"], 1)),
            ("edges of the graph", ns("edges")), ("classes", ns("classes")),
            ("source, KB", lambda row: text(row["source_bytes"] / 1000)),
            ("bundle, KB", lambda row: text(row["bundle_bytes"] / 1000)),
            ("read and check, ms", lambda row: text(row["check_ms"], 1)),
            ("generate, ms", lambda row: text(row["generate_ms"], 1)),
            ("load and verify, ms", lambda row: text(row["load_ms"], 2)),
            ("most memory while building, MB", lambda row: text(row["build_peak_kib"] / 1024)),
            ("most memory while deciding, MB", lambda row: text(row["load_peak_kib"] / 1024)),
        ])


def show_edited(rows):
    print("\nAfter an edit in one file (nothing is kept from the build before)\n")
    print("| | " + " | ".join(f"{row['rules']:,} rules, {row['scopes']} scopes and files" for row in rows) + " |")
    print("|---" * (len(rows) + 1) + "|")
    for name, key in (("read and check, ms", "check_ms"), ("generate, ms", "generate_ms"), ("both, ms", "both_ms")):
        print(f"| {name} | " + " | ".join(text(row[key], 1) for row in rows) + " |")


def compare(rows, others):
    part = {row["rules"]: row for row in rows if row["globs"] == "segments"}
    sizes = [n for n in part if any(other["rules"] == n for other in others)]
    if not sizes:
        return
    print("\nOther engines on the same rules and requests: µs a decision without the binding (times Weir's 100,000 requests in turn)\n")
    print("| | " + " | ".join(f"{n:,}" for n in sizes) + " |")
    print("|---" * (len(sizes) + 1) + "|")
    print("| Weir | " + " | ".join(text(part[n]["cold_ns"][1] / 1000, 3) for n in sizes) + " |")
    for name in dict.fromkeys(other["engine"] for other in others):
        cells = []
        for n in sizes:
            found = next((other for other in others if other["engine"] == name and other["rules"] == n), None)
            if not found:
                cells.append("-")
                continue
            ratio = found["net_us"] * 1000 / max(part[n]["cold_ns"][1], 1)
            wrong = f", {found['wrong']} wrong" if found["wrong"] else ""
            cells.append(f"{text(found['net_us'], 1)} ({ratio:,.0f}×{wrong})")
        print(f"| {name} | " + " | ".join(cells) + " |")


def machine():
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), platform.machine())
    return f"{datetime.date.today()}, {os.cpu_count()} processors ({model}), Linux {platform.release()}, " \
        f"load {os.getloadavg()[0]:.1f} at the start"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--rules", default="10,100,1000,10000,50000")
    options.add_argument("--regexes-max", type=int, default=10_000, help="rules, at most, with wildcards as regexes")
    options.add_argument("--work", default=os.path.join(tempfile.gettempdir(), "engine"))
    options.add_argument("--no-callgrind", dest="callgrind", action="store_false")
    options.add_argument("--no-build", dest="build", action="store_false")
    options = options.parse_args()
    if options.build:
        subprocess.run(["swift", "build", "-c", "release", "--package-path", HERE], check=True)
    os.makedirs(options.work, exist_ok=True)
    begun = machine()
    rows, others = [], []
    with open(os.path.join(options.work, "results.jsonl"), "a") as kept:
        for n in map(int, options.rules.split(",")):
            for globs in problem.FORMS if n <= options.regexes_max else ("segments",):
                row = measure(n, globs, options)
                kept.write(json.dumps(row) + "\n")
                rows.append(row)
                print(f"{n} rules, wildcards as {globs}: done", file=sys.stderr, flush=True)
            for row in peers(n, options):
                kept.write(json.dumps(row) + "\n")
                others.append(row)
        edits = [edited(scopes, count, options) for scopes, count in EDITED]
    print(f"{begun}; `make bench-engine`")
    show(rows)
    show_edited(edits)
    compare(rows, others)
    if any(row["wrong_decisions"] or row["wrong_match_sets"] or row["whole_wrong"] for row in rows):
        sys.exit("an answer is not as expected")


if __name__ == "__main__":
    main()
