"""`minzheng match link`: from two files to a third."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from minzheng.datacenter.linkage import files
from minzheng.datacenter.linkage.sides import LinkRefused
from minzheng.datacenter.linkage.tests.test_cascade import NUMBER, OTHER, SLIP, table
from minzheng.datacenter.matching.cli import match


@pytest.fixture
def paths(tmp_path: Path) -> tuple[Path, Path, Path]:
    left, right, out = (tmp_path / name for name in ("l.parquet", "r.parquet", "out.parquet"))
    pq.write_table(table((1, NUMBER, "王建国", "甲县"), (2, OTHER, "李兰", "乙县")), left)
    pq.write_table(table(("a", SLIP, "王建国", "甲县"), ("b", OTHER, "赵梅", "乙县"), ("c", None, None, None)), right)
    return left, right, out


def test_不用数据库也不用设置_标准输出只有JSON(paths: tuple[Path, Path, Path]) -> None:
    left, right, out = paths
    words = ["match", "link", "--left", left, "--right", right, "--out", out, "--json"]
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO", "MINZHENG"))}
    done = subprocess.run(
        [sys.executable, "-m", "minzheng", *map(str, words)], env=clean, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == {"left": 2, "right": 3, "auto": 1, "review": 1}
    assert pq.read_table(out).to_pylist() == [
        {"left_uid": 1, "right_uid": "a", "code": "R1", "score": 0.92, "auto": True},
        {"left_uid": 2, "right_uid": "b", "code": "E2", "score": 0.78, "auto": False},
    ]
    assert sorted(p.name for p in out.parent.iterdir()) == ["l.parquet", "out.parquet", "r.parquet"]


def test_不加json时用汉语说_重复的uid有提示(paths: tuple[Path, Path, Path]) -> None:
    left, right, out = paths
    pq.write_table(table((1, NUMBER, "王建国", "甲县"), (1, OTHER, "李兰", "乙县")), left)
    told = CliRunner().invoke(match, ["link", "--left", str(left), "--right", str(right), "--out", str(out)])
    assert "左表 2 行，右表 3 行：自动认定 1 对，待复核 1 对。" in told.stdout
    assert "左表有 1 行的 uid 与别的行重复" in told.stderr


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda left, right, out: left.unlink(), "找不到文件"),
        (lambda left, right, out: left.write_bytes(b""), "不是可以读的 Parquet"),
        (lambda left, right, out: left.write_text("uid,id_no\n1,2\n"), "不是可以读的 Parquet"),
        (lambda left, right, out: pq.write_table(pa.table({"uid": [1], "name": ["王"]}), left), "缺少列“id_no、county”"),
        (lambda left, right, out: out.mkdir(), "是文件夹"),
        (lambda left, right, out: out.symlink_to(right), "就是输入文件"),
    ],
)  # fmt: skip
def test_坏的输入说清楚_什么也不写(paths: tuple[Path, Path, Path], spoil: object, said: str) -> None:
    left, right, out = paths
    spoil(left, right, out)  # type: ignore[operator]
    before = sorted(p.name for p in out.parent.iterdir())
    with pytest.raises(LinkRefused, match=said):
        files.link_files(left, right, out)
    assert sorted(p.name for p in out.parent.iterdir()) == before
    with pytest.raises(LinkRefused, match="看不懂"):
        files.link_files(left, right, out, memory="很多")
