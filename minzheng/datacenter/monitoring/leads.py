"""主动发现: what a neighbour or a grid worker tells becomes an alert in the same queue, with its source marked. A neighbour
needs no account and gets an answer number; what is asked for is little, and nothing about anybody is told back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from minzheng.datacenter.monitoring import terms
from minzheng.datacenter.monitoring.entries import BLUE, ORANGE, RED, YELLOW
from minzheng.datacenter.monitoring.errors import MonitorRefused
from minzheng.datacenter.monitoring.models import Alert, AlertAct, Lead
from minzheng.datacenter.monitoring.recording import number
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.audit import services as audit
from minzheng.kernel.crypto.sealing import sm3
from minzheng.kernel.regions import codes
from minzheng.kernel.regions import selectors as regions
from minzheng.kernel.registers.numbering import next_number
from minzheng.kernel.subjects import masking
from minzheng.kernel.subjects.selectors import household_of, in_demo, visible_persons

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.subjects.models import Person

VISIT = "monitor.visit"
#: What may be the matter: (code, words, level).
TROUBLES = (
    ("child", "孩子没有人照顾", RED), ("disabled_alone", "行动不便、一个人住没人照顾", RED), ("accident", "刚出事故、火灾、家人去世", RED),
    ("ill", "生大病、看不起病", ORANGE), ("jobless", "没有收入、失业", YELLOW), ("school", "孩子上不起学", YELLOW),
    ("food", "吃穿困难", ORANGE), ("beg", "流浪、乞讨", ORANGE), ("other", "其他困难", YELLOW),
)  # fmt: skip
LEVEL_OF = {code: level for code, _, level in TROUBLES}
WORDS_OF = {code: words for code, words, _ in TROUBLES}
#: Letters and digits of an answer number that nobody confuses.
_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
MOST_PHOTOS = 3
LEAST_WORDS = 4


@dataclass(frozen=True)
class Told:
    """What was told. `who`: a name or how people call them, may be empty; `where`: the address in words; `troubles`:
    codes of TROUBLES; `phone`: of whoever tells, may be empty."""

    region_code: str
    troubles: Sequence[str]
    words: str = ""
    who: str = ""
    where: str = ""
    phone: str = ""
    photos: Sequence[int] = ()


def check(told: Told) -> None:
    """Raises MonitorRefused with every field that is missing."""
    errors: dict[str, str] = {}
    place = regions.place(told.region_code) if told.region_code else None
    if place is None or codes.level(place.code) < 4:
        errors["region"] = "请选择这个人在哪个村（社区），不清楚的选乡镇（街道）。"
    if not told.troubles or any(one not in WORDS_OF for one in told.troubles):
        errors["troubles"] = "请至少选一项困难。"
    if not told.where.strip() and not told.who.strip():
        errors["where"] = "请写是谁，或者住在哪里，好让工作人员找得到。"
    if "other" in told.troubles and len(told.words.strip()) < LEAST_WORDS:
        errors["words"] = "请写几句是什么困难。"
    if errors:
        raise MonitorRefused([], errors)


@transaction.atomic
def report(*, actor: Actor, told: Told, channel: str) -> Lead:
    """Take a lead in. `channel`: Alert.GRID from a worker of the place (monitor.visit there), Alert.PUBLIC from anybody.
    The same words about the same place on the same day are one lead. Raises MonitorRefused."""
    check(told)
    place = codes.full(told.region_code)
    if channel == Alert.GRID and actor.can(VISIT, place) is None:
        raise MonitorRefused([], {"region": "这里不在您的责任区，请选您负责的村（社区）。"})
    sha = sm3(
        "|".join([place, told.who.strip(), told.where.strip(), told.words.strip(), *sorted(told.troubles)]).encode()
    )
    same = Lead.objects.filter(content_sha=sha, received_at__date=clock.today()).first()
    if same is not None:
        return same
    person = _only_namesake(place, told.who) if channel == Alert.GRID else None
    alert = _alert(told, place, channel, person)
    words = {
        "who": told.who.strip()[:60], "where": told.where.strip()[:120], "what": list(told.troubles),
        "words": told.words.strip()[:500], "phone": told.phone.strip()[:20],
    }  # fmt: skip
    lead = Lead.objects.create(
        region_code=place, number=_answer_number(), channel=channel, alert=alert, content=words, content_sha=sha,
        photos=[str(pk) for pk in list(told.photos)[:MOST_PHOTOS]], reporter=actor.user, received_at=clock.now(),
        is_demo=alert.is_demo,
    )  # fmt: skip
    AlertAct.objects.create(
        alert=alert, seq=1, code="lead", from_state="", to_state=Alert.NEW,
        actor=actor.user if channel == Alert.GRID else None, actor_name=actor.name if channel == Alert.GRID else "群众",
        role=actor.role, at=clock.now(), data={"sentence": alert.content["sentence"]},
    )  # fmt: skip
    audit.record(actor=actor, action="monitor.lead", obj=alert, detail={"channel": channel})
    return lead


def _only_namesake(place: str, name: str) -> Person | None:
    """The one person of that name on file there; None when there is none or several."""
    if len(name.strip()) < 2:
        return None
    rows = list(
        visible_persons(SYSTEM).filter(codes.scope_q([place]), name=name.strip(), merged_into=None, death_date=None)[:2]
    )
    return rows[0] if len(rows) == 1 else None


def _alert(told: Told, place: str, channel: str, person: Person | None) -> Alert:
    now = clock.now()
    level = min((LEVEL_OF[one] for one in told.troubles), key=(RED, ORANGE, YELLOW, BLUE).index)
    due = terms.visit_due(level, "", now)
    household = household_of(person) if person is not None else None
    county = place[:6]
    what = "、".join(WORDS_OF[one] for one in told.troubles)
    sentence = f"{'网格员发现' if channel == Alert.GRID else '群众反映'}：{what}。{told.words.strip()[:200]}"
    from django.utils import timezone

    return Alert.objects.create(
        no=number(county, now.year, next_number("alert", region_code=codes.full(county), year=now.year)),
        region_code=place, monitor=f"lead.{channel}", title=what[:60], channel=channel, level=level, person=person,
        person_name=person.name if person else told.who.strip()[:60], household=household, period=now.date().replace(day=1),
        in_doubt=False, content={"sentence": sentence, "facts": []}, town_code=codes.full(place[:9]), created_at=now,
        due_at=due, due_on=timezone.localtime(due).date(), is_demo=in_demo(place),
    )  # fmt: skip


def _answer_number() -> str:
    """“ZD-7K3M-Q9XW”: cannot be guessed, says nothing."""
    while True:
        signs = "".join(secrets.choice(_SIGNS) for _ in range(8))
        found = f"ZD-{signs[:4]}-{signs[4:]}"
        if not Lead.objects.filter(number=found).exists():
            return found


def of(alert: Alert) -> Lead | None:
    """The lead behind an alert; None for one out of data.."""
    if alert.channel == Alert.DATA:
        return None
    return Lead.objects.select_related("reporter").filter(alert_id=alert.pk).first()


def told(lead: Lead, actor: Actor) -> list[tuple[str, str]]:
    """(label, text) of what was told; the phone of whoever told is masked."""
    content = lead.content
    rows = [
        ("是谁", content.get("who")), ("住在哪里", content.get("where")),
        ("什么困难", "、".join(WORDS_OF.get(one, one) for one in content.get("what", []))), ("说了什么", content.get("words")),
        ("反映人电话", masking.mask_phone(content["phone"]) if content.get("phone") else "没有留"),
        ("反映人", lead.reporter.name if lead.reporter and lead.channel == Alert.GRID else "已登录" if lead.reporter_id else "没有登录"),
        ("回执号", lead.number),
    ]  # fmt: skip
    return [(label, str(text)) for label, text in rows if text]


def answer(text: str) -> str:
    """What the public page says for an answer number: one of four plain sentences, nothing about anybody. "" if there is
    no such number."""
    lead = Lead.objects.select_related("alert").filter(number=text.strip().upper()).first()
    if lead is None:
        return ""
    state = lead.alert.state
    if state == Alert.NEW:
        return "已经收到，正在安排人去看。"
    if state == Alert.ASSIGNED:
        return "已经安排人去看，还没有去到。"
    if state == Alert.CLOSED:
        return "已经去看过并处理完了。谢谢您的反映。为保护个人隐私，处理结果不公开。"
    return "已经去看过，正在处理。"
