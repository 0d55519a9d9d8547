"""休假与代理: ask, confirm, refuse, end."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts import leave as leaves
from minzheng.kernel.accounts import selectors
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.accounts.models import Assignment, Leave, User
from minzheng.kernel.accounts.work import work
from minzheng.kernel.pages.drawing import draw, drawing_of, drawn_panels
from minzheng.kernel.pages.people.me import LEAVE_TONES, LEAVES
from minzheng.kernel.pages.refusals import REFUSALS, sentences_of
from minzheng.kernel.pages.views.sending import finished
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.bodies import Done, FormBody, ListBody
from minzheng.kernel.parts.columns import Badge, Date, Moment, Region, Text
from minzheng.kernel.parts.fields import Choice, Field, LongText
from minzheng.kernel.parts.fields import Date as DateField
from minzheng.kernel.parts.filters import ByChoice
from minzheng.kernel.parts.panels import Facts

LIST = ListBody(
    selectors.visible_leaves,
    (Text("user.name", "休假人"), *LEAVES[1:]),
    sort="-starts_on",
    link=("leave.detail", {"pk": "pk"}),
    actions=(Action("办理休假", "leave.ask", icon="plus", primary=True),),
    filters=(ByChoice("state", "状态", choices=Leave.STATES),),
    lead="休假期间的办件由代理人办，到期自动失效并交还。自己申请的，由乡镇负责人或安全管理员确认后生效。",
    empty="没有休假。按“办理休假”，写明代理人和起止日期。",
)


def _absentees(actor: Any) -> list[tuple[str, str]]:
    """Oneself first; then those whose leave this person may settle."""
    options = [(str(actor.id), f"本人（{actor.name}）")]
    today = clock.today()
    granting, led = actor.scope_q("accounts.grant"), actor.scope_q("case.assign")
    rows = Assignment.objects.filter(selectors.valid_on(today), user__is_active=True).exclude(user_id=actor.id)
    leader = any(post.role == "town_leader" for post in actor.assignments)
    rows = rows.filter(granting | led if leader else granting).exclude(kind=Assignment.DEPUTY)
    if not actor.has("accounts.grant"):
        rows = rows.filter(role__in=leaves.LED)
    seen = {actor.id}
    for row in rows.select_related("user", "organization").order_by("region_code", "user__name"):
        if row.user_id not in seen:
            seen.add(row.user_id)
            options.append((str(row.user_id), f"{row.user.name}（{row.organization.name}）"))
    return options


def _deputies(actor: Any, absentees: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Who may stand in. Entered for somebody else, who fits depends on who is away: the service says why not."""
    posts = [one for one in actor.posts if one.kind != Assignment.DEPUTY]
    if len(absentees) == 1:
        return selectors.colleagues(posts, {actor.id})
    ids = [int(pk) for pk, _text in absentees]
    away = Assignment.objects.filter(selectors.valid_on(clock.today()), user_id__in=ids)
    return selectors.colleagues([*posts, *away], set(), fitting=False)


def ask_fields(actor: Any, obj: Any) -> tuple[Field, ...]:
    absentees = _absentees(actor)
    who = Choice("user", "谁休假", required=True, options=absentees, radio_up_to=1)
    return (
        *((who,) if len(absentees) > 1 else ()),
        Choice(
            "deputy",
            "代理人",
            required=True,
            options=_deputies(actor, absentees),
            radio_up_to=4,
            help="本单位同事排在前面；与您的岗位不相容的人不在其中。",
        ),
        DateField("start", "自", required=True),
        DateField("end", "至", required=True, help="含这一天；到期自动失效，不用人收回。"),
        LongText("reason", "事由", required=True, max_length=200, rows=2, help="如“年休假”“产假”“外出学习”。"),
    )


