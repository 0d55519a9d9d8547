"""办理一条预警: assign, visit, judge, act, close. Each is one transaction, one act in the record and one line in the log; what
is refused has changed nothing. Rights are asked of one post over the alert's place."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from minzheng.datacenter.monitoring import feedback, selectors, terms
from minzheng.datacenter.monitoring.errors import MonitorRefused
from minzheng.datacenter.monitoring.models import Alert, AlertAct
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import actor_of
from minzheng.kernel.audit import services as audit
from minzheng.kernel.documents.services import store_attachment

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.accounts.models import User

GONE = "没有这条预警，或者不在您的范围内。"
#: Done by a person of this right, from these states.
WHO = {
    "assign": (selectors.ASSIGN, (Alert.NEW, Alert.ASSIGNED)),
    "visit": (selectors.VISIT, (Alert.NEW, Alert.ASSIGNED)),
    "judge": (selectors.JUDGE, (Alert.VISITED,)),
    "handle": (selectors.JUDGE, (Alert.JUDGED,)),
    "close": (selectors.JUDGE, (Alert.ACTED,)),
}


def may(actor: Actor, alert: Alert, act: str) -> bool:
    """Whether this person may do this now; what is missing besides is said when they try."""
    permission, states = WHO[act]
    return alert.state in states and actor.can(permission, alert.region_code) is not None


def _begin(actor: Actor, pk: int, act: str) -> tuple[Alert, Actor]:
    """The alert under its row lock, and the actor narrowed to the post in whose right it is done."""
    permission, states = WHO[act]
    # Looked for first as this person sees it: what lies outside their places does not exist for them.
    alert = Alert.objects.select_for_update().filter(pk=pk, pk__in=selectors.visible_to(actor).values("pk")).first()
    if alert is None:
        raise MonitorRefused(GONE)
    post = actor.can(permission, alert.region_code)
    if post is None:
        raise MonitorRefused("您的岗位不能对这条预警办理这一步。")
    if alert.state not in states:
        raise MonitorRefused(f"这条预警现在是“{alert.get_state_display()}”，不能办理这一步，请刷新后再看。")
    return alert, actor.acting_as(post).at_address(actor.address)


def _end(alert: Alert, actor: Actor, act: str, to_state: str, data: Mapping[str, Any], reason: str = "") -> Alert:
    """Write the act and the new state."""
    last = alert.acts.order_by("-seq").values_list("seq", flat=True).first() or 0
    AlertAct.objects.create(
        alert=alert, seq=last + 1, code=act, from_state=alert.state, to_state=to_state, actor=actor.user,
        actor_name=actor.name, role=actor.role, at=clock.now(), data=dict(data),
    )  # fmt: skip
    alert.state = to_state
    alert.version += 1
    alert.save()
    audit.record(
        actor=actor, action=f"monitor.{act}", obj=alert, reason=reason, detail={"to": to_state, "code": alert.code}
    )
    return alert


def _due(alert: Alert, at: datetime.datetime) -> None:
    alert.due_at, alert.due_on, alert.escalated_at = at, timezone.localtime(at).date(), None


@transaction.atomic
def assign(*, actor: Actor, pk: int, user_id: int | None = None) -> Alert:
    """To somebody who may visit there; without a name to the village's own worker (or the township's), whoever has the
    fewest open visits. The deadline runs on from when the alert was found. Raises MonitorRefused."""
    alert, acting = _begin(actor, pk, "assign")
    people = selectors.visitors(alert)
    chosen = _named(people, user_id) if user_id is not None else _fewest(alert, people)
    if chosen is None:
        raise MonitorRefused("这个地方没有可以走访的人员：请安全管理员给村（居）或乡镇人员授予岗位。")
    alert.assignee = chosen
    return _end(alert, acting, "assign", Alert.ASSIGNED, {"to": str(chosen.pk), "to_name": chosen.name})


def _named(people: list[User], user_id: int) -> User:
    found = next((one for one in people if one.pk == user_id), None)
    if found is None:
        raise MonitorRefused([], {"user": "这个人不能在这个地方走访，请从名单里选。"})
    return found


def _fewest(alert: Alert, people: list[User]) -> User | None:
    """The one whose post covers the least (village before township before county), then the least busy."""
    busy = selectors.load([one.pk for one in people])

    def rank(user: User) -> tuple[int, int, str]:
        narrow = max(
            (len(p.region_code.rstrip("0")) for p in actor_of(user).grants(selectors.VISIT, alert.region_code)),
            default=0,
        )
        return (-narrow, busy.get(user.pk, 0), user.username)

    return min(people, key=rank, default=None)


@transaction.atomic
def visit(*, actor: Actor, pk: int, data: Mapping[str, Any]) -> Alert:
    """`data`: visited_on, way (home|phone|video), met, findings, photos (uploads). Raises MonitorRefused."""
    alert, acting = _begin(actor, pk, "visit")
    photos = _keep(data.get("photos") or (), "走访照片", acting)
    kept = {name: _plain(data.get(name)) for name in ("visited_on", "way", "met", "findings", "person_right")}
    if alert.assignee_id is None:
        alert.assignee = actor.user
    if kept["person_right"] == "yes":
        alert.in_doubt = False
    alert.revisit_on = None
    _due(alert, terms.feedback_due(alert.level, clock.now()))
    return _end(alert, acting, "visit", Alert.VISITED, kept | {"photos": photos})


#: What each code has to bring along: (field, sentence when it is missing). Nothing else is kept with the judgement.
BRINGS = {
    "F06": ("refer_to", "请选择转介给哪个部门。"), "F07": ("charity", "请填写转介给哪个组织、联系人。"),
    "F09": ("reason", "请写明为什么不符合条件。"), "F10": ("signed", "请拍下本人签字的拒绝说明；本人不签字的，由见证人签字后拍照。"),
    "F12": ("wrong", "请写明哪个来源、哪一项数据有误。"),
}  # fmt: skip


@transaction.atomic
def judge(*, actor: Actor, pk: int, data: Mapping[str, Any]) -> Alert:
    """`data`: code, verdict, reason and what the code asks for (refer_to, charity, signed, wrong). Raises MonitorRefused."""
    alert, acting = _begin(actor, pk, "judge")
    code = feedback.CODES.get(str(data.get("code") or ""))
    verdict = str(data.get("verdict") or "")
    if code is None:
        raise MonitorRefused([], {"code": "请选择反馈代码。"})
    if verdict not in code.verdicts:
        allowed = "、".join(title for key, title in feedback.VERDICTS if key in code.verdicts)
        raise MonitorRefused([], {"verdict": f"“{code.title}”与这个选择不符，只能是：{allowed}。"})
    _complete(alert, code, data)
    alert.code, alert.verdict = code.code, verdict
    asked, _sentence = BRINGS.get(code.code, ("", ""))
    kept = {name: _plain(data.get(name)) for name in ("code", "verdict", asked) if name and name != "signed"}
    kept["signed"] = _keep(data.get("signed") or (), "本人签字", acting) if asked == "signed" else []
    return _end(alert, acting, "judge", _after_judging(alert, code), kept, reason=code.title)


def _complete(alert: Alert, code: feedback.Feedback, data: Mapping[str, Any]) -> None:
    """Raises MonitorRefused for what the code has to bring along and does not."""
    name, sentence = BRINGS.get(code.code, ("", ""))
    if name and not data.get(name):
        raise MonitorRefused([], {name: sentence})
    if code.code in ("F13", "F14") and alert.in_doubt:
        raise MonitorRefused(
            "这条预警是按姓名或修正后的号码找到的人，身份还没有核实：请先走访确认就是本人，再作这个认定。"
        )
    if code.code in ("F13", "F14") and alert.case_id is None and alert.result_case_id is None:
        raise MonitorRefused("这个人没有正在享受的待遇，不能停发、核减；请改选其他反馈代码。")


def _after_judging(alert: Alert, code: feedback.Feedback) -> str:
    if code.code == "F11":
        again = clock.today() + datetime.timedelta(days=terms.number("revisit_days"))
        alert.revisit_on = again
        _due(alert, clock.last_second(again))
        return Alert.ASSIGNED
    if code.settled:
        _due(alert, terms.close_due(clock.now()))
        return Alert.ACTED
    return Alert.JUDGED


@transaction.atomic
def handled(*, actor: Actor, pk: int, do: Callable[[Alert, Actor], Mapping[str, Any]], how: str) -> Alert:
    """Carry out what follows from the judgement (see handling.py) and note it. Raises MonitorRefused and what `do` raises."""
    alert, acting = _begin(actor, pk, "handle")
    told = do(alert, actor)
    _due(alert, terms.close_due(clock.now()))
    return _end(alert, acting, "handle", Alert.ACTED, {"how": how, **told})


@transaction.atomic
def close(*, actor: Actor, pk: int, opinion: str = "") -> Alert:
    """销号, once what the code promises is true. Raises MonitorRefused with what is still missing."""
    alert, acting = _begin(actor, pk, "close")
    missing = feedback.CODES[alert.code].check(alert)
    if missing:
        raise MonitorRefused(missing)
    alert.closed_at, alert.escalated_at = clock.now(), None
    return _end(alert, acting, "close", Alert.CLOSED, {"opinion": opinion})


def _keep(uploads: Any, label: str, actor: Actor) -> list[str]:
    return [
        str(store_attachment(case=None, kind="monitor", label=label, upload=one, actor=actor).pk) for one in uploads
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value
