"""休假与代理: whoever goes on leave names a deputy; the deputy gets her posts for exactly that time and her open cases in
one act, and at the end what is still open comes back.

Nobody gives rights to a colleague by oneself: a leave that somebody asks for herself waits until the leader of her own
township (for clerks and village workers, with a deputy of the same township) or the security administrator confirms it.
"""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import Q

from minzheng.kernel import clock
from minzheng.kernel.accounts import posts as posting
from minzheng.kernel.accounts.actors import SYSTEM, Actor, valid_posts
from minzheng.kernel.accounts.errors import AccountError, RoleRefused
from minzheng.kernel.accounts.models import Assignment, Leave, User
from minzheng.kernel.accounts.roles import why_apart
from minzheng.kernel.accounts.work import work
from minzheng.kernel.audit import services as audit
from minzheng.kernel.regions import codes

#: Posts whose leave the leader of the township may settle; all others need the security administrator.
LED = ("town_clerk", "village_worker")
_DAY = datetime.timedelta(days=1)


@transaction.atomic
def take_leave(
    *, actor: Actor, user: User, deputy: User, starts_on: datetime.date, ends_on: datetime.date, reason: str
) -> Leave:
    """A leave with its deputy. Asked for by oneself it waits for confirmation; entered by whoever may confirm it is in
    force at once. `starts_on` and `ends_on` are both days of leave. Raises AccountError, RoleRefused."""
    user = User.objects.select_for_update().get(pk=user.pk)
    leave = Leave(
        user=user,
        deputy=deputy,
        region_code="",
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason.strip(),
        asked_by=actor.user,
    )
    held = _checked(leave)
    leave.region_code = held[0].region_code
    if actor.id == user.pk:
        leave.save(force_insert=True)
        audit.record(actor=actor, action="accounts.ask_leave", obj=leave, reason=leave.reason, detail=_detail(leave))
        return leave
    acting = authority(actor, leave, held)
    leave.save(force_insert=True)
    _approve(acting, leave, held)
    return leave


@transaction.atomic
def confirm_leave(*, actor: Actor, leave: Leave, answer: str = "") -> Leave:
    """Put a leave that was asked for in force. Everything is checked again: days have gone by."""
    leave = _locked(leave, "asked")
    held = _checked(leave)
    leave.answer = answer.strip()
    _approve(authority(actor, leave, held), leave, held)
    return leave


@transaction.atomic
def refuse_leave(*, actor: Actor, leave: Leave, answer: str) -> Leave:
    """Say no, with the reason."""
    leave = _locked(leave, "asked")
    acting = authority(actor, leave, posts_during(leave.user, leave.starts_on, leave.ends_on))
    if not answer.strip():
        raise AccountError("请写明不同意的原因，申请人会看到。")
    return _close(acting, leave, "refused", answer.strip())


@transaction.atomic
def cancel_leave(*, actor: Actor, leave: Leave) -> Leave:
    """Whoever asked takes it back before it is confirmed."""
    leave = _locked(leave, "asked")
    if actor.id != leave.user_id:
        raise RoleRefused("只有申请人本人可以撤回休假申请。")
    return _close(actor, leave, "cancelled", "")


@transaction.atomic
def end_leave(*, actor: Actor, leave: Leave) -> Leave:
    """销假, early or on time: the deputy's posts end at once, what is still open comes back. By the person herself,
    by whoever may confirm leaves, or by the system the day after."""
    leave = _locked(leave, "approved")
    if not actor.is_system and actor.id != leave.user_id:
        actor = authority(actor, leave, posts_during(leave.user, leave.starts_on, leave.ends_on))
    yesterday = clock.today() - _DAY
    for assignment in Assignment.objects.filter(leave=leave, valid_to__gt=yesterday):
        posting.cut(actor, assignment, max(yesterday, assignment.valid_from - _DAY), "销假")
    leave.handed_back = work().hand_back(actor=actor, leave=leave)
    leave.handed_back_at = clock.now()
    leave.state = "ended"
    leave.save(update_fields=["handed_back", "handed_back_at", "state"])
    audit.record(actor=actor, action="accounts.end_leave", obj=leave, detail={"cases": leave.handed_back})
    return leave


def tick(today: datetime.date | None = None) -> dict[str, int]:
    """What a new day brings: cases of leaves that begin go to the deputy, what is open after the last day comes back.

    Rights need nothing of this: a deputy's post begins and ends with its dates. Safe to run again."""
    day = today or clock.today()
    begun = ended = 0
    for leave in Leave.objects.filter(state="approved", ends_on__lt=day):
        end_leave(actor=SYSTEM, leave=leave)
        ended += 1
    for leave in Leave.objects.filter(state="approved", handed_over_at=None, starts_on__lte=day, ends_on__gte=day):
        begun += _begin(SYSTEM, leave.pk)
    return {"begun": begun, "ended": ended}


def posts_during(user: User, start: datetime.date, end: datetime.date) -> list[Assignment]:
    """The person's own posts (not those held as a deputy) in these days."""
    rows = user.assignments.filter(Q(valid_to=None) | Q(valid_to__gte=start), valid_from__lte=end)
    return list(rows.exclude(kind=Assignment.DEPUTY).select_related("organization").order_by("valid_from", "pk"))


