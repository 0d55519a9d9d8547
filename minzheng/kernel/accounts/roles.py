"""Roles, permissions and incompatible roles (不相容角色).

A role is code, not data: what a post may do changes with a release and its tests, while *who* holds it, *where* and
*from when to when* is data (`Assignment`). Incompatible pairs follow three rules: 三员分立 (system, security and audit
administration never meet, nor do they touch business), 调查与确认分离 (whoever investigates or checks a family does not
confirm its benefit), 钱与事分离 (whoever decides or pays does not do the other, and the auditor does neither).
"""

from __future__ import annotations

from dataclasses import dataclass, field

PERMISSIONS: dict[str, str] = {
    "case.read": "查看办件",
    "child.read": "查看儿童的办件与待遇",
    "case.create": "代为登记申请",
    "case.accept": "受理",
    "case.investigate": "调查核实",
    "case.opinion": "签署初审意见",
    "case.publicity": "公示",
    "case.confirm": "审核确认",
    "objection.read": "查看公示异议的内容",
    "objection.identify": "查看异议反映人的姓名电话",
    "mandate.confirm": "核对并确认群众的委托、监护",
    "case.county_visit": "县级入户抽查",
    "match.run": "发起或办理信息核对",
    "match.read": "查看核对结果",
    "match.batch": "批量核对在享家庭、认定存疑的数据",
    "person.read": "查看个人档案",
    "person.search": "检索个人",
    "person.unmask": "查看完整证件号与账号",
    "household.read": "查看家庭档案",
    "award.read": "查看待遇",
    "payment.read": "查看发放",
    "pay.build": "制作发放批次",
    "pay.review": "复核发放批次",
    "pay.approve": "审批发放批次",
    "pay.finance": "报财政、登记拨款、报盘和银行结果",
    "pay.close": "按月关账",
    "account.confirm": "确认发放账户的更正",
    "document.read": "查看材料与文书",
    "board.read": "查看工作台与统计",
    "policy.read": "查看标准与规则",
    "audit.read": "查看审计记录",
    "audit.review": "复核紧急查阅、答复群众询问",
    "audit.anchor": "打印审计链头",
    "glass.read": "查看本地区的紧急查阅",
    "person.break_glass": "紧急查阅范围外的个人档案",
    "export.approve": "审批批量导出",
    "case.assign": "分派与移交办件",
    "accounts.read": "查看账号与任职",
    "accounts.manage": "建立与停用账号",
    "accounts.grant": "授予与收回任职",
    "jobs.read": "查看后台任务",
    "system.read": "查看系统运行情况",
    "crypto.manage": "密钥管理",
    "outbox.read": "查看消息发送情况",
    "setup.manage": "首次设置",
    "caseload.read": "查看存量导入",
    "caseload.import": "导入存量数据",
    "caseload.approve": "批准存量导入",
    "policy.confirm": "确认参数",
    "policy.simulate": "测算标准和规则的变化",
    "low_income.read": "查看低收入人口数据库",
    "low_income.manage": "登记低收入人口的类别、标签",
    "people.merge": "判断重复档案、提出合并",
    "people.approve": "复核涉及待遇的档案合并",
    "household.change": "办理分户、并户、户主变更",
    "sampling.read": "查看抽样检查",
    "sampling.draw": "组织抽样检查",
    "sampling.check": "登记抽样检查的结果",
    "exchange.read": "查看数据交换的记录",
    "exchange.manage": "管理数据交换",
    "lake.read": "查看数据湖和数据目录",
    "lake.ingest": "收进数据、管理数据库链接",
    "lake.drop": "删除数据批次、规定保留期",
    "archive.read": "查阅电子档案",
    "archive.manage": "归档、鉴定与提出销毁",
    "archive.destroy": "批准销毁档案",
    "monitor.read": "查看预警",
    "monitor.visit": "走访预警对象、登记主动发现",
    "monitor.judge": "认定、处置预警并销号",
    "monitor.assign": "分派预警",
    "monitor.manage": "运行监测、停用监测项",
    "ledger.read": "查看账目",
    "plan.read": "查看工作计划和指标",
    "plan.manage": "导入、更正工作计划",
    "duty.read": "查看督办任务",
    "duty.manage": "督办立项、分解、交办、延期、转办、通报",
    "duty.feedback": "签收、反馈督办任务",
    "duty.check": "核查、办结督办任务",
    "summary.read": "查看工作总结",
    "summary.write": "起草、修改工作总结",
    "summary.issue": "签发、印发工作总结",
    "indicator.read": "查看指标",
    "indicator.manage": "冻结、更正指标",
    "indicator.report": "填报人工指标",
    "indicator.confirm": "确认人工填报的指标",
    "stats.read": "查看统计报表",
    "stats.report": "填报统计报表",
    "stats.review": "审核下级统计报表、汇总",
    "stats.seal": "封存统计报表、确认订正",
    "project.read": "查看项目库",
    "project.manage": "管理项目、填报进度和资金",
    "project.confirm": "确认项目调整、问题销号和绩效",
    "register.read": "查看工作台账",
    "register.write": "登记工作台账",
    "register.reserved": "查看、登记内部台账（谈话、请假、党务积分等）",
    "stock.read": "查看物资",
    "stock.manage": "物资入库、调拨、盘点，建立发放批次",
    "stock.issue": "发放物资",
    "stock.confirm": "核准物资的损耗和盘点差异",
    "funds.read": "查看资金指标、余额和预测",
    "funds.manage": "录入资金指标、规则和公益金项目",
    "funds.confirm": "确认资金指标、规则和公益金项目",
}


