"""材料与文书的读操作：谁能看到哪些，只在这里决定。"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from minzheng.kernel.documents.authority import normal_verify_code
from minzheng.kernel.documents.models import Attachment, IssuedDocument

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.models import Case

_NOTHING = Q(pk__in=[])


def visible_attachments(actor: Actor) -> QuerySet[Attachment]:
    """工作人员：本人数据范围内已提交办件的材料，以及自己上传的；群众：自己申请里的和自己上传的。已移除的都不含。"""
    rows = Attachment.objects.filter(removed_at=None)
    if actor.is_anonymous or actor.user is None:
        return rows.none()
    own = Q(uploaded_by=actor.user)
    if actor.is_citizen:
        return rows.filter(own | _applicant(actor))
    return rows.filter(
        own | (actor.scope_q("document.read", "case__region_code") & Q(case__submitted_at__isnull=False))
    )


def attachment(actor: Actor, pk: int) -> Attachment | None:
    """一份材料；看不到的与不存在的都是 None。"""
    return visible_attachments(actor).select_related("case").filter(pk=pk).first()


def visible_documents(actor: Actor) -> QuerySet[IssuedDocument]:
    """工作人员：数据范围内的文书；群众：发给自己申请的文书。"""
    if actor.is_anonymous or actor.user is None:
        return IssuedDocument.objects.none()
    if actor.is_citizen:
        return IssuedDocument.objects.filter(_applicant(actor))
    return IssuedDocument.objects.filter(actor.scope_q("document.read"))


def document(actor: Actor, pk: int) -> IssuedDocument | None:
    """一份文书；看不到的与不存在的都是 None。"""
    return visible_documents(actor).select_related("case").filter(pk=pk).first()


def by_verify_code(typed: str) -> IssuedDocument | None:
    """公开查验：按查验码找文书；手输时的空格、短横、大小写和 O/0、I/1 不影响。"""
    code = normal_verify_code(typed)
    return IssuedDocument.objects.filter(verify_code=code).first() if code else None


def latest(case: Case, code: str) -> IssuedDocument | None:
    """The newest notice of this code in the case. The case was fetched for the actor by the caller."""
    return IssuedDocument.objects.filter(case=case, code=code).order_by("-issued_on", "-pk").first()


def _applicant(actor: Actor) -> Q:
    return Q(case__applicant=actor.person_id) if actor.person_id else _NOTHING
