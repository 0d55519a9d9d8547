"""The loop as tasks of a real cluster: one master and two workers on loopback, started and ended here.

Opt-in, because a session takes some ten seconds: MINZHENG_TEST_SPARK=1, Java and ``scripts/bootstrap.py spark``.
"""

import datetime
import os
import shutil

import pytest

from minzheng.policy.bulk.need import missing

if os.environ.get("MINZHENG_TEST_SPARK") != "1":
    pytest.skip("没有设 MINZHENG_TEST_SPARK=1，Spark 没有测试", allow_module_level=True)
if missing("spark") or not shutil.which("java"):
    pytest.skip(f"缺少 {missing('spark') or 'Java'}，Spark 没有测试", allow_module_level=True)

import pyarrow.parquet as pq

from minzheng.policy.bulk import blocks
from minzheng.policy.bulk.run import run_loop
from minzheng.policy.errors import InputError
from minzheng.policy.population import generate
from minzheng.policy.tests import spark_cluster

pytestmark = [pytest.mark.slow, pytest.mark.spark]
DAY = datetime.date(2026, 9, 1)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with spark_cluster.running(tmp_path_factory.mktemp("集群")) as master:
        yield master


def test_集群上的结果与本机的循环相同(cluster, ruleset, tmp_path, monkeypatch):
    from minzheng.policy.targets import spark

    monkeypatch.setenv("MINZHENG_SPARK_MASTER", cluster)
    monkeypatch.setattr(blocks, "BLOCK", 5_000)  # several tasks
    persons, households = generate(40_000, tmp_path)
    for path in (persons, households):
        pq.write_table(pq.read_table(path), path, row_group_size=4_000)
    summary = spark.run_spark(ruleset, persons, households, DAY, tmp_path / "集群")
    run_loop(ruleset, persons, households, DAY, tmp_path / "本机")
    assert summary.persons == 40_000
    for name in ("persons", "households"):
        assert pq.read_table(tmp_path / f"集群/{name}.parquet").equals(pq.read_table(tmp_path / f"本机/{name}.parquet"))
    assert not list((tmp_path / "集群").glob(".*"))


def test_任务里发现的错也指出行和列(cluster, ruleset, tmp_path, monkeypatch):
    from minzheng.policy.targets import spark

    monkeypatch.setenv("MINZHENG_SPARK_MASTER", cluster)
    persons, households = generate(2_000, tmp_path)
    table = pq.read_table(persons)
    ids = table["household_id"].to_pylist()
    ids[-1] = 10**9
    pq.write_table(table.set_column(0, "household_id", [ids]), persons)
    with pytest.raises(InputError, match="第 2000 行的“household_id”"):
        spark.run_spark(ruleset, persons, households, DAY, tmp_path / "out")
