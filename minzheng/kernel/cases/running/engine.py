"""办理一个动作: lock, check, write. Everything an act changes is one transaction; refused means nothing changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.kernel.cases.deadlines import timing
from minzheng.kernel.cases.errors import NotAllowed, NotFound, Refused, Stale
from minzheng.kernel.cases.running import authority, papers
from minzheng.kernel.cases.running.context import Ctx
from minzheng.kernel.items import registry
from minzheng.kernel.items.forms import as_json
from minzheng.kernel.parts.fields import Photo, clean_fields
from minzheng.kernel.subjects import mandates

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.accounts.models import Assignment
    from minzheng.kernel.cases.flow import Flow
    from minzheng.kernel.cases.models import Case, CaseAct

# Inputs whose value is also a column of the act.
OPINION, REASON_CODE = "opinion", "reason_code"


def locked(case_id: int) -> Case:
    """The case under its row lock; must be inside a transaction."""
    from minzheng.kernel.cases.models import Case

    case = Case.objects.select_for_update().filter(pk=case_id).first()
    if case is None:
        raise NotFound("没有这个办件，或者不在您的办理范围内。")
    return case


@transaction.atomic
def perform(
    *, case_id: int, act: str, actor: Actor, data: Mapping[str, Any] | None, version: int | None, token: str = ""
) -> CaseAct:
    """See services.perform."""
    case = locked(case_id)
    item = registry.for_case(case)
    declared = item.flow.act(act)
    if declared is None:
        raise Refused(f"“{item.title}”的办理流程里没有“{act}”这个动作。")
    ctx = Ctx(case, item, declared, actor, token=token[:40])
    done = _already_done(ctx)
    if done is not None:
        return done
    _check_right(ctx)
    _check_fresh(ctx, version)
    ctx.data = _cleaned(ctx, data or {})
    sentences = why_not(ctx)
    if sentences:
        raise Refused(sentences)
    return _do(ctx)


def why_not(ctx: Ctx, *, with_data: bool = True) -> list[str]:
    """Every unmet guard's sentence, in order, without repeats."""
    found = [g.check(ctx) for g in ctx.act.guards if with_data or not g.needs_data]
    return list(dict.fromkeys(s for s in found if s))


def segregation(ctx: Ctx) -> str:
    """ "" or why this person must not do this act on this case."""
    investigators = {
        i["user_id"] for v in ctx.evidence("visit") for i in v.data.get("investigators", []) if i.get("user_id")
    }
    relatives = {e.data["user_id"] for e in ctx.evidence("relative") if e.data.get("user_id")}
    return authority.kept_apart(
        ctx.item.flow, ctx.act, ctx.actor, ctx.acts, _ids(investigators), _ids(relatives), ctx.assignment
    )


def _ids(values: set[Any]) -> set[int]:
    return {int(v) for v in values}


def _check_right(ctx: Ctx) -> None:
    may, ctx.assignment = authority.entitled(ctx.act, ctx.case, ctx.actor)
    if not may:
        if not authority.sees(ctx.case, ctx.actor):
            raise NotFound("没有这个办件，或者不在您的办理范围内。")
        raise NotAllowed(f"您的岗位不能在这个办件上“{ctx.act.title}”，请由有此权限的人员办理。")
    apart = segregation(ctx)
    if apart:
        raise NotAllowed(apart)


def _already_done(ctx: Ctx) -> CaseAct | None:
    """The act that this very form made before: pressing twice, or sending again after a broken line, is no second act."""
    earlier = next((a for a in ctx.acts if a.token == ctx.token), None) if ctx.token else None
    if earlier is None:
        return None
    if earlier.code != ctx.act.code or earlier.actor_id != ctx.actor.id:
        raise Stale("这张表单已经用过，请刷新页面后再办。")
    return earlier


def _check_fresh(ctx: Ctx, version: int | None) -> None:
    case, flow = ctx.case, ctx.item.flow
    last = ctx.acts[-1] if ctx.acts else None
    here = flow.state(case.state).title
    if version is not None and version != case.version:
        raise Stale(f"{_done_by(ctx, last)}，现在是“{here}”，请刷新后再办。")
    if case.state not in ctx.act.from_states:
        ready = "、".join(flow.state(s).title for s in ctx.act.from_states)
        just = f"，{_done_by(ctx, last)}" if last else ""
        raise Refused(f"这个办件现在是“{here}”{just}，只有在“{ready}”时才能“{ctx.act.title}”。")


def _done_by(ctx: Ctx, last: CaseAct | None) -> str:
    """王芳已于 11月2日 09:30 办理“受理”."""
    from django.utils import timezone

    if last is None:
        return "这个办件刚才有变化"
    at = timezone.localtime(last.at)
    who = _who(last, ctx.actor)
    return f"{who}已于 {at.month}月{at.day}日 {at:%H:%M} 办理“{_act_title(ctx.item.flow, last)}”"


