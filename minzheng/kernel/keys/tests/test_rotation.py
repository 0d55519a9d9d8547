"""Changing the data key: everything stays readable, nothing stays under the old key, which is destroyed only then."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection

from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.crypto import keyring
from minzheng.kernel.crypto.fields import BlindIndex
from minzheng.kernel.documents import vault
from minzheng.kernel.documents.models import Attachment
from minzheng.kernel.jobs import leases
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.execution import execute
from minzheng.kernel.jobs.models import JobRun
from minzheng.kernel.jobs.worker import drain
from minzheng.kernel.keys import counting, resealing, selectors, services
from minzheng.kernel.keys.cli import crypto
from minzheng.kernel.keys.jobs import tidy
from minzheng.kernel.subjects.models import Person

ID_NO = "990101195803020028"


def people(count: int) -> None:
    Person.objects.bulk_create(
        [Person(name="甲", region_code="990101001001", id_no=f"{n:018d}", health={"n": n}) for n in range(count)]
    )


def paper(content: bytes = b"%PDF-1.7 paper") -> Attachment:
    made = Attachment(kind="证明", content_type="application/pdf", size=len(content), sha=vault.sm3(content))
    made.path = vault.put(content, bound_to=f"attachment:{made.pk}", suffix="pdf")
    made.save(force_insert=True)
    return made


def run(*words: str) -> str:
    result = CliRunner().invoke(crypto, list(words), catch_exceptions=False)
    return result.stdout


@pytest.mark.django_db
def test_更换密钥_后台把表和文件都改用新钥(monkeypatch: Any) -> None:
    monkeypatch.setattr(resealing, "BATCH", 3)
    people(8)
    one = paper()
    assert "第 2 号密钥" in run("rotate")
    Person(name="乙", region_code="990101001001", id_no=ID_NO).save()
    assert counting.by_key() == {1: 8 * 2 + 1, 2: 1}
    assert drain() == 1
    assert counting.by_key() == {2: 8 * 2 + 2}
    for number, row in enumerate(Person.objects.filter(name="甲").order_by("pk")):
        assert (row.id_no, row.health, row.__dict__["phone"]) == (f"{number:018d}", {"n": number}, None)
        assert row.id_index == BlindIndex.of_value("id_no", row.id_no)
    assert vault.get(one.path, bound_to=f"attachment:{one.pk}", sha=one.sha) == b"%PDF-1.7 paper"
    job = JobRun.objects.get(name=services.RESEAL)
    assert (job.state, job.result["rows"], job.result["files"]) == ("done", 8, 1)
    assert "重新加密了 0 行、0 个文件" in run("reseal")
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["crypto.rotate", "crypto.reseal", "crypto.reseal"]


@pytest.mark.django_db
def test_状态说明每把密钥用了多少_不显示密钥本身() -> None:
    people(4)
    run("rotate")
    told = run("status", "--json")
    found = json.loads(told)
    assert [(key["number"], key["state"], key["values"]) for key in found["keys"]] == [(1, "old", 8), (2, "current", 0)]
    assert (found["current"], found["pending_reseal"], found["escrow"]) == (2, 8, None)
    assert len(found["signing_fingerprint"]) == 16
    assert found["job"]["state"] == "queued"
    for secret in (*keyring.ring().keys.values(), keyring.ring().mac_root, keyring.ring().signing_seed):
        assert secret.hex() not in told
    assert "待重新加密 8 项" in run("status")


@pytest.mark.django_db
def test_旧密钥证明没有用处且满一天才停用() -> None:
    people(2)
    one = paper()
    services.rotate()
    now = datetime.now(UTC)
    assert services.retire_unused(now=now + timedelta(days=2)) == []
    for row in Person.objects.all():
        Person.save(row)
    resealing.reseal(progress=lambda percent, message: None)
    assert services.retire_unused(now=now + timedelta(hours=23)) == []
    assert services.retire_unused(now=now + timedelta(hours=25)) == [1]
    assert (list(keyring.ring().keys), list(keyring.ring().retired)) == ([2], [1])
    assert selectors.status()["keys"][0]["state"] == "retired"
    assert Person.objects.order_by("pk")[0].id_no == f"{0:018d}"
    assert vault.get(one.path, bound_to=f"attachment:{one.pk}", sha=one.sha)


@pytest.mark.django_db
def test_一个无主文件也不让旧密钥停用() -> None:
    vault.put(b"orphan", bound_to="nobody:1", suffix="pdf")
    services.rotate()
    resealing.reseal(progress=lambda percent, message: None)
    assert counting.by_key() == {1: 1}
    assert services.retire_unused(now=datetime.now(UTC) + timedelta(days=30)) == []
    assert 1 in keyring.ring().keys


@pytest.mark.django_db
def test_漏下的旧值由定时任务续做() -> None:
    people(2)
    services.rotate()
    JobRun.objects.all().delete()
    assert tidy(Context(JobRun(name="crypto.tidy"))) == {"retired": [], "pending": 4}
    assert JobRun.objects.filter(name=services.RESEAL, state="queued").count() == 1
    drain()
    assert tidy(Context(JobRun(name="crypto.tidy")))["pending"] == 0


@pytest.mark.django_db(transaction=True)
def test_租约被别人接手后_原进程的改动不算数() -> None:
    people(2)
    services.rotate()
    claimed = leases.claim("slow", 30)
    assert claimed is not None
    JobRun.objects.filter(pk=claimed.pk).update(lease_owner="another")
    assert execute(claimed, Context(claimed)) == "lost"
    assert counting.by_key() == {1: 4}


def test_所有加密列都在更换范围内() -> None:
    found = {model._meta.db_table: fields for model, fields in counting.sealed_models()}
    assert {"id_no", "phone", "address", "health"} <= set(found["kernel_person"])
    assert "form" in found["kernel_case"]
    assert {"account_no", "frozen"} <= set(found["kernel_award"])


WORKER = """
import django, time, sys
from django.conf import settings
django.setup()
settings.DATABASES["default"]["NAME"] = sys.argv[1]
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
from pathlib import Path
settings.KEY_RING_FILE = Path(sys.argv[2]); settings.MEDIA_ROOT = Path(sys.argv[3]); settings.AUDIT_DIR = Path(sys.argv[4])
from minzheng.kernel.keys import resealing
from minzheng.kernel.jobs.worker import drain
resealing.BATCH = 5
whole = resealing._reseal_rows
def slowly(*args):
    time.sleep(0.05)
    return whole(*args)
