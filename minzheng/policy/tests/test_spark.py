"""The loop as tasks of a real cluster: one master and two workers on loopback, started and ended here.

Opt-in, because a session takes some ten seconds: MINZHENG_TEST_SPARK=1, Java and ``scripts/bootstrap.py spark``.
"""

import datetime
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

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

pytestmark = [pytest.mark.slow, pytest.mark.spark]
DAY = datetime.date(2026, 9, 1)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    import pyspark

    home = Path(pyspark.__file__).parent
    folder = tmp_path_factory.mktemp("集群")
    port = free_port()
    environment = os.environ | {
        "SPARK_HOME": str(home), "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_WORKER_DIR": str(folder / "work"), "SPARK_DAEMON_MEMORY": "512m",
    }  # fmt: skip
    started = []

    def start(kind, *arguments):
        command = [str(home / "bin/spark-class"), f"org.apache.spark.deploy.{kind}", *arguments]
        log = (folder / f"{len(started)}.log").open("wb")
        started.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True))

    start("master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0")
    for _ in range(2):
        start("worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--webui-port", "0", f"spark://127.0.0.1:{port}")  # fmt: skip
    try:
        wait_for(lambda: (folder / "0.log").read_text().count("Registering worker") == 2)
        yield f"spark://127.0.0.1:{port}"
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(20)


def wait_for(condition, seconds=90):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "集群没有起来"
        time.sleep(0.3)


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
