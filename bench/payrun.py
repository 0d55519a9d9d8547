"""A pay run of a million lines: `python -m bench.payrun --lines 1000000` builds, checks and writes the bank's file in a
database of its own, beside the bare SQL that selects the same lines and COPYs them (at most five times as long)."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--lines", type=int, default=1_000_000)
    lines = asked.parse_args().lines
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minzheng.site.settings")
    import django

    django.setup()
    from minzheng.kernel.payruns.benching import measure
    from minzheng.site import database

    with database.available():
        told = measure(lines)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "payrun.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(told["sentence"], file=sys.stderr)
    return 0 if told["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
