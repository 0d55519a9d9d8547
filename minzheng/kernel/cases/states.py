"""通用办件状态 (reference §0.6). A benefit takes these states and the acts of `lifecycle_*.py`, and declares only deltas."""

from __future__ import annotations

from minzheng.kernel.cases.flow import State

STATES = (
    State("DRAFT", "草稿", public="还没有提交", stage="申请"),
    State("SUBMITTED", "已提交", public="已提交，等待乡镇（街道）审查材料", stage="申请", tone="wait"),
    State("SUPPLEMENT", "待补正", public="材料还差一点，请按告知书补齐", stage="申请", tone="wait"),
    State("NOT_ACCEPTED", "不予受理", public="没有受理，原因见告知书", stage="申请", terminal=True, tone="bad"),
    State("ACCEPTED", "已受理", public="已受理，即将开始调查", stage="调查", tone="active"),
    State("INVESTIGATING", "调查核对中", public="正在核对收入财产、入户调查", stage="调查", tone="active"),
    State("INITIAL_OPINION", "初审意见", public="乡镇（街道）已提出初审意见", stage="初审", tone="active"),
    State("PUBLICITY", "公示中", public="正在村（社区）公示", stage="公示", tone="active"),
    State("OBJECTION", "异议复查", public="公示有异议，正在复查", stage="公示", tone="wait"),
    State("REVIEW", "县级审核确认", public="县级民政部门正在审核确认", stage="确认", tone="active"),
    State("TOWN_CONFIRM", "乡镇确认", public="乡镇（街道）正在审核确认", stage="确认", tone="active"),
    State("APPROVED", "确认同意", public="已确认同意，等待首次发放", stage="结果", tone="good"),
    State("REJECTED", "不予确认", public="没有通过，原因和救济途径见告知书", stage="结果", terminal=True, tone="bad"),
    State("IN_PAYMENT", "享受待遇", public="按月发放中", stage="待遇", tone="good"),
    State("RECHECK", "复核", public="正在复核", stage="待遇", tone="active"),
    State("ADJUSTED", "增发／减发", public="金额已调整，下月起按新金额发放", stage="待遇", tone="active"),
    State("SUSPENDED", "暂停", public="暂停发放", stage="待遇", tone="wait"),
    State("TAPERING", "渐退", public="渐退期内继续发放", stage="待遇", tone="wait"),
    State("TERMINATED", "停发", public="已停止发放", stage="待遇", terminal=True, tone="plain"),
    State("WITHDRAWN", "申请人撤回", public="已撤回，可以重新申请", stage="结果", terminal=True),
    State("ABORTED", "终止审核", public="审核已终止，原因见告知书", stage="结果", terminal=True, tone="bad"),
)

#: The end of a one-off payment. Not among the common states: only a flow that pays once has it.
CLOSED = State("CLOSED", "已办结", public="已办结，钱一次发到您的账户", stage="结果", terminal=True, tone="good")

# A case in one of these is a family's one application that is under way (drafts do not count).
UNDER_WAY = (
    "SUBMITTED",
    "SUPPLEMENT",
    "ACCEPTED",
    "INVESTIGATING",
    "INITIAL_OPINION",
    "PUBLICITY",
    "OBJECTION",
    "REVIEW",
    "TOWN_CONFIRM",
    "APPROVED",
)
PAID = ("IN_PAYMENT", "RECHECK", "ADJUSTED", "SUSPENDED", "TAPERING")
BEFORE_DECISION = tuple(code for code in UNDER_WAY if code != "APPROVED")
OPEN = UNDER_WAY + PAID
TERMINAL = tuple(s.code for s in (*STATES, CLOSED) if s.terminal)
