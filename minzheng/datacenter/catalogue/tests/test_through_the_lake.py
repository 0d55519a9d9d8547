"""Every source through the lake: its sample without a reject, simulated rows of every format, its facts as agreed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from minzheng.datacenter.lake import engine, reading
from minzheng.datacenter.lake.ingest import ingest
from minzheng.datacenter.lake.models import LakeBatch
from minzheng.datacenter.sources import registry
from minzheng.datacenter.sources.facts import COLUMNS, facts_sql
from minzheng.datacenter.sources.simulate import simulate
from minzheng.kernel.accounts.actors import SYSTEM

pytestmark = pytest.mark.django_db
PLACE = "990101000000"


def test_每个来源_样例和模拟行零退回_事实列如约定(tmp_path: Path) -> None:
    """One delivery a source: the sample's rows, then two hundred simulated ones; GB18030 for every other source."""
    wrong: list[str] = []
    with engine.connect() as con:
        for n, (code, spec) in enumerate(registry.all().items()):
            path, encoding = tmp_path / f"{code}.csv", "gb18030" if n % 2 else "utf-8"
            simulate(code, 200, 5, path, period="2026-10", encoding=encoding)
            rows = path.read_text(encoding=encoding).partition("\n")[2]
            path.write_text(spec.fixture.read_text(encoding="utf-8") + rows, encoding=encoding)
            batch = ingest(SYSTEM, code, path, "2026-10", region=PLACE)
            if (batch.state, batch.accepted, batch.rejected) != (LakeBatch.HELD, 232, 0):
                wrong.append(f"{code}：{batch.report.get('reasons')} {batch.message}")
            found = con.execute(facts_sql(spec, reading.relation(con, code, rows=[batch])))
            assert [(one[0], str(one[1])) for one in found.description] == list(COLUMNS), code
            facts = Counter(row[1] for row in found.fetchall())
            if set(facts) != set(spec.classes):
                wrong.append(f"{code}：只得到 {facts}")
    assert wrong == []


def test_弄脏的文件_退回的恰是读不懂的值_号码错的照收待核(tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    done = simulate("vehicle", 3000, 4, path, dirty=0.3, period="2026-10")
    batch = ingest(SYSTEM, "vehicle", path, "2026-10", region=PLACE)
    refused = sum(done.dirtied.get(kind, 0) for kind in ("bad_date", "bad_money", "bad_code", "scientific"))
    assert (batch.accepted, batch.rejected) == (3000 - refused, refused)
    ids = batch.report["ids"]
    assert ids["none"] == done.dirtied["no_id"]
    sure = done.dirtied["wrong_digit"] + done.dirtied["swapped"]
    doubtful = sum(done.dirtied[kind] for kind in ("dropped", "no_check", "two_wrong"))
    assert sure <= ids["invalid"] <= sure + doubtful
