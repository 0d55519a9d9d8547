"""The organisations of a first set-up: the bureau this installation is for, and those that `minzheng init` proposes."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet

from minzheng.kernel.audit import services as audit
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.regions import codes

#: The first two digits of invented places (the demo county).
INVENTED = "99"


def own_bureau() -> Organization | None:
    """The bureau this installation was set up for; None before `minzheng init` (a demonstration does not count)."""
    rows = Organization.objects.filter(kind="bureau", parent=None).exclude(region_code__startswith=INVENTED)
    return rows.order_by("valid_from", "pk").first()


def within(region_code: str) -> QuerySet[Organization]:
    """Organisations of a place and below it."""
    return Organization.objects.filter(codes.scope_q([region_code])).select_related("parent")


def by_name(region_code: str, text: str, on: date) -> Organization | None:
    """An organisation of a place by its code, its whole name, or the name of its town; None unless exactly one fits."""
    rows = within(region_code).filter(Q(valid_to=None) | Q(valid_to__gte=on))
    exact = list(rows.filter(Q(code=text) | Q(name=text))[:2])
    found = exact or list(rows.filter(name__startswith=text, kind="township")[:2])
    return found[0] if text and len(found) == 1 else None


@transaction.atomic
def ensure(
    *,
    actor: audit.ActorLike,
    code: str,
    name: str,
    kind: str,
    region_code: str,
    valid_from: date,
    parent: Organization | None = None,
    document_prefix: str = "",
) -> tuple[Organization, bool]:
    """(the organisation of this code, whether it was made now). An existing one is never changed."""
    organization, made = Organization.objects.get_or_create(
        code=code,
        defaults={
            "name": name, "kind": kind, "region_code": codes.full(region_code), "valid_from": valid_from,
            "parent": parent, "document_prefix": document_prefix,
        },
    )  # fmt: skip
    if made:
        audit.record(actor=actor, action="orgs.create", obj=organization, region_code=organization.region_code)
    return organization, made
