"""``make lock``: regenerate requirements/*.txt (names, versions, SHA-256; no addresses) and package-lock.json.

Resolved against the default index alone, so that no local mirror ends up in the files; for Python 3.11 and later, all
platforms. Locked versions stay; only ``make lock UPGRADE=1`` upgrades everything.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLAGS = [
    "--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links",
    "--no-header", "--no-annotate", "--quiet",
]  # fmt: skip
SETS = {
    "bootstrap": ["requirements/bootstrap.in"],
    "run": ["pyproject.toml", "requirements/build.in"],
    # The test environment sits on top of the run environment: shared packages must have the same version
    "test": [
        "pyproject.toml", "requirements/build.in", "--extra", "test", "--extra", "bulk",
        "--constraint", "requirements/run.txt",
    ],
    # bulk computing is optional: only minzheng policy run and its like need it
    "bulk": ["pyproject.toml", "requirements/build.in", "--extra", "bulk", "--constraint", "requirements/test.txt"],
    "splink": ["pyproject.toml", "requirements/build.in", "--extra", "splink", "--constraint", "requirements/test.txt"],
    "spark": ["pyproject.toml", "requirements/build.in", "--extra", "spark", "--constraint", "requirements/test.txt"],
}  # fmt: skip


def main() -> None:
    sys.path.insert(0, str(ROOT / "scripts"))
    import bootstrap
    import vendor

    uv = bootstrap.find_uv() or bootstrap.fetch_uv()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "PIP_"))}
    flags = [*FLAGS, "--upgrade"] if os.environ.get("UPGRADE") == "1" else FLAGS
    for name, sources in SETS.items():
        print(f"锁定 requirements/{name}.txt", flush=True)
        subprocess.run(
            [str(uv), "pip", "compile", *sources, *flags, "-o", f"requirements/{name}.txt"],
            cwd=ROOT, env=environment, check=True,
        )  # fmt: skip
    print("锁定 package-lock.json", flush=True)
    vendor.npm("install", "--package-lock-only", "--ignore-scripts")


if __name__ == "__main__":
    main()
