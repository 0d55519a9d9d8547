"""``make lock``：重新生成 requirements/*.txt（名称、版本、SHA-256，不含任何地址）和 package-lock.json。

只用默认索引解析，以免把本机的镜像写进文件；Python 3.11 起，各平台通用。
已锁定的版本不动，``make lock UPGRADE=1`` 才全部升级。
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
    # 测试环境在运行环境之上：同名包的版本必须一样
    "test": ["pyproject.toml", "requirements/build.in", "--extra", "test", "--constraint", "requirements/run.txt"],
}


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
