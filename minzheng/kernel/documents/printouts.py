"""打印表单的要素：从办件里取已知的内容，留空的由调查人现场填。"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minzheng.kernel.documents.amounts import yuan

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case, CaseMember

#: 申报里的收入项与印出的名称；金额为每月整数分。
_INCOME = (("wage", "工资"), ("business", "经营"), ("property_income", "财产"), ("transfer", "养老金等"))


def fields_of(code: str, case: Case) -> dict[str, Any]:
    """F01 入户调查表或 F02 近亲属备案表的要素。"""
    from minzheng.kernel.items import registry
    from minzheng.kernel.regions.selectors import region_name

    common = {"matter": registry.get(case.item_code).title, "case_no": case.no or "未编号"}
    if code == "F02":
        return common | {"village": region_name(case.region_code)}
    applicant = case.applicant
    household = case.household
    return common | {
        "address": (household.address if household else "") or (applicant.address if applicant else ""),
        "phone_of_applicant": applicant.phone if applicant else "",
        "members": [_member(member) for member in case.members.all()],
    }


def _member(member: CaseMember) -> dict[str, Any]:
    declared = member.declared or {}
    parts = [
        f"{label} {yuan(declared[key])} 元／月"
        for key, label in _INCOME
        if isinstance(declared.get(key), int) and declared[key]
    ]
    if not member.in_count:
        parts.append(f"不计入（{member.exclude_reason}）" if member.exclude_reason else "不计入")
    return {
        "name": member.name,
        "relation": member.relation,
        "id_no": member.id_no,
        "declared": "；".join(parts) or "无固定收入",
    }
