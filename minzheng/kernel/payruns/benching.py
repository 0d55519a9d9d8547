"""How long a pay run takes: N lines built, checked and written to the bank's file, beside the bare SQL that selects the same
lines and COPYs them. In a database of its own, made and dropped here; nothing of the installation is touched."""

from __future__ import annotations

import datetime
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: Build, check and file together may take this many times the bare SQL.
LIMIT = 5.0
COUNTY = "990101000000"
ITEM = "assistance.dibao"
MONTH, BEFORE = datetime.date(2026, 3, 1), datetime.date(2026, 2, 1)
_ID = 380_000_000_000_000_000

_FILL = (
    f"""INSERT INTO kernel_award (id, no, item_code, region_code, payee_id, account_id, payee_name, account_bank, persons,
        amount_fen, cycle, category, state, first_month, decided_on, next_review_on, frozen_sha, ruleset_sha, is_demo,
        created_at)
        SELECT {_ID} + n, 'B' || n, %(item)s, '990101' || lpad((n %% 300)::text, 6, '0'), {_ID} + n, {_ID} + n, '张三', '',
        1, 10000 + (n * 37) %% 90000, 'monthly', 'A', 'active', %(before)s, %(before)s, '2027-06-30', repeat('a', 64),
        repeat('b', 64), false, now() FROM generate_series(1::bigint, %(n)s) n""",
    f"""INSERT INTO kernel_awardmember (id, award_id, person_id, name, relation, top_up_fen)
        SELECT {_ID} + n, {_ID} + n, {_ID} + n, '张三', '户主', 0 FROM generate_series(1::bigint, %(n)s) n""",
    f"""INSERT INTO kernel_paymentline (id, region_code, award_id, item_code, month, line_type, seq, amount_fen, state,
        due_on, explanation, created_at)
        SELECT {_ID} + n + m.place * 10000000, a.region_code, a.id, %(item)s, m.month, 'regular', 1, a.amount_fen, m.state,
        m.month + 9, '1 人', now() FROM generate_series(1::bigint, %(n)s) n JOIN kernel_award a ON a.id = {_ID} + n
        CROSS JOIN (VALUES (0, %(before)s, 'paid'), (1, %(month)s, 'planned')) AS m (place, month, state)""",
    f"""INSERT INTO kernel_payline (id, batch_id, seq, line_id, attempt, award_id, person_id, account_id, month, line_type,
        region_code, due_fen, correction_fen, offset_fen, amount_fen, persons, category, snapshot, state, live, excluded_for,
        reason, return_code)
        SELECT {_ID} + n, 1, n, {_ID} + n, 1, a.id, a.payee_id, a.account_id, %(before)s, 'regular', a.region_code,
        a.amount_fen, 0, 0, a.amount_fen, 1, 'A', '{{}}', 'paid', true, '', '', ''
        FROM generate_series(1::bigint, %(n)s) n JOIN kernel_award a ON a.id = {_ID} + n""",
)

# The same lines with all that the batch and its file hold, selected and copied out by the database alone.
BARE = """
COPY (
    SELECT row_number() OVER (ORDER BY l.region_code, l.award_id, l.month, l.id), l.id, l.award_id, l.month, l.line_type,
        l.region_code, l.amount_fen, a.payee_id, a.account_id, a.persons, a.category, c.holder, c.number, c.bank, d.name,
        d.id_no, jsonb_build_object('members', coalesce(m.members, '[]'::jsonb), 'persons', a.persons, 'category',
        a.category, 'award_no', a.no, 'monthly_fen', a.amount_fen, 'frozen_sha', a.frozen_sha, 'ruleset_sha', a.ruleset_sha)
    FROM kernel_paymentline l JOIN kernel_award a ON a.id = l.award_id
    JOIN kernel_payeeaccount c ON c.id = a.account_id JOIN kernel_person d ON d.id = a.payee_id
    LEFT JOIN (SELECT award_id, to_jsonb(array_agg(person_id::text ORDER BY person_id)) AS members
               FROM kernel_awardmember GROUP BY award_id) m ON m.award_id = a.id
    WHERE l.state = 'planned' AND l.item_code = 'assistance.dibao' AND l.month = DATE '2026-03-01' AND l.amount_fen > 0
) TO STDOUT
"""


