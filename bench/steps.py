"""One step, one process: ``python -m bench.steps STEP DATABASE RESULT_FILE OPTIONS_JSON``."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

#: Create and migrate as the owner of the tables; measure as the application, the same as in production.
OWNER_STEPS = frozenset({"prepare", "drop"})


def main(what: str, name: str, out: str, options: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "minzheng.site.settings"
    os.environ["MINZHENG_LOG_LEVEL"] = "ERROR"
    os.environ["MINZHENG_DATABASE_ROLE"] = "owner" if what in OWNER_STEPS else "app"
    os.environ.pop("MINZHENG_TODAY", None)
    import django

    django.setup()
    Path(out).write_text(json.dumps(_run(what, name, json.loads(options))))


def _run(what: str, name: str, options: dict[str, Any]) -> dict[str, Any]:
    from bench import databases

    if what == "drop":
        databases.drop(name)
        return {}
    if what == "prepare":
        return databases.prepare(name, **options)
    databases.use(name)
    if what == "pages":
        from bench import pages

        return pages.measure(**options)
    from bench import writers

    return writers.measure(name, **options)


if __name__ == "__main__":
    main(*sys.argv[1:5])
