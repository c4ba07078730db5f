"""TLS: what is offered, who is believed, and certificates that change under load."""
import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess

from certificates import Authority, listener_tls, nul_name
from harness import Gateway, Load, Upstream, bundle, check, folder, replace, wait

CLIENT = "spiffe://m.example/client"
PAST = ("240101000000Z", "240201000000Z")
FUTURE = ("490101000000Z", "490201000000Z")


def trusting(authority):
    return f"trust_domains:\n  m.example:\n    roots: {authority.root}"


def s_client(gateway, *arguments, send="", servername="a.example"):
    name = ["-servername", servername] if servername else ["-noservername"]
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{gateway.port}", *name, *arguments], input=send,
        capture_output=True, text=True, timeout=20)
    return done.stdout + done.stderr


def offers():
    place = folder("offers")
    authority = Authority(place)
    authority.issue("a", uri="spiffe://m.example/gw", dns="a.example")
    authority.issue("b", uri="spiffe://m.example/gw", dns="b.example")
    tls = listener_tls(authority, "a", names="a.example localhost").replace("          fallback: true", "")
    tls += f"\n        - names: [b.example]\n          chain: {place / 'b.pem'}\n          key: {place / 'b.key'}"
    gateway = Gateway("offers", bundle(place / "a.weirb", [1]), tls=tls)
    for version in ("-tls1", "-tls1_1"):
        check(f"no {version[1:]}", "protocol version" in s_client(gateway, version, "-cipher", "ALL@SECLEVEL=0"))
    for version in ("-tls1_2", "-tls1_3"):
        check(f"{version[1:]}", "Cipher is (NONE)" not in s_client(gateway, version))
    listed = subprocess.run(["openssl", "ciphers", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"], capture_output=True, text=True)
    taken = set()
    for cipher in listed.stdout.strip().split(":"):
        if cipher.startswith("TLS_"):
            continue
        found = s_client(gateway, "-tls1_2", "-cipher", cipher + ":@SECLEVEL=0")
        if f"Cipher is {cipher}" in found:
            taken.add(cipher)
    strong = {c for c in taken if re.fullmatch(r"ECDHE-ECDSA-(AES(128|256)-GCM-SHA(256|384)|CHACHA20-POLY1305)", c)}
    check("ciphers of TLS 1.2", sorted(taken), lambda seen: seen and set(seen) == strong)
    check("no renegotiation", "no renegotiation" in s_client(gateway, "-tls1_2", send="R\n"))
    check("no compression", "Compression: NONE" in s_client(gateway, "-tls1_2", "-comp"))
    check("no early data", "Early data was not sent" in s_client(gateway, "-tls1_3"))
    check("HTTP/2 is preferred", "ALPN protocol: h2" in s_client(gateway, "-alpn", "http/1.1,h2"))
    check("a protocol that nobody speaks", "no application protocol" in s_client(gateway, "-alpn", "spdy/3"))
    check("a name that no certificate is for", "unrecognized name" in s_client(gateway, servername="zz.example"))
    check("no name, and no fallback", "unrecognized name" in s_client(gateway, servername=None))
    check("its certificate for a name", "CN = b" in s_client(gateway, servername="b.example"))
    request = "GET /here HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n"
    check("a host of the connection", "200 OK" in s_client(gateway, "-ign_eof", send=request.format("a.example")))
    misdirected = s_client(gateway, "-ign_eof", send=request.format("b.example"))
    check("a host of another context is misdirected", "421" in misdirected and "misdirected" in misdirected)
    session = place / "session.pem"
    s_client(gateway, "-ign_eof", "-sess_out", str(session), send=request.format("a.example"))
    check("sessions of anonymous clients are resumed", "Reused, TLS" in s_client(gateway, "-sess_in", str(session)))
    other = s_client(gateway, "-sess_in", str(session), servername="b.example")
    check("but not under another name", "Reused, TLS" not in other and "CN = b" in other)
    check("why handshakes failed is counted", gateway.metric('weir_tls_handshakes_total{side="downstream",outcome="tls_unknown_sni"') >= 2)
    with socket.create_connection(("127.0.0.1", gateway.port)) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nhost: a.example\r\n\r\n")
        sock.settimeout(10)
        check("clear text at a port of TLS", sock.recv(100), lambda data: not data.startswith(b"HTTP"))
    gateway.stop()


def clients():
    place = folder("clients")
    authority, stranger = Authority(place), Authority(folder("clients/stranger"), "stranger")
    authority.issue("gateway", uri="spiffe://m.example/gw", dns="a.example")
    cases = {"good": "done"}
    authority.issue("good", uri=CLIENT)
    for name, reason, options in (
        ("expired", "tls_certificate_expired", {"uri": CLIENT, "dates": PAST}),
        ("early", "tls_not_yet_valid", {"uri": CLIENT, "dates": FUTURE}),
        ("elsewhere", "tls_wrong_trust_domain", {"uri": "spiffe://other.example/client"}),
        ("nul", "tls_bad_san", {"san": nul_name("spiffe://m.example/client\0.evil.example")}),
        ("two", "tls_bad_san", {"san": f"URI:{CLIENT},URI:spiffe://m.example/admin"}),
        ("nameless", "tls_bad_san", {"dns": "a.example"}),
    ):
        authority.issue(name, **options)
        cases[name] = reason
    stranger.issue("unknown", uri=CLIENT)
    cases["unknown"] = "tls_unknown_ca"
    gateway = Gateway(
        "clients", bundle(place / "a.weirb", [1]), tls=listener_tls(authority, "gateway", "required"), extra=trusting(authority))
    for name, reason in cases.items():
        holder = stranger.folder if name == "unknown" else place
        context = ssl.create_default_context(cafile=authority.root)
        context.load_cert_chain(holder / f"{name}.pem", holder / f"{name}.key")
        status = gateway.get("/here", connection(gateway, context))[0]
        check(f"a client's certificate: {name}", status, 200 if reason == "done" else 0)
        series = f'weir_tls_handshakes_total{{side="downstream",outcome="{reason}"'
        check(f"counted as {reason}", wait(lambda: gateway.metric(series) > 0))
    bare = ssl.create_default_context(cafile=authority.root)
    check("a client without one", gateway.get("/here", connection(gateway, bare))[0], 0)
    gateway.stop()


def connection(gateway, context):
    return Named("a.example", gateway.port, context)


class Named(http.client.HTTPSConnection):
    """Asks for a name at this machine."""

    def __init__(self, name, port, context):
        super().__init__(name, port, timeout=10, context=context)

    def connect(self):
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        self.sock = self._context.wrap_socket(raw, server_hostname=self.host)


def upstreams():
    place = folder("upstreams")
    authority, stranger = Authority(place), Authority(folder("upstreams/stranger"), "stranger")
    authority.issue("gateway", uri="spiffe://m.example/gw")
    good = "spiffe://m.example/api"
    authority.issue("good", uri=good)
    authority.issue("expired", uri=good, dates=PAST)
    authority.issue("early", uri=good, dates=FUTURE)
    authority.issue("other", uri="spiffe://m.example/other")
    authority.issue("nul", san=nul_name(good + "\0x"))
    stranger.issue("unknown", uri=good)
    extra = trusting(authority) + f"\nupstream_certificate:\n  chain: {place / 'gateway.pem'}\n  key: {place / 'gateway.key'}"
    for name, status in (
        ("good", 200), ("expired", 502), ("early", 502), ("other", 502), ("nul", 502), ("unknown", 502), ("clear", 502)):
        times = {"connect": "500ms"}
        context = None
        if name != "clear":
            holder = stranger.folder if name == "unknown" else place
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(holder / f"{name}.pem", holder / f"{name}.key")
        upstream = Upstream(tls=context)
        gateway = Gateway("upstreams", bundle(place / "a.weirb", [upstream.port], service=""), extra=extra, timeouts=times)
        seen = gateway.get("/")
        check(f"an upstream's certificate: {name}", seen, lambda seen: seen[0] == status and (status == 200 or "upstream_tls" in seen[1]))
        gateway.stop()


def rotation():
    """As Kubernetes does it: a folder of the moment, and a link that is swapped."""
    place = folder("rotation")
    authority = Authority(place)
    mounted = folder("rotation/mounted")
    for number in (1, 2):
        issued = folder(f"rotation/v{number}")
        chain, key = authority.issue(f"serving{number}", uri="spiffe://m.example/gw", dns="a.example")
        shutil.copy(chain, issued / "tls.pem")
        shutil.copy(key, issued / "tls.key")
    def point(number):
        beside = mounted / "..next"
        beside.unlink(missing_ok=True)
        os.symlink(f"../v{number}", beside)
        os.replace(beside, mounted / "..data")
    point(1)
    for name in ("tls.pem", "tls.key"):
        (mounted / name).unlink(missing_ok=True)
        os.symlink(f"..data/{name}", mounted / name)
    tls = "\n".join([
        "    tls:", "      certificates:", f"        - chain: {mounted / 'tls.pem'}", f"          key: {mounted / 'tls.key'}"])
    gateway = Gateway("rotation", bundle(place / "a.weirb", [1]), tls=tls)
    context = ssl.create_default_context(cafile=authority.root)
    class Once(Named):
        """A handshake for each request."""
        def request(self, *arguments, **options):
            self.close()
            super().request(*arguments, **options)
    load = Load(gateway, 3, "/here", lambda: Once("a.example", gateway.port, context))
    def shown():
        return re.search(r"subject=CN = (\w+)", s_client(gateway))[1]
    check("the first certificate", shown(), "serving1")
    wait(lambda: load.count > 20)
    replace(place / "a.weirb", b"no bundle")
    check("a bundle is refused", gateway.logged("reload refused"))
    point(2)
    check("the second one, without a restart, whatever lies there as a bundle", wait(lambda: shown() == "serving2"))
    (folder("rotation/v1") / "tls.pem").write_text("torn")
    point(1)
    check("files that are wrong change nothing", gateway.logged("certificates were not taken") and shown() == "serving2")
    check("no handshake failed meanwhile", load.finish(), {200})
    check("when it expires", gateway.metric("weir_certificate_expiry_seconds") > 1.7e9)
    gateway.stop()


def torn():
    """A bundle that was refused because of a certificate is taken when the file is whole again, though it is as it was."""
    place = folder("torn")
    authority = Authority(place)
    chain, key = authority.issue("serving", uri="spiffe://m.example/gw", dns="a.example")
    offered = bundle(place / "a.weirb", [1], mark="v1")
    newer = bundle(place / "newer.weirb", [1], mark="v2", generation=2).read_bytes()
    tls = "\n".join(["    tls:", "      certificates:", f"        - chain: {chain}", f"          key: {key}"])
    gateway = Gateway("torn", offered, tls=tls)
    context = ssl.create_default_context(cafile=authority.root)
    def shown():
        return gateway.get("/here", connection(gateway, context))[1]
    whole = chain.read_bytes()
    replace(chain, b"torn")
    check("a torn certificate is counted", wait(lambda: gateway.metric('weir_reloads_total{outcome="refused"') > 0))
    check("its code is said once", gateway.logged("has no certificates in PEM [bad_value]") and not gateway.logged("[bad_value] [", 0))
    replace(offered, newer)
    check("a bundle beside it is refused", gateway.logged("reload refused"))
    check("what is in force serves", shown(), "v1")
    replace(chain, whole)
    check("whole again, the bundle is taken", wait(lambda: shown() == "v2"))
    gateway.stop()


def run(isLong):
    for scenario in (offers, clients, upstreams, rotation, torn):
        scenario()
