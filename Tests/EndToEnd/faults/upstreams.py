"""Upstreams that fail: what can be saved is, what cannot has a reason, and nobody else notices."""
import socket
import struct
import threading
import time

from harness import Gateway, Load, Upstream, bundle, check, folder, wait

RETRY = "timeout 8s\n    retry { tries 3, on { connect_failure, reset }, backoff 1ms to 10ms, budget 100%, per_try_timeout 2s }"


def killed():
    one, other = Upstream(), Upstream()
    gateway = Gateway("killed", bundle(folder("killed") / "a.weirb", [one.port, other.port], route=RETRY))
    load = Load(gateway)
    wait(lambda: one.served > 20 and other.served > 20)
    one.kill()
    before = other.served
    wait(lambda: other.served > before + 200)
    check("an upstream that is killed under load costs no request", load.finish(), {200})
    check("its connections are counted", gateway.metric('weir_connections_closed_total{side="upstream"') > 0)
    gateway.stop()


def reset_in_the_middle():
    def cut(sock, head, body):
        if b"/cut" not in head:
            return Upstream.answer(sock, head, body)
        sock.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n" + b"x" * 1000)
        time.sleep(0.05)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    upstream = Upstream(cut)
    gateway = Gateway("reset", bundle(folder("reset") / "a.weirb", [upstream.port], route=RETRY))
    kind = gateway.get("/cut")[1]
    check("a body that is cut is not taken for whole", kind, lambda kind: kind in ("IncompleteRead", "ConnectionResetError"))
    check("the next request is served", gateway.get("/")[0], 200)
    check("the log says why", wait(lambda: "upstream_reset" in gateway.reasons()))
    gateway.stop()


def silent():
    hole = Upstream(lambda sock, head, body: time.sleep(30))
    gateway = Gateway("silent", bundle(folder("silent") / "a.weirb", [hole.port], route="timeout 400ms"))
    check("an upstream that accepts and never answers", gateway.get("/"), lambda a: a[0] == 504 and "upstream_timeout" in a[1])
    gateway.stop()
    gateway = Gateway(
        "silent-idle", bundle(folder("silent-idle") / "a.weirb", [hole.port]), timeouts={"response_idle": "400ms"})
    check("the same without a time of the route", gateway.get("/")[0], 504)
    gateway.stop()


def unreachable():
    """A listener whose queue is full drops what else wants to connect, as a host that is gone does."""
    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    port = full.getsockname()[1]
    waiting = []
    for _ in range(4):
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(("127.0.0.1", port))
        waiting.append(sock)
    good = Upstream()
    times = {"connect": "300ms"}
    gateway = Gateway("unreachable", bundle(folder("unreachable") / "a.weirb", [port]), timeouts=times)
    check("an upstream that drops what it gets", gateway.get("/"), lambda a: a[0] == 503 and "upstream_connect" in a[1])
    gateway.stop()
    gateway = Gateway("unreachable-one", bundle(folder("unreachable-one") / "a.weirb", [port, good.port]), timeouts=times)
    check("beside one that serves costs no request", {gateway.get("/")[0] for _ in range(8)}, {200})
    gateway.stop()


def slow():
    def dribble(sock, head, body):
        if b"/slow" not in head:
            return Upstream.answer(sock, head, body)
        sock.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n")
        for _ in range(20):
            time.sleep(0.05)
            sock.sendall(b"x")
        return True

    upstream = Upstream(dribble)
    gateway = Gateway(
        "slow", bundle(folder("slow") / "a.weirb", [upstream.port]), timeouts={"response_idle": "500ms"})
    seen = []
    thread = threading.Thread(target=lambda: seen.append(gateway.get("/slow")))
    thread.start()
    wait(lambda: upstream.served > 0)
    check("a slow response does not hold up others", gateway.get("/")[0] == 200 and not seen)
    thread.join()
    check("and arrives whole", seen[0], (200, "x" * 20))
    gateway.stop()


def flapping():
    steady, flapper = Upstream(), Upstream()
    gateway = Gateway(
        "flapping", bundle(folder("flapping") / "a.weirb", [steady.port, flapper.port], route=RETRY))
    load = Load(gateway)
    port, turns = flapper.port, 0
    while turns < 6:
        wait(lambda: flapper.served > 3, 2)
        flapper.kill()
        before = steady.served
        wait(lambda: steady.served > before + 30)
        flapper = Upstream(port=port)
        turns += 1
    check("an upstream that comes and goes costs no request", load.finish(), {200})
    gateway.stop()


def run(isLong):
    for scenario in (killed, reset_in_the_middle, silent, unreachable, slow, flapping):
        scenario()
