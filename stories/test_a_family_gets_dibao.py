"""Story one: 周桂兰's family of four in three generations, from applying on a phone to the first payment, and to the car
that a monitor finds a month later.

Four people sign in: 周桂兰 (phone), the clerk 林晓云 and head 高远 of 青石镇, and 沈清和 at the county. Every screen is looked at,
every number is right.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stories import citizen, pictures, staff, stage
from stories.county import FIRST_DAY
from stories.visitor import Visitor, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow]


AMOUNT = "1,588.00"  # 730 × 4 − 1,551 = 1,369, plus 分类施保 146 + 73


def test_周桂兰家从手机申请到第一笔钱(comes: Callable[..., Any]) -> None:
    zhou, lin = comes("周桂兰", phone=True), comes("林晓云")
    with stage.on(FIRST_DAY):
        no = applies(zhou)
        asks_progress_without_login(comes("邻居", phone=True), no)
    with stage.on("2026-11-03"):
        accepts(lin, no)
        investigates(lin)
    with stage.on("2026-11-04"):
        gives_opinion(comes("高远"))
        posts(lin)
        reads_publicity(comes("过路人", phone=True))
    with stage.on("2026-11-11"):
        cannot_end_early(lin)
    with stage.on("2026-11-12"):
        ends_publicity(lin)
        confirms(comes("沈清和"))
        stage.run_jobs()
        reads_decision(zhou)
    with stage.on("2026-12-01"):
        stage.run_jobs()
        sees_payment(zhou)
        reads_messages(zhou)
    with stage.on("2026-12-10"):
        delivers_vehicles()
        looks_into_the_alert(lin, no)


def delivers_vehicles() -> None:
    """公安 delivers the month's new vehicles; one belongs to 赵志强. At night the monitors look at what is new."""
    from minzheng.datacenter.lake.ingest import ingest
    from minzheng.kernel.accounts.actors import SYSTEM
    from minzheng.kernel.cases.models import CaseMember
    from minzheng.kernel.jobs import services
    from minzheng.kernel.jobs.worker import drain

    def work() -> None:
        zhao = CaseMember.objects.filter(case__applicant_name="周桂兰", name="赵志强").first()
        assert zhao is not None
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "机动车登记.csv"
            head = "公民身份号码,机动车所有人,号牌号码,车辆类型,初次登记日期,机动车状态"
            file.write_text(f"{head}\n{zhao.id_no},赵志强,示A66888,小型轿车,2026-12-02,正常\n", encoding="gb18030")
            batch = ingest(SYSTEM, "vehicle", file, "2026-12", region="990101000000")
        assert (batch.accepted, batch.rejected) == (1, 0)
        services.enqueue("monitor.daily", key="story:monitor.daily")
        drain()

    stage.aside(work)


def looks_into_the_alert(lin: Visitor, no: str) -> None:
    """A vehicle stops nothing by itself: somebody goes and looks, judges, and the case is checked again."""
    lin.go("/console/monitor/alerts/").sees("预警队列", "赵志强").look("预警队列")
    lin.page.get_by_role("row").filter(has_text="赵志强").get_by_role("link").first.click()
    lin.page.wait_for_load_state()
    lin.sees("新登记机动车", "示A66888", "公安").look("一条预警")
    lin.press("走访记录").pick("怎样走访", "入户").pick("见到谁", "见到家属")
    lin.fill("看到的情况", "车停在院里，本人说是自己买来跑运输的。").press("保存走访记录").sees("走访记录已保存")
    lin.press("认定").pick("这条预警说的情况属实吗", "属实")
    lin.pick("反馈", "F13 停发或减发").look("认定预警").press("认定")
    lin.press("处置").pick("怎样处置", "启动存量复核").fill("说明", "购车情况属实，重新核对家庭财产。")
    lin.press("办理").sees("已启动复核", "预警本身不停发")
    staff.open_case(lin, "周桂兰").sees(no, "复核", "名下新登记机动车").look("预警启动的复核")


