"""草稿: start, save step by step, never lose what was typed; the checks of handing in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from minzheng.kernel import clock
from minzheng.kernel.cases.drafting.members import claimants, decide_composition, sync_members
from minzheng.kernel.cases.errors import NotAllowed, NotFound, Refused, Stale
from minzheng.kernel.cases.flow import guard
from minzheng.kernel.cases.running import authority
from minzheng.kernel.cases.running.engine import locked
from minzheng.kernel.cases.running.locks import lock_people
from minzheng.kernel.cases.states import OPEN
from minzheng.kernel.crypto.fields import BlindIndex
from minzheng.kernel.items import registry
from minzheng.kernel.subjects import mandates

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.models import Case
    from minzheng.kernel.cases.running.context import Ctx
    from minzheng.kernel.items.items import Item

EDITABLE = ("DRAFT", "SUPPLEMENT")


@dataclass(frozen=True)
class StepResult:
    """`errors`: {key: sentence} of this step ("0.wage" for rows); `next_step`: code of the following step or ""."""

    case: Case
    errors: dict[str, str]
    next_step: str

    @property
    def ok(self) -> bool:
        return not self.errors


@transaction.atomic
def start_draft(
    *, item_code: str, actor: Actor, channel: str, region_code: str, applicant_id: int | None, parent_id: int | None
) -> Case:
    """See services.start_draft."""
    from minzheng.kernel.cases.models import Case

    item = registry.get(item_code)
    person_id = applicant_id if actor.is_staff else actor.person_id
    if actor.is_citizen:
        # No file of one's own yet (first application, or a daughter applying for her mother): an empty form, owned by
        # the account. Nobody's data is filled in before the person's own account is known to be theirs.
        lock_people(item_code, [(actor.person_id or actor.id or 0).to_bytes(8, "big") + bytes(8)])
        own = Q(applicant_id=None) | Q(applicant_id=actor.person_id)
        drafts = Case.objects.filter(own, item_code=item_code, created_by_id=actor.id, state="DRAFT", mandates=None)
        mine = drafts.order_by("-id").first()
        if mine is not None:
            return mine
    else:
        region_code = region_code or next(iter(actor.scopes("case.create")), "")
        if not region_code or actor.can("case.create", region_code) is None:
            raise NotAllowed("您的岗位不能在这里代为登记申请。")
    person = _person(person_id)
    if actor.is_staff and person is not None and not _may_use(actor, person):
        raise NotFound("没有这份档案，或者不在您的办理范围内。")
    form = prefilled(item, person)
    if region_code:
        form.setdefault("applicant", {})["region"] = region_code
    case = Case.objects.create(
        item_code=item_code,
        channel=channel,
        applicant=person,
        applicant_name=person.name if person else "",
        region_code=region_code or (person.region_code if person else ""),
        form=form,
        created_by_id=actor.id,
        parent_id=parent_id,
        is_demo=bool(person and person.is_demo),
    )
    sync_members(case)
    _audit(actor, case, "case.start")
    return case


def _person(pk: int | None) -> Any:
    from minzheng.kernel.subjects.models import Person

    return Person.objects.filter(pk=pk).first() if pk else None


def _may_use(actor: Actor, person: Any) -> bool:
    from minzheng.kernel.subjects.selectors import visible_persons

    return visible_persons(actor).filter(pk=person.pk).exists()


def prefilled(item: Item, person: Any) -> dict[str, Any]:
    """What the state already knows is not asked again: the person, the household, the people in it."""
    from minzheng.kernel.subjects.selectors import household_members, household_of

    if person is None:
        return {}
    applicant = {
        "name": person.name,
        "id_no": person.id_no,
        "phone": person.phone,
        "address": person.address,
        "region": person.region_code,
    }
    rows = [
        {"name": person.name, "id_no": person.id_no, "relation": "本人", "phone": person.phone, "situation": "home"}
    ]
    # A form about one person does not ask for the family, so nobody could take them out again.
    asks_family = any(step.repeat == "members" and not step.fixed_rows for step in item.form.steps)
    household = household_of(person) if asks_family else None
    for row in household_members(household) if household else []:
        if row.person_id != person.pk and row.person.death_date is None:
            # The file's relations are to the head: they are known only when the head applies.
            relation = row.relation if household is not None and household.head_id == person.pk else ""
            known = {
                "name": row.person.name,
                "id_no": row.person.id_no,
                "phone": row.person.phone,
                "relation": relation,
                "situation": "home",
            }
            rows.append({k: v for k, v in known.items() if v})
    return {"applicant": {k: v for k, v in applicant.items() if v}, "members": rows}


@transaction.atomic
def save_step(*, case_id: int, step: str, raw: Any, actor: Actor, version: int | None) -> StepResult:
    """See services.save_step."""
    case = locked(case_id)
    item = registry.get(case.item_code)
    _check_editor(case, actor, version)
    cleaned = item.form.clean_step(step, raw, case.form)
    case.form = item.form.merged(step, case.form, cleaned)
    position = item.form.number(step)
    case.step = max(case.step, min(position + 1, len(item.form.steps)))
    declared = item.form.step(step)
    if declared.key == "applicant":
        _follow_applicant(case)
    case.version += 1
    case.touched_at = clock.now()
    case.save()
    if declared.key in ("applicant", "members", "obligors"):
        sync_members(case)
    following = item.form.steps[position].code if position < len(item.form.steps) else ""
    return StepResult(case, cleaned.errors, following)


def _check_editor(case: Case, actor: Actor, version: int | None) -> None:
    if not (authority.owns(case, actor) or actor.can("case.create", case.region_code) or _own_draft(case, actor)):
        raise NotFound("没有这个办件，或者不在您的办理范围内。")
    if case.state not in EDITABLE:
        raise Refused("申请已经提交，不能再改；确需更正的，请联系受理窗口，或先撤回再重新申请。")
    if version is not None and version != case.version:
        raise Stale("这份申请刚在另一处改过，请刷新后再填，您刚才填的内容仍在页面上。")


def _own_draft(case: Case, actor: Actor) -> bool:
    """A clerk's own draft whose region is not chosen yet."""
    return case.state == "DRAFT" and actor.is_staff and actor.id in (case.created_by_id, case.assignee_id)


