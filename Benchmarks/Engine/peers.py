#!/usr/bin/env python3
"""Times other engines on a problem, in processor time, and compares their answers with what is expected.

    PEERS=FOLDER peers.py N --problem FOLDER [--engines cedar,cel,rego] [--budget 1.0]

PEERS is a folder with the bench of the peers: `policy_bench.py` knows how each engine is given the rules. It has to be run by
a Python that has the engines. Prints a JSON line for each engine: microseconds a decision with the binding, without it (the
same call against no rules), the seconds that loading takes, the number of wrong answers.
"""
import argparse
import json
import os
import sys
import time

sys.path.insert(0, os.environ["PEERS"])
import policy_bench  # noqa: E402


def measured(engine, requests):
    start = time.process_time()
    answers = engine.run(requests)
    return (time.process_time() - start) / len(requests) * 1e6, answers


def main():
    options = argparse.ArgumentParser()
    options.add_argument("n", type=int)
    options.add_argument("--problem", required=True)
    options.add_argument("--engines", default="cedar,cedarslice,cel,rego,regosvc")
    options.add_argument("--budget", type=float, default=1.0, help="seconds for one round, at most")
    options.add_argument("--rounds", type=int, default=3)
    options = options.parse_args()
    sys.setrecursionlimit(100_000)
    rules = json.load(open(os.path.join(options.problem, "rules.json")))["rules"]
    requests = [json.loads(line) for line in open(os.path.join(options.problem, "requests.jsonl"))]
    for name in options.engines.split(","):
        start = time.process_time()
        engine = policy_bench.ENGINES[name](rules)
        load = time.process_time() - start
        prepared = engine.prepare(requests)
        once, _ = measured(engine, prepared[:2])
        count = max(2, min(len(prepared), int(options.budget * 1e6 / max(once, 0.1))))
        floor = 0.0
        if name.startswith("cedar"):
            none = policy_bench.Cedar([])
            floor = min(measured(none, [policy_bench.cedar_request(x) for x in requests[:count]])[0] for _ in range(3))
        times = []
        for _ in range(options.rounds):
            spent, answers = measured(engine, prepared[:count])
            times.append(spent)
        if name.startswith("cel"):
            floor = engine.floor(prepared[:count]) * 1e6
        wrong = sum(a != x["expected"] for a, x in zip(engine.results(answers), requests))
        print(json.dumps({
            "engine": name, "rules": options.n, "requests": count, "us": round(min(times), 3),
            "net_us": round(max(min(times) - floor, 0), 3), "load_s": round(load, 4), "wrong": wrong}), flush=True)


if __name__ == "__main__":
    main()
