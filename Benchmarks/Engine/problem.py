#!/usr/bin/env python3
"""Draws a problem: rules of a mesh, requests, and what each request is to get.

    problem.py N --out FOLDER [--requests 100000]

writes FOLDER/segments/, regexes/ and mixed/ (the rules in .weir files), requests.tsv and requests-few.tsv (for engine), rules.json and
requests.jsonl (for other engines; the first 2,000 requests). The same N and seed draw the same problem everywhere.

A rule has an effect (5 % deny) and up to five conditions, all of which must hold: callers (1 to 6 identities, or all of one
namespace), methods, one of path prefix / path with a wildcard in the middle / exact path, source networks (30 %), the value
of a header (20 %). Decision: deny if a deny rule matches, else allow if an allow rule does, else deny. There is a service for
every ten rules, so the rules that concern one request stay about as many while the mesh grows. Half of the requests are made
to satisfy a rule, a quarter are made so and then broken in one field, a quarter are drawn from everything.

The expected answers come from the plain loop below over the rules of the request's service. Every rule's path begins with
its service, so no other rule can match.

In Weir a prefix is `under`, which covers the prefix without its final slash as well, and a wildcard is one segment, at the
end of a path one or more, where the original is any run of characters. No request that is drawn tells them apart, which the
answers show; in `regexes` the wildcards of paths are regexes and mean exactly the same. In `mixed` every other rule has
regexes, and the value that the others find in a header is a claim of the caller's token.
"""
import argparse
import ipaddress
import json
import os
import random
import re

METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]
NOUNS = ["orders", "users", "carts", "items", "invoices", "stock", "prices", "tokens"]
ENVIRONMENTS = ["prod", "stage", "canary", "dev"]


