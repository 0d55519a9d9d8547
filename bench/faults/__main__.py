"""``python -m bench.faults --rounds 100``: also reachable as ``python -m bench faults``."""

from bench.faults.command import faults

faults()