@dataclass(frozen=True)
class Role:
    """One post: what it may do (permission codes) and which other posts the same person must not hold."""

    code: str
    title: str
    permissions: frozenset[str]
    incompatible: frozenset[str] = field(default=frozenset())


_DUTY = frozenset({"duty.read", "duty.feedback"})
_PERSON = frozenset({"person.read", "person.search", "person.unmask"})
_FILES = frozenset(
    {"household.read", "award.read", "payment.read", "document.read", "board.read", "policy.read", "indicator.read"}
)

_GRANTS: dict[str, tuple[str, frozenset[str]]] = {
    "town_clerk": (
        "乡镇经办员",
        frozenset({"case.read", "case.create", "case.accept", "case.investigate", "case.publicity"})
        | {"match.run", "match.read", "archive.read", "person.break_glass"}
        | {"low_income.read", "low_income.manage", "people.merge", "household.change"}
        | {"objection.read", "objection.identify", "mandate.confirm", "child.read"}
        | {"monitor.read", "monitor.visit", "monitor.judge", "monitor.assign"}
        | {"project.read", "project.manage"}
        | {"stock.read", "stock.manage", "stock.issue"}
        | {"stats.read", "stats.report"}
        | {"indicator.report"}
        | _PERSON
        | _FILES
        | _DUTY
        | {"register.read", "register.write"},
    ),
    "town_leader": (
        "乡镇负责人",
        frozenset(
            {
                "objection.read",
                "child.read",
                "case.read",
                "case.opinion",
                "case.confirm",
                "case.assign",
                "person.read",
                "person.search",
                "match.read",
            }
        )
        | {"glass.read", "low_income.read", "people.approve", "monitor.read", "monitor.assign"}
        | {"project.read", "project.confirm"}
        | {"stock.read", "stock.confirm"}
        | {"stats.read"}
        | {"indicator.confirm"}
        | _FILES
        | _DUTY
        | {"duty.manage", "duty.check"}
        | {"register.read"},
    ),
    "village_worker": (
        "村（居）工作人员",
        frozenset({"case.read", "case.create", "household.read", "person.read", "policy.read"})
        | {"monitor.read", "monitor.visit"}
        | _DUTY,
    ),
    "matching_officer": (
        "核对人员",
        frozenset(
            {"case.read", "match.run", "match.read", "match.batch", "household.read", "document.read", "board.read"}
        )
        | {"person.break_glass", "low_income.read", "sampling.read", "sampling.check", "exchange.read"}
        | {"indicator.read"}
        | {"monitor.read", "monitor.manage", "lake.read"}
        | _PERSON
        | _DUTY,
    ),
    "county_reviewer": (
        "县级审核确认人员",
        frozenset(
            {
                "objection.read",
                "child.read",
                "case.read",
                "case.confirm",
                "case.assign",
                "case.county_visit",
                "match.read",
                "archive.read",
            }
        )
        | frozenset({"caseload.read", "caseload.approve", "person.break_glass", "glass.read", "policy.simulate"})
        | {"sampling.read", "sampling.draw", "sampling.check"}
        | {"monitor.read", "monitor.assign", "monitor.manage"}
        | {"low_income.read", "people.merge", "people.approve"}
        | {"stats.read"}
        | {"indicator.confirm"}
        | _PERSON
        | _FILES
        | _DUTY
        | {"register.read"},
    ),
    "pay_clerk": (
        "发放经办员",
        frozenset({"pay.build", "account.confirm", "award.read", "payment.read", "household.read"})
        | {"board.read", "policy.read", "stock.read", "stock.manage", "stock.issue"}
        | {"indicator.read"}
        | _DUTY,
    ),
    "pay_reviewer": (
        "业务股室负责人",
        frozenset({"pay.review", "award.read", "payment.read", "household.read", "board.read", "policy.read"})
        | {"stock.read", "stock.confirm"}
        | {"indicator.read"}
        | _DUTY
        | {"register.read", "register.write"},
    ),
    "finance": (
        "财务人员",
        frozenset({"pay.finance", "pay.close", "award.read", "payment.read", "board.read", "policy.read"})
        | {"project.read", "project.manage"}
        | {"funds.read", "funds.manage", "funds.confirm", "ledger.read", "stock.read"}
        | {"indicator.read"}
        | _DUTY,
    ),
    "policy_officer": (
        "政策科人员",
        frozenset({"board.read", "policy.read", "policy.confirm", "policy.simulate", "award.read", "payment.read"})
        | {"project.read", "project.manage"}
        | {"plan.read", "plan.manage"}
        | {"summary.read", "summary.write"}
        | {"stats.read", "stats.report", "stats.review"}
        | {"indicator.read", "indicator.manage", "indicator.report"}
        | _DUTY
        | {"duty.manage", "duty.check"}
        | {"register.read", "register.write", "register.reserved"},
    ),
    "bureau_head": (
        "局领导",
        frozenset(
            {"archive.read", "archive.destroy", "policy.confirm", "policy.simulate", "export.approve", "glass.read"}
        )
        | {"project.read", "project.confirm"}
        | {"pay.approve"}
        | frozenset({"case.read", "household.read", "award.read", "payment.read", "board.read", "policy.read"})
        | {"low_income.read", "sampling.read", "exchange.read", "monitor.read", "lake.read", "lake.drop"}
        | {"funds.read", "funds.confirm", "ledger.read", "stock.read", "plan.read", "plan.manage"}
        | {"summary.read", "summary.issue"}
        | {"stats.read", "stats.review", "stats.seal"}
        | {"indicator.read", "indicator.manage", "indicator.confirm"}
        | _DUTY
        | {"duty.manage", "duty.check"}
        | {"register.read", "register.write", "register.reserved"},
    ),
    "auditor": (
        "审计人员",
        frozenset({"case.read", "match.read", "person.read", "person.search", "audit.read", "archive.read"})
        | {"project.read"}
        | {"audit.anchor", "glass.read", "child.read", "low_income.read", "sampling.read", "exchange.read"}
        | {"monitor.read", "lake.read", "funds.read", "ledger.read", "stock.read", "plan.read"}
        | {"summary.read"}
        | {"stats.read"}
        | _FILES
        | {"duty.read"}
        | {"register.read", "register.reserved"},
    ),
    "data_officer": (
        "数据管理员",
        frozenset({"caseload.read", "caseload.import", "household.read", "award.read", "person.read", "board.read"})
        | {"low_income.read", "people.merge", "exchange.read", "exchange.manage", "lake.read", "lake.ingest"}
        | {"indicator.read"}
        | _DUTY,
    ),
    "archivist": (
        "档案管理员",
        frozenset({"archive.read", "archive.manage", "case.read", "child.read", "document.read"}) | _DUTY,
    ),
    "sys_admin": (
        "系统管理员",
        frozenset({"outbox.read", "accounts.read", "accounts.manage", "jobs.read", "system.read", "setup.manage"}),
    ),
    "sec_admin": ("安全管理员", frozenset({"accounts.read", "accounts.grant", "system.read", "crypto.manage"})),
    "audit_admin": (
        "审计管理员",
        frozenset({"accounts.read", "audit.read", "audit.review", "audit.anchor", "glass.read", "system.read"}),
    ),
}

