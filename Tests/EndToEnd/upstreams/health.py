"""Endpoints that fail their checks get no requests, and get them again once they pass."""
import servers
from gateway import Gateway, check, until

CHECKS = "every 200ms, timeout 150ms, up_after 2, down_after 2"


def scenario(name, protocol, probe, handler, more="", context=None, config="", path="/x"):
    sick, well = servers.make(handler, context=context), servers.make(handler, context=context)
    service = f'''protocol {protocol}
  {more}
  endpoints static {{ "{sick.address}", "{well.address}" }}
  health {{ {probe}, {CHECKS} }}'''
    with Gateway(name, service, config=config) as gateway:
        count = lambda: gateway.metric("weir_healthy_endpoints", service="api")
        check(f"{name}: both are asked", until(lambda: sick.probes >= 2 and well.probes >= 2), True)
        check(f"{name}: both are well", count(), 2.0)
        sick.health = 503
        check(f"{name}: one goes", until(lambda: count() == 1.0), True)
        before = sick.served
        statuses = {gateway.ask(path)[0] for _ in range(40)}
        check(f"{name}: all are answered", statuses, {200})
        check(f"{name}: none by the one that is down", sick.served - before, 0)
        check(f"{name}: the log says so", "gets no more requests, its checks fail" in gateway.lines(), True)
        check(f"{name}: weir admin says so", '"healthy":false' in gateway.admin("upstreams").replace(" ", ""), True)
        sick.health = 200
        check(f"{name}: it comes back", until(lambda: count() == 2.0), True)
        check(f"{name}: and gets requests",
              until(lambda: gateway.ask(path)[0] == 200 and sick.served > before), True)
        check(f"{name}: checks are counted",
              gateway.metric("weir_health_checks_total", service="api", outcome="failed") >= 2, True)


def run(tls):
    scenario("health-http1", "http", 'http "/healthz"', servers.HTTP1, "mtls permissive")
    scenario("health-http2", "http2", 'http "/healthz", status 200..204', servers.HTTP2, "mtls permissive")
    scenario("health-grpc", "grpc", "grpc", servers.HTTP2, "mtls permissive")
    scenario("health-mtls", "http2", 'http "/healthz"', servers.HTTP2, context=tls.server(), config=tls.config)
    gone = servers.make(servers.HTTP1)
    well = servers.make(servers.HTTP1)
    service = f'''protocol http
  mtls permissive
  endpoints static {{ "{gone.address}", "{well.address}" }}
  health {{ connect, {CHECKS} }}'''
    with Gateway("health-connect", service) as gateway:
        gone.kill()
        check("health-connect: one goes",
              until(lambda: gateway.metric("weir_healthy_endpoints", service="api") == 1.0), True)
        check("health-connect: all are answered", {gateway.ask("/x")[0] for _ in range(20)}, {200})
