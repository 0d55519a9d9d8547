"""Installation: Python, packages against the lock file, static files, fonts, modes of the secret files, disk space."""

from __future__ import annotations

import json
import re
import shutil
import stat
import sys
from importlib import metadata
from pathlib import Path

from django.conf import settings
from packaging.markers import Marker

from minzheng.site.doctor.result import Result, fail, ok, warn
from minzheng.site.paths import checkout

OLDEST = (3, 11)
FONTS = ("NotoSerifSC_400Regular.ttf", "NotoSerifSC_700Bold.ttf", "NotoSansSC_400Regular.ttf", "NotoSansSC_700Bold.ttf")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)(?: ; ([^\\\n]+))?", re.MULTILINE)
_LOW_DISK = 2 * 1024**3


def python_version() -> list[Result]:
    shown = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST:
        return fail("Python", f"Python 是 {shown}，需要 3.11 或更新；请换用新版本后重新运行 make setup。")
    return ok("Python", shown)


def packages() -> list[Result]:
    """Installed versions equal those of requirements/run.txt, one by one."""
    root = checkout()
    if root is None:
        return ok("程序包", "以轮子安装，没有锁文件可比")
    wrong = []
    lines = _PIN.findall((root / "requirements" / "run.txt").read_text(encoding="utf-8"))
    # One package may be locked twice, for older and newer Pythons; some are for other systems only
    pins = [(name, wanted) for name, wanted, marker in lines if not marker or Marker(marker).evaluate()]
    for name, wanted in pins:
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            wrong.append(f"没有安装 {name}；请运行 make setup。")
            continue
        if found != wanted:
            wrong.append(f"{name} 装的是 {found}，锁定的是 {wanted}；请运行 make setup。")
    return fail("程序包", *wrong) if wrong else ok("程序包", f"{len(pins)} 个，与锁文件一致")


def static_files() -> list[Result]:
    """Collected, and every file of the manifest is there."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if not manifest.is_file():
        return fail(
            "静态文件",
            f"{manifest.parent} 里没有清单，页面会没有样式；请启动一次 make run，或运行 minzheng manage collectstatic。",
        )
    paths = json.loads(manifest.read_text(encoding="utf-8"))["paths"]
    missing = [name for name in paths.values() if not (manifest.parent / name).is_file()]
    if missing:
        return fail("静态文件", f"缺 {len(missing)} 个文件（如 {missing[0]}）；请删除 {manifest.parent} 后重新启动。")
    vendor = [name for name in ("vendor/htmx/htmx.min.js", "vendor/bootstrap/bootstrap.min.css") if name not in paths]
    if vendor:
        return fail("静态文件", f"缺前端文件 {'、'.join(vendor)}；请运行 make setup。")
    return ok("静态文件", f"{len(paths)} 个")


def fonts() -> list[Result]:
    missing = [name for name in FONTS if not (Path(settings.FONT_DIR) / name).is_file()]
    if missing:
        return fail("字体", f"{settings.FONT_DIR} 缺 {'、'.join(missing)}，文书无法生成；请运行 make setup。")
    return ok("字体", f"{len(FONTS)} 个")


def private_files() -> list[Result]:
    """Key and password files are the owner's alone; so are the folders of data, photos and queued messages."""
    wrong = []
    names = [settings.VAR_DIR / "secrets.json", Path(settings.KEY_RING_FILE)]
    for path in names:
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            wrong.append(f"{path} 别人也能读（{stat.S_IMODE(path.stat().st_mode):04o}）；请执行 chmod 600 {path}。")
    for folder in (settings.VAR_DIR / "pg" / "data", Path(settings.MEDIA_ROOT), settings.VAR_DIR / "outbox"):
        if folder.exists() and stat.S_IMODE(folder.stat().st_mode) & 0o077:
            wrong.append(f"{folder} 别人也能进；请执行 chmod 700 {folder}。")
    return fail("密钥文件", *wrong) if wrong else ok("密钥文件", "权限正确")


def disk_space() -> list[Result]:
    free = shutil.disk_usage(settings.VAR_DIR).free
    shown = f"{free / 1024**3:.1f} GB"
    if free < _LOW_DISK:
        return warn("磁盘", f"{settings.VAR_DIR} 所在磁盘只剩 {shown}；请清理或扩容。")
    return ok("磁盘", f"剩余 {shown}")
