"""The made parts of exports in the vault, until they are fetched and past their time."""

from __future__ import annotations

from collections.abc import Iterator

from minzheng.kernel.documents.sealed_files import SealedFile, declare
from minzheng.kernel.exports.models import ExportRequest


@declare
def export_parts() -> Iterator[SealedFile]:
    rows = ExportRequest.objects.filter(state=ExportRequest.MADE).exclude(files=[]).values_list("pk", "files")
    for pk, files in rows.iterator(chunk_size=500):
        for part, file in enumerate(files):
            yield SealedFile(file["path"], f"export:{pk}:{part}", file["sm3"])
