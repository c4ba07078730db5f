"""Services outside of the mesh, over TLS: who they are is told by a host name, on the word of roots that the policy names."""
import http.client
import os
import shutil
import threading

import servers
from gateway import Gateway, check, until
from tls import TLS


def service(protocol, server, roots, name="pay.example", more=""):
    return f'''protocol {protocol}
  endpoints static {{ "{server.address}" }}
  tls {{ server_name "{name}", roots {roots} }}
  {more}'''


def serves(tls, name, protocol, handler, agreed, called="pay.example", asked={"pay.example"}):
    context = tls.public("pay", agreed)
    server = servers.make(handler, context=context)
    root = os.path.join(tls.folder, "root.pem")
    # Our own certificate is configured, and is not shown outside of the mesh.
    more = 'health { http "/healthz", every 200ms, timeout 150ms }'
    with Gateway(name, service(protocol, server, f'"{root}"', called, more), config=tls.config, place="external") as gateway:
        check(f"{name}: serves", gateway.ask("/x"), (200, server.address))
        check(f"{name}: is asked for by name", set(context.asked), asked)
        check(f"{name}: is shown no certificate", [shown for shown in server.certificates if shown], [])
        check(f"{name}: checks reach it", until(lambda: server.probes >= 2), True)
        check(f"{name}: and it is well", gateway.metric("weir_healthy_endpoints", service="api"), 1.0)


def refuses(tls, name, certificate, roots, asked="pay.example", config=""):
    server = servers.make(servers.HTTP1, context=tls.public(certificate, "http/1.1"))
    with Gateway(name, service("http", server, roots, asked), config=config, place="external") as gateway:
        check(f"{name}: refused", gateway.ask("/x", "POST", b"secret")[0], 502)
        check(f"{name}: by its reason", until(lambda: gateway.metric("weir_requests_total", reason="upstream_tls")), 1.0)
        check(f"{name}: has seen nothing", server.served, 0)


def rewrites(tls):
    """The name in the request is the route's matter, the name of the certificate the service's."""
    server = servers.make(servers.HTTP1, context=tls.public("pay", "http/1.1"))
    root = os.path.join(tls.folder, "root.pem")
    for name, route, host in ("external-host", "", "a.example"), ("external-rewrite", ', rewrite host to "pay.example"', "pay.example"):
        with Gateway(name, service("http", server, f'"{root}"'), route, place="external") as gateway:
            check(f"{name}: the upstream reads", gateway.ask("/host", headers={"host": "a.example"}), (200, host))


def renews(tls, stranger):
    """Roots beside the bundle, replaced while the gateway serves."""
    server = servers.make(servers.HTTP1, context=tls.public("pay", "http/1.1"))
    folder = os.path.join(os.path.dirname(tls.folder), "external-renewed")
    os.makedirs(folder, exist_ok=True)
    roots = os.path.join(folder, "roots.pem")
    shutil.copy(os.path.join(stranger.folder, "root.pem"), roots)
    with Gateway("external-renewed", service("http", server, '"roots.pem"'), place="external") as gateway:
        check("external-renewed: not yet trusted", gateway.ask("/x")[0], 502)
        shutil.copy(os.path.join(tls.folder, "root.pem"), roots + ".new")
        os.replace(roots + ".new", roots)
        check("external-renewed: trusted", until(lambda: gateway.ask("/x")[0] == 200), True)


def begins(tls):
    """A service that has TLS from one policy to the next, at its address: no more of it goes out in clear text, whatever is open."""
    server = servers.make(servers.HTTP2)
    clear = f'''protocol http2
  endpoints static {{ "{server.address}" }}'''
    root = os.path.join(tls.folder, "root.pem")
    with Gateway("external-begins", clear, place="external") as gateway:
        def served(count=30):
            """What is answered, and how many were asked in clear text, once each worker has had some."""
            for _ in range(count):
                gateway.ask("/x")
            before = server.clear
            return {gateway.ask("/x") for _ in range(count)}, server.clear - before
        def hold():
            try:
                gateway.ask("/half")
            except (http.client.IncompleteRead, ConnectionError):
                pass
        def adopted(count):
            return until(lambda: gateway.lines().count("adopted generation") == count)
        check("external-begins: in clear text", served(), ({(200, server.address)}, 30))
        # A connection that is in use stays open.
        threading.Thread(target=hold, daemon=True).start()
        server.hanging.wait(10)
        server.context = tls.public("pay", "h2")
        gateway.build(service("http2", server, f'"{root}"'), place="external")
        check("external-begins: the policy has TLS", adopted(1), True)
        check("external-begins: nothing in clear text", served(), ({(200, server.address)}, 0))
        server.context = None
        gateway.build(clear, place="external")
        check("external-begins: the policy has none", adopted(2), True)
        check("external-begins: in clear text again", served(), ({(200, server.address)}, 30))
        server.kill()


def run(tls):
    tls.issue("pay", "DNS:pay.example,IP:127.0.0.1,IP:::1")
    tls.issue("pay.example", "URI:spiffe://m.example/ns/p/sa/api")
    tls.issue("other", "DNS:other.example,DNS:*.pay.example,URI:spiffe://m.example/ns/p/sa/api")
    stranger = TLS(os.path.join(os.path.dirname(tls.folder), "stranger"))
    own, strange = (f'"{os.path.join(authority.folder, "root.pem")}"' for authority in (tls, stranger))
    serves(tls, "external-http1", "http", servers.HTTP1, "http/1.1")
    serves(tls, "external-http2", "http2", servers.HTTP2, "h2")
    # Whoever is called by an address is asked for by no name.
    for name, called in ("external-ipv4", "127.0.0.1"), ("external-ipv6", "[::1]"):
        serves(tls, name, "http", servers.HTTP1, "http/1.1", called, {None})
    begins(tls)
    rewrites(tls)
    refuses(tls, "external-other-name", "other", own)
    refuses(tls, "external-common-name", "pay.example", own)
    refuses(tls, "external-other-root", "pay", strange)
    refuses(tls, "external-system-roots", "pay", "system", config=f"system_roots: {strange}\n")
    # The roots of the system are whatever the operator says they are.
    server = servers.make(servers.HTTP1, context=tls.public("pay", "http/1.1"))
    with Gateway("external-own-system", service("http", server, "system"), place="external",
                 config=f"system_roots: {own}\n") as gateway:
        check("external-own-system: serves", gateway.ask("/x"), (200, server.address))
    renews(tls, stranger)
