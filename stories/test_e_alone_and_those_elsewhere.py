"""On a phone: the single claim (单人户) is asked only of somebody who may make it; a son who lives elsewhere is added on the
property screen and may sign or not. Every screen is looked at in three sizes.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from minzheng.kernel.subjects.idcard import make
from stories import citizen, stage
from stories.county import FIRST_DAY

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAME, PHONE = "韩玉梅", "15401020091"
ID_NO = make("990101", datetime.date(1961, 4, 8), 902)


def test_重病老人单独申请_儿子在外地(comes: Callable[..., Any]) -> None:
    with stage.on(FIRST_DAY):
        han = comes(NAME, phone=True).go("/").press("申请低保")
        citizen.sign_in(han, PHONE)
        han.fill("姓名", NAME).fill("身份证号码", ID_NO).fill("手机号码", PHONE)
        han.page.get_by_label("先选乡镇（街道）").select_option("青石镇")
        han.page.get_by_label("现在住在哪个村（社区）").select_option(label="石桥村")
        han.fill("详细住址", "石桥村 5 组").pick("户口在哪里", "就在本县（区）").press("下一步")

        han.sees("一起生活的家人", "第 2 步，共 6 步")
        citizen.tells(han, NAME, "是否患重大疾病", "是")
        han.press("下一步").sees("只为这一位单独申请低保").look("单人户的问题")
        han.pick("只为这一位单独申请低保", "是").press("下一步")

        han.sees("不住在一起的子女等", "没有就跳过").look("财产和不住在一起的子女")
        assert han.page.locator("details.p-member").count() == 0, "没有义务人的看不到空框"
        han.pick("按城市还是农村低保申请", "农村").fill("存款、股票、保险等合计", "800").fill("房屋套数", "1")
        han.fill("机动车辆数", "0").pick("是否有人开公司", "否").pick("家里有没有近亲属", "否")
        han.press("添加一位不住在一起的子女等")
        card = han.page.locator("details.p-member").last
        card.get_by_label("姓名", exact=True).fill("韩大伟")
        card.get_by_label("是申请家庭的什么人").select_option("子女")
        card.get_by_label("他自己的情况").select_option("none")
        card.get_by_label("他家里一共几口人").fill("3")
        card.get_by_role("textbox", name="他全家每月收入").fill("4000")
        card.get_by_label("他一共要赡养几位老人").fill("1")
        card.get_by_label("其中几位在您家").fill("1")
        han.pick("赡养费怎么定的", "没有说定", within=card).look("填一位不住在一起的儿子")
        han.press("下一步").sees("发放账户")
        han.fill("户名", NAME).fill("账号（卡号）", "6230010100001234567").fill("开户银行", "示范县农村商业银行")
        han.press("下一步").sees("韩大伟", "可以不签").look("检查和签字")
