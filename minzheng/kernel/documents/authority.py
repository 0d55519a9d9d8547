"""Who issues a notice, under what number, and where to seek reconsideration: derived from the issuer's appointment and
the region of the case, never typed in.
"""

from __future__ import annotations

import secrets
from datetime import date
from typing import TYPE_CHECKING

import cn2an
from django.db.models import Q

from minzheng.kernel.documents import terms
from minzheng.kernel.documents.catalogue.notices import Notice
from minzheng.kernel.documents.errors import DocumentError
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.models import Case

#: Crockford's thirty-two characters: no I, L, O or U, so reading aloud or copying by hand goes right.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_COUNTY = 3


def agency_for(notice: Notice, *, actor: Actor, region_code: str, on: date) -> Organization:
    """The issuing agency (制发机关): that of the one appointment under which the issuer acts; for acts of the system, the
    local agency with the power.
    """
    assignment = actor.can(notice.permission, region_code)
    if assignment is not None:
        return assignment.organization
    above = [codes.full(region_code)]
    while parent := codes.parent(above[-1]):
        above.append(parent)
    kinds = ("bureau",) if notice.permission == "case.confirm" else ("township", "bureau")
    valid = Organization.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)
    found = list(valid.filter(kind__in=kinds, region_code__in=above))
    if not found:
        raise DocumentError(
            f"区划 {region_code} 没有可以制发《{notice.suffix}》的机关：请先在机构管理里登记民政局或乡镇服务窗口。"
        )
    return max(found, key=lambda org: (codes.level(org.region_code), org.kind == "township"))


def numbers(notice: Notice, *, agency: Organization, number_code: str, year: int) -> tuple[str, str]:
    """(official number 文号, internal number). Official number = the agency's word + the notice's word〔year〕serial;
    internal number = region-item-notice-year-serial.

    Serials run by “agency word + notice word + year”, so two agencies sharing a word never make the same number. An
    agency without a word uses its code.
    """
    from minzheng.kernel.registers.numbering import next_number

    head = f"{agency.document_prefix or agency.code}{notice.word}"
    serial = next_number(f"文号{head}"[:24], region_code=codes.NATION, year=year)
    inner = f"{codes.prefix(agency.region_code)}-{number_code}-{notice.code}-{year}-{serial:06d}"
    return f"{head}〔{year}〕{serial}号", inner


def number_code_of(case: Case | None) -> str:
    """The item's code for numbers (DB for 低保); MZ for notices without a case."""
    if case is None:
        return "MZ"
    from minzheng.kernel.items import registry

    try:
        return registry.get(case.item_code).number_code
    except registry.UnknownItem:
        return case.item_code.rpartition(".")[2].upper()


def remedy_text(agency: Organization, on: date) -> str:
    """Remedies (救济途径): reconsideration by the people's government of the same level (the county's, for a township),
    or an action; the time limits are those in force on the day of issue (sixty days, six months).

    《行政复议法》第二十条、第二十四条; 《行政诉讼法》第四十六条.
    """
    from minzheng.kernel.regions.selectors import region_name

    code = codes.full(agency.region_code)
    while codes.level(code) > _COUNTY:
        code = codes.parent(code)
    government = f"{region_name(code)}人民政府"
    days, months = (cn2an.an2cn(str(terms.number(key, on))) for key in ("remedy_review_days", "remedy_court_months"))
    return (
        f"不服本决定的，可以自收到本文书之日起{days}日内向{government}申请行政复议，"
        f"也可以自收到之日起{months}个月内直接向有管辖权的人民法院提起行政诉讼。"
    )


def new_verify_code() -> str:
    """Verification code (查验码) ``8K3M-Q7TR-2WXN-5H4P``: 80 random bits, beyond guessing."""
    token = "".join(secrets.choice(_ALPHABET) for _ in range(16))
    return "-".join(token[start : start + 4] for start in range(0, 16, 4))


def normal_verify_code(typed: str) -> str:
    """A typed verification code as it is stored; "" for what does not look like one."""
    token = "".join(char for char in typed.upper().translate(_READ_AS) if char.isalnum())
    if len(token) != 16 or any(char not in _ALPHABET for char in token):
        return ""
    return "-".join(token[start : start + 4] for start in range(0, 16, 4))
