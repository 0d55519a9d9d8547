"""证据: rows a decision rests on. They are added, closed, never changed; `sha` proves that."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from minzheng.kernel.crypto import sealing

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Evidence
    from minzheng.kernel.cases.running.context import Ctx

TITLES = {
    "match_report": "家庭经济状况核对报告",
    "match_request": "核对请求（等待答复或签发）",
    "match_review": "疑似记录复核",
    "judgement": "核对差异认定",
    "facts": "核实的情况",
    "visit": "入户调查",
    "neighbour": "邻里访问",
    "relative": "近亲属备案",
    "mismatch": "核对情况告知",
    "match_objection": "核对异议",
    "match_recheck": "核对异议复查",
    "warning": "拒不配合书面警告",
    "assessment": "核算结果",
    "objection": "公示异议",
    "reinvestigation": "异议复查记录",
    "council": "民主评议记录",
    "meeting": "集体研究会议记录",
    "county_visit": "县级入户",
    "proposal": "其他救助建议",
    "change": "变化报告",
    "late_objection": "公示期满后的异议",
    "complaint": "投诉举报",
    "assessment_sent": "送鉴定、评估",
    "appraisal": "鉴定、评估结果",
    "hang": "挂起：部门数据暂不可得",
    "manual_check": "人工取证",
    "countersign": "会签",
    "spot_visit": "抽查入户",
    "work_offer": "介绍就业情况",
    "share_stopped": "停发本人份额",
    "clawback": "追回多发款项",
    "clawback_objection": "对追回的异议",
    "penalty_told": "行政处罚事先告知",
    "penalty": "行政处罚决定",
    "penalty_dropped": "不予处罚",
    "referral": "转介",
    "custody": "代管存折协议",
    "expenses": "核定的刚性支出",
    "selfcare": "生活自理能力评估",
    "support": "法定义务人履行能力认定",
    "care_agreement": "委托照料服务协议",
    "care_check": "照料服务月度考核",
    "stop_posted": "终止供养公示",
    "stop_objection": "终止公示异议",
    "funeral": "丧葬费",
    "certificate": "残联审核证件",
    "raising_agreement": "养育协议",
    "remote": "在外地递交",
    "sent_home": "转送户籍地",
    "home_answer": "户籍地的审核结果",
    "feedback": "反馈受理地",
    "urging": "督办",
    "advance": "先行救助",
    "case_by_case": "一事一议会议",
}


def canonical(data: Any) -> bytes:
    """The bytes that are hashed: sorted keys, no spaces, dates as ISO text."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode()


def digest(data: Any) -> str:
    return sealing.sm3(canonical(data))


def add(
    ctx: Ctx, kind: str, data: Mapping[str, Any], *, title: str = "", valid_until: datetime.date | None = None
) -> Evidence:
    """Write one piece of evidence and note it in the act's data."""
    from minzheng.kernel.cases.models import Evidence

    plain = json.loads(canonical(dict(data)))
    row = Evidence.objects.create(
        case=ctx.case,
        kind=kind,
        title=title or TITLES.get(kind, kind),
        at=ctx.now,
        valid_until=valid_until,
        actor_id=ctx.actor.id,
        data=plain,
        sha=digest(plain),
    )
    ctx.note({"evidence": [*ctx.done.data.get("evidence", []), str(row.pk)]})
    ctx.__dict__.pop("_evidence", None)
    return row


def is_open(ctx: Ctx, kind: str) -> bool:
    """Whether something of this kind still waits to be settled."""
    return any(row.closed_at is None for row in ctx.evidence(kind))


def close(ctx: Ctx, *kinds: str) -> None:
    """Settle everything open of these kinds, now."""
    for row in ctx.evidence(*kinds):
        if row.closed_at is None:
            row.closed_at = ctx.now
            row.save(update_fields=["closed_at"])


def intact(row: Evidence) -> bool:
    """Whether the stored content is what was written."""
    return digest(row.data) == row.sha
