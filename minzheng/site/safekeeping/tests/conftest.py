"""A small installation with a few people, papers and an audit chain, of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from minzheng.kernel.audit import services as audit
from minzheng.kernel.crypto import keyring
from minzheng.kernel.documents import vault
from minzheng.kernel.documents.models import Attachment
from minzheng.kernel.subjects.models import Person

NAME, ID_NO, PHONE = "周桂兰", "990101195803020028", "19900000001"


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """Run-time folder of the test; the database is the test database."""
    var = tmp_path / "var"
    settings.VAR_DIR = var
    settings.KEY_RING_FILE = var / "keys" / "ring.json"
    settings.MEDIA_ROOT = var / "files"
    settings.AUDIT_DIR = var / "audit"
    keyring._cached.cache_clear()
    yield var
    keyring._cached.cache_clear()


@pytest.fixture
def installation(transactional_db: None) -> dict[str, Any]:
    """Twenty people, three papers, a sealed audit chain."""
    people = [
        Person(name=NAME, region_code="990101001001", id_no=ID_NO, phone=PHONE, address="示范街1号"),
        *(Person(name="甲", region_code="990101001001", id_no=f"{n:018d}", health={"n": n}) for n in range(19)),
    ]
    Person.objects.bulk_create(people)
    papers = []
    for n in range(3):
        content = b"%PDF-1.7 " + NAME.encode() + bytes([65 + n]) * 1000 * (n + 1)
        one = Attachment(kind="证明", content_type="application/pdf", size=len(content), sha=vault.sm3(content))
        one.path = vault.put(content, bound_to=f"attachment:{one.pk}", suffix="pdf")
        one.save(force_insert=True)
        papers.append(one)
    audit.record(actor=audit.SYSTEM, action="read", obj=people[0], reason="测试")
    audit.seal_pending()
    return {"people": people, "papers": papers}
