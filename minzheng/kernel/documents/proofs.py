"""Proof that every paper is on the disk and is the one that was stored."""

from __future__ import annotations

from collections.abc import Iterator

from minzheng.kernel.documents import sealed_files, vault
from minzheng.kernel.documents.errors import DamagedFile
from minzheng.kernel.proofs import Finding, found, proof


@proof("files", title="材料与文书的文件齐全、内容与登记的 SM3 一致")
def files() -> Finding:
    """Opens every file and compares it with what its row says."""
    return found(_looked_at())


def _looked_at() -> Iterator[tuple[str, list[str]]]:
    for one in sealed_files.known():
        problems = []
        try:
            if one.required or vault.exists(one.name):
                vault.get(one.name, bound_to=one.bound_to, sha=one.sha)
        except DamagedFile as error:
            problems.append(str(error))
        yield one.name, problems