def measure(lines: int) -> dict[str, Any]:
    """{"lines", "bare_seconds", "build_seconds", "check_seconds", "file_seconds", "ratio", "limit", "ok", "peak_mb",
    "sentence"}: in a process of its own, which connects as the owner of the tables (it makes a database)."""
    environment = os.environ | {"MINZHENG_DATABASE_ROLE": "owner", "MINZHENG_SUPERVISED": "1"}
    environment.pop("MINZHENG_TODAY", None)
    with tempfile.TemporaryDirectory(prefix="minzheng-payrun-") as folder:
        out = Path(folder) / "result.json"
        done = subprocess.run(
            [sys.executable, "-m", "minzheng.kernel.payruns.benching", str(lines), str(out)],
            env=environment, stdout=sys.stderr, check=False,
        )  # fmt: skip
        if done.returncode:
            from minzheng.kernel.payruns.errors import PayRefused

            raise PayRefused(f"测量没有完成（退出码 {done.returncode}），原因见上面的输出。")
        found: dict[str, Any] = json.loads(out.read_text())
    return found


def _main(lines: int, out: Path) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minzheng.site.settings")
    import django

    django.setup()
    with _database(f"minzheng_bench_payrun_{os.getpid()}"):
        _migrate()
        _say(f"装入 {lines} 户")
        fill(lines)
        out.write_text(json.dumps(run(lines), ensure_ascii=False))


def _say(words: str) -> None:
    print(f"· {words}", file=sys.stderr, flush=True)


@contextmanager
def _database(name: str) -> Iterator[None]:
    from django.db import connections

    kept = connections["default"].settings_dict["NAME"]
    _administer(f'CREATE DATABASE "{name}"')
    _use(name)
    try:
        yield
    finally:
        _use(kept)
        _administer(f'DROP DATABASE IF EXISTS "{name}"')  # also ends an autovacuum that is at it


def _use(name: str) -> None:
    from django.db import connections

    connections["default"].close()
    connections["default"].settings_dict["NAME"] = name


def _administer(statement: str) -> None:
    """Making and dropping a database cannot happen in a transaction, nor while connected to it."""
    from django.db import connection

    kept = connection.settings_dict["NAME"]
    _use("postgres")
    try:
        connection.ensure_connection()
        connection.connection.autocommit = True
        with connection.connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        _use(kept)


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def fill(lines: int) -> None:
    """`lines` families with an award, an account and two months of entitlements; the earlier month is paid."""
    from django.db import connection

    from minzheng.kernel import clock
    from minzheng.kernel.payruns.models import PayBatch
    from minzheng.kernel.regions.models import Region

    Region.objects.create(
        code=COUNTY, name="示范县", full_name="示范县", level=3, parent_code="", valid_from=MONTH, source="测量"
    )
    _people(lines)
    with connection.cursor() as cursor:
        for statement in _FILL:
            cursor.execute(statement, {"n": lines, "month": MONTH, "before": BEFORE, "item": ITEM})
        PayBatch.objects.create(
            id=1, no="BENCH-0", item_code=ITEM, month=BEFORE, region_code=COUNTY, state="CLOSED", built_at=clock.now()
        )
        cursor.execute("VACUUM ANALYZE")


