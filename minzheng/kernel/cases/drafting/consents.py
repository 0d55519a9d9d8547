"""授权书 N16: its text, signing it, taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.timezone import localdate

from minzheng.kernel import clock
from minzheng.kernel.cases.drafting.members import adult, consenting
from minzheng.kernel.cases.errors import NotAllowed, NotFound, Refused
from minzheng.kernel.cases.running import authority
from minzheng.kernel.cases.running.engine import locked
from minzheng.kernel.crypto import sealing
from minzheng.kernel.items import registry
from minzheng.kernel.months import same_day_after
from minzheng.kernel.subjects import mandates

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.models import Case, CaseMember, Consent
    from minzheng.kernel.cases.running.context import Ctx
    from minzheng.kernel.items.items import Item

SCOPE = (
    "户籍、婚姻、死亡登记",
    "养老、失业、工伤待遇和参保缴费",
    "个人所得税和经营纳税",
    "不动产登记和公积金",
    "工商登记（法人、股东、高管）",
    "银行、证券、保险、基金账户",
    "机动车登记",
    "医疗费用、残疾人证、学籍、服刑和强制戒毒信息",
    "已享受的各类补贴待遇",
)
#: What a benefit of one person needs: no incomes and no property (个人信息保护法第六条: the smallest scope).
PERSONAL_SCOPE = (
    "户籍、婚姻、死亡登记",
    "残疾人证、能力评估、学籍、服刑信息",
    "已享受的各类补贴待遇",
)


def scope_of(item: Item) -> tuple[str, ...]:
    """What may be looked up under the consent for this item."""
    return SCOPE if item.flow.act("run_match") is not None else PERSONAL_SCOPE


def text_for(case: Case, member: CaseMember) -> str:
    """What is signed, word for word; its SM3 is kept with the signature."""
    item = registry.get(case.item_code)
    scope = "；".join(scope_of(item))
    return (
        f"本人{member.name}（与申请人{case.applicant_name or (case.form.get('applicant') or {}).get('name', '')}的关系：{member.relation}）"
        f"同意县级以上民政部门及其核对机构，为办理“{item.title}”查询、核对本人及由本人监护的未成年人的以下信息：{scope}。"
        "授权自签署之日起生效，至停止享受待遇时止，每次不超过十二个月；本人可以随时撤回授权。"
        "本人已知悉：信息只用于本事项；虚报、隐瞒、伪造的，依法承担责任。"
    )


@transaction.atomic
def sign_consent(
    *,
    case_id: int,
    member_id: int,
    method: str,
    actor: Actor,
    attachment_id: int | None = None,
    guardian_name: str = "",
) -> Consent:
    """Record one adult's N16.

    own_phone: the adult's own signed-in phone. same_phone: face to face on the applicant's or the clerk's device.
    paper: a photo of the signed slip (`attachment_id`). guardian: for an adult without capacity, with the photo."""
    from minzheng.kernel.audit.services import record
    from minzheng.kernel.cases.models import Consent

    case = locked(case_id)
    member = case.members.filter(pk=member_id).first()
    if member is None:
        raise NotFound("没有这位家庭成员。")
    _check_signer(case, member, method, actor)
    _check_paper(case, method, attachment_id, guardian_name)
    today = clock.today()
    params = registry.get(case.item_code).flow.params(case.region_code or "0" * 12, today)
    case.consents.filter(member=member, revoked_at=None).update(revoked_at=clock.now())
    consent = Consent.objects.create(
        case=case,
        member=member,
        name=guardian_name or member.name,
        method=method,
        signed_at=clock.now(),
        valid_until=same_day_after(today, params.consent_valid_months),
        attachment_id=attachment_id,
        text_sha=sealing.sm3(text_for(case, member).encode()),
    )
    record(
        actor=actor,
        action="case.consent",
        obj=case,
        region_code=case.region_code,
        detail={"member": member.seq, "method": method},
    )
    return consent


def _check_signer(case: Case, member: CaseMember, method: str, actor: Actor) -> None:
    if case.state in ("REJECTED", "NOT_ACCEPTED", "WITHDRAWN", "ABORTED", "TERMINATED"):
        raise Refused("这个办件已经结束，不需要再签授权书。")
    if not adult(member, clock.today()) and not _child_alone(case, member, method):
        raise Refused(f"{member.name}未成年，由监护人在自己的授权书里一并授权，不用单独签。")
    if method == "own_phone":
        if not is_same_person(member, actor):
            raise NotAllowed(f"请由{member.name}用自己的手机号登录后签署，或改用“同一手机当面签署”。")
        return
    if not (
        authority.owns(case, actor)
        or actor.can("case.create", case.region_code)
        or actor.can("case.accept", case.region_code)
    ):
        raise NotFound("没有这个办件，或者不在您的办理范围内。")
    mandate = mandates.acting(actor, case)
    if mandate is not None and mandate.kind == "entrust" and method == "same_phone":
        raise NotAllowed(
            f"您是受托代办，{member.name}的授权书要由{member.name}自己签：把链接发到他的手机，或者在纸上签字后拍照。"
        )
    if method not in ("same_phone", "paper", "guardian"):
        raise Refused("签署方式不对，请重新选择。")


def _child_alone(case: Case, member: CaseMember, method: str) -> bool:
    """A child who applies without an adult of the family: the guardian's signature stands for the child's own."""
    return method == "guardian" and member in consenting(case, list(case.members.all()), clock.today())


def is_same_person(member: CaseMember, actor: Actor) -> bool:
    """Whether the signed-in citizen is this member: by the file's ID number, or by the phone that the family named for
    this member and that the one-time code has just proved (most adults of a family have no account of their own)."""
    from minzheng.kernel.crypto.fields import BlindIndex
    from minzheng.kernel.subjects.models import Person

    if not actor.is_citizen or not (member.id_no or member.is_obligor):
        return False
    named = (member.declared or {}).get("phone")
    if named and actor.user is not None and actor.user.phone == named:
        return True
    if actor.person_id is None or not member.id_no:
        return False
    return Person.objects.filter(pk=actor.person_id, id_index=BlindIndex.of_value("id_no", member.id_no)).exists()


def _check_paper(case: Case, method: str, attachment_id: int | None, guardian_name: str) -> None:
    from minzheng.kernel.documents.models import Attachment

    if method in ("paper", "guardian") and not (
        attachment_id and Attachment.objects.filter(pk=attachment_id, case_id=case.pk, removed_at=None).exists()
    ):
        raise Refused("请拍照上传签好字的授权书。")
    if method == "guardian" and not guardian_name.strip():
        raise Refused("监护人代签的，请填写监护人姓名。")


def file_slips(ctx: Ctx) -> None:
    """On acceptance every valid consent goes on file as a numbered N16."""
    from minzheng.kernel.documents import services as documents

    for consent in ctx.consents:
        member = next((m for m in ctx.everybody if m.pk == consent.member_id), None)
        if member is None or consent.revoked_at is not None:
            continue
        documents.issue(
            code="N16",
            case=ctx.case,
            addressee_name=member.name,
            actor=ctx.actor,
            on=ctx.today,
            fields={
                "id_no": member.id_no or "未提供",
                "relation": member.relation,
                "applicant": ctx.case.applicant_name,
                "scope": list(scope_of(ctx.item)),
                "valid_from": localdate(consent.signed_at),
                "valid_until": consent.valid_until,
                "method": consent.get_method_display(),
                "signed_on": localdate(consent.signed_at),
            },
        )


@transaction.atomic
def revoke_consent(*, case_id: int, member_id: int, actor: Actor) -> None:
    """Take a consent back: no new queries; the pending case can be ended (reference §2.2)."""
    from minzheng.kernel.audit.services import record

    case = locked(case_id)
    member = case.members.filter(pk=member_id).first()
    if member is None or not (
        is_same_person(member, actor) or authority.owns(case, actor) or actor.can("case.accept", case.region_code)
    ):
        raise NotFound("没有这个办件，或者不在您的办理范围内。")
    if not case.consents.filter(member=member, revoked_at=None).update(revoked_at=clock.now()):
        raise Refused(f"{member.name}没有有效的授权，不用撤回。")
    case.version += 1
    case.save(update_fields=["version"])
    record(
        actor=actor,
        action="case.consent_revoked",
        obj=case,
        region_code=case.region_code,
        detail={"member": member.seq},
    )
