"""Giving, taking up, confirming and ending mandates. One transaction and one audit line each.

民法典第一百六十五条 (委托书: 代理人, 事项, 权限, 期限, 签名), 第一百七十三条 (revoked at once), 第二十三、二十七、三十四条 (guardians).
Raises MandateRefused (one Chinese sentence) and then has changed nothing.
"""

from __future__ import annotations

import datetime
import hmac
from collections.abc import Sequence

from django.db import models, transaction

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.accounts.citizens import normal_phone
from minzheng.kernel.accounts.errors import AccountError
from minzheng.kernel.ages import age_on
from minzheng.kernel.audit import services as audit
from minzheng.kernel.crypto.fields import BlindIndex
from minzheng.kernel.subjects import idcard
from minzheng.kernel.subjects.errors import SubjectError
from minzheng.kernel.subjects.mandate_models import Mandate
from minzheng.kernel.subjects.mandates import CONFIRM, usable
from minzheng.kernel.subjects.merging import speaking
from minzheng.kernel.subjects.models import HouseholdMember, Person
from minzheng.kernel.subjects.names import normal_name

TAKE_UP_TRIES = 5
ADULT = 18
#: Relations to the head of a household that make the head a child's parent.
CHILDREN = ("子女", "儿子", "女儿", "长子", "次子", "长女", "次女")


class MandateRefused(Exception):
    """Why a mandate cannot be given, taken up, confirmed or ended: one Chinese sentence."""


@transaction.atomic
def give(
    *,
    actor: Actor,
    agent_name: str,
    agent_phone: str,
    relation: str,
    items: Sequence[str],
    may_file: bool,
    valid_to: datetime.date,
    proof_id: int | None,
) -> Mandate:
    """A citizen gives a mandate on the own phone; it holds once the named number takes it up (``take_up``)."""
    person = Person.objects.filter(pk=actor.person_id).first() if actor.person_id else None
    if person is None:
        raise MandateRefused(
            "您的手机号还没有和档案对上，不能在手机上委托。请到乡镇（街道）民政窗口登记，或写委托书拍照。"
        )
    if person.birth_date and age_on(person.birth_date, clock.today()) < ADULT:
        raise MandateRefused("未成年人由监护人代办，不用委托。")
    phone = _phone(agent_phone)
    if actor.user is not None and actor.user.phone == phone:
        raise MandateRefused("这是您自己的手机号，自己办不用委托。")
    today = clock.today()
    if valid_to < today:
        raise MandateRefused("到期的日子已经过去，请另选。")
    mandate = Mandate(
        kind="entrust",
        method="own_phone",
        principal=person,
        principal_name=person.name,
        principal_id_no=person.id_no,
        agent_name=_name(agent_name),
        agent_phone=phone,
        relation=relation[:20],
        items=list(items),
        may_file=may_file,
        proof_id=proof_id,
        valid_from=today,
        valid_to=valid_to,
        region_code=person.region_code,
        created_by_id=actor.id,
        is_demo=person.is_demo,
    )
    return _written(mandate, actor, "mandate.give")


class _WrongTail(MandateRefused):
    """A wrong try; it is counted outside the transaction that it undoes."""


def take_up(*, actor: Actor, mandate_id: int, id_tail: str) -> Mandate:
    """The account of the named number takes the mandate up, naming the last four of the principal's ID number: a number
    typed wrongly must not hand a file to a stranger. A wrong try stays counted although the act is undone."""
    try:
        return _take_up(actor=actor, mandate_id=mandate_id, id_tail=id_tail)
    except _WrongTail:
        Mandate.objects.filter(pk=mandate_id).update(tries=models.F("tries") + 1)
        raise