def _people(lines: int) -> None:
    from minzheng.kernel import clock
    from minzheng.kernel.awards.models import PayeeAccount
    from minzheng.kernel.crypto import copying
    from minzheng.kernel.crypto.fields import BlindIndex
    from minzheng.kernel.subjects.models import Person

    now, index = clock.now(), BlindIndex.of_value
    seal, names = copying.sealer(PayeeAccount, "number"), [f"张{chr(0x4E00 + n)}" for n in range(9000)]
    copying.copy(
        PayeeAccount,
        ("id", "region_code", "person", "holder", "number", "number_index", "tail", "bank", "kind", "relation", "flag",
         "is_demo", "created_at"),
        ((_ID + n, COUNTY, _ID + n, names[n % 9000], seal(_ID + n, no), index("account", no), no[-4:], "示范农商行", "own",
          "", "", False, now) for n in range(1, lines + 1) if (no := f"6217{n:015d}")),
    )  # fmt: skip
    seal = copying.sealer(Person, "id_no")
    copying.copy(
        Person,
        ("id", "region_code", "name", "sex", "birth_date", "id_type", "id_no", "hukou_region", "is_demo", "created_at"),
        ((_ID + n, COUNTY, names[n % 9000], "1", datetime.date(1960, 1, 1), "idcard", seal(_ID + n, f"990101{n:012d}"), "",
          False, now) for n in range(1, lines + 1)),
    )  # fmt: skip


def run(lines: int) -> dict[str, Any]:
    """Measure in the database this process is connected to."""
    from minzheng.kernel import clock
    from minzheng.kernel.accounts.actors import SYSTEM
    from minzheng.kernel.payruns import bankfile, building, checking
    from minzheng.kernel.payruns.formats import choosing

    seconds: dict[str, float] = {}
    _warm()
    with tempfile.TemporaryDirectory(prefix="minzheng-payrun-") as folder:
        _timed(seconds, "bare", lambda: _bare(Path(folder) / "bare"))
    inside, plain = {"seconds": 0.0}, checking.run

    def checked(batch: Any) -> dict[str, int]:
        begun = time.perf_counter()
        found = plain(batch)
        inside["seconds"] = time.perf_counter() - begun
        return found

    checking.run = checked
    with clock.at(datetime.date(2026, 3, 5)):
        batch = _timed(
            seconds, "build", lambda: building.build(actor=SYSTEM, month=MONTH, item_code=ITEM, region_code=COUNTY)
        )
        checking.run = plain
        code = choosing.usual(COUNTY)
        proof = _timed(seconds, "file", lambda: bankfile.write(batch, code, None, actor=SYSTEM))
    seconds["check"], seconds["build"] = inside["seconds"], seconds["build"] - inside["seconds"]
    _forget(proof.file_id)
    assert (proof.lines, batch.lines) == (lines, lines), "每户一笔，都在文件里"
    whole = seconds["build"] + seconds["check"] + seconds["file"]
    ratio = round(whole / seconds["bare"], 2)
    found = {
        "lines": lines, **{f"{name}_seconds": round(value, 2) for name, value in seconds.items()}, "ratio": ratio,
        "limit": LIMIT, "ok": ratio <= LIMIT, "format": code,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip
    return found | {"sentence": _sentence(found)}


def _warm() -> None:
    """Rules and parameters are read once per process; a running platform has read them."""
    from minzheng.kernel.items import registry
    from minzheng.kernel.standards import values

    registry.get(ITEM).flow.params(COUNTY, MONTH)
    values.ruleset()


def _sentence(found: dict[str, Any]) -> str:
    return (
        f"{found['lines']} 笔：只查询并导出 {found['bare_seconds']} 秒；生成 {found['build_seconds']}、校验 "
        f"{found['check_seconds']}、报盘 {found['file_seconds']} 秒，为 {found['ratio']} 倍（限 {found['limit']:.0f} 倍），"
        f"内存最多 {found['peak_mb']} MB。"
    )


def _timed(into: dict[str, float], name: str, act: Callable[[], Any]) -> Any:
    begun = time.perf_counter()
    made = act()
    into[name] = time.perf_counter() - begun
    _say(f"{name} {into[name]:.2f} 秒")
    return made


def _bare(path: Path) -> None:
    from django.db import connection

    with connection.cursor() as cursor, path.open("wb") as out, cursor.copy(BARE) as rows:
        for block in rows:
            out.write(block)


def _forget(file_id: int) -> None:
    """The measured file goes with its database."""
    from minzheng.kernel.documents import vault
    from minzheng.kernel.payruns.bank_models import BankFile

    for part in BankFile.objects.get(pk=file_id).parts:
        vault.drop(part["path"])


if __name__ == "__main__":
    _main(int(sys.argv[1]), Path(sys.argv[2]))
