"""A gateway of its own for each scenario, on ports that the system picks."""
import http.client
import os
import re
import socket
import subprocess
import time

weir = ""
work = ""
failed = 0


def check(name, seen, expected):
    global failed
    good = seen == expected
    failed += not good
    print(f"{'ok  ' if good else 'FAIL'} {name}: {seen!r}" + ("" if good else f", expected {expected!r}"), flush=True)


def until(condition, seconds=20):
    """What the condition gave: the first that is true, or the last."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > deadline:
            return value
        time.sleep(0.02)


MESH = """
module end_to_end
mesh m {{ trust_domain "m.example" }}
gateway edge {{ identity "spiffe://m.example/gw", hosts {{ "a.example", "localhost", "127.0.0.1" }} }}
service api {{
  {place}
  {service}
}}
authz api {{ allow edge when caller is edge }}
routes edge {{ otherwise {{ forward to api {route} }} }}
"""


INSIDE = 'identity "spiffe://m.example/ns/p/sa/api"'


class Gateway:
    def __init__(self, name, service, route="", config="", place=INSIDE):
        self.folder = os.path.join(work, name)
        os.makedirs(self.folder, exist_ok=True)
        self.build(service, route, place)
        with open(self.path("weir.yaml"), "w") as file:
            # Nobody has to hear that it ends.
            file.write("bundle: mesh.weirb\nadmin: weir.sock\naccess_log: access.jsonl\nworkers: 2\n"
                       "timeouts: {drain_delay: 0ms}\n" + config)
        self.log = open(self.path("log"), "w")
        self.process = subprocess.Popen(
            [weir, "run", "--config", "weir.yaml", "--listen", "127.0.0.1:0", "--status", "127.0.0.1:0"],
            cwd=self.folder, stdout=self.log, stderr=self.log)
        # Another socket may take a port that is free before the gateway does: it picks them itself, and says which.
        self.port, self.status = self.listens("serving on"), self.listens("status on")

    def build(self, service, route="", place=INSIDE):
        with open(self.path("mesh.weir"), "w") as file:
            file.write(MESH.format(service=service, route=route, place=place))
        subprocess.run([weir, "build", self.path("mesh.weir"), "-o", self.path("mesh.weirb")], check=True,
                       stdout=subprocess.DEVNULL)

    def listens(self, words):
        found = until(lambda: re.search(rf"{words} 127\.0\.0\.1:(\d+)[ ,]", self.lines()) or self.process.poll() is not None)
        if not isinstance(found, re.Match):
            self.process.kill()
            raise SystemExit(f"{os.path.basename(self.folder)}: the gateway does not start: {self.lines()}")
        return int(found[1])

    def path(self, name):
        return os.path.join(self.folder, name)

    def ask(self, path="/", method="GET", body=None, headers={}, port=None):
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=20)
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def metric(self, name, **labels):
        """The sum of the series of a family that have these labels; nil when there is none."""
        total = None
        for line in self.ask("/metrics", port=self.status)[1].splitlines():
            match = re.match(rf"{name}(?:\{{(.*)\}})? (\S+)$", line)
            if match and all(f'{key}="{value}"' in (match[1] or "") for key, value in labels.items()):
                total = (total or 0) + float(match[2])
        return total

    def admin(self, *words):
        return subprocess.run([weir, "admin", *words, "--socket", self.path("weir.sock")], capture_output=True,
                              text=True).stdout

    def lines(self):
        return open(self.path("log")).read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        check(f"{os.path.basename(self.folder)}: the gateway ends", self.process.returncode, 0)
