"""Errors of attachments and notices: each is one Chinese sentence saying where the fault is and what to do, fit to be
shown as it is.
"""

from __future__ import annotations


class DocumentError(Exception):
    """Base of every business error here; ``str(error)`` is the Chinese sentence for the user."""


class UploadRefused(DocumentError):
    """The uploaded file cannot be accepted."""


class NoRoom(DocumentError):
    """The disk of the vault is full; nothing was stored."""


class MissingField(DocumentError):
    """A notice lacks required elements; ``fields`` holds their keys."""

    def __init__(self, sentence: str, fields: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.fields = fields


class UnknownNotice(DocumentError):
    """There is no notice with this code."""


class DamagedFile(DocumentError):
    """A file on disk is gone, cannot be opened, or does not match its registered SM3."""


class FontsMissing(DocumentError):
    """The font folder lacks a font the notices use."""
