"""Promises of ``/healthz``."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import Client

from minzheng import __version__
from minzheng.site.health import endpoint as health


@pytest.fixture
def jobs_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minzheng.kernel.jobs.selectors.health", lambda: "ok")


@pytest.mark.django_db
def test_一切正常时二百且字段齐全(client: Client, jobs_alive: None) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "jobs": "ok", "version": __version__}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_没有后台任务心跳时五百零三(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "error"
    assert answer.json()["jobs"] == "stale"
    assert answer.json()["database"] == "ok"


@pytest.mark.django_db
def test_数据库断开时五百零三且不抛错(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(health.connection, "cursor", broken)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "error", "database": "down", "jobs": "down", "version": __version__}
