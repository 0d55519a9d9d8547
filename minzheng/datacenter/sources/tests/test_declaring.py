"""Faults of a source.yaml: each told with file, line and a sentence; all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from minzheng.datacenter.sources import reading, registry
from minzheng.datacenter.sources.errors import SourceBroken, UnknownSource

GOOD = """\
code: heating
title: 集中供暖缴费
department: realty
basis:
  - {text: 与供热企业的共享协议, evidence: needs_confirmation}
frequency: yearly
delivery: snapshot
mode: batch
scope: 供暖季缴费
columns:
  - {name: id_no, label: 身份证号, type: id_no, required: true, personal: true}
  - {name: name, label: 姓名, type: name, required: true, personal: true}
  - {name: address, label: 用热地址, type: text, personal: true}
  - {name: paid, label: 缴费日期, aliases: [缴款日期], type: date, required: true}
  - {name: fee, label: 缴费金额, type: money_yuan}
  - name: state
    label: 状态
    type: code
    values: {已缴: ["1"], 欠费: ["0"]}
facts:
  - {class: employment, on: paid, amount: fee, where: {state: [已缴]}, title: "{paid} 缴费[ {fee} 元]"}
checks:
  - {code: future, title: 缴费日期在今天以后, rule: not_future, column: paid}
"""


def _faults(folder: Path, text: str) -> list[str]:
    folder = folder / "heating"
    folder.mkdir(exist_ok=True)
    (folder / "source.yaml").write_text(text, encoding="utf-8")
    try:
        reading.load(folder)
    except SourceBroken as error:
        return [f"{finding.line} {finding.message}" for finding in error.findings]
    return []


def test_写对的文件夹放进去就能用(tmp_path: Path) -> None:
    assert _faults(tmp_path, GOOD) == []
    spec = registry.found(tmp_path)["heating"]
    assert spec.classes == ("employment",)
    assert spec.headers["缴款日期"] == "paid"
    assert spec.column("state").accepts == {"已缴": "已缴", "1": "已缴", "欠费": "欠费", "0": "欠费"}


@pytest.mark.parametrize(
    ("wrong", "right", "line", "sentence"),
    [
        ("type: money_yuan}", "type: money}", 15, "列“缴费金额”的类型“money”不认识"),
        ("label: 缴费金额", "label: 缴款 日期", 15, "表头“缴款 日期”同时指“缴费日期”和“缴款 日期”"),
        ("amount: fee", "amount: fees", 21, "事实“employment”的金额用了没有声明的列“fees”"),
        ("amount: fee", "amount: address", 21, "用了个人信息列“用热地址”"),
        ("class: employment", "class: heat", 21, "事实“heat”的类别不认识"),
        ("state: [已缴]", "state: [已付]", 21, "列“状态”没有“已付”这个值"),
        ("{fee} 元", "{fee 元", 21, "花括号没有配好"),
        ("on: paid, ", "", 21, "事实缺少“on”"),
        ("rule: not_future", "rule: future", 23, "rule“future”不认识"),
        ('已缴: ["1"], 欠费: ["0"]', '已缴: ["1"], 欠费: ["1"]', 16, "列“状态”的代码值“1”写了两次"),
        ("aliases: [缴款日期]", "aliases: 缴款日期", 14, "“aliases”应是一列文字"),
        ("type: date, required: true", "type: date", 21, "日期列“paid”要写 required: true"),
        ("label: 姓名, type: name, required: true, personal: true", "label: 姓名, type: name", 12, "必须写 personal: true"),
        ("label: 缴费金额", "label: 缴费金额（万元）", 0, "单位与声明不符"),
        ("  - {text: 与供热企业的共享协议, evidence: needs_confirmation}", "  []", 0, "缺少“basis”"),
        ("evidence: needs_confirmation", "evidence: 听说", 0, "要写 verified 或 needs_confirmation"),
        ("evidence: needs_confirmation", "evidence: verified", 0, "写明核对的是哪一份文件"),
        ("department: realty", "department: heat", 0, "不认识的 department“heat”"),
        ("mode: batch", "mood: batch", 8, "数据来源没有“mood”这一项"),
        ("code: heating", "code: cooling", 0, "文件夹却叫“heating”"),
        ("{name: address", "{name: id_token", 13, "是数据湖自己用的"),
        ("title: 集中供暖缴费", "title: '集中", 0, "不是正确的 YAML"),
    ],
)  # fmt: skip
def test_写错的说清哪个文件哪一行(tmp_path: Path, wrong: str, right: str, line: int, sentence: str) -> None:
    assert wrong in GOOD
    faults = _faults(tmp_path, GOOD.replace(wrong, right, 1))
    found = [fault for fault in faults if sentence in fault]
    assert found, faults
    assert not line or found[0].startswith(f"{line} ")


def test_几处错一次说完_没有的来源列出现有的(tmp_path: Path) -> None:
    text = GOOD.replace("department: realty", "department: heat").replace("mode: batch", "mode: mail")
    assert len(_faults(tmp_path, text)) == 2
    with pytest.raises(UnknownSource, match=r"没有代码为“nothing”的数据来源；现有：.*death"):
        registry.get("nothing")
