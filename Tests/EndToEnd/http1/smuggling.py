"""Sends Tests/Corpus/smuggling/requests.txt to a gateway and compares what reaches an upstream: smuggling.py UPSTREAM-PORT GATEWAY-PORT"""
import pathlib
import re
import socket
import sys
import threading

# Found in a body, after its head was decided.
BODY = {
    "chunk_size", "chunk_extension", "chunk_extensions_too_large", "chunk_end", "trailers_too_large", "bare_cr", "bare_lf",
    "folded_line", "space_before_colon",
}
seen = []


def unescaped(text):
    out, at = b"", 0
    while at < len(text):
        if text[at] != "\\":
            out, at = out + text[at].encode(), at + 1
            continue
        kind, at = text[at + 1], at + 2
        if kind == "x":
            out, at = out + bytes([int(text[at : at + 2], 16)]), at + 2
        elif kind == "{":
            end = text.index("}", at)
            star = text.rindex("*", at, end)
            out, at = out + unescaped(text[at:star]) * int(text[star + 1 : end]), end + 1
        else:
            out += {"r": b"\r", "n": b"\n", "t": b"\t", "\\": b"\\"}[kind]
    return out


def message(data):
    """The first whole request in the bytes as (line, body) and what follows it; None while it is not whole."""
    head, found, rest = data.partition(b"\r\n\r\n")
    if not found:
        return None
    line, *fields = head.split(b"\r\n")
    fields = [field.split(b": ", 1) for field in fields]
    names = [name.lower() for name, _ in fields]
    if b"transfer-encoding" in names:
        body = b""
        while True:
            size, found, rest = rest.partition(b"\r\n")
            if not found:
                return None
            if int(size, 16) == 0:
                trailers, found, after = (b"\r\n" + rest).partition(b"\r\n\r\n")
                return ((line, body), after) if found else None
            if len(rest) < int(size, 16) + 2:
                return None
            body, rest = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    length = int(dict(zip(names, [value for _, value in fields])).get(b"content-length", 0))
    return ((line, rest[:length]), rest[length:]) if len(rest) >= length else None


def upstream(port):
    listener = socket.create_server(("127.0.0.1", port), backlog=64)

    def serve(connection):
        data = b""
        try:
            while piece := connection.recv(65536):
                data += piece
                while found := message(data):
                    seen.append(found[0])
                    data = found[1]
                    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        except OSError:
            pass

    def accept():
        while True:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def answers(data):
    found = []
    while data:
        head = re.match(rb"HTTP/1\.1 (\d+) [^\r]*\r\n(.*?)\r\n\r\n", data, re.S)
        if not head:
            return found + [f"not an answer: {data[:60]!r}"]
        length = int(re.search(rb"content-length: (\d+)", head[2], re.I)[1])
        body, data = data[head.end() : head.end() + length], data[head.end() + length :]
        found.append(head[1].decode() + ("" if head[1] == b"200" else " " + body.split(b" ")[0].decode(errors="replace")))
    return found


def exchange(port, data):
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.settimeout(0.7)
        received = b""
        try:
            client.sendall(data)
            while piece := client.recv(65536):
                received += piece
        except OSError:
            pass
    return received


def main():
    table = pathlib.Path(__file__).parents[2] / "Corpus" / "smuggling" / "requests.txt"
    upstream(int(sys.argv[1]))
    cases = failed = 0
    for block in table.read_text().strip().split("\n\n"):
        title, data, expected, passed = "", b"", [], []
        for line in block.split("\n"):
            kind, rest = line[0], line[2:]
            if kind == "#":
                title = rest
            elif kind == ">":
                data += unescaped(rest)
            elif kind == "=":
                expected.append("200")
                passed.append(message(unescaped(rest))[0])
            elif kind == "!":
                lines = data.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
                has_head = all(re.fullmatch(rb"[!-9;-~]+:[^\r\n]*", field) for field in lines)
                body_broken = b"chunked\r\n\r\n" in data and has_head and rest.split(" ")[1] in BODY
                expected.append("400 bad_request" if body_broken else rest)
        seen.clear()
        got = answers(exchange(int(sys.argv[2]), data))
        cases += 1
        if got != expected or seen != passed:
            failed += 1
            print(f"FAIL {title}: {got} and {seen}, expected {expected} and {passed}")
    print(f"{cases - failed} of {cases} cases as the table says")
    return min(failed, 255)


if __name__ == "__main__":
    sys.exit(main())