def authority(actor: Actor, leave: Leave, held: list[Assignment]) -> Actor:
    """The actor narrowed to the post that may settle this leave, or RoleRefused with the reason."""
    if actor.is_system:
        return actor
    if actor.id in (leave.user_id, leave.deputy_id):
        raise RoleRefused("休假人和代理人本人不能确认这次休假，请由单位负责人或安全管理员确认。")
    places = [one.region_code for one in held]
    post = next((p for p in _all_granting(actor, "accounts.grant", places)), None)
    if post is None and held and all(one.role in LED for one in held):
        own = [one.region_code for one in valid_posts(leave.deputy) if one.kind != Assignment.DEPUTY]
        led = [p for p in _all_granting(actor, "case.assign", places) if p.role == "town_leader"]
        post = next((p for p in led if any(codes.covers(p.region_code, place) for place in own)), None)
    if post is None:
        raise RoleRefused(
            "您不能确认这次休假：本乡镇经办员由本乡镇同事代理的，由乡镇负责人确认；其他的由安全管理员确认。"
        )
    if actor.clash(post):
        raise RoleRefused(actor.clash(post))
    return actor.acting_as(post)


def may_settle(actor: Actor, leave: Leave) -> bool:
    """Whether this person may confirm, refuse or end this leave."""
    try:
        authority(actor, leave, posts_during(leave.user, leave.starts_on, leave.ends_on))
    except RoleRefused:
        return False
    return True


def _all_granting(actor: Actor, permission: str, places: list[str]) -> list[Assignment]:
    """Posts that alone grant the permission over every one of these places."""
    if not places:
        return []
    return [p for p in actor.grants(permission, places[0]) if all(codes.covers(p.region_code, one) for one in places)]


def _checked(leave: Leave) -> list[Assignment]:
    """The posts to be deputised, or AccountError with what is wrong."""
    user, deputy, today = leave.user, leave.deputy, clock.today()
    if user.kind != "staff" or deputy.kind != "staff" or not deputy.is_active:
        raise AccountError("代理人须是启用中的工作人员，请另选代理人。")
    if user.pk == deputy.pk:
        raise AccountError("代理人不能是本人，请另选代理人。")
    if leave.ends_on < leave.starts_on or leave.starts_on < today:
        raise AccountError("休假日期不对：开始日期不能早于今天，结束日期不能早于开始日期。")
    if not leave.reason:
        raise AccountError("请填写休假事由，如“年休假”“产假”“外出学习”。")
    held = posts_during(user, leave.starts_on, leave.ends_on)
    if not held:
        raise AccountError(f"{user.name}在这段时间没有任职，不用办理代理。")
    standing = Leave.objects.filter(
        state__in=("asked", "approved"), starts_on__lte=leave.ends_on, ends_on__gte=leave.starts_on
    ).exclude(pk=leave.pk)
    if standing.filter(user=user).exists():
        raise AccountError(f"{user.name}在这段时间已有休假，请先撤回或销假。")
    if standing.filter(user=deputy).exists():
        raise AccountError(f"{deputy.name}在这段时间也休假，请另选代理人。")
    _refuse_apart(leave, held)
    return held


def _refuse_apart(leave: Leave, held: list[Assignment]) -> None:
    """Say it when the leave is asked for, not only when it is confirmed."""
    from minzheng.kernel.accounts.roles import title

    own = posts_during(leave.deputy, leave.starts_on, leave.ends_on)
    for one in held:
        for other in own:
            why = why_apart(one.role, other.role)
            if why:
                raise RoleRefused(
                    f"{leave.deputy.name}任“{title(other.role)}”，不能代理“{title(one.role)}”：{why}。请另选代理人。"
                )


def _approve(acting: Actor, leave: Leave, held: list[Assignment]) -> None:
    for post in held:
        posting.put(
            acting,
            Assignment(
                user=leave.deputy,
                role=post.role,
                organization=post.organization,
                region_code=post.region_code,
                post=post.post,
                valid_from=max(leave.starts_on, post.valid_from),
                valid_to=min(leave.ends_on, post.valid_to) if post.valid_to else leave.ends_on,
                kind=Assignment.DEPUTY,
                on_behalf_of=post,
                reason=f"{leave.user.name}休假：{leave.reason}"[:200],
            ),
            leave,
        )
    leave.state, leave.decided_by, leave.decided_at = "approved", acting.user, clock.now()
    leave.save(update_fields=["state", "decided_by", "decided_at", "answer"])
    audit.record(actor=acting, action="accounts.leave", obj=leave, reason=leave.reason, detail=_detail(leave))
    if leave.starts_on <= clock.today():
        _begin(acting, leave.pk)
        leave.refresh_from_db()


@transaction.atomic
def _begin(actor: Actor, pk: int) -> int:
    leave = Leave.objects.select_for_update().select_related("user", "deputy").get(pk=pk)
    if leave.state != "approved" or leave.handed_over_at is not None:
        return 0
    leave.handed_over = work().hand_over(
        actor=actor, from_user=leave.user, to_user=leave.deputy, reason=f"休假代理：{leave.reason}", leave=leave
    )
    leave.handed_over_at = clock.now()
    leave.save(update_fields=["handed_over", "handed_over_at"])
    return 1


def _locked(leave: Leave, state: str) -> Leave:
    leave = Leave.objects.select_for_update(of=("self",)).select_related("user", "deputy").get(pk=leave.pk)
    if leave.state != state:
        raise AccountError(f"这次休假现在是“{leave.get_state_display()}”，不能再这样办理，请刷新页面。")
    return leave


def _close(actor: Actor, leave: Leave, state: str, answer: str) -> Leave:
    leave.state, leave.answer = state, answer
    leave.decided_by, leave.decided_at = actor.user, clock.now()
    leave.save(update_fields=["state", "answer", "decided_by", "decided_at"])
    audit.record(actor=actor, action=f"accounts.leave_{state}", obj=leave, reason=answer)
    return leave


def _detail(leave: Leave) -> dict[str, str]:
    return {
        "user": str(leave.user_id),
        "deputy": str(leave.deputy_id),
        "from": str(leave.starts_on),
        "to": str(leave.ends_on),
    }
