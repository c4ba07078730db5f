"""Calls of gRPC that fail: tried again by their status, when the server lets it."""
import time

import grpc
import h2.events

import servers
from gateway import Gateway, check, until


class Flaky(servers.HTTP2):
    """Fails the first calls of a method as its name says; the last word of a path is the number of them."""

    def take(self, connection, event):
        if not isinstance(event, h2.events.RequestReceived):
            return super().take(connection, event)
        path = dict(event.headers)[b":path"].decode()
        with self.server.lock:
            seen = self.server.seen[path] = self.server.seen.get(path, 0) + 1
            self.server.times.append(time.monotonic())
        method, count = path.split("/")[-1].rstrip("0123456789"), int(path[-1])
        head = [(":status", "200"), ("content-type", "application/grpc")]
        if seen <= count:
            status = {"Missing": "5"}.get(method, "14")
            fields = head + [("grpc-status", status), ("grpc-message", "later")]
            pushback = {"Later": "300", "Never": "-1"}.get(method)
            if pushback:
                fields.append(("grpc-retry-pushback-ms", pushback))
            if method == "Trailers":
                connection.send_headers(event.stream_id, head)
                return connection.send_headers(event.stream_id, [("grpc-status", "14")], end_stream=True)
            return connection.send_headers(event.stream_id, fields, end_stream=True)
        connection.send_headers(event.stream_id, head)
        connection.send_data(event.stream_id, b"\0\0\0\0\2ok")
        connection.send_headers(event.stream_id, [("grpc-status", "0")], end_stream=True)


def run():
    first, second, third = (servers.make(Flaky) for _ in range(3))
    seen, times = {}, []
    for server in (first, second, third):
        server.seen, server.times, server.lock = seen, times, first.lock
    service = f'''protocol grpc
  mtls permissive
  endpoints static {{ "{first.address}", "{second.address}", "{third.address}" }}'''
    route = '''
  timeout 10s
  retry { tries 3, on { grpc unavailable }, even unsafe, backoff 1ms to 5ms, budget 100%, per_try_timeout 2s }'''
    with Gateway("calls", service, route) as gateway:
        channel = grpc.insecure_channel(f"127.0.0.1:{gateway.port}", options=(("grpc.enable_retries", 0),))

        def call(method):
            times.clear()
            try:
                return channel.unary_unary("/t.T/" + method)(b"x", timeout=10)
            except grpc.RpcError as error:
                return error.code().name

        check("calls: unavailable twice", call("Flaky2"), b"ok")
        check("calls: three attempts", seen["/t.T/Flaky2"], 3)
        check("calls: unavailable three times", call("Flaky3"), "UNAVAILABLE")
        check("calls: no other status", call("Missing1"), "NOT_FOUND")
        check("calls: tried once", seen["/t.T/Missing1"], 1)
        check("calls: later", call("Later1"), b"ok")
        check("calls: as late as asked", times[1] - times[0] >= 0.3, True)
        check("calls: never again", call("Never1"), "UNAVAILABLE")
        check("calls: tried once", seen["/t.T/Never1"], 1)
        check("calls: a status behind a head", call("Trailers1"), "UNAVAILABLE")
        counted = lambda: [
            gateway.metric("weir_service_grpc_calls_total", service="api", status=status)
            for status in ("ok", "unavailable", "not_found")
        ]
        check("calls: by status", until(lambda: sum(counted()) == 6) and counted(), [2.0, 3.0, 1.0])
        check("calls: attempts are counted",
              gateway.metric("weir_endpoint_requests_total", service="api", outcome="failure"), 8.0)
        first.kill(), second.kill(), third.kill()
        check("calls: nobody there", until(lambda: call("Gone0") == "UNAVAILABLE"), True)
