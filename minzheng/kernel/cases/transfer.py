"""转办: after a refusal the family accepts another benefit without handing anything in again (一次申请、分类审核认定)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.running import evidence

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case
    from minzheng.kernel.cases.running.context import Ctx

# Evidence that speaks about the family, not about the benefit, and may be used again while it is valid.
REUSED = ("match_report", "match_review", "judgement", "visit", "neighbour", "relative")


def open_followup(ctx: Ctx, item_code: str) -> Case:
    """A new case of `item_code`, handed in with the old one's form, members, consents and valid evidence."""
    from minzheng.kernel.cases.models import Case
    from minzheng.kernel.cases.services import submit
    from minzheng.kernel.items import registry

    old = ctx.case
    if Case.objects.filter(parent=old, item_code=item_code).exclude(state="WITHDRAWN").exists():
        raise Refused("这项救助已经转办过，请在“我的申请”里查看。")
    item = registry.get(item_code)
    new = Case.objects.create(
        item_code=item.code,
        channel=old.channel,
        applicant_id=old.applicant_id,
        applicant_name=old.applicant_name,
        region_code=old.region_code,
        form=old.form,
        parent=old,
        created_by_id=ctx.actor.id or old.created_by_id,
        is_demo=old.is_demo,
    )
    seqs = _copy_people(old, new)
    _copy_evidence(old, new, seqs)
    submit(case_id=new.pk, actor=ctx.actor, data={"promise": "yes"})
    new.refresh_from_db()
    return new


def _copy_people(old: Case, new: Case) -> dict[str, str]:
    """Members and their consents; returns old member id → new member id (as text, as evidence names them)."""
    from minzheng.kernel.cases.models import CaseMember, Consent

    ids: dict[str, str] = {}
    for m in old.members.all():
        copy = CaseMember.objects.create(
            case=new,
            seq=m.seq,
            person_id=m.person_id,
            name=m.name,
            relation=m.relation,
            birth_date=m.birth_date,
            id_no=m.id_no,
            in_count=m.in_count,
            exclude_reason=m.exclude_reason,
            declared=m.declared,
            verified=m.verified,
        )
        ids[str(m.pk)] = str(copy.pk)
        for c in m.consents.filter(revoked_at=None):
            Consent.objects.create(
                case=new,
                member=copy,
                name=c.name,
                method=c.method,
                signed_at=c.signed_at,
                valid_until=c.valid_until,
                attachment_id=c.attachment_id,
                text_sha=c.text_sha,
            )
    return ids


def _copy_evidence(old: Case, new: Case, ids: dict[str, str]) -> None:
    from minzheng.kernel.cases.models import Evidence

    renamed: dict[str, str] = {}
    for row in old.evidence.filter(kind__in=REUSED).order_by("at", "id"):
        text = evidence.canonical(row.data).decode()
        for before, after in {**ids, **renamed}.items():
            text = text.replace(before, after)
        data = json.loads(text)
        copy = Evidence.objects.create(
            case=new,
            kind=row.kind,
            title=row.title,
            at=row.at,
            valid_until=row.valid_until,
            closed_at=row.closed_at,
            actor_id=row.actor_id,
            data={**data, "from_case": old.no},
            sha="",
        )
        copy.sha = evidence.digest(copy.data)
        copy.save(update_fields=["sha"])
        renamed[str(row.pk)] = str(copy.pk)
