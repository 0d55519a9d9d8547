"""Finding what folders declare: every module of one name in the installed applications, imported once per process."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path

from django.apps import apps


@cache
def import_all(name: str) -> None:
    """Import each `<name>.py` in any folder of our applications, outside tests and not at an application's top."""
    for config in apps.get_app_configs():
        if not config.name.startswith("minzheng."):
            continue
        root = Path(config.path)
        for file in sorted(root.rglob(f"{name}.py")):
            inside = file.relative_to(root).with_suffix("").parts
            if "tests" not in inside and inside != (name,):
                importlib.import_module(".".join((config.name, *inside)))
