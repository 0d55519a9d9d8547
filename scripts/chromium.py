"""The Chromium of the browser tests: installed from Debian's packages when absent and we are root; where that cannot be
done it says so, which is no failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys


def main() -> None:
    if shutil.which("chromium") or shutil.which("chromium-browser"):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print("！没有 Chromium，浏览器测试将跳过；Debian 上请执行 apt-get install chromium。", file=sys.stderr)
        return
    print("· 安装 Chromium（Debian 软件包，供浏览器测试用）", file=sys.stderr, flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", "chromium"]):
        done = subprocess.run(
            ["apt-get", *command], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
        )
        if done.returncode != 0:
            print("！Chromium 没有装上，浏览器测试将跳过；请检查软件源。", file=sys.stderr)
            return


if __name__ == "__main__":
    main()
