"""资金 of the demo county: this year's allocations in the proportion of what its invented families cost, shares, what was
drawn before the platform kept the books, projects of the lottery fund and last year's public list. All of it invented."""

from __future__ import annotations

import datetime
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db.models import Sum

from minzheng.datacenter.funding import services as forecasts
from minzheng.demo.places import AREA
from minzheng.kernel.accounts.actors import Actor, staff_actor
from minzheng.kernel.funds import allocations, outlook, projects, publishing, rules, splitting
from minzheng.kernel.funds.models import FundAllocation
from minzheng.kernel.funds.sources import LOTTERY, WELFARE, purpose_of
from minzheng.kernel.ledger.services import Entry, post
from minzheng.kernel.models import PaymentLine

if TYPE_CHECKING:
    from minzheng.demo.load import Loader

COUNTY = f"{AREA}000000"
#: Who enters and who confirms.
WHO, SECOND = "caiwu", "juzhang"
#: Shares by purpose (parts of 10 000) and how much of the year's need is allotted, in percent: that of the disabled is too little,
#: so that the forecast has something to warn of.
SHARES: dict[str, dict[str, int]] = {
    "relief": {"central": 5_500, "province": 1_500, "county": 3_000},
    "disability": {"province": 4_000, "county": 6_000},
    "elderly": {"county": 8_000, "lottery": 2_000},
}
PERCENT = {"disability": 97}
OTHER = {"county": 10_000}
NUMBER = "示财社（虚构）〔{year}〕{n}号"
#: (name, category, executor, content, goal, budget in 元, spent in percent, result, points)
PROJECTS: tuple[tuple[str, str, str, str, str, int, int, str, int], ...] = (
    ("困难老年人家庭适老化改造", "old", "示范县社会福利院", "为 60 户分散特困、低保老年人安装扶手、防滑地面", "改造 60 户，满意率 90%", 240_000, 82,
     "完成 60 户，入户回访满意率 96%", 93),
    ("残疾人辅助器具配发", "disabled", "示范县残疾人服务中心", "配发轮椅、助行器 120 件", "配发 120 件", 96_000, 75, "配发 118 件，2 件待更换", 88),
    ("孤儿圆梦助学", "orphan", "示范县儿童福利指导中心", "资助在校就读的孤儿、事实无人抚养儿童", "应助尽助", 60_000, 100, "资助全部在校的孤儿", 95),
)  # fmt: skip


def load_funds(loader: Loader) -> int:
    """Enter and confirm everything in the name of the finance officer and the head; returns the number of allocations."""
    one, other = staff_actor(WHO), staff_actor(SECOND)
    if one is None or other is None:
        return 0
    made = _Made(one, other, loader.as_of)
    _share(made)
    used, year = _used(loader.as_of), _year(loader.as_of)
    for purpose, fen in sorted(year.items()):
        _allot(made, purpose, fen)
    _draw_before(made, used)
    _lottery(made, loader.as_of.year - 1, published=True)
    _lottery(made, loader.as_of.year, published=False)
    forecasts.daily(COUNTY)
    return FundAllocation.objects.filter(region_code=COUNTY).count()


class _Made:
    """Two hands and the next document's number."""

    def __init__(self, one: Actor, other: Actor, as_of: datetime.date) -> None:
        self.one, self.other, self.as_of, self.n = one, other, as_of, 0

    def number(self, year: int = 0) -> str:
        self.n += 1
        return NUMBER.format(year=year or self.as_of.year, n=self.n)


def _share(made: _Made) -> None:
    since = datetime.date(made.as_of.year, 1, 1)
    given: dict[str, Any] = {
        "actor": made.one,
        "region_code": COUNTY,
        "covered_by": "county",
        "valid_from": since,
        "is_demo": True,
    }
    drafts = [rules.draft_share(item_code="", shares=SHARES["relief"], document=made.number(), **given)]
    drafts += [
        rules.draft_share(item_code=item, shares=SHARES[purpose_of(item)], document=made.number(), **given)
        for item in ("disability.two_subsidies", "elderly.old_age", "elderly.care_subsidy")
    ]
    for row in drafts:
        rules.confirm(actor=made.other, pk=row.pk)


def _lines(as_of: datetime.date) -> Any:
    return PaymentLine.objects.filter(region_code__startswith=AREA, month__year=as_of.year, amount_fen__gt=0)


