"""Agencies, staff and citizens' accounts of the demo county. Every role of roles.py has somebody; every township has two clerks and a leader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from minzheng.demo.people import Home
from minzheng.demo.places import AREA, COUNTY, townships, villages
from minzheng.kernel.subjects.selectors import DEMO_BUREAU

#: The same for every demo account; such accounts are refused while no demonstration is loaded.
PASSWORD = "Demo-2026!"


@dataclass(frozen=True)
class Office:
    code: str
    name: str
    kind: str
    parent: str
    region: str
    prefix: str = ""


@dataclass(frozen=True)
class Login:
    """A demo account. `phone` is set for citizens, who sign in by one-time code; `use` says what to try with it."""

    username: str
    name: str
    role: str
    office: str
    region: str
    post: str
    use: str
    phone: str = ""
    person: str = ""


_CENTER, _FINANCE, _BANK = "DEMO-990101-HDZX", "DEMO-990101-CZJ", "DEMO-990101-BANK"

_COUNTY_STAFF = (
    ("shenhe", "沈清和", "county_reviewer", DEMO_BUREAU, "社会救助股股长", "县级审核确认"),
    ("shenhe2", "陆思远", "county_reviewer", DEMO_BUREAU, "社会救助股科员", "县级审核确认（第二人）"),
    ("hedui", "方以宁", "matching_officer", _CENTER, "核对员", "办理信息核对、答复异议"),
    ("fafang", "金有余", "pay_clerk", DEMO_BUREAU, "社会救助股发放经办", "生成发放批次、处理校验、确认账户更正"),
    ("fuhe", "陶正言", "pay_reviewer", DEMO_BUREAU, "社会救助股副股长", "复核发放批次"),
    ("caiwu", "钱一诺", "finance", DEMO_BUREAU, "计划财务股", "报财政、登记拨款、报盘、关账"),
    ("zhengce", "顾明理", "policy_officer", DEMO_BUREAU, "政策法规股", "查看标准与规则"),
    ("juzhang", "章知行", "bureau_head", DEMO_BUREAU, "局长", "看全县情况、审批发放批次（大额）"),
    ("fujuzhang", "文思齐", "bureau_head", DEMO_BUREAU, "分管副局长", "审批发放批次"),
    ("dangan", "简存真", "archivist", DEMO_BUREAU, "档案室", "归档、利用与鉴定"),
    ("shenji", "严守正", "auditor", DEMO_BUREAU, "内部审计", "查谁看过档案、复算待遇"),
    ("shuju", "舒有数", "data_officer", DEMO_BUREAU, "数据管理员", "导入存量花名册"),
    ("xitong", "石可为", "sys_admin", DEMO_BUREAU, "系统管理员", "建立账号、看运行情况"),
    ("anquan", "安如磐", "sec_admin", DEMO_BUREAU, "安全管理员", "授予与收回任职"),
    ("rizhi", "查有据", "audit_admin", DEMO_BUREAU, "审计管理员", "查看审计记录"),
)
_CLERKS = "林晓云 苏雨晴 温静 俞佳宁 梅雪 叶知秋 柏青 池清 乔安 穆兰 江流 秋实".split()
_SECONDS = "丁宁 白露 江南 田野 季风 岳峰 柳青 童心 向阳 路遥 晏如 何欢".split()
_LEADERS = "高远 程前 齐心 洪波 雷鸣 成功 凌云 费思 伍德 骆宾 关山 申明".split()
_VILLAGE = "马小梅 李春生 王秋月 陈冬生 赵夏禾 孙立春 周谷雨 吴清明 郑白露 冯小满 褚立秋 卫冬至".split()


def offices() -> Iterator[Office]:
    """The bureau first, then its centre, the township windows, the committees, finance and the bank."""
    yield Office(DEMO_BUREAU, "示范县民政局", "bureau", "", COUNTY, "示民")
    yield Office(_CENTER, "示范县居民家庭经济状况核对中心", "checking_center", DEMO_BUREAU, COUNTY, "示核")
    yield Office(_FINANCE, "示范县财政局社会保障股", "finance", "", COUNTY)
    yield Office(_BANK, "示范县农村商业银行", "bank", "", COUNTY)
    for town in townships():
        code = f"DEMO-{town.code[:9]}"
        yield Office(code, f"{town.name}民政服务窗口", "township", DEMO_BUREAU, town.code, f"示{town.name[:1]}民")
        for village in villages():
            if village.parent == town.code:
                kind = "社区居民委员会" if village.urban else "村民委员会"
                name = f"{village.name.removesuffix('社区')}{kind}" if village.urban else f"{village.name}{kind}"
                yield Office(f"DEMO-{village.code}", f"{town.name}{name}", "committee", code, village.code)


def staff() -> Iterator[Login]:
    """County posts, then each township: two clerks, the leader, one village worker."""
    for username, name, role, office, post, use in _COUNTY_STAFF:
        yield Login(username, name, role, office, COUNTY, post, use)
    for k, town in enumerate(townships()):
        office = f"DEMO-{town.code[:9]}"
        first = next(
            village
            for village in villages()
            if village.parent == town.code and not _is_urban_only(town.short, village.urban)
        )
        rows = (
            (f"{town.short}", _CLERKS[k], "town_clerk", office, town.code, "民政助理", "受理、调查、公示"),
            (f"{town.short}2", _SECONDS[k], "town_clerk", office, town.code, "民政办科员", "第二名调查人"),
            (f"{town.short}.fuze", _LEADERS[k], "town_leader", office, town.code, "分管负责人", "签署初审意见"),
            (
                f"{town.short}.cun",
                _VILLAGE[k],
                "village_worker",
                f"DEMO-{first.code}",
                first.code,
                "民政协理员",
                "村（居）代办",
            ),
        )
        for row in rows:
            yield Login(*row)


def _is_urban_only(short: str, urban: bool | None) -> bool:
    """A town's village worker works in a village; a sub-district's in a community."""
    return bool(urban) and short not in ("wenchang", "hebin")


def citizens(homes: list[Home]) -> Iterator[Login]:
    """The named families' phones, in the order of the stories."""
    uses = {
        "zhou": "手机申请低保（三代四口，故事一）",
        "wu": "申请低保，核对出一辆车（故事二）",
        "zheng": "低保边缘家庭的重残人员单独申请",
        "he": "在保家庭，正在渐退",
        "qin": "81 岁，还没有申请高龄津贴（女儿方丽华替她办，手机 15401010051）",
        "luo": "有残疾人证，还没有申请两项补贴",
    }
    for home in homes:
        if home.story not in uses:
            continue
        who = [(applicant_of(home), uses[home.story])]
        if home.story == "qin":
            who.append((home.head, "替母亲秦素珍办高龄津贴（替家人办）"))
        for person, use in who:
            yield Login(person.phone, person.name, "citizen", "", home.village.code, "", use, person.phone, person.no)


def applicant_of(home: Home):  # type: ignore[no-untyped-def]
    """Who applies: the head, but 郑秋生 and 秦素珍 for themselves."""
    own = {"zheng": "郑秋生", "qin": "秦素珍"}.get(home.story)
    return next((member for member in home.members if member.name == own), home.head)


__all__ = ["AREA", "PASSWORD", "Login", "Office", "applicant_of", "citizens", "offices", "staff"]
