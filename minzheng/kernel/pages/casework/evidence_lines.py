"""What of each kind of evidence the case page may show, and in which words. Contents are listed by name: an objector's or
a reporter's words stay on the objection's own page."""

from __future__ import annotations

from typing import Any

from minzheng.kernel.cases.draws.models import SpotTask
from minzheng.kernel.cases.lifecycle import clawback, custody, facts, halts, mismatch, work
from minzheng.kernel.parts.fields import yuan_text

#: kind → (key in the row's data, label); what is not named is not shown.
LINES: dict[str, tuple[tuple[str, str], ...]] = {
    "visit": (
        ("visited_on", "入户日期"),
        ("member_present", "在场成员"),
        ("matches", "与申报一致"),
        ("findings", "调查情况"),
        ("location", "定位"),
    ),
    "facts": (("source", "怎样核实"), ("checked_on", "核实日期"), ("changed", "更正"), ("findings", "情况")),
    "neighbour": (("visited_on", "日期"), ("who", "访问对象"), ("content", "情况")),
    "relative": (("detail", "近亲属"), ("name", "本系统账号")),
    "mismatch": (("due_on", "可提出异议至"),),
    "match_request": (("sentence", "进展"), ("waiting", "还没有答复"), ("due_on", "最迟")),
    "match_review": (("label", "记录"), ("take", "复核结论"), ("reason", "理由")),
    "match_objection": (
        ("what", "对哪些有异议"),
        ("code", "原因"),
        ("content", "说明"),
        ("due_on", "来源部门应在此前答复"),
    ),
    "match_recheck": (("result", "复查结果"), ("receipt", "来源部门回执"), ("content", "复查情况")),
    "warning": (("content", "警告内容"),),
    "objection": (),
    "reinvestigation": (("findings", "复查情况"),),
    "council": (
        ("people", "到会人数"),
        ("villagers", "居民代表"),
        ("committee", "村（居）委会成员"),
        ("votes_for", "认为符合的人数"),
        ("findings", "评议情况"),
    ),
    "meeting": (("met_on", "会议日期"), ("attendees", "参加人员"), ("content", "研究意见")),
    "county_visit": (("visited_on", "入户日期"), ("visitors", "入户人员"), ("findings", "情况")),
    "change": (("content", "变化情况"),),
    "complaint": (),
    "late_objection": (),
    "assessment_sent": (("subject", "鉴定、评估什么"), ("body", "机构"), ("until", "预计有结果"), ("opinion", "说明")),
    "appraisal": (("result", "结果"), ("grade", "等级"), ("valid_until", "有效至")),
    "hang": (("source", "哪个部门的什么数据"), ("until", "预计可得"), ("opinion", "说明")),
    "manual_check": (("content", "取证情况"),),
    "countersign": (("amount_fen", "会签的月金额"),),
    "advance": (
        ("paid_on", "先行救助日期"),
        ("amount_fen", "先给的金额"),
        ("how", "怎样给的"),
        ("opinion", "紧急情况"),
    ),
    "case_by_case": (
        ("met_on", "会议日期"),
        ("attendees", "参加单位和人员"),
        ("amount_fen", "议定的救助总额"),
        ("content", "研究意见"),
    ),
    "spot_visit": (("visited_on", "入户日期"), ("visitors", "入户人员"), ("result", "结论"), ("findings", "情况")),
    "work_offer": (
        ("member_name", "成员"),
        ("offered_on", "介绍日期"),
        ("work", "介绍的工作"),
        ("result", "结果"),
        ("record_no", "人社部门记录编号"),
    ),
    "share_stopped": (("member_name", "成员"),),
    "clawback": (
        ("amount_fen", "追回金额"),
        ("cause", "原因"),
        ("repay_due_on", "退回期限"),
        ("offset_percent", "抵扣比例（%）"),
    ),
    "clawback_objection": (("content", "为什么不对"),),
    "penalty_told": (("obtained_fen", "非法获取"), ("fine_fen", "拟罚款"), ("hearing_due_on", "要求听证、陈述的期限")),
    "penalty": (
        ("obtained_fen", "非法获取"),
        ("fine_fen", "罚款"),
        ("heard", "陈述、听证情况"),
        ("pay_due_on", "缴款期限"),
    ),
    "penalty_dropped": (("heard", "陈述、听证情况"),),
    "referral": (
        ("to_agency", "接收单位"),
        ("service", "转介的事项"),
        ("contact", "联系方式"),
        ("consented_on", "本人同意日期"),
        ("shared", "转去的材料"),
        ("reply_due_on", "请答复的期限"),
    ),
    "custody": (
        ("holder", "持有人"),
        ("custodian", "代管人"),
        ("custodian_relation", "关系"),
        ("valid_from", "自"),
        ("why", "原因"),
        ("filed_with", "备案单位"),
    ),
    "expenses": (
        ("checked_on", "核定日期"),
        ("parts", "各项"),
        ("total_fen", "12 个月合计（减去救助捐助）"),
        ("findings", "依据"),
    ),
    "selfcare": (
        ("assessed_on", "评估日期"),
        ("assessors", "评估人"),
        ("organisation", "评估单位"),
        ("unable", "不能自主完成"),
        ("count", "不能的项数"),
        ("grade", "评估结果"),
        ("findings", "情况"),
    ),
    "support": (("conclusion", "认定"), ("people", "义务人"), ("findings", "依据")),
    "care_agreement": (
        ("carer", "照料人"),
        ("carer_relation", "与本人的关系"),
        ("level", "照料等级"),
        ("services", "照料内容"),
        ("fee_fen", "照料护理费（每月）"),
        ("visitor", "探视责任人"),
        ("valid_from", "自"),
        ("witness", "见证"),
    ),
    "care_check": (("month", "月份"), ("result", "考核"), ("findings", "情况")),
    "stop_posted": (("place", "公示地点"), ("ends_on", "公示到"), ("reason", "拟终止的理由")),
    "stop_objection": (),
    "funeral": (("handler", "办理丧事的"), ("amount_fen", "丧葬费"), ("findings", "说明")),
    "raising_agreement": (
        ("guardian", "监护人"),
        ("relation", "与孩子的关系"),
        ("signed_on", "签订日期"),
        ("duties", "约定"),
    ),
    "certificate": (("answered_on", "答复日期"), ("changed", "与申报比较"), ("findings", "说明")),
    "remote": (
        ("office", "哪里收的"),
        ("handed_in_on", "在那里递交"),
        ("completed_on", "在那里补齐"),
        ("received_on", "转到本地"),
    ),
    "sent_home": (("home_region", "户籍地"), ("home_office", "转给"), ("opinion", "说明")),
    "home_answer": (("result", "结果"), ("reason", "理由"), ("answered_on", "决定日期"), ("home_no", "办件编号")),
    "feedback": (("told_on", "反馈日期"), ("how", "怎样反馈")),
    "urging": (("demands", "办理要求"), ("overdue_since", "到期日"), ("reply_due_on", "请答复的期限")),
}

