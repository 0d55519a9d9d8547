"""Story two: 吴建国 declares no car, the vehicle office has one. Supplemented once, told of the match first, refused with
reasons, then carried over to 低保边缘.

His wife 李红霞 signs the consent on her own phone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stories import citizen, pictures, staff, stage
from stories.county import FIRST_DAY
from stories.visitor import Visitor, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_吴建国家车辆超标不予确认_转办低保边缘(comes: Callable[..., Any]) -> None:
    wu, su = comes("吴建国", phone=True), comes("苏雨晴")
    with stage.on(FIRST_DAY):
        fills_in(wu)
        link = sends_link(wu)
        signs_on_own_phone(comes("李红霞", phone=True), link)
        no = hands_in(wu)
    with stage.on("2026-11-03"):
        asks_for_papers(su, no)
        brings_papers(wu)
        investigates(su)
        reads_what_was_found(wu)
    with stage.on("2026-11-11"):
        disagrees(comes("程前"))
        rejects(comes("陆思远"))
        stage.run_jobs()
        takes_the_other_benefit(wu)
        staff.open_case(su, "吴建国").sees("低保边缘")


def fills_in(wu: Visitor) -> None:
    wu.go("/").press("申请低保")
    citizen.sign_in(wu, "15401010002")
    wu.pick("户口在哪里", "就在本县（区）").press("下一步")
    citizen.tells(wu, "吴晓峰", "是否在校学生", "全日制本科及以下")
    wu.press("下一步")
    citizen.earns(wu, "吴建国", "工资、打工收入", "1600")
    citizen.earns(wu, "李红霞", "种养、经营净收入", "500")
    wu.press("下一步").sees("住房和财产")
    wu.press("下一步").sees("有 6 处要改", "请填写机动车辆数").look("财产没填")
    wu.pick("按城市还是农村低保申请", "农村").fill("存款、股票、保险等合计", "21000").fill("房屋套数", "1").fill(
        "机动车辆数", "0"
    )
    wu.pick("是否有人开公司", "否").pick("家里有没有近亲属", "否").press("下一步")
    wu.fill("户名", "吴建国").fill("账号", "6230010100007654321").fill("开户银行", "示范县农村商业银行").press("下一步")


def sends_link(wu: Visitor) -> str:
    """Signs here himself; his wife is away, so he sends her the link. The draft is saved first."""
    citizen.sign_here(wu, "吴建国")
    card = citizen.card_of(wu, "李红霞")
    card.locator("summary").first.click()
    card.get_by_label("让李红霞用自己的手机签").check()
    wu.sees("把这个地址发给李红霞", "尾号 0021").look("发链接")
    link = card.locator(".p-copy").inner_text().strip()
    wu.press("存草稿").sees("草稿存好了")
    wu.press("提交申请").sees("有 1 处要改" if "有 1 处要改" in wu.text else "要改", "李红霞")
    return link


def signs_on_own_phone(li: Visitor, link: str) -> None:
    """李红霞 opens the link, signs in with the phone given for her in the application, reads and signs."""
    li.go("/" + link.split("/", 3)[3])
    citizen.sign_in(li, "15401010021")
    li.sees("吴建国的申请", "本人李红霞").look("用自己的手机签")
    li.tick("授权书我看过")
    canvas = li.page.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    li.page.mouse.move(box["x"] + 30, box["y"] + 40)
    li.page.mouse.down()
    li.page.mouse.move(box["x"] + 150, box["y"] + 100, steps=6)
    li.page.mouse.up()
    li.press("签好了").sees("签好了。吴建国的申请可以继续办了")
    li.go("/m/mine/").sees("您还没有办过事").does_not_see("吴建国")


def hands_in(wu: Visitor) -> str:
    """Back on the home page the draft is still there; goes on and submits."""
    wu.go("/").sees("接着填", "内容都在").look("有草稿的首页").press("接着填")
    assert wu.page.locator("details.p-member").count() == 0, "两位成年人都签了"
    wu.tick("以上情况属实").press("提交申请").sees("提交好了")
    return wu.page.locator(".p-no").inner_text().strip()


def asks_for_papers(su: Visitor, no: str) -> None:
    staff.sign_in(su, "liuxi")
    staff.open_case(su, "吴建国").sees(no)
    form = su.page.locator("details.act:has(> summary:text-is('一次性告知补正'))")
    form.locator("summary").click()
    form.get_by_label("部门查不到的收入证明").check()
    form.get_by_role("button", name="一次性告知补正").click()
    su.sees("待补正")


def brings_papers(wu: Visitor) -> None:
    """The home page offers “补齐材料”: what is missing, photograph, hand in again."""
    wu.go("/").sees("要您办的事").press("补齐材料", exact=False)
    wu.sees("还缺这些", "部门查不到的收入证明").look("补齐材料")
    wu.page.get_by_label("收入证明").set_input_files(pictures.upload("工资条"))
    settled(wu.page, lambda: wu.page.get_by_role("button", name="删掉这张").count() == 1)
    wu.press("补齐了，重新提交").sees("补齐了，已经重新提交", "等待乡镇（街道）审查材料")


def investigates(su: Visitor) -> None:
    """The match finds a car: judge each difference, visit the home, tell in writing (N04)."""
    staff.open_case(su, "吴建国")
    staff.act(su, "受理")
    staff.act(su, "启动调查")
    staff.act(su, "信息核对").sees("待认定").look("核对出一辆车")
    while su.page.locator("form.judge").count():
        form = su.page.locator("form.judge").first
        form.get_by_label("采核对").check()
        form.get_by_label("理由").fill("车管所登记，现场见到车辆")
        form.get_by_role("button", name="认定").click()
        su.page.wait_for_load_state()
    visit = {
        "入户日期": "2026-11-03",
        "在场的家庭成员": "李红霞",
        "第二名调查人": ("选", "没有账号，纸上签名后拍照"),
        "第二名调查人的姓名": "李春生",
        "纸质签名照片": ["签名"],
        "家庭情况与申报是否一致": ("选", "否"),
        "调查情况": "院内停放小型面包车一辆，登记在吴建国名下。",
    }
    staff.act(su, "入户调查", **visit)
    staff.act(su, "告知核对情况（N04）").look("告知以后")


def reads_what_was_found(wu: Visitor) -> None:
    """The match differs: the family is told first and may object."""
    wu.go("/m/mine/").press("最低生活保障", exact=False).sees("查到的和您填的不一样", "核对情况告知书").look(
        "收到核对告知"
    )
    wu.press("查得不对，提出异议").sees("原因", "说明").look("提异议").press("不办了")


def disagrees(cheng: Visitor) -> None:
    staff.sign_in(cheng, "liuxi.fuze")
    staff.open_case(cheng, "吴建国").sees("不符合条件").look("负责人看不符合")
    staff.act(cheng, "初审意见", 结论=("选", "拟不同意"), 理由=("选", "财产超标"), 意见="机动车一辆，超过低保限额。")
    staff.act(cheng, "上报（拟不同意）")


def rejects(lu: Visitor) -> None:
    staff.sign_in(lu, "shenhe2")
    staff.open_case(lu, "吴建国")
    staff.act(lu, "不予确认", 理由=("选", "财产超标"), 意见="名下小型面包车一辆，低保家庭机动车限额为 0 辆。").sees(
        "不予确认"
    ).look("不予确认以后")


def takes_the_other_benefit(wu: Visitor) -> None:
    """Reasons, computation, law and remedies on one page; 低保边缘 fits, one click carries it over, no papers again."""
    wu.go("/m/mine/").press("最低生活保障", exact=False).press("看结果和理由")
    wu.sees(
        "这次没有通过", "名下小型面包车一辆", "怎么算的", "依据", "行政复议", "您可以申请别的救助", "低保边缘"
    ).look("没有通过")
    assert wu.page.locator(".p-sum tr").count() >= 4
    wu.press("同意，转为申请", exact=False).sees("提交好了", "990101-").look("转办好了")
    wu.go("/m/mine/").sees("低保边缘", "最低生活保障").look("两件")
