"""The join on a real cluster of one master and two workers gives the same hits, families and alerts as DuckDB.

Opt-in: MINZHENG_TEST_SPARK=1, Java and ``scripts/bootstrap.py spark``.
"""

import datetime
import os
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from minzheng.policy.bulk.need import missing

if os.environ.get("MINZHENG_TEST_SPARK") != "1":
    pytest.skip("没有设 MINZHENG_TEST_SPARK=1，Spark 没有测试", allow_module_level=True)
if missing("spark") or not shutil.which("java"):
    pytest.skip(f"缺少 {missing('spark') or 'Java'}，Spark 没有测试", allow_module_level=True)

from minzheng.datacenter.matching.bulk import run, staging
from minzheng.datacenter.sources import inventing
from minzheng.datacenter.sources.simulate import simulate
from minzheng.policy.tests import spark_cluster

pytestmark = [pytest.mark.slow, pytest.mark.spark]
DAY = datetime.date(2026, 11, 22)
SOURCES = ("vehicle", "income_tax", "death", "social_insurance")


def test_集群上的命中与本机相同(tmp_path, monkeypatch):
    everybody = inventing.invent(3_000, np.random.default_rng(5), (20, 70), DAY)
    known = pa.table({"id_no": everybody.id_no, "name": everybody.name})
    for code in SOURCES:
        simulate(code, 5_000, 1, tmp_path / f"{code}.parquet", people=known, dirty=0.1)
    some = known.slice(0, 1_500)
    people = {
        "family_id": [f"F{at // 3}" for at in range(1_500)],
        "person_id": np.arange(1_500),
        "county": ["990101"] * 1_500,
    }
    pq.write_table(pa.table(people | {name: some[name] for name in some.column_names}), tmp_path / "A.parquet")
    files = staging.materials([(code, tmp_path / f"{code}.parquet") for code in SOURCES])
    here = run.run(tmp_path / "A.parquet", files, tmp_path / "本机", run.asked(on=DAY))
    with spark_cluster.running(tmp_path) as master:
        monkeypatch.setenv("MINZHENG_SPARK_MASTER", master)
        there = run.run(tmp_path / "A.parquet", files, tmp_path / "集群", run.asked(on=DAY, engine="spark"))
    assert here == there and here.matched > 5_000 and here.review > 50
    for name in ("hits", "families", "alerts"):
        one, other = (
            sorted(map(str, pq.read_table(tmp_path / at / f"{name}.parquet").to_pylist())) for at in ("本机", "集群")
        )
        assert one == other and one
