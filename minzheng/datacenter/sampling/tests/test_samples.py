"""A sample of awards from design to report: committed, drawn, checked, replayed, and what its pages show to whom."""

from __future__ import annotations

import datetime
import hashlib
import io
import json
from collections.abc import Callable
from typing import Any

import pypdf
import pytest
from click.testing import CliRunner
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from minzheng.datacenter.sampling import cli, proof, selectors, services
from minzheng.datacenter.sampling.errors import SamplingRefused
from minzheng.datacenter.sampling.models import Sample, SampleUnit
from minzheng.datacenter.sampling.population import Scope
from minzheng.datacenter.sampling.services import Design
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.awards.models import Award
from minzheng.kernel.pages.tests.conftest import (  # noqa: F401
    COUNTY,
    TOWN_A,
    TOWN_B,
    browse,
    bureau,
    places,
    staff,
)

pytestmark = pytest.mark.django_db
DESIGN = Design(confidence=90, tolerable=20, expected=0, strata=("town",), least=3)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def awards(places: None) -> None:  # noqa: F811
    """Thirty in one town, twelve in the other; one ended, one paid once: neither is in force."""
    rows = [(f"{TOWN_A[:9]}001", "active")] * 30 + [(f"{TOWN_B[:9]}001", "active")] * 12 + [(TOWN_A, "ended")]
    Award.objects.bulk_create(
        Award(
            no=f"CY{n:04d}", item_code="assistance.dibao", payee_name=f"户主{n}", persons=1, amount_fen=50_000 + n,
            region_code=place, state=state, first_month=clock.today().replace(day=1), decided_on=clock.today(), frozen={},
        )
        for n, (place, state) in enumerate(rows)
    )  # fmt: skip
    Award.objects.create(
        no="CY9999", item_code="assistance.dibao", payee_name="一次", persons=1, amount_fen=1, region_code=TOWN_A, cycle="once",
        first_month=clock.today().replace(day=1), decided_on=clock.today(), frozen={},
    )  # fmt: skip


@pytest.fixture
def reviewer(staff: Callable[[str, str], User]) -> Any:  # noqa: F811
    return actor_of(staff("county_reviewer", COUNTY))


@pytest.fixture
def sample(awards: None, reviewer: Any) -> Sample:
    return services.publish(
        actor=reviewer, region_code=COUNTY, title="在享待遇抽查", subject="award", scope=Scope(), design=DESIGN
    )


def drawn(sample: Sample, reviewer: Any, monkeypatch: pytest.MonkeyPatch) -> Sample:
    later = clock.now() + 25 * HOUR
    monkeypatch.setattr(clock, "now", lambda: later)
    return services.draw(actor=reviewer, pk=sample.pk)


