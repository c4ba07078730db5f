"""Sends every payload of the tables through a running gateway and looks at what comes out on the other side.

    checks.py PORT UPSTREAM_PORT
"""
import queue
import socket
import sys
import threading

import tables

port, upstream_port = int(sys.argv[1]), int(sys.argv[2])
failed = 0
arrived = queue.Queue()
answer = None


def report(kind, case, problem):
    global failed
    if problem:
        failed += 1
        print(f"FAIL {kind}: {case.name}: {problem}", flush=True)


def read_some(sock):
    try:
        return sock.recv(65536)
    except (ConnectionError, TimeoutError):
        return b""


def upstream():
    """Takes requests apart by rules of its own; answers each, or says what `answer` holds."""
    listener = socket.create_server(("127.0.0.1", upstream_port), backlog=64)
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=serve, args=(sock,), daemon=True).start()


def serve(sock):
    data = b""
    while True:
        parts = tables.message(data)
        if parts is None:
            more = read_some(sock)
            if not more:
                if data:
                    arrived.put(("rest", data))
                return
            data += more
            continue
        data = parts[3]
        arrived.put(("request", parts))
        if answer is None:
            sock.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        else:
            sock.sendall(answer.sent)
            if answer.closes:
                sock.close()
                return


def statuses(sock, count, heads):
    """So many answers, or fewer when the connection ends."""
    data, found, ended = b"", [], False
    while len(found) < count:
        is_head = len(heads) > len(found) and heads[len(found)]
        parts = tables.message(data, is_head, ended)
        if parts:
            data = parts[3]
            if not parts[0].startswith(b"HTTP/1.1 1"):
                found.append((int(parts[0].split(b" ")[1]), parts))
        elif ended:
            break
        else:
            more = read_some(sock)
            ended = not more
            data += more
    return found, data, ended


def ended(sock):
    while True:
        more = read_some(sock)
        if not more:
            return True


def taken():
    found = []
    while not arrived.empty():
        found.append(arrived.get())
    return found


def request_case(case):
    heads = [m.startswith(b"HEAD ") for m in case.passed]
    with socket.create_connection(("127.0.0.1", port), timeout=3) as sock:
        sock.sendall(case.sent)
        if case.waits:
            sock.shutdown(socket.SHUT_WR)
        count = len(case.passed) + (1 if case.refusal else 0)
        found, rest, _ = statuses(sock, count, heads)
        seen = [status for status, _ in found]
        expected = [200] * len(case.passed) + ([case.refusal] if case.refusal else [])
        if seen != expected:
            return f"answered {seen}, expected {expected}"
        if case.refusal and not ended(sock):
            return "the connection goes on"
    forwarded = [parts for kind, parts in taken() if kind == "request"]
    wanted = [tables.meaning(tables.message(m)) for m in case.passed]
    got = [tables.meaning(parts) for parts in forwarded]
    if got != wanted:
        return f"forwarded {got}, expected {wanted}"
    return None


def response_case(case):
    global answer
    method, _, upgrade = case.asked.partition(" ")
    if upgrade or method == "CONNECT":
        return None
    answer = case
    with socket.create_connection(("127.0.0.1", port), timeout=3) as sock:
        sock.sendall(f"{method} /x HTTP/1.1\r\nHost: weir.example\r\nTE: trailers\r\nConnection: TE\r\n\r\n".encode())
        found, _, _ = statuses(sock, 1, [method == "HEAD"])
    answer = None
    taken()
    if case.refusal:
        seen = [status for status, _ in found]
        # Bytes of a body may be on the way when the mistake comes: then the connection ends without the end of the body.
        if seen not in ([case.refusal], []):
            return f"answered {seen}, expected {case.refusal}"
    elif not case.waits:
        finals = [m for m in case.passed if not m.startswith(b"HTTP/1.1 1")]
        if finals:
            wanted = tables.meaning(tables.message(finals[0], method == "HEAD", True))
            got = [tables.meaning(parts) for _, parts in found]
            if not got or (got[0][0].split(b" ")[1], got[0][2]) != (wanted[0].split(b" ")[1], wanted[2]):
                return f"passed on {got}, expected {wanted}"
    return None


threading.Thread(target=upstream, daemon=True).start()
total = 0
for kind, name, check in (("request", "requests.txt", request_case), ("response", "responses.txt", response_case)):
    for case in tables.cases(name):
        total += 1
        try:
            report(kind, case, check(case))
        except Exception as error:  # a mistake of the check is a failure too
            report(kind, case, repr(error))
print(f"{total} payloads, {failed} came out wrong")
sys.exit(min(failed, 100))
