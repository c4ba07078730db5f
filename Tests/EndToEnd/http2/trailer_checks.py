"""Trailers in all four pairings of protocols: plain sockets and Python's `h2` ask, upstreams of HTTP/1 and HTTP/2 answer.

    trailer_checks.py PORT_TO_HTTP1 PORT_TO_HTTP2
"""
import socket
import sys

import h2.config
import h2.connection
import h2.events

import checks
from checks import check

UPSTREAMS = [("HTTP/1", int(sys.argv[1])), ("HTTP/2", int(sys.argv[2]))]


def ask_http1(port, text):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
        sock.sendall(text.encode())
        data = b""
        while more := sock.recv(65536):
            data += more
    return data.decode()


def ask_http2(port, method, path, trailers=()):
    """The body and the trailers that come back."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
        connection = h2.connection.H2Connection(
            h2.config.H2Configuration(validate_outbound_headers=False, normalize_outbound_headers=False))
        connection.initiate_connection()
        stream = connection.get_next_available_stream_id()
        head = [(":method", method), (":scheme", "http"), (":authority", "localhost"), (":path", path)]
        connection.send_headers(stream, head, end_stream=not trailers)
        if trailers:
            connection.send_data(stream, b"abc")
            connection.send_headers(stream, list(trailers), end_stream=True)
        body, got = b"", []
        while True:
            sock.sendall(connection.data_to_send())
            data = sock.recv(65536)
            if not data:
                return "closed", got
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.DataReceived):
                    body += event.data
                elif isinstance(event, h2.events.TrailersReceived):
                    got = [(name.decode(), value.decode()) for name, value in event.headers]
                elif isinstance(event, h2.events.StreamEnded):
                    return body.decode(), got
                elif isinstance(event, h2.events.StreamReset):
                    return f"reset {event.error_code}", got


SENT = [("x-sum", "1"), ("authorization", "x"), ("cookie", "a=b"), ("x-forwarded-for", "10.0.0.1"), ("x-other", "2")]
LINES = "".join(f"{name}: {value}\r\n" for name, value in SENT + [("Content-Length", "7"), ("Host", "other.example")])
HEAD = "HTTP/1.1\r\nHost: localhost\r\nConnection: close"
for name, port in UPSTREAMS:
    request = f"POST /echo-trailers {HEAD}\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n{LINES}\r\n"
    got = ask_http1(port, request).split("\r\n\r\n", 1)[1]
    check(f"trailers of a request, HTTP/1 to {name}", got, "x-sum=1 x-other=2")
    check(f"trailers of a request, HTTP/2 to {name}", ask_http2(port, "POST", "/echo-trailers", SENT)[0],
          "x-sum=1 x-other=2")
    # HTTP/1 upstreams get them in one piece with the last chunk, for which there is less room than for a head.
    large = ask_http2(port, "POST", "/echo-trailers", [("x-large", "a" * 5000)])[0]
    check(f"many, HTTP/2 to {name}", large.split(" ")[0],
          "trailers_too_large" if name == "HTTP/1" else "x-large=" + "a" * 5000)
    check(f"too many, HTTP/2 to {name}",
          ask_http2(port, "POST", "/echo-trailers", [("x-large", "a" * 20000)])[0].split(" ")[0], "trailers_too_large")
    asked = ask_http1(port, f"GET /trailers {HEAD}, TE\r\nTE: trailers\r\n\r\n")
    check(f"trailers of a response, {name} to HTTP/1", asked.lower().endswith("0\r\nx-check: 9\r\n\r\n"), True)
    check(f"not asked for, {name} to HTTP/1", ask_http1(port, f"GET /trailers {HEAD}\r\n\r\n").endswith("0\r\n\r\n"), True)
    check(f"trailers of a response, {name} to HTTP/2", ask_http2(port, "GET", "/trailers"), ("body", [("x-check", "9")]))
sys.exit(checks.failed)