def _used(as_of: datetime.date) -> dict[tuple[str, datetime.date], int]:
    """What was paid before the platform kept the books, by benefit and month."""
    rows = _lines(as_of).filter(state="paid").values("item_code", "month").annotate(fen=Sum("amount_fen")).order_by()
    return {(row["item_code"], row["month"]): row["fen"] for row in rows}


def _year(as_of: datetime.date) -> dict[str, int]:
    """What a year costs by purpose: the lines there are, and the awards in force for the months to come."""
    found: dict[str, int] = defaultdict(int)
    for row in _lines(as_of).values("item_code").annotate(fen=Sum("amount_fen")).order_by():
        found[purpose_of(row["item_code"])] += row["fen"]
    months = [datetime.date(as_of.year, number, 1) for number in range(as_of.month + 1, 13)]
    for (item, _), need in outlook.needs(COUNTY, months).items():
        found[purpose_of(item)] += need.fen
    return dict(found)


def _allot(made: _Made, purpose: str, fen: int) -> None:
    """A first part at the end of last year (提前下达) and the rest in March, source by source, in whole hundreds of 元."""
    whole = fen * PERCENT.get(purpose, 108) // 100
    for source, part in splitting.split(SHARES.get(purpose, OTHER), whole).items():
        first = part * 7 // 10 // 10_000 * 10_000
        rest = (part - first) // 10_000 * 10_000 + 10_000
        for kind, amount, month in (("advance", first, 1), ("initial", rest, 3)):
            if amount:
                _confirmed(made, source, purpose, amount, kind, datetime.date(made.as_of.year, month, 5))


def _confirmed(made: _Made, source: str, purpose: str, fen: int, kind: str, on: datetime.date) -> None:
    row = allocations.allot(
        actor=made.one, region_code=COUNTY, year=on.year, source=source, purpose=purpose, amount_fen=fen, kind=kind,
        document_no=made.number(on.year), document_on=min(on, made.as_of), note="虚构的示范数据", is_demo=True,
    )  # fmt: skip
    allocations.confirm(actor=made.other, pk=row.pk)


def _draw_before(made: _Made, used: dict[tuple[str, datetime.date], int]) -> None:
    """One transaction a month: Dr 补贴支出 / Cr 财政拨入, by benefit and source."""
    months: dict[datetime.date, list[Entry]] = defaultdict(list)
    for (item, month), fen in sorted(used.items()):
        for source, part in splitting.split(SHARES.get(purpose_of(item), OTHER), fen).items():
            if part:
                told: dict[str, Any] = {"benefit": item, "source": source, "month": month}
                months[month] += [Entry("expense", part, **told), Entry("appropriation", -part, **told)]
    for month, entries in months.items():
        post(
            kind="fund.opening", key=f"fund.opening:{COUNTY}:{month:%Y-%m}:{made.one.id}", occurred_on=month.replace(day=10),
            region_code=COUNTY, entries=entries, actor=made.other, memo="启用平台以前已经拨付（虚构的示范数据）",
        )  # fmt: skip


def _lottery(made: _Made, year: int, *, published: bool) -> None:
    """Projects with what was spent on them; last year's are finished and public."""
    on = min(datetime.date(year, 9, 20), made.as_of)
    _confirmed(made, LOTTERY, WELFARE, 450_000_00, "initial", min(datetime.date(year, 2, 20), made.as_of))
    for name, category, executor, content, goal, yuan, percent, result, points in PROJECTS:
        row = projects.enter(
            actor=made.one, region_code=COUNTY, year=year, name=name, category=category, executor=executor, content=content,
            goal=goal, budget_fen=yuan * 100, document_no=made.number(year), is_demo=True,
        )  # fmt: skip
        projects.approve(actor=made.other, pk=row.pk)
        spent = yuan * percent if published else yuan * percent // 2
        entry = projects.book(
            actor=made.one,
            pk=row.pk,
            kind="spend",
            amount_fen=spent,
            occurred_on=on,
            voucher=f"记（虚构）{year}-{row.no[-4:]}",
        )
        projects.confirm_entry(actor=made.other, pk=entry.pk)
        if published:
            projects.report(
                actor=made.one, pk=row.pk, result=result, performance="达到目标", score=points,
                finished_on=datetime.date(year, 12, 20),
            )  # fmt: skip
    if published:
        listed = publishing.draft(actor=made.one, region_code=COUNTY, year=year, is_demo=True)
        publishing.publish(actor=made.other, pk=listed.pk)
