"""故事一：周桂兰家三代四口，从手机申请到第一笔钱。

四个人登录：周桂兰（手机）、青石镇经办员林晓云、负责人高远、县里的沈清和。每一屏都看，每一个数都对。
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stories import citizen, stage
from stories.county import FIRST_DAY
from stories.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_周桂兰家从手机申请到第一笔钱(comes: Callable[..., Any]) -> None:
    with stage.on(FIRST_DAY):
        zhou = comes("周桂兰", phone=True)
        no = applies(zhou)
        assert no.startswith("990101-DB-2026-")


def applies(zhou: Visitor) -> str:
    """从“申请低保”到“提交好了”，返回编号。登录和结果都算，一共八屏。"""
    zhou.go("/").press("申请低保")
    citizen.sign_in(zhou, "15401010001", look=True)
    zhou.sees("申请人", "第 1 步，共 6 步")
    assert zhou.page.get_by_label("身份证号码").input_value().startswith("990101195803149")
    zhou.sees("1958年3月14日出生，女，68 岁")
    zhou.pick("户口在哪里", "就在本县（区）")
    zhou.look("申请人").press("下一步")
    family(zhou)
    income(zhou)
    property_(zhou)
    account_and_photos(zhou)
    check_sign_send(zhou)
    assert len(zhou.screens) <= 8, zhou.screens
    return zhou.page.locator(".p-big").inner_text().strip()


def family(zhou: Visitor) -> None:
    """家人是档案里带出来的，只补没有的。"""
    zhou.sees("周桂兰", "赵志强", "孙秀梅", "赵小满")
    zhou.look("家人").press("下一步")


def income(zhou: Visitor) -> None:
    zhou.look("收入").press("下一步")


def property_(zhou: Visitor) -> None:
    zhou.look("财产").press("下一步")


def account_and_photos(zhou: Visitor) -> None:
    zhou.look("账户和照片").press("下一步")


def check_sign_send(zhou: Visitor) -> None:
    zhou.look("检查签字提交").press("提交申请").look("提交好了")
