"""Reloads, bundles that are wrong, logs that cannot be written, the end."""
import hashlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time

import harness
from certificates import Authority
from harness import Gateway, Load, Upstream, bundle, check, folder, replace, wait


BEYOND = """
module faults
mesh m { trust_domain "m.example" }
gateway edge { identity "spiffe://m.example/gw", hosts { "localhost" } }
service db { identity "spiffe://m.example/db", protocol tcp, endpoints static { "127.0.0.1:1" } }
authz db { allow edge when caller is edge }
routes edge { otherwise { respond 200 "here" } }
"""


def sealed(data):
    """A bundle whose hashes fit what was changed in its header."""
    end = int.from_bytes(data[48:56], "little")
    head, content, signatures = bytes(data[:64]), bytes(data[96:end]), bytes(data[end:-32])
    identity = hashlib.sha256(head + content).digest()
    return head + identity + content + signatures + hashlib.sha256(identity + signatures).digest()


def bundles():
    """Whatever is wrong with a bundle, the one in force stays, and the log and a metric say so."""
    place = folder("bundles")
    offered = place / "offered.weirb"
    good = bundle(place / "good.weirb", [1], generation=5).read_bytes()
    replace(offered, good)
    gateway = Gateway("bundles", offered)
    older = bundle(place / "older.weirb", [1], generation=4, mark="old").read_bytes()
    newer = bundle(place / "newer.weirb", [1], generation=6, mark="new").read_bytes()
    tampered = bytearray(newer)
    tampered[len(tampered) // 2] ^= 1
    flags = bytearray(newer)
    flags[8] ^= 0x80
    beyond = bundle(place / "beyond.weirb", text=BEYOND, ports=[]).read_bytes()
    unknown = bytearray(newer)
    unknown[31] |= 0x40
    refused = 0
    for name, data in (
        ("torn", newer[: len(newer) // 2] + bytes(len(newer) - len(newer) // 2)), ("truncated", newer[:-100]), ("empty", b""),
        ("tampered", bytes(tampered)), ("of another version", bytes(flags)),
        ("with a feature that nobody knows", sealed(unknown)),
        ("with a feature that is not carried out", beyond), ("of an older generation", older), ("no bundle", b"x" * 5000),
    ):
        replace(offered, data)
        refused += 1
        check(f"a bundle that is {name} is refused", wait(lambda: gateway.metric('weir_reloads_total{outcome="refused"') == refused))
        check("the old one stays", gateway.get("/here"), (200, "here"))
    check("the log says so", gateway.logged("reload refused, everything stays as it is") and gateway.logged("[older_generation]"))
    for code in ("truncated", "content_hash_mismatch", "inconsistent_features", "unsupported_feature"):
        check(f"and by which code: {code}", gateway.logged(f"[{code}]"))
    # Written over in place while it is in force: what was loaded is a copy.
    with open(offered, "r+b") as file:
        file.truncate(0)
        file.write(b"garbage")
    check("the file overwritten in place", [gateway.get("/here") for _ in range(20)], [(200, "here")] * 20)
    replace(offered, newer)
    check("a good one is taken again", wait(lambda: gateway.get("/here") == (200, "new")))
    check("and counted", gateway.metric('weir_reloads_total{outcome="adopted"') >= 1)
    gateway.stop()


def changes():
    """SIGHUP, a file that is replaced, and a link that is swapped as Kubernetes does it."""
    place = folder("changes")
    for number in (1, 2):
        bundle(folder(f"changes/v{number}") / "policy.weirb", [1], mark=f"v{number}")
    def point(number):
        beside = place / "..next"
        beside.unlink(missing_ok=True)
        os.symlink(f"v{number}", beside)
        os.replace(beside, place / "..data")
    point(1)
    (place / "policy.weirb").unlink(missing_ok=True)
    os.symlink("..data/policy.weirb", place / "policy.weirb")
    gateway = Gateway("changes", place / "policy.weirb")
    check("before", gateway.get("/here")[1], "v1")
    point(2)
    check("a link that is swapped", wait(lambda: gateway.get("/here")[1] == "v2"))
    moved = gateway.access.with_suffix(".1")
    wait(lambda: gateway.access.exists() and gateway.access.stat().st_size > 0)
    os.replace(gateway.access, moved)
    gateway.signal(signal.SIGHUP)
    check("SIGHUP without a change", gateway.logged("nothing has changed"))
    gateway.get("/here")
    check("and the log is opened again", wait(lambda: gateway.access.exists() and gateway.access.stat().st_size > 0))
    gateway.stop()


def pending():
    """What of weir.yaml a reload cannot take is named, and holds no policy up."""
    place = folder("pending")
    offered = bundle(place / "offered.weirb", [1], mark="v0")
    marked = {n: bundle(place / f"v{n}.weirb", [1], mark=f"v{n}").read_bytes() for n in range(1, 8)}
    gateway = Gateway("pending", offered)
    config = gateway.folder / "weir.yaml"
    text = config.read_text()
    waiting = 'weir_configuration_pending{cause="restart"'
    wrong = 'weir_configuration_pending{cause="mistake"'
    def offer(number):
        replace(offered, marked[number])
    def serves(number):
        return bool(wait(lambda: gateway.get("/here")[1] == f"v{number}"))

    config.write_text(text.replace("workers: 2", "workers: 3").replace("drain: 10s", "drain: 9s"))
    offer(1)
    check("a bundle is taken though a key waits for a restart", serves(1))
    check("the key is named with its line", gateway.logged(
        "weir.yaml:2:10: `workers` waits for a restart: 2 is in force, 3 is written [needs_restart]"))
    check("and by the metric", wait(lambda: gateway.metric(waiting) == 1))
    seen = gateway.admin("/config", "GET")
    check("and by admin", [seen["pending"][0][key] for key in ("key", "in_force", "written")], ["workers", "2", "3"])
    check("what can be taken was taken", (seen["workers"], seen["timeouts"]["drain"]), (2, "9s"))
    config.write_text(text)
    check("written as it was, nothing waits, without being told", wait(lambda: gateway.metric(waiting) == 0))

    config.write_text(text + "servces: {}\n")
    offer(2)
    check("a bundle beside a file with a mistake waits, and is said to", gateway.logged("a new bundle waits until it is mended"))
    check("the mistake is said", gateway.logged("the file has no key `servces` [unknown_key]"))
    check("its code once", any("[unknown_key] [unknown_key]" in line for line in gateway.lines), False)
    check("and counted", wait(lambda: gateway.metric(wrong) == 1))
    answer = gateway.admin("/reload")
    check("a reload by hand fails with it", answer["configuration"]["error"]["code"], "unknown_key")
    config.write_text(text.replace("  - address: 127.0.0.1:0", "  - address: 127.0.0.1:0\n    gateway: nobody"))
    check("a file that names what is not in the bundle is refused", gateway.logged("the policy declares no gateway `nobody` [not_in_bundle]"))
    offer(3)
    check("and holds a new bundle as well", (gateway.admin("/reload")["outcome"], gateway.get("/here")[1]), ("refused", "v1"))
    config.write_text(text)
    check("mended, it lets the bundle in", serves(3))
    check("mended, it is taken without being told", wait(lambda: gateway.metric(wrong) == 0))

    other = text.replace("127.0.0.1:0\nstatus", "127.0.0.2:0\nstatus")
    config.write_text(other)
    offer(4)
    check("a bundle that comes with another listener is not", gateway.logged("which waits for a restart [needs_restart]"))
    check("the old one serves", gateway.get("/here")[1], "v3")
    config.write_text(text)
    check("with the listener as it was, it is", serves(4))

    key = place / "nobody.pub"
    config.write_text(f"trust: [{key}]\n" + text)
    offer(5)
    check("nor is one under a file that trusts a key that is not there", gateway.logged("nobody.pub` cannot be read"))
    check("the old one serves on", gateway.get("/here")[1], "v4")
    subprocess.run([harness.weir, "keygen", "-o", key.with_suffix("")], capture_output=True)
    check("nor one that the key did not sign", key.exists() and gateway.logged("[unsigned]"))
    check("the old one still serves", gateway.get("/here")[1], "v4")

    config.write_text(text.replace("timeouts:", "timeouts:\n  head: 200ms").replace(
        "  - address: 127.0.0.1:0\nstatus", "  - address: 127.0.0.1:0\n    trusted_hops: [127.0.0.0/8]\nstatus"))
    gateway.admin("/reload")
    check("times and hops change without a restart", gateway.admin("/config", "GET")["timeouts"]["head"], "200ms")
    def is_believed():
        gateway.get("/here", headers={"x-forwarded-for": "192.0.2.7"})
        return '"client_ip":"192.0.2.7"' in gateway.access.read_text()
    check("the hop is believed", wait(is_believed))
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\n")
        check("the shorter time ends a slow head", sock.recv(100)[:12], b"HTTP/1.1 408")
    gateway.stop()


def by_hand():
    """What `weir admin reload` did stands in the log, and a file that says nothing is refused like any other with a mistake."""
    place = folder("by-hand")
    authorities = [Authority(folder(f"by-hand/{name}")) for name in ("first", "second")]
    roots = place / "roots.pem"
    replace(roots, authorities[0].root.read_bytes())
    trusted = f"trust_domains:\n  m.example:\n    roots: {roots}"
    gateway = Gateway("by-hand", bundle(place / "offered.weirb", [1]), extra=trusted)
    config = gateway.folder / "weir.yaml"
    text = config.read_text()
    def reload(expected):
        """The answer, and whether exactly these lines came to the log meanwhile."""
        before = len(gateway.lines)
        answer = gateway.admin("/reload")
        wait(lambda: len(gateway.lines) >= before + len(expected))
        said = gateway.lines[before:]
        return answer, len(said) == len(expected) and all(word in line for word, line in zip(expected, said)) or said

    answer, said = reload(["nothing has changed"])
    check("a reload by hand without a change is in the log", (answer["outcome"], said), ("unchanged", True))
    config.write_text(text.replace("drain: 10s", "drain: 9s"))
    answer, said = reload(["adopted generation 1, sha256 "])
    check("one that changes the configuration too", (answer.get("changed"), said), (["configuration"], True))
    check("with what it changed", gateway.logged("; changed: configuration"))
    other = place / "other.pem"
    other.write_bytes(authorities[1].root.read_bytes())
    config.write_text(text.replace(str(roots), str(other)))
    answer, said = reload(["; changed: configuration, trust_domains"])
    check("one that exchanges whom it trusts too", (answer.get("changed"), said), (["configuration", "trust_domains"], True))

    config.write_text("")
    answer, said = reload(["everything stays as it is: ", "the configuration is refused, the one in force stays"])
    check("a file that was emptied is refused, not waiting for a restart", (
        answer["outcome"], answer["configuration"]["error"]["code"], "pending" in answer), ("refused", "missing_key", False))
    check("the log says what is missing", (said, gateway.logged("no bundle is named [missing_key]")), (True, True))
    seen = gateway.admin("/config", "GET")
    check("and admin", (seen["pending"], seen["refused"]["code"], len(seen["listeners"])), ([], "missing_key", 1))
    config.unlink()
    check("so is one that is gone", gateway.logged("No such file or directory (ENOENT) [unreadable_file]"))
    check("nothing waits", (wait(lambda: gateway.admin("/config", "GET")["refused"]["code"] == "unreadable_file"),
          gateway.admin("/config", "GET")["pending"]), (True, []))
    config.write_text(text)
    check("mended, it is taken", wait(lambda: gateway.admin("/config", "GET")["refused"] is None))
    check("what is in force serves", gateway.get("/here")[0], 200)

    def explain(request):
        asked = subprocess.run(
            [harness.weir, "admin", "--socket", gateway.socket, "explain", "--request", "-"], input=request, capture_output=True, text=True)
        return asked.returncode, json.loads(asked.stdout).get("error", {}).get("code")
    for request, code in (('{"foo":1}', "unknown_key"), ("", "malformed_json"), ("{", "malformed_json")):
        check(f"`{request}` is no request to explain", explain(request), (2, code))
    check("this is one", explain('{"host":"localhost","caller":null,"method":"GET","path":"/here"}'), (0, None))
    gateway.stop()


def reload_under_load(isLong):
    seconds = 60 if isLong else 5
    upstream = Upstream()
    place = folder("reload")
    offered = place / "offered.weirb"
    texts = [bundle(place / f"v{n}.weirb", [upstream.port], mark=f"v{n}").read_bytes() for n in (1, 2)]
    replace(offered, texts[0])
    gateway = Gateway("reload", offered, log="off")
    url = f"http://127.0.0.1:{gateway.port}"
    loads = [
        subprocess.Popen(["h2load", "--h1", "-D", str(seconds), "-c", "16", f"{url}/here"], stdout=subprocess.PIPE, text=True),
        subprocess.Popen(["h2load", "-D", str(seconds), "-c", "4", "-m", "10", f"{url}/here"], stdout=subprocess.PIPE, text=True)]
    forwarded = Load(gateway, 2)
    adopted, turn = 0, 0
    while any(load.poll() is None for load in loads):
        turn += 1
        began = time.monotonic()
        replace(offered, texts[turn % 2])
        adopted += gateway.admin("/reload").get("outcome") in ("adopted", "unchanged")
        wait(lambda: time.monotonic() - began >= 0.1)
    for load, name in zip(loads, ("HTTP/1", "HTTP/2")):
        text = load.stdout.read()
        counts = re.search(r"requests: (\d+) total.*, (\d+) done, (\d+) succeeded, (\d+) failed, (\d+) errored", text)
        codes = re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", text)
        check(
            f"{turn} reloads in {seconds} s cost no request, {name}", (counts and counts[0], codes and codes[0]),
            lambda _: counts and codes and counts[4] == counts[5] == "0" and int(codes[1]) > 0 and codes[0].endswith("0 3xx, 0 4xx, 0 5xx"))
    check("nor one that is forwarded", forwarded.finish(), {200})
    check("each was taken", adopted, turn)
    gateway.stop()


def drain():
    for name, times in (("at once", {}), ("after a delay", {"drain_delay": "500ms"})):
        upstream = Upstream(lambda sock, head, body: time.sleep(0.02) or Upstream.answer(sock, head, body))
        gateway = Gateway("drain", bundle(folder("drain") / "a.weirb", [upstream.port]), timeouts=times | {"linger": "300ms"})
        load = Load(gateway, 8)
        wait(lambda: load.count > 100)
        gateway.signal(signal.SIGTERM)
        check(f"SIGTERM under load, {name}: it ends in good order", gateway.ended(), 0)
        check("no request was lost", load.finish(), {200})
        check("the last line of the log is whole", gateway.access.read_text().endswith("}\n"))
        check("every request has its line", len(gateway.reasons()), load.count)


    upstream = Upstream()
    gateway = Gateway("drain", bundle(folder("drain") / "a.weirb", [upstream.port]), timeouts={"pooled": "1h", "drain": "1h"})
    check("a connection to an upstream", gateway.get("/")[0], 200)
    check("that is kept", wait(lambda: gateway.metric('weir_open_connections{side="upstream"') == 1))
    gateway.signal(signal.SIGTERM)
    check("and that nobody uses is not waited for", gateway.ended(), 0)


def interrupts():
    held = Upstream(lambda sock, head, body: time.sleep(30))
    gateway = Gateway("interrupts", bundle(folder("interrupts") / "a.weirb", [held.port]))
    thread = threading.Thread(target=gateway.get, daemon=True)
    thread.start()
    wait(lambda: held.served)
    gateway.signal(signal.SIGINT)
    check("the first SIGINT waits for what runs", gateway.logged("draining") and gateway.process.poll() is None)
    check("and is not ready", gateway.get_status("/readyz"), (503, "draining\n"))
    gateway.signal(signal.SIGINT)
    check("the second one does not", gateway.ended(), 0)


def logs():
    upstream = Upstream()
    gateway = Gateway("logs", bundle(folder("logs") / "a.weirb", [upstream.port]), log="/dev/full")
    check("a log that is full costs no request", {gateway.get("/")[0] for _ in range(50)}, {200})
    check("its lines are counted", wait(lambda: gateway.metric('weir_log_lines_total{outcome="dropped"}') == 50))
    check("as dropped alone", gateway.metric('weir_log_lines_total{outcome="written"}'), 0)
    check("which is said", gateway.logged("lines of the access log are dropped, requests are not: No space left on device"))
    gateway.get("/")
    wait(lambda: gateway.metric('weir_log_lines_total{outcome="dropped"}') == 51)
    check("once", sum("lines of the access log" in line for line in gateway.lines), 1)
    gateway.stop()
    gateway = Gateway("logs", bundle(folder("logs") / "a.weirb", [upstream.port]))
    gateway.access.rename(folder("logs") / "moved.jsonl")
    os.mkfifo(gateway.access)
    gateway.signal(signal.SIGHUP)
    check("a pipe that nobody reads is not waited for", gateway.logged("the file that is open stays: it is a pipe that nobody reads"))
    check("nor does it cost a request", gateway.get("/")[0], 200)
    gateway.signal(signal.SIGTERM)
    check("nor keep the gateway", gateway.ended(), 0)
    check("the line is in the file that stays", "\n" in (folder("logs") / "moved.jsonl").read_text())
    gateway.access.unlink()
    disk = folder("logs/disk")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True).returncode:
        print("     no disk can be mounted here: none that fills up is tried", flush=True)
        return
    try:
        gateway = Gateway("logs", bundle(folder("logs") / "a.weirb", [upstream.port]), log="disk/access.jsonl")
        dropped = 'weir_log_lines_total{outcome="dropped"}'
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
        check("a disk that fills up costs no request", {gateway.get("/", connection)[0] for _ in range(400)}, {200})
        check("the lines that it did not take are counted", wait(lambda: gateway.metric(dropped) > 0))
        lines = gateway.access.read_text().splitlines()
        check("those that it took are there", len(lines) > 10 and all(line.endswith("}") for line in lines[:-1]))
        check("every line is counted once", wait(lambda: gateway.metric("weir_log_lines_total") == 400))
        whole = sum(line.endswith("}") for line in lines)
        check("those that were written as written", gateway.metric('weir_log_lines_total{outcome="written"}'), whole)
        os.truncate(gateway.access, 0)
        check("room again, lines again", wait(lambda: gateway.get("/")[0] == 200 and bool(gateway.reasons())))
        gateway.stop()
    finally:
        subprocess.run(["umount", "-l", disk])


def starts():
    place = folder("starts")
    first = Gateway("starts", bundle(place / "a.weirb", [1]))
    def start(*arguments, cwd=place, memory=None, files=None):
        limit = ["prlimit", f"--as={memory}"] if memory else ["prlimit", f"--nofile={files}"] if files else []
        done = subprocess.run([*limit, harness.weir, "run", *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=30)
        return done.returncode, done.stderr
    code, text = start("--bundle", place / "a.weirb", "--listen", "127.0.0.1:0", "--status", "127.0.0.1:0")
    check("a second gateway in the same folder", (code != 0, "[admin_in_use]" in text), (True, True))
    elsewhere = folder("starts/elsewhere")
    code, text = start(
        "--bundle", place / "a.weirb", "--listen", f"127.0.0.1:{first.port}", "--status", "127.0.0.1:0", cwd=elsewhere)
    check("a second gateway at the same address", (code != 0, "[listen]" in text and "EADDRINUSE" in text), (True, True))
    mistakes(start, elsewhere)
    code, text = start("--bundle", place / "a.weirb", "--listen", "127.0.0.1:0", "--workers", "1", cwd=elsewhere, files=60)
    check("too few descriptors stop the start", (code, "--workers: error[descriptors]: 60 descriptors are too few" in text), (2, True))
    check("the first one is not disturbed", (first.get("/here")[0], "sha256" in first.admin("/bundle", "GET")), (200, True))
    first.process.kill()
    first.process.wait()
    second = Gateway("starts", place / "a.weirb")
    check("a socket that was left behind is replaced", "sha256" in second.admin("/bundle", "GET"))
    second.stop()
    if "SANITIZER" in os.environ:
        # Its own maps are larger than that.
        return
    code, text = start(
        "--bundle", place / "a.weirb", "--listen", "127.0.0.1:0", "--status", "127.0.0.1:0", "--workers", "64", cwd=elsewhere,
        memory=6 << 30)
    check("workers without memory stop the start", (code != 0, "[system]" in text and "ENOMEM" in text), (True, True))


STRICT = """
module faults
mesh m { trust_domain "m.example" }
gateway edge { identity "spiffe://m.example/gw", hosts { "localhost" } }
service db { identity "spiffe://m.example/db", protocol http, endpoints static { "127.0.0.1:1" } }
service out { external, protocol http, endpoints dns "localhost:1", tls { roots "roots.pem" } }
authz db { allow edge when caller is edge }
routes edge { otherwise { forward to db } }
"""


def mistakes(start, place):
    """What keeps a gateway from starting is said with its place, a code and a remedy."""
    bundle(place / "a.weirb", [1])
    bundle(place / "strict.weirb", text=STRICT, ports=[])
    (place / "unread").unlink(missing_ok=True)
    os.mkfifo(place / "unread")
    config = place / "w.yaml"
    base = "bundle: a.weirb\nlisteners: [{address: 127.0.0.1:0}]\nstatus: off\nadmin: off\naccess_log: off\n"
    for change, expected in (
        (("access_log: off", "trust: [nope.pub]"), "w.yaml:5:9: error[unreadable_file]: the public key `{}nope.pub` cannot"),
        (("bundle: a.weirb", "bundle: nope.weirb"), "w.yaml:1:9: error[unreadable_file]: the bundle `{}nope.weirb` cannot"),
        (("bundle: a.weirb", "bundle: w.yaml"), "w.yaml:1:9: error[not_a_bundle]: `{}w.yaml` is refused"),
        (("access_log: off", "access_log: x/y/z"), "w.yaml:5:13: error[access_log]: `{}x/y/z` cannot be written"),
        (("access_log: off", "access_log: unread"), "w.yaml:5:13: error[access_log]: `{}unread` cannot be written: it is a pipe"),
        (("admin: off", "admin: a.weirb"), "w.yaml:4:8: error[listen]: `admin` cannot be {}a.weirb: it is there already"),
        (("admin: off", "admin: /tmp"), "w.yaml:4:8: error[listen]: `admin` cannot be /tmp: it is there already"),
        (("admin: off", "admin: x/y.sock"), "w.yaml:4:8: error[listen]: `admin` cannot listen on {}x/y.sock"),
        (("127.0.0.1:0", "192.0.2.1:8080"), "w.yaml:2:23: error[listen]: cannot listen on 192.0.2.1:8080"),
        (("[{address: 127.0.0.1:0}]", "[]"), "w.yaml:2:12: error[missing_key]: nothing listens"),
        (("a.weirb", "strict.weirb"), "strict.weir:5: error[missing_key]: the service `db` takes mutual TLS"),
        (("a.weirb", "strict.weirb"), "strict.weir:6: error[unreadable_file]: the roots of the service `out`: `{}roots.pem`"),
    ):
        config.write_text(base.replace(*change))
        code, text = start("--config", config, cwd=place)
        check(f"`{change[1]}` stops the start with its place", (code, text), lambda seen:
            seen[0] == 2 and expected.format(f"{place}/") in seen[1] and "\n  help: " in seen[1])


def run(isLong):
    starts()
    bundles()
    changes()
    pending()
    by_hand()
    interrupts()
    logs()
    drain()
    reload_under_load(isLong)