ADMINS = frozenset({"sys_admin", "sec_admin", "audit_admin"})

#: Posts whose holders sign in with a second factor: they run the platform, decide benefits or release money.
SECOND_FACTOR = ADMINS | {"county_reviewer", "finance", "bureau_head", "pay_clerk", "pay_reviewer"}

# Pairs, each with its reason; the matrix is made symmetric below.
_APART: dict[tuple[str, str], str] = {
    ("town_clerk", "county_reviewer"): "调查人不得审核确认",
    ("town_clerk", "town_leader"): "调查人不得签署意见或确认",
    ("village_worker", "town_leader"): "协助调查人不得签署意见或确认",
    ("village_worker", "county_reviewer"): "协助调查人不得审核确认",
    ("town_leader", "county_reviewer"): "初审人不得审核确认",
    ("matching_officer", "county_reviewer"): "核对人不得审核确认",
    ("matching_officer", "town_leader"): "核对人不得签署意见或确认",
    ("finance", "town_clerk"): "付款人不得经办待遇",
    ("finance", "town_leader"): "付款人不得决定待遇",
    ("finance", "county_reviewer"): "付款人不得决定待遇",
    ("finance", "matching_officer"): "付款人不得办理核对",
    ("pay_clerk", "pay_reviewer"): "制单人不得复核",
    ("pay_clerk", "bureau_head"): "制单人不得审批",
    ("pay_reviewer", "bureau_head"): "复核人不得审批",
    ("pay_clerk", "finance"): "制单人不得付款、记账（会计法：记账与审批、经办相互分离）",
    ("pay_reviewer", "finance"): "复核人不得付款、记账（会计法：记账与审批、经办相互分离）",
    ("finance", "bureau_head"): "付款、记账的人不得审批（会计法：记账与审批、经办相互分离）",
    ("pay_clerk", "county_reviewer"): "决定待遇的人不得制作发放批次",
    ("data_officer", "pay_clerk"): "导入待遇的人不得制作发放批次",
    ("data_officer", "county_reviewer"): "导入数据的人不得批准导入",
    ("data_officer", "finance"): "导入待遇的人不得付款",
    ("archivist", "bureau_head"): "提出销毁的人不得批准销毁",
}


def _reasons() -> dict[frozenset[str], str]:
    reasons = {frozenset(pair): why for pair, why in _APART.items()}
    for code in _GRANTS:
        if code != "auditor":
            reasons[frozenset({"auditor", code})] = "审计人员不得兼任其他岗位"
        for admin in ADMINS - {code}:
            reasons[frozenset({admin, code})] = "系统、安全、审计三员分立，且不得兼任业务岗位"
    return reasons


APART: dict[frozenset[str], str] = _reasons()


def _build() -> dict[str, Role]:
    roles = {}
    for code, (title, permissions) in _GRANTS.items():
        others = frozenset(other for other in _GRANTS if frozenset({code, other}) in APART and other != code)
        roles[code] = Role(code, title, permissions, others)
    return roles


ROLES: dict[str, Role] = _build()


def title(code: str) -> str:
    """The role's Chinese title; a code that no longer exists is shown as 已取消的岗位."""
    return ROLES[code].title if code in ROLES else "已取消的岗位"


def why_apart(one: str, other: str) -> str:
    """Why the same person must not hold both roles; "" when they may."""
    return APART.get(frozenset({one, other}), "")