def test_先公布摘要_满时间才抽_任何人都能复算(
    sample: Sample, reviewer: Any, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    assert (sample.size, sample.fen) == (42, sum(50_000 + n for n in range(42)))
    assert {row["key"]: row["size"] for row in sample.strata} == {TOWN_A: 30, TOWN_B: 12}
    with pytest.raises(SamplingRefused, match="满 24 小时"):
        services.draw(actor=reviewer, pk=sample.pk)
    assert sample.seed is not None
    assert sample.seed not in client.get(reverse("sampling.public_one", kwargs={"no": sample.no})).content.decode()
    sample = drawn(sample, reviewer, monkeypatch)
    units = list(sample.units.all())
    assert len(units) == sample.wanted == sum(row["wanted"] for row in sample.strata)
    with pytest.raises(SamplingRefused, match="已经抽取过"):
        services.draw(actor=reviewer, pk=sample.pk)
    # Anybody's replay: the public list, the public seed and SM3, nothing of ours
    public = (
        client.get(reverse("sampling.population", kwargs={"no": sample.no})).content.decode("utf-8-sig").splitlines()
    )
    rows = [line.split(",") for line in public[1:]]
    for layer in sample.strata:
        ranked = sorted(
            (hashlib.new("sm3", f"{sample.revealed_seed}{label}".encode()).hexdigest(), label)
            for label, key, _ in rows
            if key == layer["key"]
        )
        picked = {label for _, label in ranked[: layer["wanted"]]}
        assert picked == {one.label for one in units if one.stratum == layer["key"]}
        assert picked == {label for label, key, drawn_ in rows if key == layer["key"] and drawn_}
    text = client.get(reverse("sampling.public_one", kwargs={"no": sample.no})).content.decode()
    assert text.count("相符") == 6
    assert sample.revealed_seed in text
    assert not any(str(one.unit_id) in text + "".join(public) or one.number in text for one in units)


def test_改动种子_清单_任务_样本量_复算都看得出(sample: Sample, reviewer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sample = drawn(sample, reviewer, monkeypatch)

    def problems() -> str:
        return "".join(step.problem for step in proof.replay(Sample.objects.get(pk=sample.pk)))

    assert problems() == ""
    rows = Sample.objects.filter(pk=sample.pk)
    rows.update(revealed_seed="0" * 64)
    assert "种子与事先公布的种子摘要对不上" in problems()
    rows.update(revealed_seed=sample.revealed_seed, population=sample.population[1:])
    assert "总体清单与公布的总体摘要对不上" in problems()
    rows.update(population=sample.population, strata=[row | {"wanted": row["wanted"] + 1} for row in sample.strata])
    assert "各层样本量与审计链里公布时的不同" in problems()
    assert "应抽中的 2 个没有列入任务" in problems()
    rows.update(strata=sample.strata)
    SampleUnit.objects.filter(pk=sample.units.first().pk).delete()  # type: ignore[union-attr]
    assert "应抽中的 1 个没有列入任务" in problems()
    run = CliRunner().invoke(cli.sampling, ["replay", sample.no, "--json"])
    assert run.exit_code == 1
    assert json.loads(run.output)["ok"] is False


def test_登记结果_推算_报告_每个数字打开名单(
    sample: Sample, reviewer: Any, monkeypatch: pytest.MonkeyPatch, browse: Callable[..., Client]  # noqa: F811
) -> None:  # fmt: skip
    sample = drawn(sample, reviewer, monkeypatch)
    units = list(sample.units.order_by("seq"))
    with pytest.raises(SamplingRefused) as refused:
        services.record_result(actor=reviewer, unit_id=units[0].pk, result="wrong", error_fen=99_999_999)
    assert set(refused.value.fields) == {"error_kind", "finding", "error_fen"}
    client = browse("county_reviewer")
    response = client.post(
        reverse("sampling.record", kwargs={"pk": units[0].pk}),
        {"result": "wrong", "error_kind": "amount", "error_fen": "120", "finding": "少计一笔工资", "sent": "1"},
    )
    assert response.status_code == 302
    for unit in units[1:]:
        services.record_result(actor=reviewer, unit_id=unit.pk, result="right")
    with pytest.raises(SamplingRefused, match="已经登记过"):
        services.record_result(actor=reviewer, unit_id=units[0].pk, result="right")
    sample = Sample.objects.get(pk=sample.pk)
    assert sample.state == "closed"
    told = selectors.report(sample)
    layer = next(row for row in sample.strata if row["key"] == units[0].stratum)
    assert told.whole.rate == pytest.approx(layer["size"] / 42 / layer["wanted"])
    assert told.whole.fen == pytest.approx(layer["size"] * 12_000 / layer["wanted"])
    page = client.get(reverse("sampling.detail", kwargs={"pk": sample.pk})).content.decode()
    assert told.sentence in page
    listed = client.get(reverse("sampling.units"), {"sample": str(sample.pk), "result": "wrong"}).content.decode()
    assert units[0].number in listed
    assert not any(f">{one.number}<" in listed for one in units[1:])
    pdf = client.get(reverse("sampling.pdf", kwargs={"pk": sample.pk}))
    text = "".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(pdf.content)).pages)
    assert "金额核算错误" in text
    assert "120.00" in text
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(client.get(reverse("sampling.workbook", kwargs={"pk": sample.pk})).content)
    )
    rows = book.get_sheet_by_name("推算").to_python()
    assert [str(cell) for cell in rows[1][:5]] == ["合计", "42", str(sample.wanted), str(sample.wanted), "1"]


def test_别的乡镇_没有权限的岗位_看不到_组织不了(
    sample: Sample, staff: Callable[[str, str], User], browse: Callable[..., Client], places: None  # noqa: F811
) -> None:  # fmt: skip
    url = reverse("sampling.detail", kwargs={"pk": sample.pk})
    assert browse("town_clerk", TOWN_A).get(url).status_code == 403
    assert browse("county_reviewer", "990102000000").get(url).status_code == 404
    for who in (actor_of(staff("auditor", COUNTY)), actor_of(staff("county_reviewer", "990102000000"))):
        with pytest.raises(SamplingRefused, match="不能在这里组织"):
            services.plan(actor=who, region_code=COUNTY, subject="award", scope=Scope(), design=DESIGN)


def test_先看样本量_再公布_不合理的方案说清楚(awards: None, browse: Callable[..., Client]) -> None:  # noqa: F811
    client = browse("county_reviewer")
    form = {
        "title": "试抽", "subject": "award", "confidence": "95", "tolerable": "5", "expected": "0", "strata": ["town", "risk"],
        "allocation": "proportional", "least": "2", "sent": "1",
    }  # fmt: skip
    asked = client.post(reverse("sampling.new"), form)
    assert asked.status_code == 302
    shown = client.get(asked["Location"]).content.decode()
    assert "青石镇，中风险" in shown
    published = client.post(asked["Location"])
    assert published.status_code == 302
    assert Sample.objects.get().strata[0]["key"] == f"{TOWN_A}|middle"
    assert "应大于预计差错率" in client.post(reverse("sampling.new"), form | {"expected": "6"}).content.decode()
    broken = client.get(reverse("sampling.plan"), {"tolerable": "abc"})
    assert "请从“组织抽样”重新填写" in broken.content.decode()