def _who(act: CaseAct | None, asking: Actor) -> str:
    """A button pressed twice is no colleague's doing."""
    if act is None:
        return "他人"
    return "您自己" if asking.id is not None and act.actor_id == asking.id else act.actor_name or "系统"


def _act_title(flow: Flow, act: CaseAct | None) -> str:
    declared = flow.act(act.code) if act else None
    return declared.title if declared else "别的动作"


def _cleaned(ctx: Ctx, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The act's inputs, cleaned. Photos become ids of stored attachments of this case."""
    fields = ctx.act.fields_for(ctx)
    plain = [f for f in fields if not isinstance(f, Photo)]
    values, errors = clean_fields(plain, raw)
    kept: dict[str, Any] = {name: as_json(value) for name, value in values.items()}
    for photo in (f for f in fields if isinstance(f, Photo) and f.applies(raw)):
        try:
            kept[photo.name] = _stored(ctx, photo, photo.clean(raw.get(photo.name)))
        except ValueError as error:
            errors[photo.name] = str(error)
    if errors:
        raise Refused([], errors)
    return kept


def _stored(ctx: Ctx, photo: Photo, items: list[Any]) -> list[str]:
    """Uploads are stored now; ids must be attachments of this very case that nobody has removed."""
    from minzheng.kernel.documents.models import Attachment

    ids = []
    for item in items:
        if hasattr(item, "read"):
            from minzheng.kernel.documents.services import store_attachment

            ids.append(
                store_attachment(
                    case=ctx.case, kind=photo.kind or photo.name, label=photo.label, upload=item, actor=ctx.actor
                ).pk
            )
        else:
            if not str(item).isdecimal():
                raise ValueError(f"{photo.label}要重新上传。")
            ids.append(int(item))
    known = Attachment.objects.filter(case_id=ctx.case.pk, removed_at=None, pk__in=ids).count()
    if known != len(set(ids)):
        raise ValueError(f"{photo.label}里有一份材料不属于这个办件，请重新上传。")
    return [str(pk) for pk in ids]


def _do(ctx: Ctx) -> CaseAct:
    act = ctx.act
    ctx.record = _record(ctx)
    for effect in act.effects:
        effect(ctx)
    ctx.record.to_state = _to_state(ctx)
    ctx.record.data = _plain({**ctx.record.data, **_standing_in(ctx)})
    timing.stamp(ctx)
    acts = ctx.acts
    ctx.record.save(force_insert=True)
    ctx.forget()
    ctx.__dict__["acts"] = [*acts, ctx.record]  # under the lock nobody else has added one
    timing.advance(ctx)
    notice = act.notice(ctx) if callable(act.notice) else act.notice
    if notice:
        papers.issue(ctx, notice)
    papers.tell(ctx)
    _audit(ctx)
    return ctx.record


def _record(ctx: Ctx) -> CaseAct:
    from minzheng.kernel.cases.models import CaseAct

    case, post = ctx.case, ctx.assignment
    mandate = None if post or case.applicant_id == ctx.actor.person_id else mandates.acting(ctx.actor, case)
    role = "agent" if mandate else post.role if post else ctx.actor.role or "public"
    return CaseAct(
        case=case,
        seq=(ctx.acts[-1].seq + 1 if ctx.acts else 1),
        code=ctx.act.code,
        from_state=case.state,
        to_state=case.state,
        actor_id=ctx.actor.id,
        actor_name=ctx.actor.name,
        role=role,
        organization_name=mandate.by_line[:80] if mandate else _organization(post),
        at=ctx.now,
        opinion=ctx.text(OPINION),
        reason_code=ctx.text(REASON_CODE),
        data={k: v for k, v in ctx.data.items() if k not in (OPINION, REASON_CODE)},
        token=ctx.token,
    )


def _standing_in(ctx: Ctx) -> dict[str, str]:
    """In whose name a deputy did it."""
    return ctx.actor.acting_as(ctx.assignment).standing_in if ctx.assignment else {}


def _organization(post: Assignment | None) -> str:
    return post.organization.name if post else ""


def _to_state(ctx: Ctx) -> str:
    act = ctx.act
    targets = act.targets(ctx.done.from_state)
    target = act.choose(ctx) if act.choose else targets[0]
    if target not in targets:
        raise AssertionError(f"动作“{act.code}”选了没有声明的去向 {target}")
    return target


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    import json

    from minzheng.kernel.cases.running.evidence import canonical

    return json.loads(canonical(dict(data)))


def _audit(ctx: Ctx) -> None:
    from minzheng.kernel.audit.services import record

    actor = ctx.actor.acting_as(ctx.assignment) if ctx.assignment else ctx.actor
    record(
        actor=actor,
        action=f"case.{ctx.act.code}",
        obj=ctx.case,
        region_code=ctx.case.region_code,
        reason=ctx.done.reason_code or ctx.act.title,
        detail={"seq": ctx.done.seq, "from": ctx.done.from_state, "to": ctx.done.to_state, "no": ctx.case.no or ""},
    )
