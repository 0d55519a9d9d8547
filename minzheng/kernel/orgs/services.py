"""Writing organisations. One transaction and one audit line each; who may is the system administrator of the place."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

from django.db import transaction

from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.orgs.errors import OrganizationRefused
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor


def _require(actor: Actor, region_code: str) -> Actor:
    if actor.is_system:
        return actor
    post = actor.can("accounts.manage", region_code)
    if post is None:
        raise OrganizationRefused("您的岗位不能在该地区建立或修改机构，请由负责该地区的系统管理员办理。")
    return actor.acting_as(post)


@transaction.atomic
def create_organization(
    *,
    actor: Actor,
    code: str,
    name: str,
    kind: str,
    region_code: str,
    parent: Organization | None = None,
    document_prefix: str = "",
    valid_from: datetime.date | None = None,
) -> Organization:
    """A new organisation. Raises OrganizationRefused for a code in use, an unknown kind, a parent elsewhere."""
    acting = _require(actor, region_code)
    code = code.strip().upper()
    if not re.fullmatch(r"[A-Z0-9-]{2,24}", code):
        raise OrganizationRefused("机构代码用大写字母、数字和横线，2 到 24 位，请修改。")
    if Organization.objects.filter(code=code).exists():
        raise OrganizationRefused(f"机构代码“{code}”已有机构使用，请核对。")
    if kind not in dict(Organization.KINDS):
        raise OrganizationRefused("没有这类机构，请从列表中选择。")
    _check_parent(None, parent, region_code)
    made = Organization.objects.create(
        code=code,
        name=_name(name),
        kind=kind,
        region_code=codes.full(region_code),
        parent=parent,
        document_prefix=document_prefix.strip(),
        valid_from=valid_from or clock.today(),
    )
    audit.record(actor=acting, action="orgs.create", obj=made, detail={"code": code})
    return made


def ensure(
    *,
    actor: Actor,
    code: str,
    name: str,
    kind: str,
    region_code: str,
    valid_from: datetime.date,
    parent: Organization | None = None,
    document_prefix: str = "",
) -> tuple[Organization, bool]:
    """The organisation with this code, made if it is not there; (it, whether it was made now). What is there stays."""
    found = Organization.objects.filter(code=code.strip().upper()).first()
    if found is not None:
        return found, False
    made = create_organization(
        actor=actor,
        code=code,
        name=name,
        kind=kind,
        region_code=region_code,
        parent=parent,
        document_prefix=document_prefix,
        valid_from=valid_from,
    )
    return made, True


@transaction.atomic
def change_organization(
    *, actor: Actor, organization: Organization, name: str, parent: Organization | None, document_prefix: str
) -> Organization:
    """Name, place in the tree and prefix of document numbers. Documents already issued keep what they carry."""
    acting = _require(actor, organization.region_code)
    organization = Organization.objects.select_for_update().get(pk=organization.pk)
    _check_parent(organization, parent, organization.region_code)
    before = {"name": organization.name, "prefix": organization.document_prefix, "parent": str(organization.parent_id)}
    organization.name, organization.parent = _name(name), parent
    organization.document_prefix = document_prefix.strip()
    organization.save(update_fields=["name", "parent", "document_prefix"])
    audit.record(actor=acting, action="orgs.change", obj=organization, detail={"before": before})
    return organization


@transaction.atomic
def close_organization(*, actor: Actor, organization: Organization, on: datetime.date, reason: str) -> Organization:
    """Abolish after the last day `on`. Whoever holds a post there must be placed elsewhere first."""
    acting = _require(actor, organization.region_code)
    organization = Organization.objects.select_for_update().get(pk=organization.pk)
    if on < organization.valid_from:
        raise OrganizationRefused("撤销日期早于成立日期，请改正日期。")
    held = organization.assignments.filter(valid_to=None) | organization.assignments.filter(valid_to__gt=on)
    count = held.values("user").distinct().count()
    if count:
        raise OrganizationRefused(f"还有 {count} 人在“{organization.name}”任职，请先由安全管理员结束或另行安排其岗位。")
    if organization.children.filter(valid_to=None).exists():
        raise OrganizationRefused(f"“{organization.name}”还有下级机构，请先撤销或改挂下级机构。")
    organization.valid_to = on
    organization.save(update_fields=["valid_to"])
    audit.record(actor=acting, action="orgs.close", obj=organization, reason=reason, detail={"to": str(on)})
    return organization


def _name(name: str) -> str:
    if not name.strip():
        raise OrganizationRefused("请填写机构名称。")
    return name.strip()


def _check_parent(organization: Organization | None, parent: Organization | None, region_code: str) -> None:
    """The parent must be at this place or above it, and not below the organisation itself."""
    if parent is None:
        return
    if not codes.covers(parent.region_code, region_code):
        raise OrganizationRefused(f"“{parent.name}”不在本地区或其上级，不能作为上级机构。")
    one: Organization | None = parent
    while one is not None:
        if organization is not None and one.pk == organization.pk:
            raise OrganizationRefused("上级机构不能是本机构或它的下级，请另选。")
        one = one.parent
