"""Calls of gRPC through the gateway: the four kinds, deadlines, trailers, cancellation, refusals."""
import sys
import time

import grpc

import checks
from checks import check

channel = grpc.insecure_channel(f"127.0.0.1:{sys.argv[1]}", options=(("grpc.enable_retries", 0),))


def unary(method):
    return channel.unary_unary("/t.T/" + method)


def code(call):
    try:
        return call()
    except grpc.RpcError as error:
        return error.code().name


def with_metadata():
    answer, call = unary("Unary").with_call(b"hi", timeout=5)
    first = [v for k, v in call.initial_metadata() if k == "x-init"]
    last = [v for k, v in call.trailing_metadata() if k == "x-trail"]
    return answer, first, last


def cancelled():
    call = channel.unary_stream("/t.T/Forever")(b"")
    for count, _ in enumerate(call, 1):
        if count == 3:
            call.cancel()
            return count


def timed(messages):
    """How many answers come when a message is sent each half second, and how the stream ends if not well."""
    def slowly():
        for message in messages:
            yield message
            time.sleep(0.5)
        time.sleep(3 if messages[-1] == b"silence" else 0)

    count = 0
    try:
        for _ in channel.stream_stream("/t.T/Timed")(slowly(), timeout=20):
            count += 1
    except grpc.RpcError as error:
        return count, error.code().name
    return count, None


def at_once(count):
    calls = [unary("Unary").future(b"%d" % i, timeout=30) for i in range(count)]
    return sum(call.result() == b"echo:%d" % i for i, call in enumerate(calls))


def at_once_late(count):
    """How many calls end as late: the client, the gateway and the service keep the same time."""
    calls = [unary("Slow").future(b"", timeout=0.1 + 0.001 * (i % 50)) for i in range(count)]
    return sum(call.code() == grpc.StatusCode.DEADLINE_EXCEEDED for call in calls)


check("unary, metadata at both ends", with_metadata(), (b"echo:hi", ["i1"], ["t1"]))
check("a status of the upstream", code(lambda: unary("Fail")(b"", timeout=5)), "NOT_FOUND")
check("a denial", code(lambda: unary("Denied")(b"", timeout=5)), "PERMISSION_DENIED")
check("trailers only", code(lambda: unary("Nope")(b"", timeout=5)), "UNIMPLEMENTED")
started = time.time()
check("a deadline", code(lambda: unary("Slow")(b"", timeout=1)), "DEADLINE_EXCEEDED")
check("the deadline was kept", time.time() - started < 2.5, True)
left = int(unary("Meta")(b"", timeout=20).split(b"left=")[1])
check("the upstream is told what is left", 15 <= left <= 20, True)
check("server streaming", len(list(channel.unary_stream("/t.T/ServerStream")(b"", timeout=5))), 20)
check("client streaming", channel.stream_unary("/t.T/ClientStream")(iter([b"a" * 50_000] * 40), timeout=20), b"2000000")
check("both", list(channel.stream_stream("/t.T/Bidi")(iter([b"1", b"2"]), timeout=5)), [b"r1", b"r2"])
check("a stream longer than its route's timeout", timed([b"%d" % i for i in range(5)]), (5, None))
check("a stream that falls silent", timed([b"1", b"silence"]), (2, "DEADLINE_EXCEEDED"))
check("a large message", len(unary("Unary")(b"z" * 3_000_000, timeout=20)), 3_000_005)
check("cancellation", cancelled(), 3)
check("many at once", at_once(300), 300)
# The last one: it keeps the service's threads busy.
check("many that are late", sum(at_once_late(80) for _ in range(5)), 400)
sys.exit(checks.failed)
