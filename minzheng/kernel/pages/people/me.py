"""我的账号: who I am here, my posts, my leave, my sign-ins; new password, device codes, recovery codes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from minzheng.kernel.accounts import passwords, second_factor, selectors, services
from minzheng.kernel.accounts.errors import AccountError
from minzheng.kernel.accounts.limits import limit
from minzheng.kernel.accounts.logins import logins_of, outcome, own_logins, step, tone
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.pages.drawing import draw
from minzheng.kernel.parts.bodies import DetailBody, Done, FormBody, ListBody
from minzheng.kernel.parts.columns import Badge, Column, Date, Link, Moment, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.fields import Field, Invalid
from minzheng.kernel.parts.fields import Text as TextField
from minzheng.kernel.parts.filters import DateRange
from minzheng.kernel.parts.panels import Facts, Table

KIND_NAMES = dict(Assignment.KINDS)
KIND_TONES = {"own": "plain", "deputy": "info", "loan": "warn"}
LEAVE_TONES = {"asked": "wait", "approved": "good", "refused": "bad", "cancelled": "plain", "ended": "plain"}

POSTS: tuple[Column, ...] = (
    Text(selectors.post_title, "岗位"),
    Badge("kind", "性质", names=KIND_NAMES, tones=KIND_TONES),
    Text("organization.name", "机构"),
    Region("region_code", "数据范围"),
    Date("valid_from", "自"),
    Text(lambda one: one.valid_to.isoformat() if one.valid_to else "未定", "至"),
)
LOGINS: tuple[Column, ...] = (
    Moment("at", "时间", sort="at"),
    Text("address", "来源地址"),
    Text(step, "步骤"),
    Badge("succeeded", "结果", names=outcome, tones=tone),
)
LEAVES: tuple[Column, ...] = (
    Link("user.name", "休假人", page="leave.detail", args={"pk": "pk"}),
    Text("deputy.name", "代理人"),
    Date("starts_on", "自", sort="starts_on"),
    Date("ends_on", "至"),
    Text("reason", "事由", narrow=False),
    Badge("state", "状态", names=lambda one: one.get_state_display(), tones=LEAVE_TONES),
)


class Secret(TextField):
    """A password: never shown again."""

    widget = "password"


def password_fields(actor: Any, obj: Any) -> tuple[Field, ...]:
    return (
        Secret("old", "原口令", required=True, autocomplete="current-password"),
        Secret("new", "新口令", required=True, autocomplete="new-password", help=passwords.rules_text()),
        Secret("again", "再输一次新口令", required=True, autocomplete="new-password"),
    )


def change_password(actor: Any, values: dict[str, str], obj: object) -> Done:
    if values["new"] != values["again"]:
        raise Invalid("两次输入的新口令不一样，请重新输入。")
    services.change_own_password(actor=actor, old=values["old"], new=values["new"])
    return Done("口令已修改，请用新口令重新登录。", reverse("accounts.sign_in"))


PASSWORD = FormBody(password_fields, change_password, submit="修改口令", parent="accounts.me")
HISTORY = ListBody(
    lambda actor: logins_of(actor.user),
    LOGINS,
    sort="-at",
    per_page=50,
    filters=(DateRange("at", "日期", moment=True),),
    lead="每次登录、动态码和再次验证都有记录。看到不是您本人的登录，请立即修改口令并告诉安全管理员。",
    empty="还没有登录记录。",
)


def device_text(user: User) -> str:
    """How the second factor stands, in words."""
    if user.second_factor_at is None:
        return "未启用"
    return f"{timezone.localtime(user.second_factor_at):%Y-%m-%d} 启用，恢复码还剩 {second_factor.codes_left(user)} 个"


def password_text(user: User) -> str:
    """Until when the password holds."""
    if user.is_demo:
        return "示范账号，不要求更换"
    text = f"{timezone.localtime(passwords.expires_at(user)):%Y-%m-%d} 前须更换（每 {limit('password_days')} 天）"
    return "下次登录须更换" if user.must_change_password else text


def _leaves(user: User, drawing: Drawing) -> Any:
    from django.db.models import Q

    rows = selectors.visible_leaves(drawing.actor).filter(Q(user=user) | Q(deputy=user))
    return rows.order_by("-starts_on")[:10]


def _context(user: User, drawing: Drawing) -> dict[str, Any]:
    chosen = drawing.actor.assignments
    return {
        "posts": [(one.pk, selectors.post_title(one), one.organization.name) for one in drawing.actor.posts],
        "chosen": chosen[0].pk if len(chosen) == 1 < len(drawing.actor.posts) else 0,
    }


ME = DetailBody(
    lambda actor: actor.user,
    (
        Table(
            "我的岗位",
            rows=lambda user, drawing: drawing.actor.posts,
            columns=POSTS,
            empty="今天没有有效的任职，请联系安全管理员授予岗位。",
        ),
        Table(
            "休假与代理",
            rows=_leaves,
            columns=LEAVES,
            empty="没有休假，也没有代理别人。休假请按“办理休假”，写明代理人，办件会一并移交。",
        ),
        Table(
            "最近登录",
            rows=lambda user, drawing: own_logins(user, 5),
            columns=LOGINS,
            empty="还没有登录记录。",
            more=lambda user: ("全部登录记录", reverse("accounts.history")),
        ),
    ),
    side=(
        Facts(
            "账号",
            columns=1,
            items=(
                Text("name", "姓名"),
                Text("username", "用户名"),
                Date("created_at", "建立日期"),
                Text(password_text, "口令"),
                Text(device_text, "动态码"),
            ),
        ),
    ),
    title=lambda user: "我的账号",
    template="console/me.html",
    context=_context,
)


def second_factor_page(request: HttpRequest) -> HttpResponse:
    """Enrol a device; or, once enrolled, new recovery codes and changing the device."""
    actor = actor_in(request)
    user = actor.user
    assert user is not None
    page = request.page  # type: ignore[attr-defined]
    refusal = ""
    wanted = request.POST.get("do", "") if request.method == "POST" else ""
    try:
        if wanted == "confirm":
            return _codes(request, second_factor.confirm(actor=actor, code=request.POST.get("code", "")))
        if wanted == "renew":
            return _codes(request, second_factor.renew_recovery_codes(actor=actor))
        if wanted == "change":
            services.drop_own_second_factor(actor=actor)
            messages.success(request, "旧设备的动态码已停用，请重新登录并启用新设备。")
            return HttpResponseRedirect(reverse("accounts.sign_in"))
    except AccountError as error:
        refusal = str(error)
    enrolled = second_factor.enrolled(user)
    context = {
        "enrolled": enrolled,
        "state": device_text(user),
        "enrolment": None if enrolled else second_factor.begin(actor=actor),
        "required": second_factor.required(actor.posts),
        "refusal": refusal,
    }
    return draw(request, "console/second_factor.html", page, status=422 if refusal else 200, **context)


def _codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """The recovery codes, this one time."""
    page = request.page  # type: ignore[attr-defined]
    return draw(request, "console/recovery_codes.html", page, codes=codes, user=actor_in(request).user)
