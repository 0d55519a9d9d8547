"""Words and colours of alerts, the same on every page."""

from __future__ import annotations

from typing import Any

from minzheng.datacenter.monitoring import declare, feedback
from minzheng.datacenter.monitoring.models import Alert
from minzheng.kernel.parts.columns import Badge, Deadline, Link, Region, Text
from minzheng.kernel.parts.fields import yuan_text

LEVEL_TONES = {"red": "bad", "orange": "orange", "yellow": "yellow", "blue": "info"}
STATE_TONES = {
    "NEW": "warn",
    "ASSIGNED": "info",
    "VISITED": "wait",
    "JUDGED": "wait",
    "ACTED": "wait",
    "CLOSED": "good",
}
LEVELS, STATES, CHANNELS = dict(Alert.LEVELS), dict(Alert.STATES), dict(Alert.CHANNELS)
ACTS = {
    "found": "产生预警", "lead": "收到反映", "assign": "分派", "visit": "走访", "judge": "认定", "handle": "处置", "close": "销号",
    "upgrade": "升级", "facts": "补充依据", "escalate": "逾期，报县级督办",
}  # fmt: skip
WAYS = {"home": "入户", "phone": "电话", "video": "视频"}
MET = {"self": "见到本人", "kin": "见到家属", "neighbour": "问了邻居", "nobody": "没有见到人"}

#: Columns that lists of alerts share.
LEVEL = Badge("level", "等级", names=LEVELS, tones=LEVEL_TONES, css="nowrap")
NUMBER = Link("title", "事由", page="monitor.alert", args={"pk": "pk"}, css="roomy")
WHO = Text(lambda row: row.person_name + ("（待核实）" if row.in_doubt else "") or "没有档案", "对象", css="nowrap")
VILLAGE = Region("region_code", "村（社区）")
TOWN = Region("town_code", "乡镇", narrow=False)
STATE = Badge("state", "状态", names=STATES, tones=STATE_TONES, sort="state", css="nowrap")
DUE = Deadline(lambda row: row.due_on if row.is_open else None, "期限", sort="due_at")
CHANNEL = Text(lambda row: CHANNELS[row.channel], "来源", narrow=False, css="nowrap")
ASSIGNEE = Text(lambda row: row.assignee.name if row.assignee else "", "走访人", css="nowrap")


def monitors(drawing: Any = None) -> list[tuple[str, str]]:
    """Options of the filter by monitor, the leads among them."""
    return [
        *((code, one.title) for code, one in declare.declared().items()),
        ("lead.grid", "网格员发现"),
        ("lead.public", "群众反映"),
    ]


def advice(alert: Alert) -> str:
    """What to do first, as the monitor says it."""
    one = declare.get(alert.monitor)
    return one.advice if one else "到户核实反映的困难；符合条件的帮助申请救助，紧急的先行救助。"


def law(alert: Alert) -> str:
    one = declare.get(alert.monitor)
    return one.law if one else "《社会救助暂行办法》第五十九条：主动发现，及时救助"


def next_step(alert: Alert) -> str:
    """One sentence: whose turn it is and for what."""
    if alert.state == Alert.NEW:
        return "待分派：由乡镇（街道）分派给村（社区）走访人，走访人也可以直接办理走访。"
    if alert.state == Alert.ASSIGNED:
        who = alert.assignee.name if alert.assignee else "走访人"
        again = f"，{alert.revisit_on} 再访" if alert.revisit_on else ""
        return f"待{who}走访{again}；走访后填写走访记录。"
    if alert.state == Alert.VISITED:
        return "待乡镇（街道）认定：这条预警是否属实，选反馈代码。"
    if alert.state == Alert.JUDGED:
        return f"已认定“{feedback.TITLES[alert.code]}”：待乡镇（街道）处置。"
    if alert.state == Alert.ACTED:
        missing = feedback.CODES[alert.code].check(alert)
        return missing or "处置的事都办到了，待乡镇（街道）销号。"
    return f"已于 {alert.closed_at:%Y-%m-%d} 销号。" if alert.closed_at else "已销号。"


def about(alert: Alert) -> str:
    """Whom and what an act is about, on its form: "新登记机动车：王芳。……" """
    return f"{alert.title}：{alert.person_name or '没有档案'}。{alert.content.get('sentence', '')}"


def fact_lines(alert: Alert) -> list[dict[str, str]]:
    """The facts as rows of a table."""
    return [
        {
            "what": f["class_title"] + (f"（{ROLES.get(f['role'], '')}）" if ROLES.get(f["role"]) else ""),
            "title": f["title"], "amount": yuan_text(f["amount_fen"]) if f["amount_fen"] is not None else "",
            "on": f["on"], "source": f["source_title"], "reference": f["reference"].lstrip("，"), "code": CODES.get(f["code"], f["code"]),
        }
        for f in alert.content.get("facts", [])
    ]  # fmt: skip


ROLES = {"parent1": "父母", "parent2": "父母", "parent3": "父母"}
CODES = {
    "E1": "证件号码相同", "E2": "证件号码相同，姓名像是笔误", "E2?": "证件号码相同，姓名不同，待核实", "R1": "号码修正一处后相同，待核实", "Q2": "只有姓名和地区相同，待核实",
}  # fmt: skip


def act_text(code: str, data: dict[str, Any]) -> str:
    """What an act says, in one line."""
    if code in ("found", "upgrade", "facts", "lead"):
        return str(data.get("sentence", ""))
    if code == "assign":
        return f"分派给{data.get('to_name', '')}"
    if code == "visit":
        way, met = WAYS.get(data.get("way", ""), ""), MET.get(data.get("met", ""), "")
        return f"{data.get('visited_on', '')} {way}，{met}。{data.get('findings', '')}"
    if code == "judge":
        verdict = dict(feedback.VERDICTS).get(data.get("verdict", ""), "")
        more = [data.get(one) for one in ("reason", "charity", "wrong")]
        refer = dict(feedback.REFER_TO).get(data.get("refer_to") or "", "")
        return "；".join(
            str(one) for one in (feedback.TITLES.get(data.get("code", ""), ""), verdict, refer, *more) if one
        )
    if code == "handle":
        from minzheng.datacenter.monitoring.handling import TITLES

        cases = data.get("case_no") or "、".join(data.get("cases", []))
        return "；".join(
            str(one) for one in (TITLES.get(data.get("how", ""), ""), cases, data.get("opinion", "")) if one
        )
    if code == "escalate":
        return f"超过期限，已报：{'、'.join(data.get('told', [])) or '县级（没有任职人员）'}"
    return str(data.get("opinion", ""))
