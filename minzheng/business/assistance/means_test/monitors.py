"""社会救助家庭的监测：新增的车、房、企业和收入（疑似不再符合），大额医疗支出、收入骤减、失业（可能需要更多帮助）。"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from minzheng.datacenter.monitoring.declare import (
    BLUE,
    NEVER,
    ORANGE,
    RED,
    YELLOW,
    Entry,
    Fact,
    Finding,
    Thresholds,
    monitor,
    month_after,
)
from minzheng.kernel.parts.fields import yuan_text

THRESHOLDS = Thresholds("assistance.means_test", "社会救助家庭监测", Path(__file__).parent)
#: Benefits that look at a family's means; the recognised ones (低保边缘、刚性支出) are watched for more help as well.
MEANS = ("assistance.dibao", "assistance.dibao_edge", "assistance.rigid_expense", "assistance.tekun")
CHANGE = "《最低生活保障审核确认办法》第三十条：人口、收入、财产变化的，及时核查、调整"
WATCH = "国办发〔2023〕39号；民办函〔2024〕31号：对低收入人口常态化监测预警"
LOOK = "10 个工作日内核实；确属新增并影响资格的，启动复核，由复核作决定。预警本身不停发。"
HELP = "入户了解困难；符合条件的帮助申请临时救助、刚性支出困难家庭认定或转介专项救助。"


def _named(facts: tuple[Fact, ...]) -> str:
    return "、".join(dict.fromkeys(one.title for one in facts if one.title)) or "没有写明"


@monitor("assistance.vehicle", "新登记机动车", BLUE, classes=("vehicle",), benefits=MEANS, law=CHANGE, advice=LOOK)
def vehicle(entry: Entry) -> Finding | None:
    """A vehicle registered since the last decision, or not there at the last run."""
    return Finding(f"名下新登记机动车：{_named(entry.news)}。", entry.news)


@monitor("assistance.house", "新增房屋", BLUE, classes=("house", "presale"), benefits=MEANS, law=CHANGE, advice=LOOK)
def house(entry: Entry) -> Finding | None:
    """A house registered, or a flat bought off the plan."""
    return Finding(f"名下新增房屋：{_named(entry.news)}。", entry.news)


@monitor(
    "assistance.company", "注册企业或个体户", BLUE, classes=("market_entity",), benefits=MEANS, law=CHANGE, advice=LOOK
)
def company(entry: Entry) -> Finding | None:
    """A market entity that was not there before. 挂名 is common: a person looks."""
    return Finding(f"新登记市场主体：{_named(entry.news)}。可能是挂名，须核实出资和经营。", entry.news)


def _most(facts: tuple[Fact, ...]) -> int:
    return max((one.amount_fen or 0 for one in facts), default=0)


@monitor(
    "assistance.wage_start", "新增工资", BLUE, classes=("wage", "employment"), newcomers=NEVER, benefits=MEANS, law=CHANGE,
    advice=LOOK + "就业的按规定扣减就业成本、给予渐退。", thresholds=THRESHOLDS,
)  # fmt: skip
def wage_start(entry: Entry) -> Finding | None:
    """Wages (or a job) of somebody who had none, or hardly any: the yearly mean rises above the threshold."""
    wages, jobs, before = (
        entry.of("wage"),
        entry.of("employment"),
        entry.had("wage", since=month_after(entry.today, -6)),
    )
    fen, least = _most(wages), entry.value("监测_新增收入_起点") * 100
    if _most(before) < least <= fen:
        return Finding(f"新有工资收入，近 12 个月月均 {yuan_text(fen)} 元，以前没有。", (*wages, *jobs))
    if jobs and not before and not entry.had("employment"):
        return Finding(f"新办就业登记：{_named(jobs)}。", jobs)
    return None


@monitor(
    "assistance.pension_start", "开始领取养老金", BLUE, classes=("pension",), newcomers=NEVER, benefits=MEANS, law=CHANGE,
    advice=LOOK + "城乡居民基本养老保险基础养老金按规定不计入的，核定时扣除。", thresholds=THRESHOLDS,
)  # fmt: skip
def pension_start(entry: Entry) -> Finding | None:
    """A pension of somebody who had none: the yearly mean rises above the threshold."""
    fen, least = _most(entry.news), entry.value("监测_新增收入_起点") * 100
    if fen < least or _most(entry.had("pension")) >= least:
        return None
    return Finding(f"开始领取养老金，近 12 个月月均 {yuan_text(fen)} 元。", entry.news)


@monitor(
    "assistance.medical", "大额医疗自付支出", YELLOW, classes=("medical_own",), law=WATCH, advice=HELP, thresholds=THRESHOLDS,
)  # fmt: skip
def medical(entry: Entry) -> Finding | None:
    """What a person paid for treatment within twelve months (the sources add it up), against last year's disposable
    income a head; told when a degree is reached for the first time."""
    newest = entry.news[-1]
    # The parameter is kept by the month, the yardstick is the year.
    income = Decimal(entry.value(f"上年人均可支配收入_{'城市' if entry.person.urban else '农村'}")) * 1200
    paid, known = newest.amount_fen or 0, entry.had("medical_own", since=month_after(entry.today, -12))
    level = _degree(entry, paid, income)
    if not level or level == _degree(entry, known[-1].amount_fen or 0 if known else 0, income):
        return None
    percent = int(paid * 100 / income)
    words = f"近 12 个月医疗自付 {yuan_text(paid)} 元，是人均可支配收入 {yuan_text(int(income))} 元的 {percent}%。"
    return Finding(words, (newest,), level)


def _degree(entry: Entry, paid: int, income: Decimal) -> str:
    """The level of so much paid; "" below all of them."""
    for level, name in ((RED, "红色"), (ORANGE, "橙色"), (YELLOW, "黄色")):
        if paid >= income * Decimal(entry.value(f"监测_医疗支出_{name}比例")):
            return level
    return ""


@monitor(
    "assistance.income_drop", "收入骤减", YELLOW, classes=("wage", "pension", "business"), newcomers=NEVER, law=WATCH, advice=HELP,
    thresholds=THRESHOLDS,
)  # fmt: skip
def income_drop(entry: Entry) -> Finding | None:
    """A monthly income of one kind that fell by more than the threshold since it was last heard of."""
    for code, title in (("wage", "工资"), ("pension", "养老金"), ("business", "经营收入")):
        now, before = entry.of(code), entry.had(code)
        if not now or not before:
            continue
        old, new = before[-1].amount_fen or 0, now[-1].amount_fen or 0
        least = entry.value("监测_收入下降_起点") * 100
        if old >= least and new <= old * (1 - Decimal(entry.value("监测_收入下降比例"))):
            return Finding(f"{title}由每月 {yuan_text(old)} 元降到 {yuan_text(new)} 元。", (before[-1], now[-1]))
    return None


@monitor(
    "assistance.unemployed", "失业", YELLOW, classes=("jobless", "unemployment"), where="age BETWEEN 16 AND 64", law=WATCH,
    advice=HELP + "同时转介人社部门就业帮扶。", thresholds=THRESHOLDS,
)  # fmt: skip
def unemployed(entry: Entry) -> Finding | None:
    """Registered as out of work, or drawing unemployment pay; long enough makes it orange."""
    first = next((one.on for one in (*entry.before, *entry.news) if one.on), None)
    if first is None or any(one.valid_to and one.valid_to < entry.today for one in entry.news):
        return None
    long = first <= month_after(entry.today, -entry.value("监测_失业月数_橙色"))
    return Finding(f"{first.isoformat()} 起失业登记或领取失业金。", entry.news, ORANGE if long else YELLOW)
