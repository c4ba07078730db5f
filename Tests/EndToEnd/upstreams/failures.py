"""Upstreams that die in the middle of a request, over HTTP/1 and HTTP/2, in clear text and over TLS."""
import http.client
import threading

import servers
from gateway import Gateway, check, until


def die(name, protocol, handler, more="", config="", make_context=lambda: None):
    service = '''protocol {0}
  {1}
  endpoints static {{ "{2}" }}'''
    server = servers.make(handler, context=make_context())
    with Gateway(name, service.format(protocol, more, server.address), config=config) as gateway:
        check(f"{name}: serves", gateway.ask("/x"), (200, server.address))
        if make_context():
            check(f"{name}: ALPN agreed", server.agreed, "h2")
        answer = []
        thread = threading.Thread(target=lambda: answer.append(gateway.ask("/hang", "POST", b"x")[0]))
        thread.start()
        server.hanging.wait(10)
        server.kill()
        thread.join()
        check(f"{name}: killed before its answer", answer, [502])
        check(f"{name}: by its reason", until(
            lambda: gateway.metric("weir_requests_total", reason="upstream_reset")), 1.0)
        check(f"{name}: nobody there", gateway.ask("/x")[0], 503)
        check(f"{name}: by its reason", until(
            lambda: gateway.metric("weir_requests_total", reason="upstream_connect")), 1.0)
        again = servers.make(handler, server.port, context=make_context())
        check(f"{name}: it comes back", until(lambda: gateway.ask("/x")[0] == 200), True)

        def half():
            try:
                answer.append(gateway.ask("/half"))
            except (http.client.IncompleteRead, ConnectionError):
                answer.append("cut short")

        answer.clear()
        thread = threading.Thread(target=half)
        thread.start()
        again.hanging.wait(10)
        again.kill()
        thread.join()
        check(f"{name}: killed within its answer", answer, ["cut short"])
        check(f"{name}: failures are counted", gateway.metric(
            "weir_endpoint_requests_total", service="api", endpoint=server.address, outcome="failure") >= 3, True)


def run(tls):
    die("killed-http1", "http", servers.HTTP1, "mtls permissive")
    die("killed-http2", "http2", servers.HTTP2, "mtls permissive")
    die("killed-tls-http2", "http2", servers.HTTP2, config=tls.config, make_context=tls.server)
    # HTTP/2 is declared: whoever does not agree to it by ALPN is not spoken to.
    server = servers.make(servers.HTTP2, context=tls.server("http/1.1"))
    with Gateway("no-alpn", f'protocol http2\n  endpoints static {{ "{server.address}" }}', config=tls.config) as gateway:
        check("no-alpn: refused", gateway.ask("/x")[0], 502)
        check("no-alpn: by its reason", until(
            lambda: gateway.metric("weir_requests_total", reason="upstream_tls")), 1.0)
