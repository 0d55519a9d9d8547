"""Keep a small copy of what a release writes: `python scripts/make_release_fixture.py COMMIT`.

The commit is cloned, a demo county (invented people, area code 990101) is loaded by that release's own code into its
own database, and database, key ring, papers and audit anchors go to `tests/releases/<version>/`. The migration test
restores them, migrates, and proves that nothing was lost. To be run once for every release, before the next migration.

A release whose libraries differ from today's lock: give its site-packages with `--libraries`.
"""

from __future__ import annotations

import argparse
import io
import json
import lzma
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PERSONS = 400
TODAY = "2026-11-20"
LARGEST, PAPERS = 1_500_000, 400_000
#: Runs inside the release's checkout, with its own code.
DUMP = """
import os, subprocess, sys, django
django.setup()
from django.conf import settings
from minzheng.site import database
from minzheng.site.postgres.layout import layout
from django.db import connection
with database.available():
    with connection.cursor() as cursor:  # the list of all the country's places ships with every release
        cursor.execute("DELETE FROM kernel_region WHERE code < '99' AND code NOT LIKE '%0000000000'")
    known = settings.DATABASES["default"]
    environment = os.environ | {"PGHOST": known["HOST"], "PGUSER": known["USER"], "PGPASSWORD": known["PASSWORD"]}
    subprocess.run(
        [layout().binary("pg_dump"), "--format=custom", "--compress=0", "--no-owner", "--no-privileges",
         "--exclude-table-data=django_session", "--dbname=" + known["NAME"], "--file=" + sys.argv[1]],
        env=environment, check=True,
    )
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commit")
    parser.add_argument("--persons", type=int, default=PERSONS)
    parser.add_argument("--libraries", type=Path, help="site-packages that only that release needs")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="minzheng-release-") as folder:
        checkout, var = Path(folder, "checkout"), Path(folder, "var")
        clone(chosen.commit, checkout)
        environment = os.environ | {"MINZHENG_VAR": str(var), "MINZHENG_DEMO": "0", "MINZHENG_TODAY": TODAY,
                                    "DJANGO_SETTINGS_MODULE": "minzheng.site.settings", "MINZHENG_LOG_LEVEL": "ERROR",
                                    "MINZHENG_DATABASE_ROLE": "owner",
                                    "PYTHONPATH": str(chosen.libraries.resolve()) if chosen.libraries else ""}  # fmt: skip
        run = Runner(checkout, environment)
        run("-m", "minzheng", "demo", "load", "--persons", str(chosen.persons), "--as-of", TODAY)
        run("-m", "minzheng", "jobs", "work", "--once")
        run("-m", "minzheng", "audit", "seal")
        logins = json.loads(run("-m", "minzheng", "demo", "logins", "--json"))
        run("-c", DUMP, str(Path(folder, "dump")))
        version = run("-c", "import minzheng; print(minzheng.__version__)").strip()
        target = ROOT / "tests" / "releases" / version
        left_out = keep(Path(folder, "dump"), var, target)
        about = {"version": version, "commit": run.commit(), "today": TODAY, "persons": chosen.persons,
                 "papers_left_out": left_out,
                 "logins": [{"username": row["username"], "password": row["password"], "role": row["role"]}
                            for row in logins if row["password"] and row["for"]]}  # fmt: skip
        (target / "about.json").write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        pg = (var / "pg").resolve()
    shutil.rmtree(pg, ignore_errors=True)  # as root the database lies elsewhere
    size = sum(file.stat().st_size for file in target.iterdir())
    print(f"{target}: {size} bytes")
    if size > LARGEST:
        sys.exit(f"larger than {LARGEST} bytes: use fewer --persons")


class Runner:
    """Runs this Python inside the checkout of the release."""

    def __init__(self, checkout: Path, environment: dict[str, str]) -> None:
        self.checkout, self.environment = checkout, environment

    def __call__(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words], cwd=self.checkout, env=self.environment, stdout=subprocess.PIPE, text=True, check=True
        )  # fmt: skip
        return done.stdout

    def commit(self) -> str:
        found = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=self.checkout, stdout=subprocess.PIPE, text=True, check=True
        )
        return found.stdout.strip()[:12]


def clone(commit: str, checkout: Path) -> None:
    """The release's files, with today's fonts and vendor files, which are not in the repository."""
    subprocess.run(["git", "clone", "-q", str(ROOT), str(checkout)], check=True)
    subprocess.run(["git", "checkout", "-q", commit], cwd=checkout, check=True)
    for part in ("minzheng/site/fonts", "minzheng/site/static/vendor"):
        shutil.copytree(ROOT / part, checkout / part, dirs_exist_ok=True)


def keep(dump: Path, var: Path, target: Path) -> list[str]:
    """Three files: the dump, what lies beside it, the ring. Photos are large, so only the smallest papers are kept;
    returns the names of those that were not."""
    target.mkdir(parents=True, exist_ok=True)
    (target / "database.dump.xz").write_bytes(lzma.compress(dump.read_bytes(), preset=9 | lzma.PRESET_EXTREME))
    shutil.copyfile(var / "keys" / "ring.json", target / "ring.json")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.add(var / "audit", arcname="audit", filter=anonymous)
        left = PAPERS
        papers = sorted((path for path in (var / "files").rglob("*") if path.is_file()), key=lambda p: p.stat().st_size)
        for path in papers:
            left -= path.stat().st_size
            if left >= 0:
                archive.add(path, arcname=path.relative_to(var).as_posix(), filter=anonymous)
    (target / "files.tar.xz").write_bytes(lzma.compress(packed.getvalue(), preset=9))
    packed.seek(0)
    with tarfile.open(fileobj=packed) as archive:
        kept = set(archive.getnames())
    names = [path.relative_to(var).as_posix() for path in papers]
    return sorted(name.removeprefix("files/") for name in names if name not in kept)


def anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Owner and time of this machine are nobody's business."""
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    return None if member.name.endswith(".lock") else member


if __name__ == "__main__":
    main()