def _follow_applicant(case: Case) -> None:
    """The first member row is the applicant: typed once. The case belongs to the village the family lives in."""
    applicant = case.form.get("applicant") or {}
    case.applicant_name = applicant.get("name") or ""
    case.region_code = applicant.get("region") or case.region_code
    rows = list(case.form.get("members") or [])
    own = next((i for i, row in enumerate(rows) if row.get("relation") == "本人"), None)
    mine = {
        "name": applicant.get("name", ""),
        "id_no": applicant.get("id_no", ""),
        "phone": applicant.get("phone", ""),
        "relation": "本人",
    }
    if own is None:
        rows.insert(0, mine | {"situation": "home"})
    else:
        rows[own] = rows[own] | mine
    case.form = {**case.form, "members": rows}


# ---- what handing in requires ----


@guard("form_complete")
def form_complete(ctx: Ctx) -> str:
    problems = ctx.item.form.problems(ctx.case.form)
    parts = []
    for code, errors in problems.items():
        title = ctx.item.form.step(code).title
        parts.append(f"“{title}”还有 {len(errors)} 处要补：{next(iter(errors.values()))}")
    return "；".join(parts)


@guard("applicant_is_self")
def applicant_is_self(ctx: Ctx) -> str:
    """On the phone people apply under their own file; for others they go as 代办 with a mandate."""
    case, applicant = ctx.case, ctx.case.form.get("applicant") or {}
    mandate = mandates.acting(ctx.actor, case)
    if mandate is not None and applicant.get("id_no") != mandate.principal_id_no:
        return f"委托书上写的是{mandate.principal_name}，申请人的身份证号码和委托书不一致，请核对；替另一位办的，请另行委托。"
    if case.applicant_id is None or case.channel != "phone":
        return ""
    person = _person(case.applicant_id)
    if person is not None and applicant.get("id_no") and person.id_no != applicant["id_no"]:
        return "申请人的身份证号码与登录人不一致：请由申请人本人登录，或到窗口办理委托代办。"
    return ""


@guard("mandate")
def mandate_given(ctx: Ctx) -> str:
    if ctx.case.channel != "proxy":
        return _own_or_mandated(ctx)
    from minzheng.kernel.documents.models import Attachment

    given = (
        ctx.data.get("mandate")
        or Attachment.objects.filter(case_id=ctx.case.pk, kind="mandate", removed_at=None).exists()
    )
    return "" if given else "委托他人代办的，请上传申请人签字的委托书照片。"


def _own_or_mandated(ctx: Ctx) -> str:
    """On a phone without a file of its own: whoever names another phone for the applicant is applying for another."""
    case, actor = ctx.case, ctx.actor
    if case.channel != "phone" or not actor.is_citizen or case.applicant_id is not None:
        return ""
    declared = (case.form.get("applicant") or {}).get("phone") or ""
    if actor.user is None or declared == actor.user.phone or mandates.acting(actor, case) is not None:
        return ""
    return "申请人的手机号和您登录的不一样：替别人办的，请到首页点“替家人办”，写明您是谁、有没有委托。"


@guard("mandate_settled")
def mandate_settled(ctx: Ctx) -> str:
    """Whoever came with a paper is looked at before anything else is done on its strength."""
    waiting = mandates.waiting_for(ctx.case)
    if waiting is None:
        return ""
    return f"{waiting.agent_name}（{waiting.words}）的委托还没有核对，请先到“代办委托”里看委托书，确认或不认可。"


