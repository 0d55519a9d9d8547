"""Alerts of the demo county: made by really running the monitors over what its departments delivered, then taken through
every state by its own staff; and what neighbours and grid workers told."""

from __future__ import annotations

import datetime
from contextlib import nullcontext
from random import Random
from typing import TYPE_CHECKING

from django.utils import timezone

from minzheng.datacenter.monitoring import acting, deliveries, escalating, handling, leads, running, selectors
from minzheng.datacenter.monitoring.models import Alert, MonitorRun
from minzheng.demo.lake import deliver_rows
from minzheng.demo.monitoring_facts import delta
from minzheng.demo.visits import Seen, seen
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import ANONYMOUS, SYSTEM, Actor, actor_of
from minzheng.kernel.cases.deadlines.escalation import people_with
from minzheng.kernel.cases.errors import Refused

if TYPE_CHECKING:
    from minzheng.demo.load import Loader

#: Days before today on which the two runs were: what they found has deadlines that run, near and over.
FIRST, SECOND = 12, 8
#: Of what was found today only so many of a kind have been looked at.
FEW = 2
#: Delivered only today.
DEATHS = ("death", "cremation")
LEADS = (
    ("child", "", "王家院子东头", "两个孩子，大人好几天没见回来，邻居在给饭吃。", "public"),
    ("ill", "李大娘", "柳树巷口小卖部后面", "查出重病，住院花了好几万，儿子在外面联系不上。", "public"),
    ("disabled_alone", "", "老粮站家属院三楼", "老人摔了腿，一个人在家，做不了饭。", "grid"),
    ("food", "赵叔", "河边棚户", "冬天没有厚被子，常在菜场捡菜。", "grid"),
    ("jobless", "", "四组水塔旁边", "厂子停了，两口子都没活干，欠着房租。", "public"),
    ("school", "", "二组小卖部隔壁", "孩子说下学期不上了，家里拿不出学费。", "grid"),
    ("accident", "", "公路边新修的平房", "前天失火，家里东西都烧了，住在亲戚家。", "public"),
    ("ill", "孙师傅", "五组桥头", "每周透析三次，说快撑不住了。", "grid"),
    ("beg", "", "汽车站候车厅", "一位老人晚上睡在候车厅，口音不像本地。", "public"),
    ("other", "", "村小学后面第一家", "老两口带着残疾的孙子，水费电费都欠着。", "grid"),
    ("jobless", "陈家", "六组晒谷场边", "男的在工地摔了，半年没有收入。", "grid"),
    ("food", "", "老街 17 号", "独居老人，几天没有生火。", "public"),
)


_PEOPLE: dict[tuple[str, str], Actor | None] = {}


def load_alerts(loader: Loader) -> int:
    """Run the monitors three times, take the alerts through their states; returns how many there are."""
    _PEOPLE.clear()
    rng = Random(f"monitor:{loader.as_of}")
    second = loader.as_of - datetime.timedelta(days=SECOND)
    with clock.at(loader.as_of - datetime.timedelta(days=FIRST)):
        _run(MonitorRun.FULL, without=DEATHS)
    for rows in delta(rng, second):
        deliver_rows(rows, loader.as_of)
    with clock.at(second):
        _run(MonitorRun.DELTA, without=DEATHS)
        _leads()
    with clock.at(loader.as_of):
        _run(MonitorRun.DELTA)
        _walk(loader)
        escalating.run(nullcontext)
    return Alert.objects.count()


def _run(mode: str, without: tuple[str, ...] = ()) -> None:
    """One run; `without`: sources that have not delivered yet on that day."""
    run = running.ask(actor=SYSTEM, mode=mode, queue=False)
    reading = deliveries.to_read(run, running.newest())
    reading.fresh = [one for one in reading.fresh if one.source not in without]
    reading.in_force = {code: found for code, found in reading.in_force.items() if code not in without}
    running.carry_out(pk=run.pk, reading=reading)


