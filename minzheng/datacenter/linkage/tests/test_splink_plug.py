"""Lists without numbers: the optional model. Runs where splink is installed and MINZHENG_TEST_SPLINK=1."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from minzheng.datacenter.linkage import files, invented
from minzheng.datacenter.linkage.sides import LinkRefused


def written(folder: Path, lists: invented.Lists) -> tuple[Path, Path, Path]:
    left, right, out = (folder / name for name in ("l.parquet", "r.parquet", "o.parquet"))
    pq.write_table(lists.left, left)
    pq.write_table(lists.right, right)
    return left, right, out


@pytest.mark.skipif(
    os.environ.get("MINZHENG_TEST_SPLINK") != "1", reason="要 minzheng[splink]，设 MINZHENG_TEST_SPLINK=1"
)
def test_没有号码的名册按概率匹配_全部待复核(tmp_path: Path) -> None:
    lists = invented.without_numbers(1_000, 10_000, per_day=1.0, seed=3)
    left, right, out = written(tmp_path, lists)
    links = files.link_files(left, right, out, engine="splink")
    rows = pq.read_table(out).to_pylist()
    assert {row["code"] for row in rows} == {"S1"} and links.auto == 0 and links.review == len(rows)
    assert not any(row["auto"] for row in rows) and all(0 < row["score"] < 0.9 for row in rows)
    who, whom = (dict(zip(t["uid"].to_pylist(), t["pid"].to_pylist(), strict=True)) for t in (lists.left, lists.right))
    good = sum(who[row["left_uid"]] == whom[row["right_uid"]] for row in rows)
    truth = len(set(who.values()) & set(whom.values()))
    assert good / len(rows) > 0.95 and good / truth > 0.9
    once = out.read_bytes()
    files.link_files(left, right, out, engine="splink")
    assert out.read_bytes() == once, "不靠训练：同样的输入，同样的结果"
    empty = files.link_files(*written(tmp_path, invented.without_numbers(0, 20)), engine="splink")
    assert empty.table.num_rows == 0 and empty.right == 20


def test_没有装splink或缺列时说清楚(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left, right, out = written(tmp_path, invented.without_numbers(3, 10))
    monkeypatch.setitem(__import__("sys").modules, "splink", None)
    with pytest.raises(LinkRefused, match="没有安装"):
        files.link_files(left, right, out, engine="splink")
    pq.write_table(pq.read_table(left).drop_columns(["birth_date"]), left)
    with pytest.raises(LinkRefused, match="缺少列“birth_date”"):
        files.link_files(left, right, out, engine="splink")
    assert not out.exists()
