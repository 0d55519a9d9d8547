"""Errors of the archive: each is one Chinese sentence saying what is wrong and what to do."""

from __future__ import annotations

from minzheng.kernel.documents.errors import DocumentError


class ArchiveError(DocumentError):
    """What the archive refuses."""
