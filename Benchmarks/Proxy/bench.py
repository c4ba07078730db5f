#!/usr/bin/env python3
"""`make bench PEERS=FOLDER`: the proxy beside nginx, HAProxy and Envoy, in one run.

    bench.py [check|bench|latency|memory|startup|reload|report ...] [--scenarios S1,S4] [--rounds 3] [--seconds 4]

PEERS names the folder of the harness: its README.md says what is measured and how. This adds us to its peers and prints
every cell as a ratio of ours to theirs. Without a verb: all of them, then the report.

`latency` is ours: a percentile of one run tells of the longest pause of the machine. So it is taken of many short runs, which the peers
take in turn, and that of the calmer quarter is told.
"""
import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import types

import policy

HERE = os.path.dirname(os.path.abspath(__file__))
WEIR = os.environ.get("WEIR", os.path.join(HERE, "..", "..", ".build", "release", "weir"))
VERBS = ["check", "bench", "latency", "memory", "startup", "reload"]
# Of `latency`: runs of a peer, and the seconds of each.
SLICES, SLICE_SECONDS = 16, 0.4
PEERS = ["envoy", "nginx", "haproxy"]

bench = os.environ.get("PEERS")
if not bench:
    sys.exit("PEERS=FOLDER names the harness of the peers: a folder with run.py, peers.py and models.py")
sys.path.insert(0, bench)
import peers  # noqa: E402
import run  # noqa: E402


class Weir(peers.Peer):
    """One worker, no access log; the bundle is made before the time that is measured begins."""

    def build(self, model):
        policy.write(model, self.path("policy"))
        subprocess.run([WEIR, "build", self.path("policy"), "-o", self.path("new.weirb")], check=True, stdout=subprocess.DEVNULL)
        os.replace(self.path("new.weirb"), self.path("bundle.weirb"))

    def start(self, model):
        self.build(model)
        self.put("weir.yaml", configuration(model))
        self.spawn([WEIR, "run", "--config", self.path("weir.yaml")])

    def reload(self, model):
        self.build(model)
        os.kill(self.proc.pid, signal.SIGHUP)


def configuration(model):
    lines = ["bundle: bundle.weirb", "workers: 1", "status: off", "admin: off", "access_log: off",
             "listeners:", f'  - address: 127.0.0.1:{model["listen"]["port"]}']
    tls = model["listen"]["tls"]
    if tls:
        mutual = "client_ca" in tls
        lines += ["    tls:", f'      clients: {"required" if mutual else "anonymous"}',
                  f'      protocols: [{"http2" if model["listen"]["h2"] else "http1"}]', "      certificates:",
                  f'        - chain: {tls["cert"]}', f'          key: {tls["key"]}', "          fallback: true"]
        if mutual:
            lines += ["trust_domains:", "  mesh.local:", f'    roots: {tls["client_ca"]}']
    return "\n".join(lines) + "\n"


def scenarios(theirs=run.scenarios):
    """Theirs, with us first."""
    found = theirs()
    for scenario in found.values():
        scenario["peers"] = ["weir", *scenario["peers"]]
    return found