@guard("one_open_case", needs_data=True)
def one_open_case(ctx: Ctx) -> str:
    """One application per family and item; a person is helped once. Somebody who applies alone stands in nobody's way but
    their own. Takes the family's lock: simultaneous submissions wait, then see this one."""
    from minzheng.kernel.cases.models import CaseMember

    own = claimants(ctx.case, ctx.members)
    indexes = [BlindIndex.of_value("id_no", m.id_no) for m in own if m.id_no]
    lock_people(ctx.item.code, indexes)
    others = (
        CaseMember.objects.filter(
            id_index__in=indexes, in_count=True, case__item_code=ctx.item.code, case__state__in=OPEN
        )
        .exclude(case_id=ctx.case.pk)
        .select_related("case")
    )
    other = next((m for m in others if m in claimants(m.case, list(m.case.members.all()))), None)
    if other is None:
        return ""
    if authority.sees(other.case, ctx.actor):
        return f"{other.name}已在办件 {other.case.no} 里申请或享受{ctx.item.title}，一个家庭不能重复申请。"
    return f"{other.name}已在另一户申请或享受{ctx.item.title}，不能重复申请；如有疑问请联系户籍地民政窗口。"


def enter(ctx: Ctx) -> None:
    """Number, applicant's file, composition: what the first submission fixes."""
    from minzheng.kernel.subjects.errors import SubjectError
    from minzheng.kernel.subjects.services import ensure_person

    case, applicant = ctx.case, ctx.case.form.get("applicant") or {}
    try:
        person = ensure_person(
            actor=ctx.actor,
            name=applicant["name"],
            id_no=applicant["id_no"],
            region_code=applicant["region"],
            phone=applicant.get("phone", ""),
            address=applicant.get("address", ""),
            is_demo=case.is_demo,
        )
    except SubjectError as error:
        raise Refused(str(error)) from error
    case.applicant, case.applicant_name, case.region_code = person, person.name, applicant["region"]
    case.submitted_at = ctx.now
    _file_mandates(ctx)
    decide_composition(ctx)
    if case.no is None:
        case.no = _number(ctx)
    _hold_one(ctx)


def _file_mandates(ctx: Ctx) -> None:
    """The mandate of this case comes under the applicant's place; a village worker who files is put on record as helper,
    so that the family sees it and can end it."""
    from minzheng.kernel.documents.models import Attachment
    from minzheng.kernel.subjects.mandate_models import Mandate

    case = ctx.case
    case.mandates.update(region_code=case.region_code)
    if case.channel != "proxy" or ctx.actor.user is None or case.mandates.exists():
        return
    paper = Attachment.objects.filter(case_id=case.pk, kind="mandate", removed_at=None).order_by("-pk").first()
    given = [int(pk) for pk in ctx.data.get("mandate") or []]
    Mandate(
        kind="helper",
        state="active",
        method="paper",
        principal=case.applicant,
        principal_name=case.applicant_name,
        principal_id_no=case.applicant.id_no if case.applicant else "",
        agent_user=ctx.actor.user,
        agent_name=ctx.actor.name,
        relation="村居工作人员",
        items=[case.item_code],
        case=case,
        proof_id=given[0] if given else paper.pk if paper else None,
        valid_from=ctx.today,
        region_code=case.region_code,
        created_by_id=ctx.actor.id,
        confirmed_at=ctx.now,
        is_demo=case.is_demo,
    ).save(force_insert=True)


def _number(ctx: Ctx) -> str:
    """区划-业务-年-流水, by county. Taken last: the counter's row lock is held only to the end of this transaction."""
    from minzheng.kernel.registers.numbering import next_number

    county, year = ctx.case.region_code[:6], ctx.today.year
    serial = next_number(f"case.{ctx.item.number_code}", region_code=county.ljust(12, "0"), year=year)
    return f"{county}-{ctx.item.number_code}-{year}-{serial:06d}"


def _hold_one(ctx: Ctx) -> None:
    """The index behind the lock: refuses a second open case of the same applicant even if the lock is bypassed."""
    case = ctx.case
    before, case.state = case.state, "SUBMITTED"
    try:
        with transaction.atomic():
            case.save()
    except IntegrityError as error:
        case.state = before
        raise Refused(f"{case.applicant_name}已有正在办理或享受的{ctx.item.title}，一个家庭不能重复申请。") from error
    case.state = before


def _audit(actor: Actor, case: Case, action: str) -> None:
    from minzheng.kernel.audit.services import record

    record(actor=actor, action=action, obj=case, region_code=case.region_code, detail={"item": case.item_code})
