"""账号管理: the list, one account, and what the three administrators do to it. The system administrator makes accounts and
resets passwords, the security administrator grants posts and resets device codes, the audit administrator only reads."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts import passwords, selectors, services
from minzheng.kernel.accounts.logins import logins_of
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.accounts.roles import ROLES
from minzheng.kernel.accounts.work import work
from minzheng.kernel.pages.people.admin_forms import places, posts_to_end
from minzheng.kernel.pages.people.me import LEAVES, LOGINS, POSTS, Secret, device_text, password_text
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.bodies import ActionBody, DetailBody, Done, FormBody, ListBody
from minzheng.kernel.parts.columns import Badge, Column, Date, Moment, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.fields import Choice, Field, Invalid, LongText, Phone
from minzheng.kernel.parts.fields import Date as DateField
from minzheng.kernel.parts.fields import Text as TextField
from minzheng.kernel.parts.filters import ByChoice, ByRegion, Search
from minzheng.kernel.parts.panels import Facts, Table

STATES = (
    ("on", "启用"),
    ("off", "停用"),
    ("away", "休假中"),
    ("none", "没有岗位"),
    ("device", "应启用动态码而未启用"),
)


def _named(rows: QuerySet[Any], text: str, drawing: Drawing) -> QuerySet[Any]:
    return rows.filter(Q(name__startswith=text) | Q(username__startswith=text.lower()))


def _in_state(rows: QuerySet[Any], state: str, drawing: Drawing) -> QuerySet[Any]:
    from minzheng.kernel.accounts.roles import SECOND_FACTOR

    held = selectors.valid_on(drawing.today)
    if state in ("on", "off"):
        return rows.filter(is_active=state == "on")
    if state == "away":
        today = drawing.today
        return rows.filter(
            leaves__state="approved", leaves__starts_on__lte=today, leaves__ends_on__gte=today
        ).distinct()
    present = Assignment.objects.filter(held)
    if state == "none":
        return rows.exclude(pk__in=present.values("user_id"))
    return rows.filter(pk__in=present.filter(role__in=SECOND_FACTOR).values("user_id"), second_factor_at=None)


def _posts(user: Any) -> str:
    return "、".join(dict.fromkeys(selectors.post_title(one) for one in user.present))


def _places(user: Any) -> str:
    return "、".join(dict.fromkeys(one.organization.name for one in user.present))


def _state(user: Any) -> str:
    return "停用" if not user.is_active else "启用" if user.present else "没有岗位"


COLUMNS: tuple[Column, ...] = (
    Text("name", "姓名", sort="name"),
    Text("username", "用户名", sort="username"),
    Text(_posts, "岗位"),
    Text(_places, "机构", narrow=False),
    Badge("is_active", "状态", names=_state, tones=lambda row: "good" if row.is_active and row.present else "plain"),
    Text(lambda row: "已启用" if row.second_factor_at else "", "动态码", narrow=False),
    Moment("last_login", "最近登录"),
)

LIST = ListBody(
    selectors.visible_accounts,
    COLUMNS,
    sort="username",
    link=("accounts.detail", {"pk": "pk"}),
    actions=(Action("建立账号", "accounts.create", icon="plus", primary=True),),
    filters=(
        Search("q", "姓名或用户名", by=_named, placeholder="姓名或用户名开头"),
        ByRegion(
            "region",
            "任职地区",
            permission="accounts.read",
            by=lambda rows, code, drawing: selectors.in_place(rows, code, drawing.today),
        ),
        ByChoice(
            "role",
            "岗位",
            choices=tuple((code, role.title) for code, role in ROLES.items()),
            by=lambda rows, code, drawing: selectors.with_role(rows, code, drawing.today),
        ),
        ByChoice("state", "状态", choices=STATES, by=_in_state),
    ),
    per_page=50,
    empty="没有符合条件的账号。系统管理员按“建立账号”新建，再由安全管理员授予岗位。",
)


def _past(user: User, drawing: Drawing) -> list[Assignment]:
    present = {one.pk for one in user.present}  # type: ignore[attr-defined]
    return [one for one in selectors.posts_of(user) if one.pk not in present]


DETAIL = DetailBody(
    selectors.account,
    (
        Table(
            "现任岗位",
            rows=lambda user, drawing: user.present,
            columns=POSTS,
            empty="没有任职，登录后什么也办不了。请安全管理员按“授予岗位”。",
        ),
        Table("以往和以后的岗位", rows=_past, columns=(*POSTS, Text("reason", "事由", narrow=False)), empty="没有。"),
        Table(
            "休假",
            rows=lambda user, drawing: user.leaves.select_related("user", "deputy").order_by("-starts_on")[:10],
            columns=LEAVES,
            empty="没有休假记录。",
        ),
        Table(
            "最近登录",
            rows=lambda user, drawing: list(logins_of(user)[:10]),
            columns=LOGINS,
            empty="没有登录过。",
            more=lambda user: ("全部登录记录", reverse("accounts.logins", kwargs={"pk": user.pk})),
        ),
    ),
    side=(
        Facts(
            "账号",
            columns=1,
            items=(
                Text("username", "用户名"),
                Badge("is_active", "状态", names=_state, tones=lambda row: "good" if row.is_active else "bad"),
                Date("created_at", "建立日期"),
                Text(password_text, "口令"),
                Text(device_text, "动态码"),
                Text(lambda user: f"{work().open_count(user)} 件", "名下在办"),
            ),
        ),
    ),
    title=lambda user: user.name,
    subtitle=lambda user: _posts(user) or "没有任职",
    actions=(
        Action("授予岗位", "accounts.grant", args={"pk": "pk"}, icon="plus", primary=True),
        Action("结束岗位", "accounts.end_post", args={"pk": "pk"}, when=lambda user: bool(posts_to_end(user))),
        Action("重置动态码", "accounts.reset_device", args={"pk": "pk"}, when=lambda user: bool(user.second_factor_at)),
        Action("重置口令", "accounts.reset_password", args={"pk": "pk"}),
        Action("解除锁定", "accounts.unlock", args={"pk": "pk"}),
        Action("停用账号", "accounts.active", args={"pk": "pk"}, danger=True, when=lambda user: user.is_active),
        Action("启用账号", "accounts.active", args={"pk": "pk"}, when=lambda user: not user.is_active),
    ),
    parent="accounts.list",
)

LOGIN_HISTORY = DetailBody(
    selectors.account,
    (
        Table(
            "登录记录（最近 200 条，含未成功的）",
            rows=lambda user, drawing: list(logins_of(user)[:200]),
            columns=LOGINS,
            empty="没有登录过。",
        ),
    ),
    title=lambda user: f"{user.name}的登录记录",
    parent="accounts.list",
)


def _back(user: User) -> str:
    return reverse("accounts.detail", kwargs={"pk": user.pk})


def _create_fields(actor: Any, obj: Any) -> tuple[Field, ...]:
    return (
        TextField("name", "姓名", required=True, max_length=60),
        TextField("username", "用户名", required=True, max_length=64, help="字母、数字、点、横线，一人一个，不共用。"),
        Choice(
            "region",
            "所属地区",
            required=True,
            options=lambda: places(actor, "accounts.manage"),
            help="由这个地区的管理员管理；能办什么、看到哪里由岗位决定。",
        ),
        Phone("phone", "手机号"),
        Secret("password", "初始口令", required=True, autocomplete="new-password", help=passwords.rules_text()),
        Secret("again", "再输一次初始口令", required=True, autocomplete="new-password"),
    )


def _create(actor: Any, values: dict[str, Any], obj: Any) -> Done:
    if values["password"] != values["again"]:
        raise Invalid("两次输入的口令不一样，请重新输入。")
    user = services.create_user(
        actor=actor,
        username=values["username"],
        name=values["name"],
        password=values["password"],
        region_code=values["region"],
        phone=values["phone"],
    )
    return Done(f"已建立账号“{user.username}”，首次登录须改口令。请安全管理员授予岗位。", _back(user))


CREATE = FormBody(_create_fields, _create, submit="建立账号", parent="accounts.list")


def _reset_password(actor: Any, user: User, values: dict[str, Any]) -> Done:
    if values["password"] != values["again"]:
        raise Invalid("两次输入的口令不一样，请重新输入。")
    services.reset_password(actor=actor, user=user, password=values["password"], reason=values["reason"])
    return Done(f"已重置{user.name}的口令，其所有登录已退出，下次登录须改口令。", _back(user))


RESET_PASSWORD = ActionBody(
    selectors.manageable,
    _reset_password,
    fields=lambda actor, user: (
        Secret("password", "临时口令", required=True, autocomplete="new-password", help=passwords.rules_text()),
        Secret("again", "再输一次", required=True, autocomplete="new-password"),
        LongText("reason", "原因", required=True, max_length=200, rows=2, help="如“本人当面申请，忘记口令”。"),
    ),
    question="请先核对本人身份。临时口令只能当面告诉本人，本人下次登录时必须更换。",
    submit="重置口令",
    parent="accounts.list",
)


def _reset_device(actor: Any, user: User, values: dict[str, Any]) -> Done:
    services.reset_second_factor(actor=actor, user=user, reason=values["reason"])
    return Done(f"已停用{user.name}的动态码，其下次登录须重新启用。", _back(user))


RESET_DEVICE = ActionBody(
    selectors.grantable,
    _reset_device,
    fields=(LongText("reason", "原因", required=True, max_length=200, rows=2, help="如“手机遗失，本人当面申请”。"),),
    question="请先核对本人身份。重置后旧设备和恢复码都作废，所有登录退出。",
    submit="重置动态码",
    danger=True,
    parent="accounts.list",
)


def _unlock(actor: Any, user: User, values: dict[str, Any]) -> Done:
    count = services.unlock(actor=actor, user=user)
    return Done(f"已解除锁定（清除 {count} 次未成功的登录）。", _back(user))


UNLOCK = ActionBody(
    selectors.manageable,
    _unlock,
    question="请先核对确是本人。解除后，这个用户名近来未成功的登录不再计数；口令不变。",
    submit="解除锁定",
    parent="accounts.list",
)


def _set_active(actor: Any, user: User, values: dict[str, Any]) -> Done:
    on = not user.is_active
    services.set_active(actor=actor, user=user, active=on, reason=values["reason"])
    return Done(f"账号已{'启用' if on else '停用，其登录已退出'}。", _back(user))


ACTIVE = ActionBody(
    selectors.manageable,
    _set_active,
    fields=(LongText("reason", "原因", required=True, max_length=200, rows=2, help="如“调离”“退休”“返岗”。"),),
    question="启用的账号将停用，停用的账号将启用。名下还有在办件的账号，须先移交办件才能停用。",
    submit="确定",
    danger=True,
    parent="accounts.list",
)


def _end_fields(actor: Any, user: User) -> tuple[Field, ...]:
    return (
        Choice("post", "结束哪个岗位", required=True, options=lambda: posts_to_end(user)),
        DateField("on", "最后一天", required=True, help="填昨天即立刻失效。"),
        LongText("reason", "原因", required=True, max_length=200, rows=2, help="如“调离”“轮岗”。"),
    )


def _end(actor: Any, user: User, values: dict[str, Any]) -> Done:
    post = user.assignments.get(pk=int(values["post"]))
    services.end_assignment(actor=actor, assignment=post, on=values["on"], reason=values["reason"])
    left = work().open_count(user) if values["on"] < clock.today() else 0
    more = f"其名下还有 {left} 件在办，已列入所在地负责人的“人员与移交”，请通知其重新分派。" if left else ""
    return Done(f"岗位到 {values['on']} 为止。{more}", _back(user), tone="info" if left else "success")


END_POST = ActionBody(
    selectors.grantable,
    _end,
    fields=_end_fields,
    question="岗位结束后权限随即失效，由别人代理的也一并结束；记录保留。",
    submit="结束岗位",
    danger=True,
    parent="accounts.list",
)
