"""工作台账 of the demo county: some thirty entries of twelve books, through the services: party life and clean-government duties
of which one is short, hidden dangers at every step (one overdue), agreements that end, honours and publicity for the summary."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from minzheng.business.bureau.registers import services
from minzheng.business.bureau.registers.models import RegisterEntry
from minzheng.business.bureau.registers.reading import books
from minzheng.demo.places import COUNTY, townships
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, Actor, staff_actor
from minzheng.kernel.orgs import selectors as orgs

if TYPE_CHECKING:
    from minzheng.demo.load import Loader
    from minzheng.kernel.orgs.models import Organization

#: (book, days ago, {field: value}); a field written "+n" or "-n" is so many days from today.
COUNTY_ENTRIES: tuple[tuple[str, int, dict[str, Any]], ...] = (
    ("pilots", 260, {"name": "社会救助“一件事”改革试点", "level": "province", "field": "assistance", "approver": "省民政厅",
                     "ends_on": "+45", "tasks": "一窗受理、部门联办、主动发现"}),
    ("pilots", 150, {"name": "社区居家养老服务标准化试点", "level": "city", "field": "elderly", "approver": "市民政局",
                     "ends_on": "+220", "tasks": "制定服务清单，建立评估机制"}),
    ("honours", 200, {"name": "社会救助工作先进集体", "winner": "社会救助股", "kind": "unit", "level": "city", "giver": "市民政局"}),
    ("honours", 95, {"name": "最美城乡社区工作者", "winner": "文昌街道春风社区书记", "kind": "person", "level": "province", "giver": "省民政厅"}),
    ("joint_meetings", 120, {"system": "assistance", "topic": "低收入人口动态监测和部门数据共享", "members": 14, "attended": 13,
                             "decisions": "人社、医保按月推送数据；逾期未推送的通报", "due_on": "+4"}),
    ("policy_documents", 300, {"name": "示范县临时救助实施细则", "kind": "trial", "drafter": "社会救助股"}),
    ("followups", 60, {"name": "关于加强低收入人口动态监测的意见", "doc_no": "示市民发〔2026〕18号", "owner": "示范县民政局",
                       "what": "县级制定实施方案", "due_on": "-6"}),
    ("proposals", 100, {"no_": "第27号建议", "topic": "关于增加农村幸福院运营补助的建议", "kind": "deputy", "role": "lead",
                        "proposer": "李代表", "office": "养老服务股"}),
    ("commitments", 345, {"institution": "示范县福利中心", "kind": "promise", "signer": "周主任"}),
    ("integrity", 150, {"topic": "半年党风廉政建设分析", "kind": "meeting", "host": "章知行", "people": 12, "content": "通报情况，部署下半年任务"}),
    ("integrity", 110, {"topic": "救助资金案例警示教育", "kind": "education", "host": "章知行", "people": 36, "content": "观看警示片，交流体会"}),
    ("party_life", 20, {"branch": "机关第一支部", "kind": "committee", "topic": "研究主题党日", "host": "文思齐", "present": 5, "minutes": "略"}),
    ("party_life", 48, {"branch": "机关第一支部", "kind": "congress", "topic": "学习全会精神", "host": "文思齐", "members": 18, "present": 16, "minutes": "略"}),
    ("party_life", 15, {"branch": "机关第二支部", "kind": "lecture", "topic": "为民服务的初心", "host": "顾明理", "present": 14, "minutes": "略"}),
    ("study", 30, {"topic": "社会救助政策专题学习", "kind": "group", "speaker": "章知行", "people": 15, "notes": "学习文件，三人发言"}),
    ("trainings", 75, {"topic": "乡镇民政经办员业务培训", "kind": "class", "field": "assistance", "audience": "乡镇经办员", "people": 46, "hours": "12", "passed": 45}),
    ("trainings", 25, {"topic": "养老护理员技能竞赛", "kind": "contest", "field": "elderly", "audience": "养老机构护理员", "people": 28, "hours": "6"}),
    ("contracts", 350, {"name": "政府购买社会救助服务合同", "kind": "service", "partner": "示范县惠民社工服务中心", "partner_kind": "social",
                        "way": "consult", "reviewer": "法律顾问", "amount": 36_000_000, "starts_on": "-349", "ends_on": "+15", "years_run": 2}),
    ("publicity", 40, {"title_": "示范县：救助服务送上门", "kind": "news", "media": "省级日报", "level": "province"}),
    ("publicity", 12, {"title_": "一图读懂临时救助", "kind": "explain", "media": "本局公众号", "level": "own", "document": "临时救助实施细则"}),
    ("research", 70, {"topic": "农村留守老人探访", "kind": "research", "people": "养老服务股三人", "problems": 4, "content": "探访频次不够，建议由村级协理员按周探访", "due_on": "+3"}),
    ("partners", 340, {"partner": "示范县农商银行", "kind": "bank", "matter": "惠民资金社会保障卡代发", "ends_on": "+24"}),
)  # fmt: skip
#: The townships' own; one inspection each, and what it found.
DANGERS = (
    {"institution": "{town}敬老院", "what": "二楼疏散指示灯不亮", "kind": "fire", "grade": "common", "due_on": "-4"},
    {"institution": "{town}敬老院", "what": "厨房燃气软管老化", "kind": "gas", "grade": "common", "due_on": "+2"},
    {"institution": "{town}公益性公墓", "what": "挡土墙开裂", "kind": "building", "grade": "major", "due_on": "+20"},
)
TOWNS = 2


def load_registers(loader: Loader) -> int:
    """Returns how many entries there are."""
    county, officer = orgs.office_for(COUNTY, ("bureau",)), staff_actor("zhengce") or SYSTEM
    if county is None:
        return 0
    count = 0
    for code, ago, values in COUNTY_ENTRIES:
        entry = _enter(officer, county, code, ago, values)
        count += 1
        if code == "pilots":
            services.move(actor=officer, entry=entry, to="running")
    for town in townships()[:TOWNS]:
        office = orgs.office_for(town.code, ("township",))
        if office is not None:
            count += _town(staff_actor(town.short) or SYSTEM, officer, office, town.name)
    return count


def _enter(actor: Actor, org: Organization, code: str, ago: int, values: dict[str, Any]) -> RegisterEntry:
    today = clock.today()
    kept = {
        name: (today + datetime.timedelta(days=int(value))).isoformat()
        if isinstance(value, str) and value[:1] in "+-" and value[1:].isdigit()
        else value
        for name, value in values.items()
    }
    day = today - datetime.timedelta(days=ago)
    return services.enter(actor=actor, book=books()[code], org=org, on=day, values=kept)


def _town(keeper: Actor, officer: Actor, office: Organization, town: str) -> int:
    """An inspection of the township, its hidden dangers: open and overdue, open, closed after being put right."""
    _enter(keeper, office, "safety_inspections", 14, {
        "institution": f"{town}敬老院", "kind": "elderly", "mode": "joint", "partners": "消防救援站、市场监管所", "inspectors": "民政助理、消防员",
        "items": ["fire", "gas", "power", "epidemic"], "dangers": len(DANGERS),
    })  # fmt: skip
    reported = {"reported_on": "-13", "stopped": True}
    for n, danger in enumerate(DANGERS):
        values = danger | {
            "institution": danger["institution"].format(town=town),
            "person": "王院长",
            "measures": "限期更换并复查",
        }
        entry = _enter(keeper, office, "hidden_dangers", 14, values | (reported if danger["grade"] == "major" else {}))
        if n == 2:
            day = clock.today().isoformat()
            services.move(actor=keeper, entry=entry, to="fixed", values={"fixed_on": day, "fixed_how": "已加固"})
            services.move(actor=officer, entry=entry, to="closed", values={"closed_on": day, "rechecker": "顾明理"})
    return 1 + len(DANGERS)