def asks_progress_without_login(neighbour: Visitor, no: str) -> None:
    """By number and last four digits: state and dates only; no name, address or amount."""
    neighbour.go("/m/progress/").fill("办件编号", no).fill("申请人身份证号后四位", "9022").press("查询")
    neighbour.sees("已提交，等待乡镇（街道）审查材料", "还剩 3 个工作日（11月5日）").does_not_see(
        "周桂兰", "石桥村", "15401010001"
    ).look("查到进度")
    neighbour.fill("申请人身份证号后四位", "0000").press("查询").sees("没有查到").does_not_see("等待乡镇")


def accepts(lin: Visitor, no: str) -> None:
    """The clerk: from workbench to acceptance in at most six clicks."""
    staff.sign_in(lin, "qingshi").sees("工作台").look("工作台")
    staff.open_case(lin, "周桂兰").sees(no, "赵志强", "孙秀梅", "赵小满").look("待受理的办件")
    staff.act(lin, "受理")
    assert lin.clicks <= 6, f"受理按了 {lin.clicks} 下"


def investigates(lin: Visitor) -> None:
    staff.act(lin, "启动调查")
    staff.act(lin, "信息核对").look("核对以后")
    visit = {
        "入户日期": "2026-11-03",
        "在场的家庭成员": "周桂兰",
        "第二名调查人": ("选", "没有账号，纸上签名后拍照"),
        "第二名调查人的姓名": "马小梅",
        "纸质签名照片": ["签名"],
        "家庭情况与申报是否一致": ("选", "是"),
        "调查情况": "砖瓦平房一处，家中无大件电器，种地三分。",
        "入户照片": ["院子", "堂屋"],
    }
    staff.act(lin, "入户调查", **visit).look("入户以后")


def gives_opinion(gao: Visitor) -> None:
    staff.sign_in(gao, "qingshi.fuze")
    staff.open_case(gao, "周桂兰").sees(AMOUNT, "符合条件").look("负责人看办件")
    staff.act(gao, "初审意见", 结论=("选", "拟同意"), 意见="经核对和入户，情况属实，拟同意。")


def posts(lin: Visitor) -> None:
    staff.open_case(lin, "周桂兰")
    staff.act(lin, "张榜公示", 公示地点="石桥村村务公开栏", 张榜照片=["公示栏"]).sees("公示中").look("公示中")


def reads_publicity(visitor: Visitor) -> None:
    """The publicity has only the name (hidden), number of people and amount."""
    visitor.go("/").press("公示", exact=False).look("公示的地方").press("石桥村", exact=False)
    visitor.sees("周*兰", AMOUNT).does_not_see("周桂兰", "赵志强", "3组12号", "15401010001", "99010119580314").look(
        "公示名单"
    )


def cannot_end_early(lin: Visitor) -> None:
    """While the last day is not over, it cannot be ended."""
    staff.open_case(lin, "周桂兰")
    assert lin.page.locator("details.act:has(> summary:text-is('公示期满上报'))").count() == 0
    lin.page.locator("details.act-closed > summary").click()
    lin.sees("公示到 2026-11-11 当日结束才满")


def ends_publicity(lin: Visitor) -> None:
    staff.open_case(lin, "周桂兰")
    staff.act(lin, "公示期满上报", 期满时的公示照片=["期满"])


def confirms(shen: Visitor) -> None:
    """The county: all the reasons on one page, at most five clicks."""
    staff.sign_in(shen, "shenhe").look("县里的工作台")
    staff.open_case(shen, "周桂兰").sees(AMOUNT, "符合条件", "入户调查", "信息核对").look("县里看办件")
    staff.act(shen, "确认同意").sees("确认同意").look("确认以后")
    assert shen.clicks <= 5, f"确认按了 {shen.clicks} 下"


