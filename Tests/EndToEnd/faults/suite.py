"""Runs one group of scenarios: suite.py WEIR WORK GROUP [--long]; the exit status is the number of checks that failed."""
import importlib
import pathlib
import sys

import harness

harness.weir, harness.work = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
importlib.import_module(sys.argv[3]).run("--long" in sys.argv)
sys.exit(min(harness.failed, 100))
