#!/usr/bin/env python3
"""Turns a scenario of the peers' harness into a policy of ours, and becomes the proxy that runs it.

    peer.py MODEL.json [--only-policy]

The harness starts it as its `custom` peer; `WEIR` names the command (default: .build/release/weir beside this folder).
The model is the harness's neutral description: clusters, routes by host and prefix, authorization rules, TLS.
"""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
WEIR = os.environ.get("WEIR", os.path.join(HERE, "..", "..", ".build", "release", "weir"))
REQUEST_HOST = "svc.mesh.local"


def names(values):
    return "{ " + ", ".join(values) + " }"


def quoted(values):
    return names(f'"{v}"' for v in values)


def under(prefix):
    """Prefixes of the model end in a slash: whole segments."""
    return f'request.path under "{prefix.rstrip("/")}"'


def is_root(prefix):
    return prefix.rstrip("/") == ""


def rule(number, r):
    tests = [f'request.method in {names(r["methods"])}',
             f'request.header["x-user"] in {quoted(r["principals"])}']
    if not is_root(r["path"]["prefix"]):
        tests.insert(1, under(r["path"]["prefix"]))
    return f'  allow r{number} when {" and ".join(tests)}'


def destination(to):
    if len(to) == 1:
        return f"forward to {to[0][0]}"
    return "forward to { " + ", ".join(f"{c} {w}%" for c, w in to) + " }"


def policy(model):
    hosts = {}
    for r in model["routes"]:
        host = REQUEST_HOST if r["host"] == "*" else r["host"]
        hosts.setdefault(host, []).append(r)
    out = ["module bench", "", 'mesh bench { trust_domain "mesh.local" }', ""]
    if model["authz"]:
        out += ['header "x-user": String', ""]
    out += ['gateway edge { identity "spiffe://mesh.local/ns/a/sa/edge", hosts ' + quoted([*hosts, "127.0.0.1"]) + " }", ""]
    for c in model["clusters"]:
        out += [f'service {c["name"]} {{', f'  identity "spiffe://mesh.local/ns/a/sa/{c["name"]}"', "  protocol http",
                f'  endpoints static {quoted(c["endpoints"])}', "}", ""]
        out.append(f'authz {c["name"]} {{')
        if model["authz"]:
            out += [rule(i, r) for i, r in enumerate(model["authz"]["rules"])]
        else:
            out.append("  allow edge when caller is edge")
        out += ["}", ""]
    out.append("routes edge {")
    number = 0
    for host, routes in hosts.items():
        for r in sorted(routes, key=lambda r: -len(r["prefix"])):
            tests = [] if len(hosts) == 1 else [f'request.host is "{host}"']
            if not is_root(r["prefix"]):
                tests.append(under(r["prefix"]))
            if tests:
                out.append(f'  route r{number} when {" and ".join(tests)} {{ {destination(r["to"])} }}')
                number += 1
            else:
                out.append(f'  otherwise {{ {destination(r["to"])} }}')
    if not out[-1].startswith("  otherwise"):
        out.append("  otherwise { respond 404 }")
    return "\n".join(out + ["}", ""])


def main():
    model_path = sys.argv[1]
    with open(model_path) as f:
        model = json.load(f)
    folder = model_path + ".weir"
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "main.weir"), "w") as f:
        f.write(policy(model))
    if "--only-policy" in sys.argv:
        return
    bundle = os.path.join(folder, "bundle.weirb")
    subprocess.run([WEIR, "build", folder, "-o", bundle], check=True)
    run = os.environ.get("WEIR_RUN")
    if run:
        os.execv(run, [run, bundle, str(model["listen"]["port"])])
    os.execv(WEIR, [WEIR, "run", "--bundle", bundle, "--listen", f'127.0.0.1:{model["listen"]["port"]}', "--workers", "1"])


main()
