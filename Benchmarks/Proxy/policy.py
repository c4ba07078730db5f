"""A scenario of the peers' harness as a policy of ours.

The model is the harness's neutral description: clusters, routes by host and prefix, authorization rules, TLS.
"""
import os

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


def services(model, caller):
    for c in model["clusters"]:
        yield (f'service {c["name"]} {{\n  identity "spiffe://mesh.local/ns/a/sa/{c["name"]}"\n  protocol http\n'
               f'  mtls permissive\n  endpoints static {quoted(c["endpoints"])}\n}}\n')
        if not model["authz"]:
            yield f'authz {c["name"]} {{ allow anybody {caller} }}\n'


def table(routes):
    """Routes in the order in which the longest prefix wins."""
    number, fallback = 0, "respond 404"
    for r in sorted(routes, key=lambda r: -len(r["prefix"])):
        if is_root(r["prefix"]):
            fallback = destination(r["to"])
        else:
            yield f'  route r{number} when {under(r["prefix"])} {{ {destination(r["to"])} }}'
            number += 1
    yield f"  otherwise {{ {fallback} }}"


def policy(model):
    """The files of the policy, by name. One host: a gateway; many: a table for each."""
    hosts = {}
    for r in model["routes"]:
        hosts.setdefault(REQUEST_HOST if r["host"] == "*" else r["host"], []).append(r)
    main = ['mesh bench { trust_domain "mesh.local" }\n']
    if model["authz"]:
        main.append('header "x-user": String\n')
    tls = model["listen"]["tls"] or {}
    if tls.get("client_san"):
        main.append(f'authz edge {{ allow client when caller is "{tls["client_san"]}" }}\n')
    if len(hosts) == 1:
        host, routes = next(iter(hosts.items()))
        main.append(f'gateway edge {{ identity "spiffe://mesh.local/ns/a/sa/edge", hosts {quoted([host, "127.0.0.1"])} }}\n')
        main += services(model, "when caller is edge")
        main.append("routes edge {\n" + "\n".join(table(routes)) + "\n}\n")
        yield "main", main
    else:
        yield "main", main + list(services(model, "always"))
        tables = [f'routes "{host}" {{\n' + "\n".join(table(routes)) + "\n}\n" for host, routes in hosts.items()]
        for start in range(0, len(tables), 200):
            yield f"hosts{start}", tables[start:start + 200]
    rules = [rule(i, r) for i, r in enumerate((model["authz"] or {}).get("rules", []))]
    # A file has at most a megabyte.
    for start in range(0, len(rules), 2000):
        body = "\n".join(rules[start:start + 2000])
        yield f"rules{start}", [f'authz {c["name"]} {{\n{body}\n}}\n' for c in model["clusters"]]


def write(model, folder):
    """Writes the policy of a model into an empty folder."""
    os.makedirs(folder, exist_ok=True)
    for old in os.listdir(folder):
        os.remove(os.path.join(folder, old))
    for name, parts in policy(model):
        with open(os.path.join(folder, name + ".weir"), "w") as f:
            f.write("\n".join(["module bench\n", *parts]))
