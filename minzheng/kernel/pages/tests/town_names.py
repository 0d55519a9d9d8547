"""周桂兰, her family and her places, and what of them must never reach a stranger."""

from __future__ import annotations

from minzheng.kernel.pages.tests import (
    town_duty,
    town_pay,
    town_plans,
    town_projects,
    town_registers,
    town_relief,
    town_stats,
    town_summaries,
)

COUNTY, TOWN_A, VILLAGE = "990101000000", "990101001000", "990101001001"
#: The county next door with a township of its own (a wrong tenant), and the city above both.
OTHER_COUNTY, OTHER_TOWN, CITY = "990102000000", "990102001000", "990100000000"
NAME, ID_NO, PHONE, ACCOUNT = "周桂兰", "990101195803149022", "15401010001", "6217000012345678901"
HELPER, HELPER_PHONE = "李小梅", "15401010077"
#: What must never reach a stranger, in whatever form: people, numbers, words said about them.
VERIFY_CODE = "8K3M-Q7TR-2WXN-5H4P"
TOKENS = {
    "name": NAME,
    "id_no": ID_NO,
    "phone": PHONE,
    "account": ACCOUNT,
    "case_no": "990101-DB-2026-000001",
    "closed_case_no": "990101-DB-2025-000077",
    "award_no": "990101DB2026000001",
    "imported_award_no": "990101DB2024000009",
    "household_no": "H990101001",
    "document_no": "示民受〔2026〕7708号",
    "helper": HELPER,
    "helper_phone": HELPER_PHONE,
    "objection": "反映村口那辆灰色面包车",
    "objection_code": "YY-TEST-00000001",
    "glass_text": "老人走失急寻家属",
    "question_text": "为何有人深夜看我的档案",
    "file_name": "青石镇花名册终稿.csv",
    "export_no": "DC-TEST-000001",
    "purpose": "给石桥村核对名单",
    "leave_reason": "回老家探望母亲",
    "act_opinion": "经办意见含家庭隐情",
    "message": "您家的申请已经受理请留意",
    "escalation": "还差邻居走访记录",
    "move_reason": "随儿子搬到柳溪",
    "spot_finding": "抽查所见家中无人",
    "pay_reason": town_pay.REASON,
    "relief_store": town_relief.STORE,
    "relief_lot": town_relief.LOT,
    "relief_campaign": town_relief.CAMPAIGN,
    "stat_reason": town_stats.REASON,
    "summary_title": town_summaries.TITLE,
    "summary_number": town_summaries.NUMBER,
    "plan_title": town_plans.TITLE,
    "plan_subject": town_plans.SUBJECT,
    "duty_title": town_duty.TITLE,
    "duty_problem": town_duty.PROBLEM,
    "project_name": town_projects.NAME,
    "register_title": town_registers.TITLE,
}