def reads_decision(zhou: Visitor) -> None:
    """Understood on one screen: agreed, how much a month, from which month, how computed, on what law, what to do if
    one disagrees; then download the PDF.
    """
    zhou.go("/m/mine/").sees("最低生活保障").look("我的办件")
    zhou.press("最低生活保障", exact=False).look("办理进度").press("看结果和理由")
    zhou.sees(
        "同意给您家低保",
        "1,551.00 元",
        f"{AMOUNT} 元",
        "从 2026年12月起发",
        "保障 4 人",
        "怎么算的",
        "依据",
        "行政复议",
    ).look("审核结果")
    link = zhou.page.get_by_role("link", name="下载 PDF").get_attribute("href")
    answer = zhou.context.request.get(zhou.base + str(link))
    assert answer.status == 200 and answer.body().startswith(b"%PDF-")


def sees_payment(zhou: Visitor) -> None:
    zhou.go("/m/payments/").sees("2026年12月", f"{AMOUNT} 元", "待发", "尾号 4567").look("我的发放")


def reads_messages(zhou: Visitor) -> None:
    zhou.go("/m/messages/").sees("已受理", "已确认同意，每月1,588.00元").look("我的消息")
    zhou.go("/").look("登录后的首页")


def applies(zhou: Visitor) -> str:
    """From “申请低保” to “提交好了”; returns the number. Eight screens in all, sign-in and result included."""
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
    return zhou.page.locator(".p-no").inner_text().strip()


def family(zhou: Visitor) -> None:
    """The family comes from the files and need not be typed; only what the files lack is added."""
    zhou.sees("一起生活的家人", "周桂兰", "赵志强", "孙秀梅", "赵小满", "第 2 步")
    citizen.tells(zhou, "孙秀梅", "残疾类别", "肢体")
    citizen.tells(zhou, "孙秀梅", "残疾等级", "二级")
    citizen.tells(zhou, "孙秀梅", "是否没有劳动能力", "是")
    citizen.tells(zhou, "赵小满", "是否在校学生", "全日制本科及以下")
    zhou.look("家人").press("下一步")


def income(zhou: Visitor) -> None:
    zhou.sees("每个人的收入", "第 3 步")
    citizen.earns(zhou, "周桂兰", "养老金、赡养费", "213")
    citizen.card_of(zhou, "周桂兰").get_by_label("其中国家规定不计入的").fill("143")
    citizen.earns(zhou, "周桂兰", "种养、经营净收入", "200")
    citizen.earns(zhou, "赵志强", "工资、打工收入", "1500")
    zhou.sees("二百一十三元", "一百四十三元", "二百元", "一千五百元")
    zhou.look("收入").press("下一步")


def property_(zhou: Visitor) -> None:
    zhou.sees("住房和财产", "第 4 步")
    zhou.pick("按城市还是农村低保申请", "农村").fill("存款、股票、保险等合计", "8600").fill("房屋套数", "1").fill(
        "机动车辆数", "0"
    )
    zhou.pick("是否有人开公司", "否").does_not_show("他的姓名、单位和与您的关系")
    zhou.pick("家里有没有近亲属", "否")
    zhou.look("财产").press("下一步")


def account_and_photos(zhou: Visitor) -> None:
    """Fill in the account, photograph an ID card: uploaded when chosen, with progress and preview."""
    zhou.sees("发放账户", "第 5 步").fill("户名", "周桂兰").fill("账号", "6230 0101 0000 1234 567").fill(
        "开户银行", "示范县农村商业银行"
    )
    zhou.page.get_by_label("身份证、户口簿").set_input_files(pictures.upload("身份证"))
    settled(zhou.page, lambda: zhou.page.get_by_role("button", name="删掉这张").count() == 1)
    zhou.look("账户和照片").press("下一步")


def check_sign_send(zhou: Visitor) -> None:
    """Look it over, three adults sign here, submit."""
    zhou.sees("检查、签字、提交", "第 6 步", "8,600.00 元", "1 张照片")
    for adult in ("周桂兰", "赵志强", "孙秀梅"):
        citizen.sign_here(zhou, adult)
    assert zhou.page.locator("details.p-member").count() == 0, "十二岁的赵小满不用签"
    zhou.tick("以上情况属实")
    zhou.look("检查签字提交").press("提交申请")
    zhou.sees("提交好了", "接下来", "最晚答复").look("提交好了")