@transaction.atomic
def _take_up(*, actor: Actor, mandate_id: int, id_tail: str) -> Mandate:
    mandate = Mandate.objects.select_for_update().filter(pk=mandate_id).first()
    own = actor.user is not None and actor.is_citizen and mandate is not None and mandate.agent_user_id is None
    if mandate is None or not own or bytes(mandate.agent_phone_index or b"") != bytes(actor.user.phone_index or b"-"):  # type: ignore[union-attr]
        raise MandateRefused("没有这份委托，或者不是委托给您这个手机号的。")
    if mandate.state != "waiting" or not usable(mandate):
        raise MandateRefused("这份委托已经解除或过期，请委托人重新办。")
    if mandate.tries >= TAKE_UP_TRIES:
        raise MandateRefused("核对错了太多次，这份委托已停用，请委托人重新办。")
    if not hmac.compare_digest(id_tail.strip().upper().encode(), (mandate.principal_id_no or "")[-4:].upper().encode()):
        raise _WrongTail("委托人身份证号后四位不对，请核对后再填。")
    mandate.agent_user, mandate.agent_id = actor.user, actor.person_id
    _settle(mandate, actor, "active")
    audit.record(actor=actor, action="mandate.take_up", obj=mandate, region_code=mandate.region_code)
    return mandate


@transaction.atomic
def claim(
    *,
    actor: Actor,
    kind: str,
    agent_name: str,
    principal_name: str,
    principal_id_no: str,
    relation: str,
    item_code: str,
    proof_id: int | None,
) -> Mandate:
    """A citizen says they act for somebody and shows the paper. It waits for a clerk and until then opens nothing; it is
    tied to one case once that is begun. A parent whose child the household register shows needs no paper."""
    if not actor.is_citizen or actor.user is None:
        raise MandateRefused("请用群众账号登录后再办。")
    number = _id_no(principal_id_no)
    name = _name(principal_name)
    person = Person.objects.filter(id_index=BlindIndex.of_value("id_no", number)).first()
    person = speaking(person) if person is not None else None
    if person is not None and person.pk == actor.person_id:
        raise MandateRefused("这是您自己的身份证号，自己办直接申请就行。")
    child = age_on(idcard.check(number).birth_date, clock.today()) < ADULT
    if kind == "entrust" and child:
        raise MandateRefused("未成年人由监护人代办，请选“我是监护人”。")
    recorded = bool(kind == "guardian" and person and person.name == name and child and parent_of_record(actor, person))
    if not recorded and proof_id is None:
        raise MandateRefused("请拍下签好字的委托书；监护人拍户口簿、出生证明或判决书。")
    mandate = Mandate(
        kind=kind,
        method="record" if recorded else "paper",
        principal=person if recorded else None,
        principal_name=name,
        principal_id_no=number,
        agent_user=actor.user,
        agent_id=actor.person_id,
        agent_name=_name(agent_name),
        agent_phone=actor.user.phone,
        relation=relation[:20],
        items=[item_code],
        proof_id=proof_id,
        valid_from=clock.today(),
        region_code=(person.region_code if recorded and person else "") or "0" * 12,
        created_by_id=actor.id,
        is_demo=actor.user.is_demo,
    )
    if recorded:
        _settle(mandate, actor, "active", save=False)
    return _written(mandate, actor, "mandate.claim")


@transaction.atomic
def register(
    *,
    actor: Actor,
    kind: str,
    principal: Person,
    agent_name: str,
    agent_phone: str,
    relation: str,
    items: Sequence[str],
    valid_to: datetime.date | None,
    proof_id: int,
) -> Mandate:
    """A clerk records a mandate at the window, with the photo of the signed paper; the agent takes it up by phone."""
    if actor.can(CONFIRM, principal.region_code) is None:
        raise MandateRefused("您的岗位不能登记这个人的委托，请由其所在乡镇（街道）办理。")
    mandate = Mandate(
        kind=kind,
        method="window",
        principal=principal,
        principal_name=principal.name,
        principal_id_no=principal.id_no,
        agent_name=_name(agent_name),
        agent_phone=_phone(agent_phone),
        relation=relation[:20],
        items=list(items),
        proof_id=proof_id,
        valid_from=clock.today(),
        valid_to=valid_to,
        region_code=principal.region_code,
        created_by_id=actor.id,
        is_demo=principal.is_demo,
    )
    return _written(mandate, actor, "mandate.register")


@transaction.atomic
def confirm(*, actor: Actor, mandate_id: int) -> Mandate:
    """A clerk has looked at the paper: it holds."""
    mandate = _for_clerk(actor, mandate_id)
    if mandate.agent_user_id is None:
        raise MandateRefused("代办人还没有用这个手机号登录接受委托，等他接受后自动生效。")
    if mandate.principal_id is None:
        known = Person.objects.filter(
            id_index=BlindIndex.of_value("id_no", mandate.principal_id_no), name=mandate.principal_name
        ).first()
        mandate.principal = speaking(known) if known is not None else None
    _settle(mandate, actor, "active")
    audit.record(actor=actor, action="mandate.confirm", obj=mandate, region_code=mandate.region_code)
    return mandate


