"""Upstreams that come, go and fail behind a real gateway: `run.py weir-binary work-folder [scenario …]`."""
import os
import sys

import calls
import capacity
import discovery
import external
import failures
import gateway
import health
from tls import TLS

gateway.weir, gateway.work = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
tls = TLS(os.path.join(gateway.work, "tls"))
scenarios = {
    "health": lambda: health.run(tls), "capacity": capacity.run, "discovery": discovery.run,
    "failures": lambda: failures.run(tls), "calls": calls.run, "external": lambda: external.run(tls),
}
for name in sys.argv[3:] or scenarios:
    scenarios[name]()
sys.exit(min(gateway.failed, 100))
