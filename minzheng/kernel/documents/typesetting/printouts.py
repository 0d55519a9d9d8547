"""Elements of printed forms: what the case knows is filled in, the rest is left for the investigator."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pypdf

from minzheng.kernel import clock
from minzheng.kernel.cases.drafting import consents
from minzheng.kernel.cases.drafting.members import adult, consenting
from minzheng.kernel.documents import services
from minzheng.kernel.documents.errors import DocumentError
from minzheng.kernel.documents.typesetting.amounts import yuan
from minzheng.kernel.items import registry
from minzheng.kernel.months import same_day_after
from minzheng.kernel.regions.selectors import region_name

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case, CaseMember

#: Declared incomes and their printed names; amounts are whole fen a month.
_INCOME = (("wage", "工资"), ("business", "经营"), ("property_income", "财产"), ("transfer", "养老金等"))


#: Forms that can be printed.
CODES = ("F01", "F02", "N16")


def printed(code: str, case: Case) -> bytes:
    """One form as PDF; N16 gives one consent per person who must sign, bound together."""
    if code == "N16":
        return _bound(_slips(case))
    return services.form_pdf(code=code, case=case, fields=_fields(code, case))


def _fields(code: str, case: Case) -> dict[str, Any]:
    common = {"matter": registry.get(case.item_code).title, "case_no": case.no or "未编号"}
    if code == "F02":
        return common | {"village": region_name(case.region_code)}
    applicant, household = case.applicant, case.household
    return common | {
        "address": (household.address if household else "") or (applicant.address if applicant else ""),
        "phone_of_applicant": applicant.phone if applicant else "",
        "members": [_member(member) for member in case.members.all()],
    }


def _slips(case: Case) -> list[bytes]:
    """Consents to be signed on paper, word for word the text signed on the phone."""
    today = clock.today()
    item = registry.get(case.item_code)
    months = item.flow.params(case.region_code, today).consent_valid_months
    everybody = list(case.members.all())
    needed = consenting(case, everybody, today)
    return [
        services.form_pdf(
            code="N16",
            case=case,
            addressee=member.name,
            fields={
                "matter": item.title,
                "id_no": member.id_no,
                "relation": member.relation,
                "applicant": case.applicant_name,
                "scope": list(consents.scope_of(item)),
                "text": consents.text_for(case, member),
                "valid_from": today,
                "valid_until": same_day_after(today, months),
            },
        )
        for member in everybody
        if (adult(member, today) or member in needed) and member.id_no
    ]


def _bound(parts: list[bytes]) -> bytes:
    if not parts:
        raise DocumentError("这件申请还没有登记成年家庭成员，没有授权书可打印。请先填写家庭成员。")
    writer = pypdf.PdfWriter()
    for part in parts:
        writer.append(io.BytesIO(part))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


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
