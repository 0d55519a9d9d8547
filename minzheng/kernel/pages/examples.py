"""Rows of the demo county that stand for the parameters of a page's address (`minzheng pages`, scope tests, pictures).

Without demo data there is no example: a real person's row is never named."""

from __future__ import annotations

from typing import Any

from minzheng.kernel.cases.models import Case, CaseMember
from minzheng.kernel.documents.models import Attachment, IssuedDocument


def case(**wanted: Any) -> Case | None:
    """The first demo case that fits."""
    return Case.objects.filter(is_demo=True, **wanted).order_by("pk").first()


def member() -> CaseMember | None:
    """A family member of a demo case."""
    return CaseMember.objects.filter(case__is_demo=True).order_by("pk").first()


def attachment() -> Attachment | None:
    """A photograph of a demo case."""
    return Attachment.objects.filter(case__is_demo=True, removed_at=None).order_by("pk").first()


def document() -> IssuedDocument | None:
    """A notice of a demo case."""
    return IssuedDocument.objects.filter(case__is_demo=True).order_by("pk").first()
