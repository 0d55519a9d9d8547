"""A key ring and a vault of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from minzheng.kernel.crypto import keyring


@pytest.fixture(autouse=True)
def own_ring(tmp_path: Path, settings: Any) -> Iterator[Path]:
    settings.KEY_RING_FILE = tmp_path / "keys" / "ring.json"
    settings.MEDIA_ROOT = tmp_path / "files"
    keyring._cached.cache_clear()
    yield tmp_path / "keys" / "ring.json"
    keyring._cached.cache_clear()
