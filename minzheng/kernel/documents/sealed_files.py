"""Every sealed file that the database knows, with what it is bound to: for backups, proofs and changing the key.

A table that keeps files in the vault is declared here, or with `declare` in a module named `stored_files.py` of its own
folder; a file nobody declares keeps an old key from ever being retired, so forgetting one is noticed and loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from minzheng.kernel.discovery import import_all
from minzheng.kernel.documents import vault
from minzheng.kernel.documents.models import Attachment, IssuedDocument
from minzheng.kernel.documents.uploads import sniff


@dataclass(frozen=True)
class SealedFile:
    """`sha`: SM3 of the plain content where the row keeps one. `required`: the row is wrong without its file."""

    name: str
    bound_to: str
    sha: str | None = None
    required: bool = True


Source = Callable[[], Iterator[SealedFile]]
_sources: list[Source] = []


def declare(source: Source) -> Source:
    """Let a table above this folder say which files are its own."""
    if source not in _sources:
        _sources.append(source)
    return source


def known() -> Iterator[SealedFile]:
    """All of them, streamed."""
    import_all("stored_files")
    for source in _sources:
        yield from source()


@declare
def attachments() -> Iterator[SealedFile]:
    """Uploaded papers and their thumbnails; those removed before the case was submitted are gone from the disk."""
    rows = Attachment.objects.filter(destroyed_at=None).values_list(
        "pk", "path", "sha", "content_type", "removed_at", "case_id", "case__submitted_at"
    )
    for pk, path, sha, content_type, removed_at, case, submitted_at in rows.iterator(chunk_size=2000):
        if removed_at is not None and (case is None or submitted_at is None):
            continue
        yield SealedFile(path, f"attachment:{pk}", sha)
        if content_type != sniff.PDF:
            yield SealedFile(vault.sibling(path, "thumb"), f"thumb:{pk}", required=False)


@declare
def issued() -> Iterator[SealedFile]:
    """Issued documents that are already typeset."""
    rows = IssuedDocument.objects.exclude(path="").values_list("pk", "path", "sha")
    for pk, path, sha in rows.iterator(chunk_size=2000):
        yield SealedFile(path, f"document:{pk}", sha)
