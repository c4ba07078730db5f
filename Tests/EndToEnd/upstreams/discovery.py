"""Endpoints by name and by file, changed while requests go through: who is gone gets none, what fails keeps the last list."""
import json
import os
import threading

import names
import servers
from gateway import Gateway, check, until


class Load:
    """Requests without a pause, until the end of the block."""

    def __init__(self, gateway):
        self.gateway, self.statuses, self.stops = gateway, {}, False
        self.threads = [threading.Thread(target=self.work) for _ in range(4)]

    def work(self):
        while not self.stops:
            status = self.gateway.ask("/x")[0]
            self.statuses[status] = self.statuses.get(status, 0) + 1

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stops = True
        for thread in self.threads:
            thread.join()


def answers(gateway):
    return {gateway.ask("/x") for _ in range(20)}


def changes(name, gateway, first, second, change, fail, age):
    check(f"{name}: the first one serves", until(lambda: answers(gateway) == {(200, first.address)}), True)
    with Load(gateway) as load:
        change([first, second])
        check(f"{name}: another one comes", until(lambda: len(answers(gateway)) == 2), True)
        change([second])
        check(f"{name}: the first one goes", until(lambda: answers(gateway) == {(200, second.address)}), True)
        before = first.served
        answers(gateway)
        check(f"{name}: and gets nothing more", first.served - before, 0)
        fail()
        check(f"{name}: what fails keeps the list", answers(gateway), {(200, second.address)})
        if age:
            check(f"{name}: which grows old", until(
                lambda: (gateway.metric("weir_discovery_age_seconds", service="api") or 0) >= 4), True)
            check(f"{name}: and is used still", answers(gateway), {(200, second.address)})
        change([first])
        check(f"{name}: it is followed again", until(lambda: answers(gateway) == {(200, first.address)}, 60), True)
    check(f"{name}: no request was lost", list(load.statuses), [200])
    check(f"{name}: endpoints have series", gateway.metric(
        "weir_endpoint_requests_total", service="api", endpoint=first.address, outcome="success") > 0, True)
    check(f"{name}: those that are gone have none", gateway.metric(
        "weir_endpoint_requests_total", service="api", endpoint=second.address), None)


def run_file():
    first, second = servers.make(servers.HTTP1), servers.make(servers.HTTP1)
    service = '''protocol http
  mtls permissive
  endpoints file "endpoints.json"'''
    folder = None

    def write(text):
        with open(os.path.join(folder, "new.json"), "w") as file:
            file.write(text)
        os.rename(os.path.join(folder, "new.json"), os.path.join(folder, "endpoints.json"))

    def change(list):
        write(json.dumps([{"address": server.address} for server in list]))

    with Gateway("file", service) as gateway:
        folder = gateway.folder
        change([first])
        changes("file", gateway, first, second, change, lambda: write("[{"), False)
        check("file: it is ready", gateway.ask("/readyz", port=gateway.status)[0], 200)
        said = "discovery fails, its last endpoints stay: `api`: file ./endpoints.json:1:3: no JSON"
        check("file: what is wrong with it was said", gateway.lines().count(said), 1)
        check("file: and that it is over", until(lambda: "discovery answers again: `api`" in gateway.lines()), True)
        write('[{"adress": "127.0.0.1:1"}]')
        check("file: a word that is not known", until(lambda: 'entry 1: unknown key "adress"' in gateway.lines()), True)
        check("file: weir admin has it", until(
            lambda: json.loads(gateway.admin("upstreams"))["api"]["discovery"]["failure"]) or "", "./endpoints.json: entry 1: "
            'unknown key "adress"; there are "address" and "labels"')


def run_nothing():
    """Whoever is not ready says whom it waits for."""
    with Gateway("nothing", '''protocol http
  mtls permissive
  endpoints file "nowhere.json"''') as gateway:
        status, text = gateway.ask("/readyz", port=gateway.status)
        check("nothing: not ready", status, 503)
        check("nothing: who is missing", until(lambda: gateway.ask("/readyz", port=gateway.status)[1]),
              "discovery_incomplete `api`\n")
        check("nothing: said once", until(lambda: gateway.lines().count("discovery fails, it has no endpoints: `api`")), 1)


def run_dns():
    # One port on two addresses: names have no ports.
    first = servers.make(servers.HTTP1)
    second = servers.make(servers.HTTP1, first.port, host="127.0.0.2")
    server = names.NameServer()

    def change(list):
        server.fails = False
        server.records[("api.test", names.A)] = [one.server_address[0] for one in list]

    def fail():
        server.fails = True

    change([first])
    service = f'''protocol http
  mtls permissive
  endpoints dns "api.test:{first.port}"'''
    with Gateway("dns", service, config=f"discovery:\n  resolver: {server.address}\n") as gateway:
        changes("dns", gateway, first, second, change, fail, True)
        said = f"discovery fails, its last endpoints stay: `api`: dns api.test:{first.port}: the name server answered SERVFAIL [discovery]"
        check("dns: what the name server answered was said", gateway.lines().count(said), 1)


def run_srv():
    first, second = servers.make(servers.HTTP1), servers.make(servers.HTTP1)
    server = names.NameServer()
    server.records[("host.test", names.A)] = ["127.0.0.1"]

    def change(list):
        server.fails = False
        server.records[("_api._tcp.test", names.SRV)] = [(one.port, "host.test") for one in list]

    def fail():
        server.fails = True

    change([first])
    service = '''protocol http
  mtls permissive
  endpoints srv "_api._tcp.test"'''
    with Gateway("srv", service, config=f"discovery:\n  resolver: {server.address}\n") as gateway:
        changes("srv", gateway, first, second, change, fail, True)


def run():
    run_nothing()
    run_file()
    run_dns()
    run_srv()
