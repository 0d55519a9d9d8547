"""按新标准重算: 新标准签发以后，在发的待遇逐份重算；增发和补发经另一人批准后执行，减发只列出来逐户决定."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest

from minzheng.business.assistance.tests.test_changes import paid
from minzheng.business.assistance.tests.world import COUNTY, World, couple
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, Actor
from minzheng.kernel.awards.models import Award, PaymentLine
from minzheng.kernel.awards.proof import recompute
from minzheng.kernel.awards.repricing import applying, computing, jobs, services
from minzheng.kernel.awards.repricing.models import RepricingBatch, RepricingLine
from minzheng.kernel.awards.services import digest, monthly_lines
from minzheng.kernel.cases import services as cases
from minzheng.kernel.cases.models import Case
from minzheng.kernel.jobs.models import JobRun
from minzheng.kernel.notices.models import OutboxMessage
from minzheng.kernel.standards import adjustments, values
from minzheng.kernel.standards.adjustments import Wanted
from minzheng.kernel.standards.errors import StandardRefused
from minzheng.kernel.standards.models import StandardSet

pytestmark = pytest.mark.django_db
ITEM = "assistance.dibao"
LATE = datetime.date(2027, 3, 10)  # the day on which the document of 1 January is signed
APRIL = datetime.date(2027, 4, 1)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    values.forget()
    yield
    values.forget()


@pytest.fixture
def officers(world: World) -> tuple[Actor, Actor, Actor]:
    return (
        world.staff("zc1", "政策一", "policy_officer", COUNTY),
        world.staff("zc2", "政策二", "policy_officer", COUNTY),
        world.staff("jz", "局长", "bureau_head", COUNTY),
    )


def sign_set(officers: tuple[Actor, Actor, Actor], value: str, since: str = "2027-01-01") -> StandardSet:
    one = adjustments.create(
        actor=officers[0], region_code=COUNTY, title="2027年度农村低保标准", source="测民发〔2027〕1号",
        valid_from=datetime.date.fromisoformat(since),
    )  # fmt: skip
    saved = adjustments.put_values(actor=officers[0], pk=one.pk, wanted={"保障标准_农村": Wanted(value, "元/月")})
    assert not saved.errors
    adjustments.submit(actor=officers[0], pk=one.pk)
    return adjustments.sign(actor=officers[1], pk=one.pk)


def compute(batch: RepricingBatch) -> RepricingBatch:
    while computing.compute_piece(batch.pk):
        pass
    batch.refresh_from_db()
    return batch


def carry_out(batch: RepricingBatch, officers: tuple[Actor, Actor, Actor]) -> RepricingBatch:
    services.submit(actor=officers[0], pk=batch.pk)
    services.approve(actor=officers[1], pk=batch.pk)
    while applying.apply_piece(batch.pk):
        pass
    batch.refresh_from_db()
    return batch


def opened(one: StandardSet) -> RepricingBatch:
    [rows] = services.groups(services.waiting_values().filter(standard_set=one))
    return services.open_batch(actor=SYSTEM, rows=rows)


def family_in_pay(world: World) -> tuple[Case, Award]:
    """Paid from December 2026, with the lines up to March 2027."""
    case = paid(world, couple())
    for year, month in ((2026, 12), (2027, 1), (2027, 2), (2027, 3)):
        monthly_lines(datetime.date(year, month, 1), item_code=ITEM)
    return case, Award.objects.get(case=case)


def lines_of(case: Case, **only: str) -> list[tuple[str, int, str]]:
    rows = PaymentLine.objects.filter(award__case=case, **only).order_by("month", "seq")
    return [(f"{one.month:%Y-%m}", one.amount_fen, one.state) for one in rows]


def test_晚签的新标准_下月起增发_过去的月份逐月补发(world: World, officers: tuple[Actor, Actor, Actor]) -> None:
    case, before = family_in_pay(world)
    with clock.at(LATE):
        batch = compute(opened(sign_set(officers, "800")))
        line = RepricingLine.objects.get(batch=batch)
        more = 7000 * 3 + 2800  # 730 → 800 yuan for three people, and the part of it in the top-up
        assert (line.kind, line.before_fen, line.after_fen) == ("raise", before.amount_fen, before.amount_fen + more)
        assert line.back_pay_fen == 3 * more and batch.counts == {"raise": 1}
        assert (batch.before_fen, batch.after_fen) == (before.amount_fen, before.amount_fen + more)
        assert batch.from_month == APRIL
        assert carry_out(batch, officers).state == "applied"
    before.refresh_from_db()
    new = Award.objects.get(case=case, state="active")
    assert (before.state, before.last_month) == ("ended", datetime.date(2027, 3, 1))
    assert (new.amount_fen, new.first_month, new.next_review_on) == (line.after_fen, APRIL, before.next_review_on)
    assert lines_of(case, line_type="back_pay") == [(f"2027-0{n}", more, "planned") for n in (1, 2, 3)]
    assert recompute(new).ok and recompute(before).ok and cases.replay(case).ok
    monthly_lines(APRIL, item_code=ITEM)
    assert lines_of(case, line_type="regular")[-1] == ("2027-04", new.amount_fen, "planned")
    act = case.acts.get(code="reprice")
    assert "补发 2027年1月至2027年3月差额共 714.00 元" in act.opinion
    assert OutboxMessage.objects.filter(case=case, key__startswith=f"{case.pk}:{act.seq}").exists()


def test_发起提交的人不能批准_没批准什么都不变(world: World, officers: tuple[Actor, Actor, Actor]) -> None:
    case, before = family_in_pay(world)
    with clock.at(LATE):
        batch = compute(opened(sign_set(officers, "800")))
        services.submit(actor=officers[0], pk=batch.pk)
        with pytest.raises(StandardRefused, match="不能自己批准"):
            services.approve(actor=officers[0], pk=batch.pk)
        with pytest.raises(StandardRefused, match="岗位"):
            services.approve(actor=world.clerk, pk=batch.pk)
        assert not applying.apply_piece(batch.pk)
    before.refresh_from_db()
    assert before.state == "active" and lines_of(case, line_type="back_pay") == []


def test_中途被杀_接着做_一份也不重复(
    world: World, officers: tuple[Actor, Actor, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    _case, before = family_in_pay(world)
    twin = copy_of(before, "990101-DBZ-2026-900001")
    monkeypatch.setattr(computing, "PIECE", 1)
    monkeypatch.setattr(applying, "PIECE", 1)
    with clock.at(LATE):
        batch = opened(sign_set(officers, "800"))
        assert computing.compute_piece(batch.pk)  # one award, then the worker dies
        compute(batch)
        assert batch.looked_at == 2 and batch.counts == {"raise": 2} and batch.lines.count() == 2
        services.submit(actor=officers[0], pk=batch.pk)
        services.approve(actor=officers[1], pk=batch.pk)
        assert applying.apply_piece(batch.pk)
        assert batch.lines.filter(state="applied").count() == 1
        while applying.apply_piece(batch.pk):
            pass
        while applying.apply_piece(batch.pk):  # the job runs once more
            pass
    assert batch.lines.filter(state="applied").count() == 2
    assert Award.objects.filter(state="active").count() == 2 and Award.objects.filter(state="ended").count() == 2
    assert PaymentLine.objects.filter(line_type="back_pay", award=twin).count() == 3
    told = OutboxMessage.objects.filter(case=None, recipient=twin.payee)
    assert all("按2027年度农村低保标准" in one.body for one in told) and told


def copy_of(award: Award, no: str, **changes: object) -> Award:
    """An award of the same basis without a case, as loaded from a register that was computed here."""
    told = {f.attname: getattr(award, f.attname) for f in Award._meta.concrete_fields if f.attname not in ("id", "no")}
    return Award.objects.create(no=no, **{**told, "case_id": None, **changes})


def test_减发只列出来_逐户启动复核(world: World, officers: tuple[Actor, Actor, Actor]) -> None:
    case, before = family_in_pay(world)
    with clock.at(LATE):
        batch = compute(opened(sign_set(officers, "650", "2027-04-01")))
        line = batch.lines.get()
        assert (
            line.kind == "reduce" and line.after_fen == before.amount_fen - 8000 * 3 - 3200 and line.back_pay_fen == 0
        )
        assert batch.after_fen == batch.before_fen  # nothing is taken away in bulk
        carry_out(batch, officers)
        before.refresh_from_db()
        assert before.state == "active" and RepricingLine.objects.get(pk=line.pk).state == "open"
        services.start_recheck(actor=world.clerk, line_pk=line.pk)
        case.refresh_from_db()
        assert case.state == "RECHECK" and RepricingLine.objects.get(pk=line.pk).state == "recheck"
        with pytest.raises(StandardRefused, match="刷新"):
            services.start_recheck(actor=world.clerk, line_pk=line.pk)


def test_导入的算不了_除标准外变了的要复核_各说明原因(world: World, officers: tuple[Actor, Actor, Actor]) -> None:
    _case, before = family_in_pay(world)
    taken = {"imported": {"file": "花名册.xlsx", "rows": [2]}, "amount_fen": 30000, "persons": 1}
    copy_of(before, "990101-DBZ-2026-900001", frozen=taken, frozen_sha=digest(taken), amount_fen=30000)
    copy_of(before, "990101-DBZ-2026-900002", amount_fen=before.amount_fen + 100)
    copy_of(before, "990101-DBZ-2026-900003", state="suspended")
    with clock.at(LATE):
        batch = compute(opened(sign_set(officers, "800")))
    told = {one.award.no: (one.kind, one.reason) for one in batch.lines.select_related("award")}
    assert told["990101-DBZ-2026-900001"][0] == "unable" and "存量文件" in told["990101-DBZ-2026-900001"][1]
    assert told["990101-DBZ-2026-900002"][0] == "mixed" and "先复核" in told["990101-DBZ-2026-900002"][1]
    assert told["990101-DBZ-2026-900003"][0] == "paused"
    assert batch.counts == {"raise": 1, "unable": 1, "mixed": 1, "paused": 1}


def test_测算以后待遇变了_不执行_写明原因(world: World, officers: tuple[Actor, Actor, Actor]) -> None:
    case, before = family_in_pay(world)
    with clock.at(LATE):
        batch = compute(opened(sign_set(officers, "800")))
        Award.objects.filter(pk=before.pk).update(state="suspended")
        carry_out(batch, officers)
    line = batch.lines.get()
    assert line.state == "skipped" and "现在是“暂停”" in line.reason
    assert lines_of(case, line_type="back_pay") == []


def test_跨了月要重新测算(world: World, officers: tuple[Actor, Actor, Actor]) -> None:
    family_in_pay(world)
    with clock.at(LATE):
        batch = compute(opened(sign_set(officers, "800")))
        services.submit(actor=officers[0], pk=batch.pk)
    with clock.at(datetime.date(2027, 4, 2)):
        with pytest.raises(StandardRefused, match="跨月"):
            services.approve(actor=officers[1], pk=batch.pk)
        again = compute(services.compute_again(actor=officers[0], pk=batch.pk))
        assert again.from_month == datetime.date(2027, 5, 1) and len(again.lines.get().months) == 4


def test_与本标准无关的不动_记数(world: World, officers: tuple[Actor, Actor, Actor]) -> None:
    family_in_pay(world)
    with clock.at(LATE):
        one = adjustments.create(
            actor=officers[0], region_code=COUNTY, title="城市标准", valid_from=datetime.date(2027, 1, 1), source="文件"
        )
        adjustments.put_values(actor=officers[0], pk=one.pk, wanted={"保障标准_城市": Wanted("950", "元/月")})
        adjustments.submit(actor=officers[0], pk=one.pk)
        batch = compute(opened(adjustments.sign(actor=officers[1], pk=one.pk)))
    assert batch.counts == {"same": 1} and batch.state == "applied" and not batch.lines.exists()


def test_提前测算的_标准撤回时一起作废(world: World, officers: tuple[Actor, Actor, Actor]) -> None:
    family_in_pay(world)
    with clock.at(LATE):
        one = sign_set(officers, "800", "2027-04-01")
        batch = compute(opened(one))
        assert batch.from_month == APRIL and batch.lines.get().months == []
        adjustments.withdraw(actor=officers[0], pk=one.pk, reason="文件改期")
        batch.refresh_from_db()
    assert batch.state == "cancelled" and "文件改期" in batch.closed_reason


def test_生效日到了由任务提出_一次只提一批(world: World, officers: tuple[Actor, Actor, Actor]) -> None:
    from minzheng.kernel.jobs.context import Context

    with clock.at(LATE):
        sign_set(officers, "800", "2027-05-01")
        ctx = Context(JobRun())
        ctx.atomic = _plain  # type: ignore[method-assign]
        assert jobs.due(ctx) == {"opened": 0}
    with clock.at(datetime.date(2027, 5, 1)):
        assert jobs.due(ctx) == {"opened": 1} and jobs.due(ctx) == {"opened": 0}
    batch = RepricingBatch.objects.get()
    assert batch.changes == [
        {"name": "保障标准 农村", "before": "730.00 元/月", "after": "800.00 元/月", "since": "2027-05-01"}
    ]
    assert JobRun.objects.filter(name="repricing.compute").count() == 1


def _plain() -> object:
    from django.db import transaction

    return transaction.atomic()
