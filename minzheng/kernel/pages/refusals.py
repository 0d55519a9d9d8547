"""Errors that are sentences for the screen: shown above the form that was sent, never a server error."""

from __future__ import annotations

from minzheng.kernel.accounts.errors import AccountError
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.documents.errors import DocumentError
from minzheng.kernel.orgs.errors import OrganizationRefused
from minzheng.kernel.parts.fields import Invalid

REFUSALS: tuple[type[Exception], ...] = (AccountError, Refused, DocumentError, Invalid, OrganizationRefused)


def sentences_of(error: Exception) -> list[str]:
    """The sentences of a refusal that belong to no single field."""
    sentences = getattr(error, "sentences", None)
    return list(sentences) if sentences is not None else [str(error)]


def field_errors_of(error: Exception) -> dict[str, str]:
    """{field name: sentence} of a refusal, where it names fields."""
    fields = getattr(error, "fields", None)
    return dict(fields) if isinstance(fields, dict) else {}