def ask(actor: Any, values: dict[str, Any], obj: Any) -> Done:
    user = User.objects.get(pk=int(values.get("user") or actor.id))
    made = leaves.take_leave(
        actor=actor,
        user=user,
        deputy=User.objects.get(pk=int(values["deputy"])),
        starts_on=values["start"],
        ends_on=values["end"],
        reason=values["reason"],
    )
    url = reverse("leave.detail", kwargs={"pk": made.pk})
    if made.state == "asked":
        return Done("已提交，等单位负责人或安全管理员确认。确认前办件仍在您名下。", url, tone="info")
    return Done(f"休假已生效，移交 {made.handed_over} 件。", url)


ASK = FormBody(
    ask_fields,
    ask,
    initial=lambda actor, obj: {"user": str(actor.id)},
    submit="提交",
    parent="leave.list",
    lead="写明代理人和起止日期。确认后，代理人在这段时间有您的岗位权限，您名下的在办件一次移交，动作都记明代谁办理。",
)


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One leave, and what this person may do about it."""
    drawing = drawing_of(request)
    actor = actor_in(request)
    leave = selectors.leave(actor, pk)
    if leave is None:
        raise Http404("没有找到。")
    refusals: list[str] = []
    if request.method == "POST":
        try:
            return finished(request, Done(_done(actor, leave, request), reverse("leave.detail", kwargs={"pk": pk})))
        except REFUSALS as error:
            refusals = sentences_of(error)
    mine, settles = actor.id == leave.user_id, leaves.may_settle(actor, leave)
    context = {
        "leave": leave,
        "title": f"{leave.user.name}的休假",
        "panels": drawn_panels((FACTS,), leave, drawing),
        "may_confirm": leave.state == "asked" and settles,
        "may_cancel": leave.state == "asked" and mine,
        "may_end": leave.state == "approved" and (mine or settles),
        "waits": leave.state == "asked" and mine,
        "due": work().due_during(leave.user, leave.starts_on, leave.ends_on) if leave.state == "asked" else 0,
        "refusals": refusals,
        "answer": request.POST.get("answer", ""),
    }
    page = request.page  # type: ignore[attr-defined]
    return draw(request, "console/leave.html", page, status=422 if refusals else 200, **context)


def _done(actor: Any, leave: Leave, request: HttpRequest) -> str:
    wanted, answer = request.POST.get("do", ""), request.POST.get("answer", "").strip()[:200]
    if wanted == "confirm":
        made = leaves.confirm_leave(actor=actor, leave=leave, answer=answer)
        if made.handed_over_at is None:
            return f"已确认。{made.starts_on} 起由{made.deputy.name}代理，到时办件自动移交。"
        return f"已确认，{made.handed_over} 件已移交给{made.deputy.name}。"
    if wanted == "refuse":
        leaves.refuse_leave(actor=actor, leave=leave, answer=answer)
        return "已记为不同意，申请人可以看到原因。"
    if wanted == "cancel":
        leaves.cancel_leave(actor=actor, leave=leave)
        return "休假申请已撤回。"
    if wanted == "end":
        made = leaves.end_leave(actor=actor, leave=leave)
        return f"已销假，{made.handed_back} 件未办完的已交还{made.user.name}。"
    raise Http404("没有找到。")


FACTS = Facts(
    "休假与代理",
    items=(
        Text("user.name", "休假人"),
        Text("deputy.name", "代理人"),
        Date("starts_on", "自"),
        Date("ends_on", "至"),
        Text("reason", "事由"),
        Badge("state", "状态", names=lambda one: one.get_state_display(), tones=LEAVE_TONES),
        Text(lambda one: one.decided_by.name if one.decided_by else "", "确认人"),
        Text("answer", "确认意见"),
        Region("region_code", "地区"),
        Text(lambda one: f"{one.handed_over} 件" if one.handed_over_at else "", "移交办件"),
        Moment("handed_over_at", "移交时间"),
        Text(lambda one: f"{one.handed_back} 件" if one.handed_back_at else "", "交还办件"),
        Moment("handed_back_at", "交还时间"),
    ),
)
