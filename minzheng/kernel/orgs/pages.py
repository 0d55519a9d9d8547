"""机构: the tree of bureaus, windows, centres and committees, with the prefix of their document numbers."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts.models import Assignment
from minzheng.kernel.accounts.selectors import post_title, valid_on
from minzheng.kernel.orgs import selectors, services
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.pages.people.admin_forms import places
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Column, Date, Link, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import Choice, Field, LongText
from minzheng.kernel.parts.fields import Date as DateField
from minzheng.kernel.parts.fields import Text as TextField
from minzheng.kernel.parts.filters import ByChoice, ByRegion, Search
from minzheng.kernel.parts.page import ActionBody, DetailBody, Done, FormBody, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Facts, Table

KINDS = dict(Organization.KINDS)


def _named(rows: QuerySet[Any], text: str, drawing: Drawing) -> QuerySet[Any]:
    return rows.filter(Q(name__contains=text) | Q(code__startswith=text.upper()))


_example = first_of(Organization.objects.order_by("pk"))


def _state(row: Organization) -> str:
    return "已撤销" if row.valid_to and row.valid_to < clock.today() else "存续"


def _staff(organization: Organization, drawing: Drawing) -> QuerySet[Assignment]:
    rows = organization.assignments.filter(valid_on(drawing.today)).select_related("user", "on_behalf_of__user")
    return rows.order_by("role", "user__name")


COLUMNS: tuple[Column, ...] = (
    Text("name", "名称", sort="name"),
    Text("code", "机构代码", sort="code"),
    Badge("kind", "类别", names=KINDS),
    Region("region_code", "地区"),
    Text(lambda row: row.parent.name if row.parent else "", "上级机构", narrow=False),
    Text("document_prefix", "文号字头", narrow=False),
    Badge("valid_to", "状态", names=_state, tones=lambda row: "good" if _state(row) == "存续" else "plain"),
)


def _parents(actor: Any, organization: Organization | None) -> list[tuple[str, str]]:
    found = selectors.organizations_in(actor.scopes("accounts.manage"))
    return [one for one in found if organization is None or one[0] != str(organization.pk)]


def _common(actor: Any, organization: Organization | None) -> tuple[Field, ...]:
    return (
        TextField("name", "名称", required=True, max_length=80),
        Choice("parent", "上级机构", options=lambda: _parents(actor, organization), radio_up_to=0),
        TextField("prefix", "文号字头", max_length=12, help="如“示民”，用于“示民受〔2026〕1号”；不发文的机构不填。"),
    )


def _create_fields(actor: Any, obj: Any) -> tuple[Field, ...]:
    return (
        TextField("code", "机构代码", required=True, max_length=24, help="本单位自编或统一社会信用代码，不重复。"),
        Choice("kind", "类别", required=True, options=Organization.KINDS, radio_up_to=0),
        Choice("region", "地区", required=True, options=lambda: places(actor, "accounts.manage"), radio_up_to=0),
        *_common(actor, None),
    )


def _parent(values: dict[str, Any]) -> Organization | None:
    return Organization.objects.get(pk=int(values["parent"])) if values["parent"] else None


def _create(actor: Any, values: dict[str, Any], obj: Any) -> Done:
    made = services.create_organization(
        actor=actor,
        code=values["code"],
        name=values["name"],
        kind=values["kind"],
        region_code=values["region"],
        parent=_parent(values),
        document_prefix=values["prefix"],
    )
    return Done(f"已建立机构“{made.name}”。", reverse("orgs.detail", kwargs={"pk": made.pk}))


def _change(actor: Any, values: dict[str, Any], organization: Organization) -> Done:
    services.change_organization(
        actor=actor,
        organization=organization,
        name=values["name"],
        parent=_parent(values),
        document_prefix=values["prefix"],
    )
    return Done("机构已修改；已发文书不变。", reverse("orgs.detail", kwargs={"pk": organization.pk}))


def _close(actor: Any, organization: Organization, values: dict[str, Any]) -> Done:
    services.close_organization(actor=actor, organization=organization, on=values["on"], reason=values["reason"])
    return Done(f"机构到 {values['on']} 为止。", reverse("orgs.detail", kwargs={"pk": organization.pk}))


PAGES = [
    Page(
        "orgs.list",
        "console/organizations/",
        "机构",
        "accounts.read",
        ListBody(
            selectors.visible_to,
            COLUMNS,
            sort="code",
            link=("orgs.detail", {"pk": "pk"}),
            actions=(Action("建立机构", "orgs.create", icon="plus", primary=True),),
            filters=(
                Search("q", "名称或代码", by=_named, placeholder="名称或机构代码"),
                ByChoice("kind", "类别", choices=Organization.KINDS),
                ByRegion("region", "地区", permission="accounts.read"),
            ),
            per_page=50,
            empty="没有符合条件的机构。系统管理员按“建立机构”新建。",
        ),
        menu=Menu("系统", 20, "house"),
        impersonal="机构信息，不含个人",
    ),
    Page(
        "orgs.create",
        "console/organizations/new/",
        "建立机构",
        "accounts.manage",
        FormBody(_create_fields, _create, submit="建立机构", parent="orgs.list"),
    ),
    Page(
        "orgs.detail",
        "console/organizations/<int:pk>/",
        "机构详情",
        "accounts.read",
        DetailBody(
            selectors.get,
            (
                Table(
                    "任职人员",
                    rows=_staff,
                    columns=(
                        Link("user.name", "姓名", page="accounts.detail", args={"pk": "user_id"}),
                        Text(post_title, "岗位"),
                        Region("region_code", "数据范围"),
                        Date("valid_from", "自"),
                        Date("valid_to", "至"),
                    ),
                    empty="没有人在这里任职。安全管理员在“账号管理”里给人授予岗位。",
                ),
                Table(
                    "下级机构",
                    rows=lambda row, drawing: row.children.order_by("code"),
                    columns=(
                        Link("name", "名称", page="orgs.detail", args={"pk": "pk"}),
                        Badge("kind", "类别", names=KINDS),
                        Region("region_code", "地区"),
                    ),
                    empty="没有下级机构。",
                ),
            ),
            side=(
                Facts(
                    "机构",
                    columns=1,
                    items=(
                        Text("code", "机构代码"),
                        Badge("kind", "类别", names=KINDS),
                        Region("region_code", "地区"),
                        Text(lambda row: row.parent.name if row.parent else "", "上级机构"),
                        Text("document_prefix", "文号字头"),
                        Date("valid_from", "成立日期"),
                        Date("valid_to", "撤销日期"),
                    ),
                ),
            ),
            title=lambda row: row.name,
            actions=(
                Action("修改", "orgs.change", args={"pk": "pk"}, when=lambda row: row.valid_to is None),
                Action("撤销", "orgs.close", args={"pk": "pk"}, danger=True, when=lambda row: row.valid_to is None),
            ),
            parent="orgs.list",
        ),
        example=_example,
    ),
    Page(
        "orgs.change",
        "console/organizations/<int:pk>/change/",
        "修改机构",
        "accounts.manage",
        FormBody(
            _common,
            _change,
            get=selectors.manageable,
            initial=lambda actor, row: {
                "name": row.name,
                "parent": str(row.parent_id or ""),
                "prefix": row.document_prefix,
            },
            parent="orgs.list",
        ),
        example=_example,
    ),
    Page(
        "orgs.close",
        "console/organizations/<int:pk>/close/",
        "撤销机构",
        "accounts.manage",
        ActionBody(
            selectors.manageable,
            _close,
            fields=(
                DateField("on", "最后一天", required=True),
                LongText("reason", "依据", required=True, max_length=200, rows=2, help="如机构改革文件文号。"),
            ),
            question="撤销后不再出现在选择列表里，历史记录和文书保留。",
            submit="撤销机构",
            danger=True,
            parent="orgs.list",
        ),
        example=_example,
    ),
]
