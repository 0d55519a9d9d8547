"""授予岗位: the form of the security administrator, and what may be chosen in it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts import selectors, services
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.accounts.roles import ROLES
from minzheng.kernel.orgs.selectors import above, organizations_in
from minzheng.kernel.parts.bodies import Done, FormBody
from minzheng.kernel.parts.field_base import When
from minzheng.kernel.parts.fields import Choice, Date, Field, LongText, Text
from minzheng.kernel.parts.places import places_below
from minzheng.kernel.regions.selectors import region_names

KINDS = (
    (Assignment.OWN, "任职（本单位的岗位）"),
    (Assignment.DEPUTY, "代理（替别人办，到期自动失效）"),
    (Assignment.LOAN, "借调（上级机构的人来任职，到期自动失效）"),
)


def places(actor: Any, permission: str) -> list[tuple[str, str]]:
    """(code, name) of the actor's places and those directly below."""
    scopes = actor.scopes(permission)
    names = region_names(scopes)
    own = [(code, names.get(code, code)) for code in scopes]
    return own + [pair for pair in places_below(scopes) if pair[0] not in scopes]


def posts_to_end(user: User) -> list[tuple[str, str]]:
    """Posts of today and of later days, as choices."""
    today = clock.today()
    rows = [one for one in selectors.posts_of(user) if one.valid_to is None or one.valid_to >= today]
    return [
        (str(one.pk), f"{selectors.post_title(one)} · {one.organization.name}（{one.valid_from} 起）") for one in rows
    ]


def _principals(actor: Any, user: User) -> list[tuple[str, str]]:
    rows = Assignment.objects.filter(selectors.valid_on(clock.today()) & Q(actor.scope_q("accounts.grant")))
    rows = rows.exclude(kind=Assignment.DEPUTY).exclude(user=user).select_related("user", "organization")
    return [
        (str(one.pk), f"{one.user.name} · {selectors.post_title(one)} · {one.organization.name}")
        for one in rows.order_by("region_code", "user__name")
    ]


def fields(actor: Any, user: User) -> tuple[Field, ...]:
    deputy, loan = When("kind", (Assignment.DEPUTY,)), When("kind", (Assignment.LOAN,))
    post = When("kind", (Assignment.OWN, Assignment.LOAN))
    scopes = actor.scopes("accounts.grant")
    return (
        Choice("kind", "性质", required=True, options=KINDS),
        Choice("principal", "代理谁的岗位", required=True, when=deputy, options=lambda: _principals(actor, user)),
        Choice("lender", "借出机构（上级）", required=True, when=loan, options=lambda: above(scopes)),
        Choice(
            "role",
            "岗位",
            required=True,
            when=post,
            options=tuple((code, role.title) for code, role in ROLES.items()),
            help="与此人同期的其他岗位不相容的，系统会拒绝并说明。",
        ),
        Choice("organization", "任职机构", required=True, when=post, options=lambda: organizations_in(scopes)),
        Choice(
            "region",
            "数据范围",
            when=post,
            options=lambda: places(actor, "accounts.grant"),
            help="不选即与任职机构所在地区相同。",
        ),
        Text("title", "职务名称", when=post, max_length=60),
        Date("start", "自", required=True),
        Date("end", "至", help="任职可不填；代理和借调必须填。"),
        LongText("reason", "事由", max_length=200, rows=2, help="如任命文号、借调函、代理原因。"),
    )


def save(actor: Any, values: dict[str, Any], user: User) -> Done:
    kind = values["kind"]
    principal = None
    if kind == Assignment.DEPUTY:
        principal = Assignment.objects.select_related("organization", "user").get(pk=int(values["principal"]))
    made = services.assign_role(
        actor=actor,
        user=user,
        role=principal.role if principal else values["role"],
        organization=principal.organization if principal else _organization(values["organization"]),
        region_code=principal.region_code if principal else _region(values),
        valid_from=values["start"],
        valid_to=values["end"],
        post=principal.post if principal else values["title"],
        kind=kind,
        on_behalf_of=principal,
        lent_by=_organization(values["lender"]) if kind == Assignment.LOAN else None,
        reason=values["reason"],
    )
    until = f"至 {made.valid_to}" if made.valid_to else "，期限未定"
    return Done(
        f"已授予{user.name}“{selectors.post_title(made)}”，自 {made.valid_from} {until}。",
        reverse("accounts.detail", kwargs={"pk": user.pk}),
    )


def _organization(pk: str) -> Any:
    from minzheng.kernel.orgs.models import Organization

    return Organization.objects.get(pk=int(pk))


def _region(values: dict[str, Any]) -> str:
    return str(values.get("region") or _organization(values["organization"]).region_code)


GRANT = FormBody(
    fields,
    save,
    get=selectors.grantable,
    initial=lambda actor, user: {"kind": Assignment.OWN, "start": clock.today()},
    submit="授予岗位",
    parent="accounts.list",
    lead="权限按任职判断：同一条任职既给出权限、又覆盖这件事的地区，才能办。三员一人一岗，缺员可向上级借调。",
)
