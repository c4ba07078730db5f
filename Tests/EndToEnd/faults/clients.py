"""Clients that are slow, silent or many."""
import email.utils
import http.client
import resource
import select
import socket
import ssl
import time

from certificates import Authority, listener_tls
from harness import Gateway, Upstream, bundle, check, folder, wait

CLOCKS = {"head": "700ms", "body_idle": "600ms", "body_grace": "1s", "unread": "900ms", "handshake": "700ms", "keep_alive": "60s"}


def until_end(sock):
    """Everything that comes, until the connection ends; None when it does not."""
    sock.settimeout(10)
    data = b""
    try:
        while more := sock.recv(65536):
            data += more
    except TimeoutError:
        return None
    except OSError:
        pass
    return data


def slow_senders():
    upstream = Upstream()
    gateway = Gateway("loris", bundle(folder("loris") / "a.weirb", [upstream.port]), timeouts=CLOCKS)
    with socket.create_connection(("127.0.0.1", gateway.port)) as sock:
        for byte in b"GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: " + b"x" * 1000:
            if select.select([sock], [], [], 0.05)[0]:
                break
            sock.send(bytes([byte]))
        check("a head that comes byte by byte", until_end(sock), lambda data: data and data.startswith(b"HTTP/1.1 408"))
    with socket.create_connection(("127.0.0.1", gateway.port)) as sock:
        check("a client that says nothing", until_end(sock), b"")
    with socket.create_connection(("127.0.0.1", gateway.port)) as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nhalf")
        check("a body that stops coming is cut", until_end(sock), lambda data: data is not None and b" 200 " not in data)
    with socket.create_connection(("127.0.0.1", gateway.port)) as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n")
        for _ in range(1000):
            if select.select([sock], [], [], 0.05)[0]:
                break
            sock.send(b"x")
        check(
            "a body that comes byte by byte", until_end(sock),
            lambda data: data and data.startswith(b"HTTP/1.1 408") and b"slow_body" in data)
    check("and is counted", gateway.metric('weir_requests_total{reason="slow_body"}'), 1)
    late = 'weir_connections_closed_total{side="downstream",reason="timeout"}'
    check("the clocks are counted", wait(lambda: gateway.metric(late) > 0))
    check("nothing of it went through", upstream.served, 0)
    gateway.stop()


def methods():
    """What is said to proxies is not said to those behind them."""
    seen = []

    def answer(sock, head, body):
        seen.append(head.decode("latin-1").lower())
        return Upstream.answer(sock, head, body)

    upstream = Upstream(answer)
    gateway = Gateway("methods", bundle(folder("methods") / "a.weirb", [upstream.port]))
    status, text = gateway.get(method="TRACE")
    check("TRACE is refused", (status, text[:14]), (501, "trace_refused "))
    check("OPTIONS that may go no further", gateway.get(method="OPTIONS", headers={"Max-Forwards": "0"}), (204, ""))
    check("neither was forwarded", seen, [])
    check("OPTIONS that may go on", gateway.get(method="OPTIONS", headers={"Max-Forwards": "3"}), (200, "fine"))
    check("goes one less far", seen and "\r\nmax-forwards: 2" in seen[-1])
    check("what is no number is refused", gateway.get(method="OPTIONS", headers={"Max-Forwards": "many"})[0], 400)
    for path in ("/", "/here", "/denied"):
        sock = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
        sock.request("GET", path)
        dates = sock.getresponse().headers.get_all("date") or []
        sock.close()
        check(f"{path} has one date, which is now", len(dates) == 1 and abs(
            email.utils.parsedate_to_datetime(dates[0]).timestamp() - time.time()) < 30)
    gateway.stop()