def latency(options, results):
    """Percentiles at a fixed rate in short runs that the peers take in turn, from the calmest on."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--scenarios", type=lambda text: text.split(","))
    parser.add_argument("--peers", type=lambda text: text.split(","), default=["weir", *PEERS])
    options, _ = parser.parse_known_args(options)
    found, models = run.prepare(options.scenarios or [name for name, scenario in scenarios().items() if scenario["rate"]])
    for name, (model, requests) in models.items():
        p99 = {peer: [] for peer in options.peers}
        for _ in range(SLICES):
            for peer in options.peers:
                p99[peer].append(slice_latency(found[name], peer, model, requests)["p99"])
        for peer, values in p99.items():
            values.sort()
            run.emit(results, scenario=name, peer=peer, mode="latency", p99=values)
            print(f"{name:5} {peer:14} p99 {values[SLICES // 4]:7.0f} of {values[0]:.0f} to {values[-1]:.0f}", flush=True)


def slice_latency(scenario, peer, model, requests):
    rate = scenario["rate"]
    with run.Locked():
        upstream, proxy = run.Up(), peers.make(peer, run.WORK)
        try:
            run.up_and_running(proxy, model)
            if scenario["tool"] == "h2load":
                return run.h2load(scenario, proxy, upstream, model, int(rate * SLICE_SECONDS), rate)["lat_us"]
            return run.lgen(scenario, proxy, upstream, requests, 0.1, SLICE_SECONDS, ["-R", str(rate)])["lat_us"]
        finally:
            proxy.stop()
            upstream.stop()


def median(rows, value):
    found = [v for v in map(value, rows) if v is not None]
    return statistics.median(found) if found else None


def ratios(rows, title, value, unit):
    """A table: a row a scenario, a column a peer; theirs, and ours as a part of it."""
    cells = {}
    for row in rows:
        cells.setdefault(row["scenario"], {}).setdefault(row["peer"], []).append(row)
    names = list(dict.fromkeys(p for row in cells.values() for p in row if p != "weir"))
    print(f"\n{title}\n\n| scenario | weir {unit} | " + " | ".join(names) + " |\n|---|---|" + "---|" * len(names))
    for scenario, row in cells.items():
        ours = median(row.get("weir", []), value)
        line = [f"{ours:.1f}" if ours is not None else "failed"]
        for name in names:
            theirs = median(row.get(name, []), value)
            line.append("" if theirs is None else f"{theirs:.1f}" + (f" (**{ours / theirs:.2f}**)" if ours and theirs else ""))
        print(f"| {scenario} | " + " | ".join(line) + " |")


def report(path):
    with open(path) as f:
        rows = [json.loads(line) for line in f]
    mode = lambda name: [r for r in rows if r["mode"] == name]
    print("Theirs, and in brackets ours as a part of theirs: below 1 we need less. Medians of the rounds.")
    ratios(mode("max"), "Processor time a request, closed loop", lambda r: r["cpu_us"], "µs")
    ratios(mode("rate"), "Processor time a request, at a fixed rate", lambda r: r["cpu_us"], "µs")
    ratios(mode("rate"), "Latency at a fixed rate, p99", lambda r: r["lat_us"]["p99"], "µs")
    ratios(mode("latency"), "Latency at a fixed rate, p99 of the calmer quarter of short runs",
           lambda r: r["p99"][len(r["p99"]) // 4], "µs")
    memory = mode("memory")
    for count in (0, 1000, 10000):
        ratios([r for r in memory if r["conns"] == count], f"Resident memory, {count:,} idle connections",
               lambda r: r["rss_kb"] / 1024, "MB")
    ratios(mode("startup"), "From exec to the first answer", lambda r: r["seconds"] and r["seconds"] * 1000, "ms")
    ratios(mode("reload"), "Reload of 10,000 routes under load: until the new route answers, its making included",
           lambda r: r["effective_s"] and r["effective_s"] * 1000, "ms")
    ratios(mode("reload"), "Reload: failed requests", lambda r: float(r["run"]["conn_err"] + r["run"]["io_err"]), "")
    ratios(mode("reload"), "Reload: p99 under it", lambda r: r["run"]["lat_us"]["p99"], "µs")


def cut_off(number, _):
    """Leaves nothing behind: what runs is in sessions of its own, and the harness may be waiting for one of it to end."""
    us = peers.Peer("", run.WORK)
    us.proc = types.SimpleNamespace(pid=os.getpid())
    for pid in us.pids()[1:]:
        os.kill(pid, signal.SIGKILL)
    os._exit(128 + number)


def main():
    # The harness starts itself again with the Python of its environment if it is not that already.
    python = os.path.join(run.VENV, "bin", "python")
    if os.path.exists(python) and os.path.realpath(sys.prefix) != os.path.realpath(run.VENV):
        os.execv(python, [python, os.path.abspath(__file__), *sys.argv[1:]])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, cut_off)
    peers.KINDS["weir"] = Weir
    run.scenarios = scenarios
    verbs = [a for a in sys.argv[1:] if a in VERBS]
    options = [a for a in sys.argv[1:] if a not in VERBS and a != "report"]
    results = os.path.join(run.WORK, "weir.jsonl")
    for verb in verbs or ([] if "report" in sys.argv else VERBS):
        if verb == "latency":
            latency(options, results)
            continue
        more = {"memory": ["--peers", ",".join(["weir", *PEERS])], "startup": ["--peers", ",".join(["weir", *PEERS])],
                "reload": ["--peers", "weir,envoy:rds,nginx,haproxy"]}.get(verb, [])
        sys.argv = ["run.py", verb, "--results", results, *more, *options]
        if run.main():
            sys.exit(f"{verb}: wrong answers")
    if os.path.exists(results):
        report(results)


main()
