"""More requests than `capacity` has connections for: they wait, in bounds."""
import threading
import time

import servers
from gateway import Gateway, check, until


def at_once(gateway, count, path):
    statuses = []
    threads = [threading.Thread(target=lambda: statuses.append(gateway.ask(path)[0])) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {status: statuses.count(status) for status in sorted(set(statuses))}


def run():
    server = servers.make(servers.HTTP1)
    service = f'''protocol http
  mtls permissive
  endpoints static {{ "{server.address}" }}
  capacity {{ connections 2, pending 4 }}'''
    with Gateway("capacity", service) as gateway:
        check("capacity: those that wait are served", at_once(gateway, 6, "/slow"), {200: 6})
        check("capacity: over two connections", gateway.metric("weir_service_connections", service="api") <= 2, True)
        holders = [threading.Thread(target=gateway.ask, args=("/hang",)) for _ in range(2)]
        for holder in holders:
            holder.start()
        active = lambda: gateway.metric("weir_service_active_requests", service="api")
        pending = lambda: gateway.metric("weir_service_pending_requests", service="api")
        # They are active, and wait, while the other worker keeps a connection of before.
        until(lambda: active() == 2 and pending() == 0)
        waiting = [threading.Thread(target=gateway.ask, args=("/x",)) for _ in range(4)]
        for thread in waiting:
            thread.start()
        check("capacity: four wait", until(lambda: pending() == 4), True)
        started = time.monotonic()
        check("capacity: no more than that", gateway.ask("/x")[0], 503)
        check("capacity: which is said at once", time.monotonic() - started < 2, True)
        check("capacity: by its reason", until(
            lambda: gateway.metric("weir_requests_total", reason="circuit_open")), 1.0)
        server.release.set()
        for thread in holders + waiting:
            thread.join()
        check("capacity: then all are served", until(
            lambda: gateway.metric("weir_requests_total", reason="forwarded") == 12.0), True)
        check("capacity: and nobody waits", gateway.metric("weir_service_pending_requests", service="api"), 0.0)