def _leads() -> None:
    """Told over the last days, some of them too long ago."""
    villages = sorted(set(Alert.objects.values_list("region_code", flat=True)))
    today = clock.today()
    for number, (trouble, who, where, words, channel) in enumerate(LEADS):
        place = villages[(number * 7) % len(villages)]
        visitor = _visitor(place)
        told = leads.Told(place, (trouble,), words, who, where, phone="13900000000" if number % 3 else "")
        with clock.at(today + datetime.timedelta(days=number % SECOND)):
            grid = channel == "grid" and visitor is not None
            leads.report(
                actor=visitor if grid and visitor else ANONYMOUS,
                told=told,
                channel=Alert.GRID if grid else Alert.PUBLIC,
            )


def _visitor(region: str) -> Actor | None:
    """Somebody who may visit there."""
    return _with(selectors.VISIT, region)


def _with(permission: str, region: str) -> Actor | None:
    """Somebody of the township who may do this; looked up once a township."""
    key = (permission, region[:9])
    if key not in _PEOPLE:
        _PEOPLE[key] = next((actor_of(one) for one in people_with((permission,), region)), None)
    return _PEOPLE[key]


def _walk(loader: Loader) -> None:
    """Every state: a part is left new, a part assigned, visited, judged, acted on, closed. Most of today's wait."""
    done: dict[str, int] = {}
    for number, alert in enumerate(Alert.objects.order_by("monitor", "no")):
        place = done.setdefault(alert.monitor, 0)
        done[alert.monitor] += 1
        # Of each monitor the first goes all the way, the next ones stop sooner.
        steps = (5, 3, 1, 4, 2, 0)[(place + number) % 6]
        if alert.created_at.date() >= loader.as_of and place >= FEW:
            continue
        found = seen(alert.monitor, place)
        for offset, act in enumerate((_assign, _visit, _judge, _handle, _close)[:steps]):
            day = timezone.localdate(alert.created_at) + datetime.timedelta(days=1 + offset)
            at = _morning(min(day, loader.as_of), number if day < loader.as_of else 0)
            if day >= loader.as_of:  # one thing after the other, this morning or since it was found
                at = max(at, alert.created_at) + datetime.timedelta(minutes=7 * offset)
            with clock.at(at):
                try:
                    act(Alert.objects.get(pk=alert.pk), found)
                except Refused:
                    break


def _morning(day: datetime.date, number: int) -> datetime.datetime:
    """Some time between nine and four."""
    begin = timezone.make_aware(datetime.datetime.combine(day, datetime.time(9)))
    return begin + datetime.timedelta(hours=number % 7, minutes=number * 13 % 60)


def _assign(alert: Alert, found: Seen) -> None:
    actor = _with(selectors.ASSIGN, alert.region_code)
    if actor is not None:
        acting.assign(actor=actor, pk=alert.pk)


def _visit(alert: Alert, found: Seen) -> None:
    actor = actor_of(alert.assignee) if alert.assignee else None
    if actor is not None:
        acting.visit(
            actor=actor, pk=alert.pk,
            data={
                "visited_on": clock.today(), "way": found.way, "met": found.met, "findings": found.findings,
                "person_right": found.right and found.code != "F12",
            },
        )  # fmt: skip


def _judge(alert: Alert, found: Seen) -> None:
    actor = _with(selectors.JUDGE, alert.region_code)
    if actor is None:
        return
    # A benefit without a case cannot be stopped from here: its re-check begins on the page of the benefit.
    code = "F08" if found.code == "F13" and alert.case_id is None else found.code
    acting.judge(actor=actor, pk=alert.pk, data={"code": code, "verdict": found.verdict, **found.told})


def _handle(alert: Alert, found: Seen) -> None:
    if alert.state != Alert.JUDGED:
        return
    actor = _with(selectors.JUDGE, alert.region_code)
    how = handling.ways(alert)[0]
    if actor is None:
        return
    if how == handling.RECHECK:
        handling.open_recheck(actor=actor, pk=alert.pk)
    elif how == handling.REFER:
        handling.refer(actor=actor, pk=alert.pk, opinion="材料已转给对方经办窗口，约好下周答复。")
    elif how == handling.APPLY and alert.person_id:
        handling.begin_application(actor=actor, pk=alert.pk)


def _close(alert: Alert, found: Seen) -> None:
    actor = _with(selectors.JUDGE, alert.region_code)
    if actor is not None and alert.state == Alert.ACTED:
        acting.close(actor=actor, pk=alert.pk)