#: (kind, key) → what the codes stored there mean.
WORDS: dict[tuple[str, str], dict[str, str]] = {
    ("match_review", "take"): {"accept": "是本人的，计入", "refuse": "不是本人的，不计"},
    ("match_objection", "code"): dict(mismatch.OBJECTIONS),
    ("match_recheck", "result"): {"corrected": "数据有误，已更正", "upheld": "核对结果无误"},
    ("assessment_sent", "subject"): dict(halts.SUBJECTS),
    ("spot_visit", "result"): dict(SpotTask.RESULTS),
    ("facts", "source"): dict(facts.SOURCES),
    ("work_offer", "result"): dict(work.RESULTS),
    ("clawback", "cause"): dict(clawback.CAUSES),
    ("custody", "why"): dict(custody.WHY),
    ("home_answer", "result"): {"agree": "同意", "disagree": "不同意"},
}
#: Keys under which attachments are named.
ATTACHED = (
    "photos",
    "family_signature",
    "second_signature",
    "proofs",
    "photo",
    "minutes",
    "records",
    "papers",
    "agreement",
)
#: Kinds that wait for something, until they are closed.
OPEN_UNTIL_CLOSED = (
    "objection",
    "late_objection",
    "complaint",
    "match_objection",
    "match_request",
    "assessment_sent",
    "hang",
    "clawback_objection",
    "penalty_told",
)


def said(kind: str, key: str, value: Any) -> str:
    """A stored value in words: codes by their titles, fen as yuan, lists joined."""
    if key.endswith("_fen"):
        return f"{yuan_text(int(value))} 元"
    if value is True or value is False:
        return "是" if value else "否"
    words = WORDS.get((kind, key), {})
    parts = value if isinstance(value, list) else [value]
    return "、".join(words.get(str(one), str(one)) for one in parts)
