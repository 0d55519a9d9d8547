"""Changing the data key: everything stays readable, nothing stays under the old key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from minzheng.kernel.audit import rotation
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.crypto import keyring
from minzheng.kernel.crypto.fields import BlindIndex
from minzheng.kernel.subjects.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_ring(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.KEY_RING_FILE = tmp_path / "keys" / "ring.json"
    keyring._cached.cache_clear()
    yield
    keyring._cached.cache_clear()


def test_更换密钥并重新加密(monkeypatch: Any) -> None:
    monkeypatch.setattr(rotation, "BATCH", 3)
    people = [Person(name="甲", region_code="990101001001", id_no=f"{n:018d}", health={"n": n}) for n in range(8)]
    Person.objects.bulk_create(people)
    assert "第 2 号密钥" in CliRunner().invoke(rotation.crypto, ["rotate"]).output
    Person(name="乙", region_code="990101001001", id_no="990101195803020028").save()
    assert "重新加密了 8 行" in CliRunner().invoke(rotation.crypto, ["reseal"]).output
    assert "重新加密了 0 行" in CliRunner().invoke(rotation.crypto, ["reseal"]).output
    for number, one in enumerate(Person.objects.filter(name="甲").order_by("pk")):
        assert (one.__dict__["id_no"][2], one.__dict__["health"][2], one.__dict__["phone"]) == (2, 2, None)
        assert (one.id_no, one.health) == (f"{number:018d}", {"n": number})
        assert one.id_index == BlindIndex.of_value("id_no", one.id_no)
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["crypto.rotate", "crypto.reseal", "crypto.reseal"]


def test_查看不显示密钥本身() -> None:
    told = CliRunner().invoke(rotation.crypto, ["show", "--json"]).stdout
    assert json.loads(told)["keys"] == [1]
    assert keyring.ring().keys[1].hex() not in told
    assert "当前使用第 1 号" in CliRunner().invoke(rotation.crypto, ["show"]).output


def test_所有加密列都在更换范围内() -> None:
    found = {model._meta.db_table: fields for model, fields in rotation.sealed_models()}
    assert {"id_no", "phone", "address", "health"} <= set(found["kernel_person"])
    assert "form" in found["kernel_case"]
    assert {"account_no", "frozen"} <= set(found["kernel_award"])
