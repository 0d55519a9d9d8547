"""How a link is told to the person who reviews it."""

from __future__ import annotations

import pytest

from minzheng.datacenter.linkage.cascade import CODES
from minzheng.datacenter.linkage.codes import MEANINGS, Pair, explain
from minzheng.datacenter.linkage.tests.test_cascade import NUMBER, OLD, SLIP


@pytest.mark.parametrize(
    ("pair", "sentence"),
    [
        (Pair("R1", NUMBER, SLIP, "王建国", "王建国"), "证件号码第 9 位不同（6→8），姓名相同，请核对。"),
        (Pair("R1", NUMBER, NUMBER[:9] + NUMBER[10] + NUMBER[9] + NUMBER[11:], "王建国", "王健国"),
         "证件号码第 10、11 位颠倒（20→02），姓名同音（王建国／王健国），请核对。"),
        (Pair("R1", NUMBER, NUMBER[:17], "王建国", "王建国", True), f"证件号码左侧在第 18 位多一个“{NUMBER[17]}”，姓名相同，已认定。"),
        (Pair("R1", NUMBER, NUMBER[:4] + "9" + NUMBER[4:]), "证件号码右侧在第 5 位多一个“9”，请核对。"),
        (Pair("E1", NUMBER, OLD, "王建国", "王建國", True), "证件号码相同（一方是 15 位旧号码），姓名相同，已认定。"),
        (Pair("E2", NUMBER, NUMBER, "王建国", "王国", True), "证件号码相同，姓名差一个字（王建国／王国），已认定并提示。"),
        (Pair("E2", NUMBER, NUMBER, "王建国", "李兰"), "证件号码相同，姓名不同（王建国／李兰），请核对。"),
        (Pair("E2"), "证件号码相同，姓名不同（同证不同名），请核对。"),
        (Pair("Q1", NUMBER, NUMBER[:2] + "5" + NUMBER[3:5] + "7" + NUMBER[6:], "王建国", "王建国"),
         "证件号码第 3 位不同（0→5）、第 6 位不同（1→7），姓名相同，请核对。"),
        (Pair("Q2", NUMBER, "", "王建国", "王建国"), "没有证件号码，同名同县，姓名相同，请核对。"),
        (Pair("S1"), "没有证件号码，按姓名、出生日期、地区、性别推断，请核对。"),
    ],
)  # fmt: skip
def test_一句话说清哪里一样哪里不同(pair: Pair, sentence: str) -> None:
    assert explain(pair) == sentence


def test_每个代码都有说明() -> None:
    assert set(CODES) | {"S1"} == set(MEANINGS)
    with pytest.raises(KeyError):
        explain(Pair("Z9"))
