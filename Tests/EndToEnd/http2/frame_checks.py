"""Frames of Python's `h2` through the gateway: floods, limits, the end of a connection."""
import socket
import struct
import sys
import time

import h2.config
import h2.connection
import h2.events
import h2.exceptions

import checks
from checks import check

port = int(sys.argv[1])


def head(path):
    return [(":method", "GET"), (":scheme", "http"), (":authority", "localhost"), (":path", path)]


class Client:
    def __init__(self):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.h2 = h2.connection.H2Connection(
            h2.config.H2Configuration(validate_outbound_headers=False, normalize_outbound_headers=False))
        self.h2.initiate_connection()
        self.events = []
        self.isClosed = False
        self.flush()

    def flush(self):
        try:
            self.socket.sendall(self.h2.data_to_send())
        except OSError:
            self.isClosed = True

    def raw(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            self.isClosed = True

    def get(self, path="/x", fields=(), ends=True):
        stream = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, head(path) + list(fields), end_stream=ends)
        self.flush()
        return stream

    def read(self, until, seconds=5):
        deadline = time.time() + seconds
        while time.time() < deadline and not until(self.events) and not self.isClosed:
            try:
                data = self.socket.recv(65536)
            except OSError:
                data = b""
            if not data:
                self.isClosed = True
                break
            try:
                self.events += self.h2.receive_data(data)
            except Exception:  # the frames after a GOAWAY
                break
            self.flush()
        return self.events

    def status(self, stream):
        def has_ended(events):
            return any(
                isinstance(e, (h2.events.StreamEnded, h2.events.StreamReset)) and e.stream_id == stream for e in events)

        for event in self.read(has_ended):
            if isinstance(event, h2.events.ResponseReceived) and event.stream_id == stream:
                return dict(event.headers)[b":status"].decode()
        return None

    def goaway(self):
        """The code of GOAWAY, whatever comes before it; `closed` without one, None while the connection goes on."""
        data = b""
        while True:
            while len(data) >= 9:
                count = int.from_bytes(data[:3], "big")
                if len(data) < 9 + count:
                    break
                if data[3] == 7:
                    return int.from_bytes(data[13:17], "big")
                data = data[9 + count:]
            try:
                more = self.socket.recv(65536)
            except TimeoutError:
                return None
            except OSError:
                more = b""
            if not more:
                # A reset may overtake the frame.
                return "closed"
            data += more


def frame(kind, flags, stream, payload):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def ended(code):
    return code is not None


client = Client()
check("a request", client.status(client.get()), "200")
check("101 fields", client.status(client.get(fields=[(f"x-{i}", "1") for i in range(101)])), "431")
check("the connection goes on", client.status(client.get()), "200")

client = Client()
client.raw(frame(6, 0, 0, b"12345678") * 900)
client.raw(frame(2, 0, 1, b"\0\0\0\0\1") * 900)
check("PING and PRIORITY floods", client.goaway(), 11)

client = Client()
check("a request that others repeat", client.status(client.get()), "200")
client.h2.send_headers(3, head("/x"), end_stream=True)
block = client.h2.data_to_send()[9:]
streams = range(3, 3 + 2 * 2500, 2)
client.raw(b"".join(frame(1, 5, stream, block) + frame(3, 0, stream, b"\0\0\0\x08") for stream in streams))
check("rapid reset", client.goaway() is not None, True)

client = Client()
client.raw(frame(4, 0, 0, b"") * 1800)
check("a flood of SETTINGS", client.goaway(), ended)

client = Client()
stream = client.get(ends=False)
client.raw(frame(0, 0, stream, b"") * 1800)
check("a flood of empty DATA", client.goaway(), ended)

client = Client()
stream = client.get(ends=False)
client.raw(frame(8, 0, 0, b"\0\0\0\1") * 1800)
check("a flood of small WINDOW_UPDATE", client.goaway(), ended)

client = Client()
# Complete requests, each made invalid afterwards: the window of its stream goes past the largest.
for _ in range(40):
    if client.isClosed:
        break
    for _ in range(50):
        try:
            stream = client.get()
        except h2.exceptions.ProtocolError:
            break
        client.raw(frame(8, 0, stream, b"\x7f\xff\xff\xff"))
check("MadeYouReset", client.goaway(), ended)

client = Client()
client.raw(frame(1, 0, 1, b"\x82\x86\x84") + b"".join(frame(9, 0, 1, b"") for _ in range(100)))
check("a flood of CONTINUATION", client.goaway(), ended)

client = Client()
crumbs = [("cookie", "a=1")] * 4000
check("4,000 crumbs of a cookie", client.status(client.get(fields=crumbs)), lambda seen: seen in ("431", None))

client = Client()
client.h2.update_settings({4: 0})
client.flush()
stream = client.get("/big/100000")
check("a window of zero holds no other connection up", (other := Client()).status(other.get()), "200")

client = Client()
check("a field of the connection", client.status(client.get(fields=[("connection", "close")])), None)
check("the connection goes on", client.status(client.get()), "200")

client = Client()
client.raw(frame(8, 0, 0, b"\x7f\xff\xff\xff"))
check("a window past the largest", client.goaway(), 3)
sys.exit(checks.failed)
