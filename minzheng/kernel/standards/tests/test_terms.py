"""各处由本单位确认的数字是一种机制: 逐项列出、写明依据，两人签发以后按签发的算；运行目录和配置里写的盖过一切."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from minzheng.kernel import clock
from minzheng.kernel.accounts.limits import limit as account_limit
from minzheng.kernel.archives import retention
from minzheng.kernel.documents import terms
from minzheng.kernel.documents.tests.desk import staff
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.oversight.limits import limit as oversight_limit
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
    return {row.name: row for row in selectors.in_force(COUNTY, DAY) if row.set_title == terms.TERMS.title}


def test_每一项期限都列出_值和依据与文书用的一样() -> None:
    rows = listed()
    for one in terms.listing(DAY):
        row = rows[terms.TERMS.name_of(one.key)]
        assert (row.title, int(row.value), row.unit, row.source) == (one.title, one.value, one.unit, one.basis)
        assert row.open is (one.evidence == "needs_confirmation")
    assert len(rows) == len(terms.listing(DAY)) > 10


def test_两人签发以后算已定_数字没有变(bureau: Organization) -> None:
    drafter, signer = staff("a", "policy_officer", COUNTY, bureau), staff("b", "policy_officer", COUNTY, bureau)
    name, before = terms.TERMS.name_of("repay_days"), selectors.counts(listed().values())["open"]
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


def settle(bureau: Organization, name: str, value: str, since: datetime.date = DAY) -> None:
    """Drafted by one, signed by another."""
    drafter, signer = staff("a", "policy_officer", COUNTY, bureau), staff("b", "policy_officer", COUNTY, bureau)
    row = services.draft(
        actor=drafter, region_code=COUNTY, name=name, value=value, valid_from=since, source="某民发〔2026〕5号"
    )
    services.sign(actor=signer, pk=row.pk)


def test_本级写明依据两人签发的值_自那天起就按它算(bureau: Organization) -> None:
    name = terms.TERMS.name_of("repay_days")
    settle(bureau, name, "60", datetime.date(2026, 11, 1))
    assert terms.number("repay_days", DAY) == 60
    assert terms.number("repay_days", datetime.date(2026, 10, 31)) == 30
    assert (listed()[name].value, listed()[name].state) == ("60", "settled")


def test_运行目录里写的盖过签发的(bureau: Organization, tmp_path: Path) -> None:
    settle(bureau, terms.TERMS.name_of("repay_days"), "60")
    (tmp_path / "terms.yaml").write_text(
        "repay_days: [{from: 2026-01-01, value: 90, basis: 某民发〔2026〕5号}]\n", encoding="utf-8"
    )
    assert terms.number("repay_days", DAY) == 90


def test_超出声明范围的值_起草时就说明(bureau: Organization) -> None:
    drafter = staff("a", "policy_officer", COUNTY, bureau)
    with pytest.raises(StandardRefused) as refused:
        services.draft(
            actor=drafter, region_code=COUNTY, name="账号_password_length", value="4", valid_from=DAY, source="制度"
        )
    assert "不能低于 8" in refused.value.fields["value"]


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("账号_password_days", 60, lambda: account_limit("password_days")),
        ("监督_EXPORT_APPROVAL_ROWS", 500, lambda: oversight_limit("EXPORT_APPROVAL_ROWS")),
        ("保管期限_assistance_ended", 8, lambda: retention.rule_for("assistance.dibao", "TERMINATED", DAY).years),
    ],
)
def test_账号_查阅导出_档案的数字也同样办理(bureau: Organization, name: str, value: int, read: Any) -> None:
    before = read()
    assert before != value
    settle(bureau, name, str(value))
    assert read() == value


def test_配置里写的盖过签发的(bureau: Organization, settings: Any) -> None:
    settle(bureau, "账号_password_days", "60")
    settings.ACCOUNT_LIMITS = {"password_days": 30}
    settings.EXPORT_APPROVAL_ROWS = 7
    assert (account_limit("password_days"), oversight_limit("EXPORT_APPROVAL_ROWS")) == (30, 7)
    every = {row.name: row.value for row in selectors.in_force("980101000000", DAY)}
    assert every["监督_EXPORT_APPROVAL_ROWS"] == "7"


def test_档案类别的名字跟着年数走(bureau: Organization) -> None:
    rule = retention.rule_for("assistance.dibao", "TERMINATED", DAY)
    assert (rule.title, rule.years, rule.evidence) == ("停发后10年", 10, "needs_confirmation")
    assert retention.rule_for("registry.adoption", "CLOSED", DAY).title == "永久"
    settle(bureau, "保管期限_assistance_ended", "8")
    later = retention.rule_for("assistance.dibao", "TERMINATED", DAY)
    assert (later.title, later.destroy_after(DAY)) == ("停发后8年", datetime.date(2034, 12, 31))
