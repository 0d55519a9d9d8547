from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.exchange.caseload import batches
from minzheng.kernel.exchange.models import ImportBatch
from minzheng.kernel.exchange.tests import rolls

TODAY = datetime.date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _county(request: pytest.FixtureRequest) -> Iterator[None]:
    with clock.at(TODAY):
        if request.node.get_closest_marker("django_db"):
            whole = request.node.get_closest_marker("django_db").kwargs.get("transaction")
            request.getfixturevalue("transactional_db" if whole else "db")
            rolls.county()
        yield


@pytest.fixture
def officers() -> tuple[Actor, Actor]:
    """(data officer, approver)"""
    maker, approver = rolls.people("data_officer", "county_reviewer")
    return maker, approver


@pytest.fixture
def tried(officers: tuple[Actor, Actor]) -> Callable[..., ImportBatch]:
    """tried(content, name="a.xlsx", **changes to the mapping): uploaded, mapped and tried."""

    def run(content: bytes, name: str = "花名册.csv", **changes: Any) -> ImportBatch:
        batch = batches.upload(actor=officers[0], name=name, content=content, region_code=rolls.COUNTY)
        batches.set_mapping(actor=officers[0], pk=batch.pk, told={**rolls.MAPPING, **changes})
        return batches.check(actor=officers[0], pk=batch.pk)

    return run


@pytest.fixture
def loaded(tried: Callable[..., ImportBatch], officers: tuple[Actor, Actor]) -> Callable[..., ImportBatch]:
    def run(content: bytes, name: str = "花名册.csv", **changes: Any) -> ImportBatch:
        batch = tried(content, name, **changes)
        batches.submit(actor=officers[0], pk=batch.pk, reason="试装")
        batches.approve(actor=officers[1], pk=batch.pk)
        return batches.load(actor=officers[1], pk=batch.pk)

    return run
