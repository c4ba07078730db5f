"""Upstreams that come, go and fail behind a real gateway: `run.py weir-binary work-folder [scenario …]`."""
import os
import sys

import gateway
import health
from tls import TLS

gateway.weir, gateway.work = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
tls = TLS(os.path.join(gateway.work, "tls"))
scenarios = {"health": lambda: health.run(tls)}
for name in sys.argv[3:] or scenarios:
    scenarios[name]()
sys.exit(min(gateway.failed, 100))
