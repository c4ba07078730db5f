"""What the scenarios share: gateways, upstreams that misbehave, certificates, clients, and waiting for a condition."""
import http.client
import json
import os
import pathlib
import re
import resource
import signal
import socket
import struct
import subprocess
import threading
import time

weir = None
work = None
failed = 0


def check(name, seen, expected=True):
    global failed
    good = expected(seen) if callable(expected) else seen == expected
    failed += not good
    text = "" if good or callable(expected) else f", expected {expected!r}"
    print(f"{'ok  ' if good else 'FAIL'} {name}: {seen!r}{text}", flush=True)
    return good


def wait(condition, seconds=10.0):
    """The first true value of a condition; its last value once the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > deadline:
            return value
        time.sleep(0.01)


def folder(name):
    place = pathlib.Path(work) / name
    place.mkdir(parents=True, exist_ok=True)
    return place


def replace(path, data):
    """As `weir build` writes: beside, then renamed."""
    beside = pathlib.Path(str(path) + ".next")
    beside.write_bytes(data)
    os.replace(beside, path)


POLICY = """
module faults
mesh m {{ trust_domain "m.example" }}
gateway edge {{ identity "spiffe://m.example/gw", hosts {{ "localhost", "127.0.0.1", "a.example", "b.example" }} }}
service api {{
  identity "spiffe://m.example/api"
  protocol {protocol}
  {service}
  endpoints static {{ {endpoints} }}
}}
authz edge {{ allow anybody when not (request.path under "/denied") }}
authz api {{ allow edge when caller is edge }}
routes edge {{
  route health when request.path is "/here" {{ respond 200 "{mark}" }}
  otherwise {{
    forward to api
    {route}
  }}
}}
"""


def bundle(path, ports, service="mtls permissive", route="", mark="here", protocol="http", generation=1, text=None):
    """Compiles the policy; `route` is what follows `forward to api`."""
    path = pathlib.Path(path)
    source = path.with_suffix(".weir")
    endpoints = ", ".join(f'"127.0.0.1:{port}"' for port in ports)
    source.write_text(
        text or POLICY.format(endpoints=endpoints, service=service, route=route, mark=mark, protocol=protocol))
    built = subprocess.run(
        [weir, "build", source, "-o", path, "--generation", str(generation)], capture_output=True, text=True)
    if built.returncode:
        raise RuntimeError(built.stderr + built.stdout)
    return path


class Gateway:
    """`weir run` in a folder of its own, on ports of its own."""

    def __init__(self, name, bundle_path, timeouts=None, tls="", log="access.jsonl", files=None, extra="", memory="64MiB"):
        self.folder = folder(name)
        self.socket = self.folder / "weir.sock"
        self.access = self.folder / log if log not in ("off", "/dev/full") else log
        if isinstance(self.access, pathlib.Path):
            self.access.unlink(missing_ok=True)
        clocks = {"drain_delay": "0ms", "drain": "10s"} | (timeouts or {})
        config = [f"bundle: {bundle_path}", "workers: 2", f"memory: {memory}", "listeners:", "  - address: 127.0.0.1:0"]
        config += [tls] if tls else []
        config += ["status: 127.0.0.1:0", f"access_log: {self.access}", "timeouts:"]
        config += [f"  {key}: {value}" for key, value in clocks.items()]
        config += [extra] if extra else []
        (self.folder / "weir.yaml").write_text("\n".join(config) + "\n")
        self.lines = []
        limit = (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))) if files else None
        self.process = subprocess.Popen(
            [weir, "run", "--config", self.folder / "weir.yaml"], cwd=self.folder, stderr=subprocess.PIPE, text=True,
            preexec_fn=limit)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        # Built with a sanitizer, a gateway on a busy machine takes its time.
        self.ports = wait(lambda: self._ports(r"serving on (.*?) with"), 60)
        status = wait(lambda: self._ports(r"status on ([^,]*)"), 60)
        if not self.ports or not status:
            raise RuntimeError("the gateway does not start: " + "".join(self.lines))
        self.port, self.status = self.ports[0], status[0]
        wait(lambda: self.get_status("/readyz")[0] == 200)

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line)
            if "Sanitizer: " in line:
                check("no sanitizer complains", line.strip(), "")

    def _ports(self, pattern):
        for line in list(self.lines):
            if found := re.search(pattern, line):
                return [int(address.rsplit(":", 1)[1]) for address in found[1].split(", ")]
        return None

    def logged(self, text, seconds=10):
        return bool(wait(lambda: any(text in line for line in list(self.lines)), seconds))

    def get_status(self, path):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.status, timeout=5)
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ""

    def metric(self, name):
        """The sum of the series that begin so."""
        lines = self.get_status("/metrics")[1].splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name))

    def admin(self, path, method="POST"):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(20)
            sock.connect(str(self.socket))
            sock.sendall(f"{method} {path} HTTP/1.1\r\nhost: weir\r\n\r\n".encode())
            data = b""
            while more := sock.recv(65536):
                data += more
        return json.loads(data.partition(b"\r\n\r\n")[2])

    def reasons(self):
        """Reasons of the access log, in its order."""
        return [json.loads(line)["ended"] for line in self.access.read_text().splitlines() if line.endswith("}")]

    def get(self, path="/", connection=None, headers=None, body=None, method=None, timeout=10):
        """Status and body; 0 and the kind of the error when there is no whole answer."""
        own = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            own.request(method or ("POST" if body is not None else "GET"), path, body=body, headers=headers or {})
            answer = own.getresponse()
            return answer.status, answer.read().decode("latin-1")
        except (OSError, http.client.HTTPException) as error:
            own.close()
            return 0, type(error).__name__
        finally:
            if connection is None:
                own.close()

    def held(self):
        """Bytes of memory that it has touched. Its code is none of them: the system takes pages of that away and brings them again."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return sum(int(size) for size in re.findall(r"Rss(?:Anon|Shmem):\s+(\d+)", text)) * 1024

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        """Ends it now, and looks at how."""
        if self.process.poll() is None:
            self.signal(signal.SIGINT)
            self.signal(signal.SIGINT)
        check(f"{self.folder.name}: its end", self.ended(), 0)

    def ended(self, seconds=60):
        """Waits for its end, and for all that it says until then: sanitizers speak last. Its exit status."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = "hangs"
        self.reader.join()
        return status


class Upstream:
    """An HTTP/1 server of threads; `serve(sock, head, body)` says what it does with a request, False to close."""

    def __init__(self, serve=None, port=0, backlog=256, tls=None):
        self.serve, self.tls = serve or Upstream.answer, tls
        self.served = 0
        self.sockets = set()
        self.listener = socket.create_server(("127.0.0.1", port), backlog=backlog)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    @staticmethod
    def answer(sock, head, body, text=b"fine"):
        sock.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(text), text))
        return True

    def _accept(self, listener):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            self.sockets.add(sock)
            threading.Thread(target=self._run, args=(sock,), daemon=True).start()

    def _run(self, sock):
        data = b""
        try:
            if self.tls:
                sock = self.tls.wrap_socket(sock, server_side=True)
            while True:
                while b"\r\n\r\n" not in data:
                    more = sock.recv(65536)
                    if not more:
                        return
                    data += more
                head, _, data = data.partition(b"\r\n\r\n")
                found = re.search(rb"(?i)content-length: *(\d+)", head)
                count = int(found[1]) if found else 0
                while len(data) < count:
                    more = sock.recv(65536)
                    if not more:
                        return
                    data += more
                body, data = data[:count], data[count:]
                self.served += 1
                if not self.serve(sock, head, body):
                    return
        except OSError:
            pass
        finally:
            self.sockets.discard(sock)
            sock.close()

    def kill(self):
        """Stops listening and resets every connection."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for sock in list(self.sockets):
            try:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Load:
    """Clients that ask one request after another on kept connections, until they are told to stop."""

    def __init__(self, gateway, count=4, path="/", connect=None):
        self.gateway, self.path = gateway, path
        self.connect = connect or (lambda: http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10))
        self.answers, self.isOver, self.lock = {}, False, threading.Lock()
        self.threads = [threading.Thread(target=self._run, daemon=True) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def _run(self):
        connection, used = self.connect(), False
        while not self.isOver:
            status, text = self.gateway.get(self.path, connection)
            if text == "ConnectionRefusedError":
                return
            if status == 0 and used and text == "RemoteDisconnected":
                # A kept connection may end between two requests: the request is made again on another (RFC 9112, 9.3.1).
                connection, used = self.connect(), False
                continue
            used = connection.sock is not None
            with self.lock:
                key = status or text
                self.answers[key] = self.answers.get(key, 0) + 1
        connection.close()

    @property
    def count(self):
        return sum(self.answers.values())

    def finish(self):
        self.isOver = True
        for thread in self.threads:
            thread.join(20)
        return set(self.answers)
