"""工作计划和总结 of the demo county: an invented plan of the year, imported, corrected and linked to what measures it, and
the draft of the half-year's summary. All through the services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.business.bureau.plans import importing, linking
from minzheng.business.bureau.plans.models import PlanIndicator, PlanVersion
from minzheng.business.bureau.summaries import services as summaries
from minzheng.demo.places import COUNTY
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor, staff_actor
from minzheng.kernel.orgs import selectors as orgs
from minzheng.kernel.subjects.selectors import DEMO_BUREAU

if TYPE_CHECKING:
    from minzheng.demo.load import Loader

MANAGER = "zhengce"
PLAN = """示范县民政局{year}年工作要点

{year}年，示范县民政局围绕“示范惠民”目标，抓好以下工作。

一、兜牢民生底线（责任单位：社会救助股）

1.落实社会救助政策。全年保障低保对象300人以上，实施临时救助不少于60人次，按期办结率达到98%以上。

2.加强资金监管。发放退回率控制在2%以内，资金支出进度达到95%以上。

3.强化动态监测。预警处置率达到90%以上，开展信息核对1000人次以上。

二、发展养老服务（责任单位：养老服务股；配合单位：各乡镇）

4.扩大服务供给。养老床位达到260张，其中护理型床位120张；完成困难老年人家庭适老化改造130户。

5.落实高龄津贴。享受高龄津贴的老年人达到200人。

三、深化专项事务（责任单位：社会事务股）

6.推进殡葬改革。火化率达到98%以上，节地生态安葬率达到25%以上。

7.加强婚姻家庭服务。开展离婚辅导100对，劝和45对。

四、加强基层治理（责任单位：基层政权股）

8.完善社区服务。城市社区综合服务设施覆盖率达到100%，农村社区综合服务设施覆盖率达到95%以上。

9.培育社会力量。社会组织总数达到140个，注册志愿者达到3800人。
"""
#: Words of a target as read → the indicator that measures it; others are left for the visitor to link.
MEASURED = {
    "低保对象": "assistance.dibao.persons",
    "临时救助": "assistance.temporary.person_times",
    "按期办结率": "cases.on_time_rate",
    "退回率": "payments.returned_rate",
    "支出进度": "funds.progress",
    "预警处置率": "alerts.handled_rate",
    "信息核对": "checks.persons",
    "养老床位": "elderly.beds",
    "护理型床位": "elderly.beds_nursing",
    "适老化改造": "elderly.home_adaptations",
    "高龄津贴": "elderly.old_age.persons",
    "离婚辅导": "marriage.divorce_counselling",
    "劝和": "marriage.reconciled",
    "城市社区": "community.urban_rate",
    "农村社区": "community.rural_rate",
    "志愿者": "charity.volunteers",
}


def load_summaries(loader: Loader) -> int:
    """How many targets were linked."""
    office, officer = orgs.current(code=DEMO_BUREAU), staff_actor(MANAGER)
    if office is None or officer is None:
        return 0
    year = clock.today().year
    text = PLAN.format(year=year)
    version = importing.import_text(
        actor=officer, org=office, year=year, text=text, name=f"{year}年工作要点.txt"
    ).version
    linked = _link(officer, version)
    half = "H1" if clock.today().month > 6 else ""
    summaries.generate(actor=officer, org=office, period=f"{year}{half}" if half else f"{year - 1}")
    return linked


def _link(officer: Actor, version: PlanVersion) -> int:
    count = 0
    for one in version.indicators.exclude(kind="actual").select_related("version__plan").order_by("start"):
        code = _measured(one)
        if code:
            given = linking.defaults(one) | {"code": code, "measured_region": COUNTY, "condition": None}
            linking.link(actor=officer, indicator=one, values=given)
            count += 1
    return count


def _measured(one: PlanIndicator) -> str:
    """The longest of the words that the target's name holds."""
    held = [words for words in MEASURED if words in one.subject]
    return MEASURED[max(held, key=len)] if held else ""
