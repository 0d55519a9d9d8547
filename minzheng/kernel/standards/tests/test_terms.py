"""文书期限也在待确认的参数里: 逐项列出、写明依据，签发以后算已定；另定的值写在运行目录，不在这里另填."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from minzheng.kernel import clock
from minzheng.kernel.documents import confirmable, terms
from minzheng.kernel.documents.tests.desk import staff
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.standards import selectors, services, values
from minzheng.kernel.standards.errors import StandardRefused

pytestmark = pytest.mark.django_db
COUNTY = "990101000000"
DAY = datetime.date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _today(settings: Any, tmp_path: Path) -> Any:
    settings.VAR_DIR = tmp_path
    values.forget()
    with clock.at(DAY):
        yield
    values.forget()


@pytest.fixture
def bureau(db: None) -> Organization:
    return Organization.objects.create(
        code="T-MZJ", name="示范县民政局", kind="bureau", region_code=COUNTY, valid_from=datetime.date(2000, 1, 1)
    )


def listed() -> dict[str, selectors.Standing]:
    return {row.name: row for row in selectors.in_force(COUNTY, DAY) if row.set_title == confirmable.TITLE}


def test_每一项期限都列出_值和依据与文书用的一样() -> None:
    rows = listed()
    for one in terms.listing(DAY):
        row = rows[confirmable.name_of(one.key)]
        assert (row.title, int(row.value), row.unit, row.source) == (one.title, one.value, one.unit, one.basis)
        assert row.open is (one.evidence == "needs_confirmation")
    assert len(rows) == len(terms.listing(DAY)) > 10


def test_两人签发以后算已定_数字没有变(bureau: Organization) -> None:
    drafter, signer = staff("a", "policy_officer", COUNTY, bureau), staff("b", "policy_officer", COUNTY, bureau)
    name, before = confirmable.name_of("repay_days"), selectors.counts(listed().values())["open"]
    row = services.draft(
        actor=drafter,
        region_code=COUNTY,
        name=name,
        value="30",
        valid_from=DAY,
        source="县民政局会议纪要",
        confirms=True,
    )
    services.sign(actor=signer, pk=row.pk)
    assert listed()[name].state == "settled" and terms.number("repay_days", DAY) == 30
    assert selectors.counts(listed().values())["open"] == before - 1


def test_另定的值不在这里填_填在运行目录的就算已定(bureau: Organization, tmp_path: Path) -> None:
    drafter = staff("a", "policy_officer", COUNTY, bureau)
    name = confirmable.name_of("repay_days")
    with pytest.raises(StandardRefused, match="不能另定"):
        services.draft(
            actor=drafter, region_code=COUNTY, name=name, value="60", valid_from=DAY, source="某民发〔2026〕5号"
        )
    (tmp_path / "terms.yaml").write_text(
        "repay_days: [{from: 2026-01-01, value: 60, basis: 某民发〔2026〕5号}]\n", encoding="utf-8"
    )
    row = listed()[name]
    assert (row.value, row.state, row.source) == ("60", "settled", "某民发〔2026〕5号")
    assert terms.number("repay_days", DAY) == 60
