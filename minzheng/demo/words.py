"""A family in the words of the rules engine, and in the words of the application form."""

from __future__ import annotations

from typing import Any

from minzheng.demo.people import Home, Member

_SITUATIONS = {
    "prison": "服刑在押",
    "detox": "强制隔离戒毒",
    "missing": "宣告失踪",
    "clergy": "宗教教职人员",
    "army": "省定其他",
}


def yuan(fen: int) -> str:
    """Whole fen as 元 text with two decimals."""
    return f"{fen // 100}.{fen % 100:02d}"


def policy_family(home: Home, *, verified: bool = False) -> dict[str, Any]:
    """The rule engine's family, as declared; `verified` adds what the departments know.

    A member with `single_claim` makes it a 单人户 application."""
    hidden_deposits, hidden_vehicles = (home.hidden_deposits, home.hidden_vehicles) if verified else (0, 0)
    household: dict[str, Any] = {
        "城乡": "城市" if home.urban else "农村",
        "金融资产": yuan(home.deposits + hidden_deposits),
        "房屋套数": home.houses,
        "机动车辆": home.vehicles + hidden_vehicles,
    }
    if home.rigid_annual:
        household["刚性支出年额"] = yuan(home.rigid_annual)
    if home.market_entity:
        household["市场主体"] = "是"
    extra_wage = home.hidden_wage if verified else 0
    rows = []
    for member in home.members:
        earner = bool(extra_wage and member.wage)
        rows.append(_policy_member(member, extra_wage if earner else 0))
        if earner:
            extra_wage = 0
    return {"家庭": household, "成员": rows}


def _policy_member(member: Member, extra_wage: int) -> dict[str, Any]:
    row: dict[str, Any] = {"姓名": member.name, "与户主关系": member.relation, "出生日期": member.birth.isoformat()}
    money = {
        "工资性收入": member.wage + extra_wage,
        "经营净收入": member.business,
        "财产净收入": member.property_income,
        "转移净收入": member.transfer,
        "不计入收入": member.not_counted,
    }
    row |= {word: yuan(fen) for word, fen in money.items() if fen}
    if member.disability_kind:
        row |= {"残疾类别": member.disability_kind, "残疾等级": member.disability_level}
    flags = {"重病": member.serious_illness, "在校": member.student != "no", "无劳动能力": member.no_labour}
    row |= {word: "是" for word, held in flags.items() if held}
    if member.situation in _SITUATIONS:
        row["不计入情形"] = _SITUATIONS[member.situation]
    if member.single_claim:
        row["单人户申请"] = "是"
    return row


def application(home: Home, applicant: Member) -> dict[str, Any]:
    """The application form as this family fills it in (shape of `case.form`; money in whole fen)."""
    return {
        "applicant": {
            "name": applicant.name, "id_no": applicant.id_no, "phone": applicant.phone or home.head.phone,
            "region": home.village.code, "address": home.address, "hukou": "here",
        },
        "members": [_form_member(home, member, applicant) for member in home.members],
        "household": {},
        "property": {
            "urban": "城市" if home.urban else "农村", "deposits": home.deposits, "houses": home.houses,
            "vehicles": home.vehicles, "market_entity": home.market_entity, "rigid_annual": home.rigid_annual,
            "near_relative": False,
        },
        "account": {"holder": applicant.name, "number": home.account_no, "bank": home.account_bank},
        "consents": [],
    }  # fmt: skip


def _form_member(home: Home, member: Member, applicant: Member) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": member.name, "relation": _relation_to(home, member, applicant), "id_no": member.id_no,
        "phone": member.phone, "situation": member.situation, "student": member.student,
        "serious_illness": member.serious_illness, "no_labour": member.no_labour, "wage": member.wage,
        "business": member.business, "property_income": member.property_income, "transfer": member.transfer,
        "not_counted": member.not_counted,
    }  # fmt: skip
    if member.single_claim:
        row["single"] = True
    if member.disability_kind:
        row |= {"disability_kind": member.disability_kind, "disability_level": str(member.disability_level)}
    return row


def _relation_to(home: Home, member: Member, applicant: Member) -> str:
    """The form asks for the relation to the applicant, the register keeps the relation to the head."""
    if member is applicant:
        return "本人"
    if applicant is home.head:
        return member.relation
    if applicant.relation == "子女" and (member is home.head or member.relation == "配偶"):
        return "父母"
    if applicant.relation == "配偶" and member is home.head:
        return "配偶"
    return "兄弟姐妹" if applicant.relation == member.relation == "子女" else "其他"
