"""A fresh anchor folder per test and shorthand for writing lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from minzheng.kernel.audit import chain, services
from minzheng.kernel.audit.models import AuditEntry


@dataclass(frozen=True)
class Clerk:
    id: int | None = 7
    name: str = "王经办"
    role: str = "town_clerk"
    address: str = "10.1.2.3"


@pytest.fixture(autouse=True)
def anchor_folder(tmp_path: Path, settings: Any) -> Path:
    settings.AUDIT_DIR = tmp_path / "audit"
    return tmp_path / "audit"


@pytest.fixture
def write(db: None) -> Callable[[int], list[AuditEntry]]:
    def lines(count: int) -> list[AuditEntry]:
        return [
            services.record(actor=Clerk(), action="case.accept", region_code="990101001001", detail={"第": n})
            for n in range(count)
        ]

    return lines


@pytest.fixture
def sealed(write: Callable[[int], list[AuditEntry]], django_capture_on_commit_callbacks: Any) -> list[AuditEntry]:
    """Ten lines, linked and anchored."""
    lines = write(10)
    with django_capture_on_commit_callbacks(execute=True):
        assert chain.seal_pending(thorough=True) == 10
    return lines