class Draw:
    """The order of the draws is part of the problem."""

    def __init__(self, n, seed=7):
        self.random = random.Random(f"mesh/{n}/{seed}")
        self.n = n
        self.services = max(3, n // 10)
        self.namespaces = [f"ns{i}" for i in range(max(2, self.services // 5))]
        self.callers = [
            f"spiffe://mesh.local/ns/{self.namespaces[i % len(self.namespaces)]}/sa/app{i}"
            for i in range(max(20, self.services * 2))
        ]

    def base(self):
        r = self.random
        return f"/svc{r.randrange(self.services)}/api/v{r.randint(1, 2)}/{r.choice(NOUNS)}/"

    def network(self):
        r = self.random
        bits = r.choice([8, 16, 16, 24])
        parts = [10, r.randrange(32), r.randrange(256), 0]
        return ".".join(str(part if i * 8 < bits else 0) for i, part in enumerate(parts)) + f"/{bits}"

    def rule(self, number):
        r = self.random
        base = self.base()
        rule = {"id": f"r{number}", "effect": "deny" if r.random() < 0.05 else "allow"}
        kind = r.random()
        if kind < 0.85:
            rule["principals"] = sorted(r.sample(self.callers, r.randint(1, 6)))
        elif kind < 0.95:
            rule["principal_globs"] = [f"spiffe://mesh.local/ns/{r.choice(self.namespaces)}/*"]
        if r.random() < 0.8:
            rule["methods"] = sorted(r.sample(METHODS, r.randint(1, 3)))
        kind = r.random()
        if kind < 0.6:
            rule["path"] = {"prefix": base}
        elif kind < 0.85:
            rule["path"] = {"glob": base + "*/" + r.choice(NOUNS) + r.choice(["", "/*"])}
        else:
            rule["path"] = {"exact": base + str(r.randrange(100))}
        if r.random() < 0.3:
            rule["source_cidr"] = sorted({self.network() for _ in range(r.randint(1, 3))})
        if r.random() < 0.2:
            rule["headers"] = {"x-env": r.choice(ENVIRONMENTS)}
        return rule

    def anything(self):
        r = self.random
        request = {
            "principal": r.choice(self.callers),
            "method": r.choice(METHODS),
            "path": self.base() + str(r.randrange(100)),
            "source_ip": f"10.{r.randrange(32)}.{r.randrange(256)}.{r.randrange(1, 255)}",
            "headers": {},
        }
        if r.random() < 0.5:
            request["path"] += "/" + r.choice(NOUNS)
        if r.random() < 0.7:
            request["headers"]["x-env"] = r.choice(ENVIRONMENTS)
        return request

    def satisfying(self, rule):
        r = self.random
        request = self.anything()
        if rule.get("principals"):
            request["principal"] = r.choice(rule["principals"])
        elif rule.get("principal_globs"):
            prefix = r.choice(rule["principal_globs"])[:-1]
            request["principal"] = r.choice([p for p in self.callers if p.startswith(prefix)] or self.callers)
        if rule.get("methods"):
            request["method"] = r.choice(rule["methods"])
        path = rule["path"]
        if "exact" in path:
            request["path"] = path["exact"]
        elif "prefix" in path:
            request["path"] = path["prefix"] + str(r.randrange(100))
        else:
            pieces = path["glob"].split("*")
            request["path"] = str(r.randrange(100)).join(pieces)
        if rule.get("source_cidr"):
            network = ipaddress.ip_network(r.choice(rule["source_cidr"]))
            request["source_ip"] = str(network[r.randrange(1, min(network.num_addresses - 1, 65535))])
        request["headers"].update(rule.get("headers") or {})
        return request

    def request(self, rules):
        r = self.random
        kind = r.random()
        if kind < 0.25:
            return self.anything()
        request = self.satisfying(r.choice(rules))
        if kind < 0.5:
            other = self.anything()
            field = r.choice(["principal", "method", "path"])
            request[field] = other[field]
        return request


def glob(text, known={}):
    if text not in known:
        known[text] = re.compile("".join(".*" if c == "*" else re.escape(c) for c in text) + r"\Z", re.S)
    return known[text]


def network(text, known={}):
    if text not in known:
        known[text] = ipaddress.ip_network(text)
    return known[text]


def matches(rule, request):
    exact, globs = rule.get("principals") or (), rule.get("principal_globs") or ()
    if (exact or globs) and request["principal"] not in exact:
        if not any(glob(g).match(request["principal"]) for g in globs):
            return False
    if rule.get("methods") and request["method"] not in rule["methods"]:
        return False
    path = rule["path"]
    if "exact" in path and request["path"] != path["exact"]:
        return False
    if "prefix" in path and not request["path"].startswith(path["prefix"]):
        return False
    if "glob" in path and not glob(path["glob"]).match(request["path"]):
        return False
    if rule.get("source_cidr"):
        address = ipaddress.ip_address(request["source_ip"])
        if not any(address in network(c) for c in rule["source_cidr"]):
            return False
    return all(request["headers"].get(name) == value for name, value in (rule.get("headers") or {}).items())


def service(path):
    return path.split("/")[1]


RULES_PER_FILE = 2_000
FORMS = ("segments", "regexes", "mixed")


JWT = """jwt people {
  issuer "https://id.mesh.local"
  audience "bench"
  keys url "https://id.mesh.local/jwks.json"
  algorithms { ES256 }
  claim env: String
}
"""


def weir(rules, globs, is_first):
    def quoted(texts):
        texts = [f'"{text}"' for text in texts]
        return texts[0] if len(texts) == 1 else "{ " + ", ".join(texts) + " }"

    out = ["module bench.target", ""]
    if is_first:
        out += ['mesh bench-mesh { trust_domain "mesh.local" }', "", "service target {",
                '  identity "spiffe://mesh.local/ns/bench/sa/target"', "  protocol http",
                '  endpoints dns "target:8080"', "}", "", JWT if globs == "mixed" else 'header "x-env": String\n']
    out.append("authz target with token people {" if globs == "mixed" else "authz target {")
    value = "token.env" if globs == "mixed" else 'request.header["x-env"]'
    for number, rule in enumerate(rules):
        tests = []
        exact, spaces = rule.get("principals"), rule.get("principal_globs")
        if exact:
            tests.append(("caller is " if len(exact) == 1 else "caller in ") + quoted(exact))
        if spaces:
            tests.append(f'caller matches "{spaces[0][:-1]}{{...}}"')
        methods = rule.get("methods")
        if methods:
            tests.append(
                f"request.method is {methods[0]}" if len(methods) == 1
                else "request.method in { " + ", ".join(methods) + " }")
        path = rule["path"]
        if "exact" in path:
            tests.append(f'request.path is "{path["exact"]}"')
        elif "prefix" in path:
            tests.append(f'request.path under "{path["prefix"][:-1]}"')
        elif globs == "regexes" or globs == "mixed" and number % 2:
            tests.append('request.path matches re"' + path["glob"].replace(".", "\\.").replace("*", ".*") + '"')
        else:
            pattern = path["glob"].replace("/*/", "/{x}/")
            tests.append(f'request.path matches "{pattern[:-1] + "{y}/{...}" if pattern.endswith("/*") else pattern}"')
        if rule.get("source_cidr"):
            tests.append("source.ip in " + quoted(rule["source_cidr"]))
        for wanted in (rule.get("headers") or {}).values():
            # A deny says what absence means.
            tests.append(f'{value} is "{wanted}"' + (" else false" if rule["effect"] == "deny" else ""))
        out.append(f'  {rule["effect"]} {rule["id"]} when ' + " and ".join(tests))
    return "\n".join(out + ["}", ""])


def write_scopes(scopes, rules_per_scope, folder, seed=7):
    """A mesh of many services with rules of their own, a file for each; `edit` changes one of them."""
    draw = Draw(scopes * rules_per_scope, seed)
    os.makedirs(folder, exist_ok=True)
    for scope in range(scopes):
        rules = [draw.rule(scope * rules_per_scope + number) for number in range(rules_per_scope)]
        text = weir(rules, "segments", is_first=False).replace("bench.target", f"bench.s{scope}")
        text = text.replace("authz target {", service_of(scope) + f"authz s{scope} {{", 1)
        if scope == 0:
            text = text.replace("\n\n", '\n\nmesh bench-mesh { trust_domain "mesh.local" }\n\n', 1)
        with open(os.path.join(folder, f"s{scope:02}.weir"), "w") as file:
            file.write(text)


def service_of(scope):
    return f"""service s{scope} {{
  identity "spiffe://mesh.local/ns/bench/sa/s{scope}"
  protocol http
  endpoints dns "s{scope}:8080"
}}

header "x-env": String

"""


def edit(folder, number):
    """Adds a rule at the end of the last file."""
    path = os.path.join(folder, sorted(os.listdir(folder))[-1])
    with open(path) as file:
        text = file.read().rstrip().removesuffix("}")
    with open(path, "w") as file:
        file.write(text + f'  allow edited-{number} when request.path is "/edited/{number}"\n}}\n')


def write(n, folder, count=100_000, seed=7):
    draw = Draw(n, seed)
    rules = [draw.rule(number) for number in range(n)]
    of_service = {}
    for number, rule in enumerate(rules):
        of_service.setdefault(service(next(iter(rule["path"].values()))), []).append((number, rule))
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "rules.json"), "w") as file:
        head = json.dumps({"profile": "mesh", "seed": seed, "n": n, "default": "deny"})[:-1]
        file.write(head + ', "rules": [\n' + ",\n".join(map(json.dumps, rules)) + "\n]}\n")
    for globs in FORMS:
        os.makedirs(os.path.join(folder, globs), exist_ok=True)
        for first in range(0, n, RULES_PER_FILE):
            # Rules keep their order: that of the names of their files.
            with open(os.path.join(folder, globs, f"{first // RULES_PER_FILE:03}.weir"), "w") as file:
                file.write(weir(rules[first:first + RULES_PER_FILE], globs, is_first=first == 0))
    lines = []
    with open(os.path.join(folder, "requests.jsonl"), "w") as file:
        for number in range(count):
            request = draw.request(rules)
            hits = [(i, rule) for i, rule in of_service.get(service(request["path"]), []) if matches(rule, request)]
            denied = any(rule["effect"] == "deny" for _, rule in hits)
            expected = "allow" if hits and not denied else "deny"
            if number < 2_000:
                full = dict(request, expected=expected, matched=[f"r{i}" for i, _ in hits])
                file.write(json.dumps(full) + "\n")
            lines.append("\t".join([
                request["method"], request["path"], request["principal"], request["source_ip"],
                request["headers"].get("x-env", "-"), expected, ",".join(str(i) for i, _ in hits)]) + "\n")
    with open(os.path.join(folder, "requests.tsv"), "w") as file:
        file.writelines(lines)
    with open(os.path.join(folder, "requests-few.tsv"), "w") as file:
        file.writelines(lines[:64])


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("n", type=int)
    options.add_argument("--out", required=True)
    options.add_argument("--requests", type=int, default=100_000)
    options = options.parse_args()
    write(options.n, options.out, options.requests)