@transaction.atomic
def refuse(*, actor: Actor, mandate_id: int, reason: str) -> Mandate:
    """A clerk does not accept the paper; whoever came with it loses sight of the case at once."""
    mandate = _for_clerk(actor, mandate_id)
    if len(reason.strip()) < 2:
        raise MandateRefused("请写明不认可的原因，例如“委托书没有签名”。")
    return _end(mandate, actor, "refused", reason)


@transaction.atomic
def revoke(*, actor: Actor, mandate_id: int, reason: str = "") -> Mandate:
    """End a mandate at once: by whoever gave it, by the agent, or by a clerk of the place on the principal's word."""
    mandate = Mandate.objects.select_for_update().filter(pk=mandate_id).first()
    mine = (
        mandate is not None
        and actor.is_citizen
        and (
            (actor.person_id is not None and mandate.principal_id == actor.person_id)
            or mandate.agent_user_id == actor.id
        )
    )
    clerk = mandate is not None and actor.is_staff and actor.can(CONFIRM, mandate.region_code) is not None
    if mandate is None or not (mine or clerk):
        raise MandateRefused("没有这份委托，或者不归您管。")
    if mandate.state not in ("waiting", "active"):
        raise MandateRefused("这份委托早已解除，不用再办。")
    return _end(mandate, actor, "revoked", reason or ("本人解除" if mine else "窗口解除"))


def parent_of_record(actor: Actor, child: Person) -> bool:
    """Whether the household register shows this account's person as head and the child as the head's own."""
    if actor.person_id is None:
        return False
    today = clock.today()
    rows = HouseholdMember.objects.filter(
        person=child, superseded_at=None, relation__in=CHILDREN, valid_from__lte=today
    )
    return any(
        (row.valid_to is None or row.valid_to >= today) and row.household.head_id == actor.person_id
        for row in rows.select_related("household")
    )


def _for_clerk(actor: Actor, mandate_id: int) -> Mandate:
    mandate = Mandate.objects.select_for_update().filter(pk=mandate_id).first()
    if mandate is None or not actor.is_staff or actor.can(CONFIRM, mandate.region_code) is None:
        raise MandateRefused("没有这份委托，或者不在您的办理范围内。")
    if mandate.state != "waiting":
        raise MandateRefused(f"这份委托现在是“{mandate.get_state_display()}”，不用再核对。")
    return mandate


def _settle(mandate: Mandate, actor: Actor, state: str, *, save: bool = True) -> None:
    mandate.state, mandate.confirmed_at, mandate.confirmed_by = state, clock.now(), actor.user
    if save:
        mandate.save()


def _end(mandate: Mandate, actor: Actor, state: str, reason: str) -> Mandate:
    mandate.state, mandate.revoked_at, mandate.revoked_by = state, clock.now(), actor.user
    mandate.revoke_reason = reason.strip()[:120]
    mandate.save()
    audit.record(
        actor=actor,
        action=f"mandate.{state}",
        obj=mandate,
        region_code=mandate.region_code,
        reason=mandate.revoke_reason,
    )
    return mandate


def _written(mandate: Mandate, actor: Actor, action: str) -> Mandate:
    mandate.save(force_insert=True)
    audit.record(
        actor=actor,
        action=action,
        obj=mandate,
        region_code=mandate.region_code,
        detail={"kind": mandate.kind, "method": mandate.method, "items": mandate.items},
    )
    return mandate


def _name(text: str) -> str:
    try:
        return normal_name(text)
    except SubjectError as error:
        raise MandateRefused(str(error)) from None


def _phone(text: str) -> str:
    try:
        return normal_phone(text)
    except AccountError as error:
        raise MandateRefused(str(error)) from None


def _id_no(text: str) -> str:
    try:
        return idcard.check(text).normalised
    except idcard.InvalidIdNumber as error:
        raise MandateRefused(str(error)) from None
