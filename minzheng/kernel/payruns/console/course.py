"""Of a batch's page: what has been done to it, by whom and why."""

from __future__ import annotations

from collections.abc import Sequence

from minzheng.kernel.parts.panels import Entry
from minzheng.kernel.payruns.console.words import ACTS, STATES, TONES
from minzheng.kernel.payruns.models import PayBatch, PayEvent

#: Steps drawn on the page; a batch has about ten, lines taken out by hand add more.
STEPS = 60


def steps(batch: PayBatch) -> Sequence[Entry]:
    """Steps of the batch, and of single lines what people did; each line's bank result is told with its file."""
    rows = PayEvent.objects.filter(batch=batch).exclude(act="result").select_related("line__award")
    return [_step(one) for one in reversed(list(rows.order_by("-at", "-pk")[:STEPS]))]


#: Acts of files and lines, besides those of batches.
MORE_ACTS = {
    "unclaimed": "交回财政", "return": "登记银行结果", "return_refused": "回盘文件整份拒收", "first_approve": "第一次审批", "release": "解除剔除",
    "visit": "须上门核实", "reissue": "重发", "exclude": "剔除", "clear": "说明理由放行",
}  # fmt: skip
#: What of an event's detail is worth a line.
COUNTS = {
    "lines": "明细 {} 笔", "paid": "到账 {} 笔", "returned": "退回 {} 笔", "unknown": "不明 {} 笔",
    "rejected": "不予入账 {} 笔", "findings": "{} 条",
}  # fmt: skip


def _step(event: PayEvent) -> Entry:
    moved = event.to_state and event.to_state != event.from_state
    title = MORE_ACTS.get(event.act) or ACTS.get(event.act, event.act)
    about = f"{event.line.award.payee_name}（第 {event.line.seq} 笔）" if event.line else ""
    told = "，".join(text.format(event.detail[key]) for key, text in COUNTS.items() if event.detail.get(key))
    note = f"明细校验码 {event.sha[:16]}" if event.sha and moved else ""
    return Entry(
        event.at, f"{title}　→ {STATES.get(event.to_state, '')}" if moved else title, event.actor_name,
        "：".join(filter(None, (about, event.reason or told))), TONES.get(event.to_state, "plain") if moved else "plain",
        note,
    )  # fmt: skip