resealing._reseal_rows = slowly
print("ready", flush=True)
drain()
"""


@pytest.mark.django_db(transaction=True)
def test_半途断电_不丢一行_没有一行用缺失的密钥_接着做完(own_ring: Path, tmp_path: Path, settings: Any) -> None:
    people(400)
    papers = [paper(b"%PDF-1.7 " + bytes([65 + n])) for n in range(5)]
    services.rotate()
    command = [sys.executable, "-c", WORKER, connection.settings_dict["NAME"], str(own_ring), str(settings.MEDIA_ROOT)]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "minzheng.site.settings", "MINZHENG_DATABASE_ROLE": "owner"}
    with subprocess.Popen([*command, str(tmp_path / "audit")], env=environment, stdout=subprocess.PIPE) as worker:
        deadline = time.monotonic() + 60
        while counting.by_key().get(2, 0) < 60 and time.monotonic() < deadline:
            time.sleep(0.05)
        worker.send_signal(signal.SIGKILL)
    half = counting.by_key()
    assert half[1] > 0
    assert half[2] > 0
    assert sum(half.values()) == 400 * 2 + 5
    assert set(half) <= set(keyring.reload().keys)
    assert Counter(row.id_no for row in Person.objects.all()) == Counter(f"{n:018d}" for n in range(400))
    JobRun.objects.filter(name=services.RESEAL).update(lease_until=datetime.now(UTC) - timedelta(seconds=1))
    assert drain() == 1
    assert counting.by_key() == {2: 805}
    assert Counter(row.id_no for row in Person.objects.all()) == Counter(f"{n:018d}" for n in range(400))
    for one in papers:
        vault.get(one.path, bound_to=f"attachment:{one.pk}", sha=one.sha)