def slow_reader():
    def endless(sock, head, body):
        sock.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
        while True:
            sock.sendall(b"x" * 65536)

    upstream = Upstream(endless)
    gateway = Gateway("unread", bundle(folder("unread") / "a.weirb", [upstream.port]), timeouts=CLOCKS)
    with socket.create_connection(("127.0.0.1", gateway.port)) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.sendall(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
        check("a client that never reads is cut", wait(lambda: "client_gone" in gateway.reasons()))
        check("and its upstream let go", wait(lambda: gateway.metric('weir_open_connections{side="upstream"}') == 0))
    gateway.stop()


def shared_upstream():
    """Two gateways, HTTP/2 between them: sixteen clients that do not read, and one that does, share the connection."""
    big = b"x" * 2_000_000

    def answer(sock, head, body):
        return Upstream.answer(sock, head, body, big if b"/big" in head else b"fine")

    upstream = Upstream(answer)
    behind = Gateway("shared-behind", bundle(folder("shared-behind") / "a.weirb", [upstream.port]))
    gateway = Gateway("shared", bundle(folder("shared") / "a.weirb", [behind.port], protocol="http2"))
    sleepers = []
    for _ in range(16):
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect(("127.0.0.1", gateway.port))
        sock.sendall(b"GET /big HTTP/1.1\r\nhost: localhost\r\n\r\n")
        sleepers.append(sock)
    wait(lambda: upstream.served >= 16)
    check("the seventeenth client of a shared upstream", {gateway.get("/")[0] for _ in range(20)}, {200})
    check("and a large answer beside them", len(gateway.get("/big")[1]), len(big))
    check("they share", gateway.metric('weir_open_connections{side="upstream"}') <= 4)
    for sock in sleepers:
        sock.close()
    gateway.stop()
    behind.stop()


def raise_limit():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def idle(isLong):
    """User space of connections that wait between two requests."""
    count = 10_000 if isLong else 1_000
    count = min(count, raise_limit() // 2 - 500)
    authority = Authority(folder("idle-tls"))
    authority.issue("server", uri="spiffe://m.example/gw", dns="localhost")
    plain = bundle(folder("idle") / "a.weirb", [1])
    secure = bundle(folder("idle-tls") / "a.weirb", [1])
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
    request = b"GET /here HTTP/1.1\r\nhost: localhost\r\n\r\n"
    context = ssl.create_default_context(cafile=authority.root)
    for name, tls, first, bytesMax in (
        ("HTTP/1", "", request, 512 + 256), ("HTTP/2", "", preface, 28 * 1024),
        ("TLS", listener_tls(authority, "server"), request, 18 * 1024),
    ):
        gateway = Gateway(
            "idle-tls" if tls else "idle", secure if tls else plain, tls=tls, memory="512MiB", log="off",
            timeouts={"keep_alive": "10m"})
        sockets, before = [], 0
        # The first ones touch what all share.
        for number in range(count + 200):
            if number == 200:
                before = gateway.held()
            sock = socket.create_connection(("127.0.0.1", gateway.port))
            if tls:
                sock = context.wrap_socket(sock, server_hostname="localhost")
            sock.sendall(first)
            sock.recv(4096)
            sockets.append(sock)
        each = (gateway.held() - before) / count
        # Looking at its files again touches some pages once, in what time so many connections take on a slow machine.
        once = 256 * 1024 / count
        check(f"{count} idle connections, {name}, bytes each", round(each), lambda each: each <= bytesMax + once)
        check(f"all of them are there, {name}", gateway.metric('weir_open_connections{side="downstream"}') >= count + 200)
        for sock in sockets:
            sock.close()
        check(f"and gone, {name}", wait(lambda: gateway.metric('weir_open_connections{side="downstream"}') == 0))
        gateway.stop()


def descriptors():
    upstream = Upstream()
    gateway = Gateway("descriptors", bundle(folder("descriptors") / "a.weirb", [upstream.port]), files=160)
    check("before", gateway.get("/")[0], 200)
    sockets = [socket.create_connection(("127.0.0.1", gateway.port)) for _ in range(300)]
    for sock in sockets:
        sock.sendall(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
    # Who was accepted has a descriptor for the upstream, and the threads beside the workers have theirs.
    sockets[0].settimeout(10)
    check("whoever is accepted is served", sockets[0].recv(12), b"HTTP/1.1 200")
    check("status answers beside them", [gateway.get_status(path)[0] for path in ("/healthz", "/readyz")], [200, 200])
    check("admin as well, with what it reads", gateway.admin("/reload").get("outcome"), "unchanged")
    check("accepting pauses when descriptors are used up", wait(lambda: gateway.metric("weir_accept_pauses_total") > 0))
    for sock in sockets:
        sock.close()
    check("and goes on", wait(lambda: gateway.get("/")[0] == 200))
    check("status answers all the time", gateway.get_status("/healthz")[0], 200)
    gateway.stop()


def memory():
    """Bodies that nobody takes fill the account: requests are refused, then served again."""
    # Nobody accepts there, and one connection fills its queue: what is sent to it has no other place than the gateway.
    deaf = socket.create_server(("127.0.0.1", 0), backlog=0)
    policy = bundle(folder("memory") / "a.weirb", [deaf.getsockname()[1]])
    gateway = Gateway("memory", policy, memory="16MiB", timeouts={"body_idle": "20s"})
    head = b"POST /hold HTTP/1.1\r\nhost: localhost\r\ncontent-length: 60000\r\n\r\n"
    sockets = []
    for _ in range(400):
        sock = socket.create_connection(("127.0.0.1", gateway.port))
        sock.setblocking(False)
        try:
            sock.send(head + b"x" * 59_000)
        except OSError:
            pass
        sockets.append(sock)
    def is_refused():
        return gateway.metric('weir_requests_total{reason="overload"}') > 0
    check("requests are refused when the account is nearly full", wait(is_refused))
    held = gateway.metric("weir_memory_bytes")
    check("what is held stays within the account", held, lambda held: 0 < held <= 16 << 20)
    for sock in sockets:
        sock.close()
    check("and served again once it is not", wait(lambda: gateway.get("/here")[0] == 200))
    gateway.stop()
    deaf.close()


def run(isLong):
    slow_senders()
    methods()
    slow_reader()
    shared_upstream()
    descriptors()
    memory()
    idle(isLong)
