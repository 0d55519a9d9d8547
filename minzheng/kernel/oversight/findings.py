"""异常发现: what in the reading log an auditor should look at, each with its rule in words and its rows.

A finding is a condition on audit lines; its number is the count of exactly the lines that its list shows. Nothing here
accuses: each sentence says what was counted and what may explain it. The numbers are in data/limits.yaml.
"""

from __future__ import annotations

import datetime
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import ExtractHour, Substr

from minzheng.kernel import clock
from minzheng.kernel.accounts.models import User
from minzheng.kernel.audit import selectors as audit
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.audit.services import READ
from minzheng.kernel.oversight.limits import limit
from minzheng.kernel.subjects.models import HouseholdMember, Person

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

Rows = QuerySet[AuditEntry]


@dataclass(frozen=True)
class Finding:
    """`rows(lines)` narrows the log of the period to the lines in question; `explain()` says the rule in words."""

    code: str
    title: str
    explain: Callable[[], str]
    rows: Callable[[Rows], Rows]


@dataclass(frozen=True)
class Counted:
    finding: Finding
    count: int
    sentence: str


@dataclass(frozen=True)
class Heavy:
    """An officer who read far more than colleagues of the same post."""

    actor_id: int
    name: str
    role: str
    reads: int
    median: float
    colleagues: int


def since() -> datetime.datetime:
    """Where the period begins: midnight, FINDING_DAYS ago."""
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - datetime.timedelta(days=limit("FINDING_DAYS"))


def _by_staff(rows: Rows) -> Rows:
    return rows.filter(action=READ, actor_id__isnull=False).exclude(role__in=("citizen", "system", ""))


def _off_hours(rows: Rows) -> Rows:
    hours = _by_staff(rows).alias(hour=ExtractHour("at"))
    return hours.filter(Q(hour__lt=limit("FINDING_DAY_STARTS")) | Q(hour__gte=limit("FINDING_DAY_ENDS")))


def _own_file(rows: Rows) -> Rows:
    own = User.objects.filter(pk=OuterRef("actor_id"), kind="staff", person_id=OuterRef("object_id"))
    return _by_staff(rows).filter(Exists(own), object_type="person")


def _relatives(rows: Rows) -> Rows:
    """Somebody who is registered in one household with the reader's own file."""
    reader = User.objects.filter(pk=OuterRef("actor_id"), kind="staff").values("person_id")[:1]
    together = HouseholdMember.objects.filter(
        person_id=OuterRef("object_id"), superseded_at=None, household__memberships__person_id=OuterRef("reader"),
        household__memberships__superseded_at=None,
    )  # fmt: skip
    read = _by_staff(rows).filter(object_type="person").alias(reader=Subquery(reader))
    return read.filter(Exists(together)).exclude(object_id=F("reader"))


def _same_surname(rows: Rows) -> Rows:
    """The reader's surname, and no open work as the reason: the reader gave a reason himself."""
    asked = _by_staff(rows).filter(object_type="person").exclude(detail__purpose__in=("case", "deadline", "publicity"))
    alike = Person.objects.annotate(surname=Substr("name", 1, 1)).filter(
        pk=OuterRef("object_id"), surname=Substr(OuterRef("actor_name"), 1, 1)
    )
    return asked.filter(Exists(alike))


def _exports(rows: Rows) -> Rows:
    return rows.filter(action__in=("export", "export.download"))


def _failed_sign_ins(rows: Rows) -> Rows:
    """From addresses that failed at least FINDING_LOGINS_LEAST times in the period."""
    failed = rows.filter(action__in=("auth.refused", "auth.locked_out"))
    often = failed.order_by().values("address").annotate(n=Count("pk")).filter(n__gte=limit("FINDING_LOGINS_LEAST"))
    return failed.filter(address__in=often.values("address"))


def _glass(rows: Rows) -> Rows:
    return rows.filter(action="glass.open")


def _match_denied(rows: Rows) -> Rows:
    return rows.filter(action="match.denied")


FINDINGS: tuple[Finding, ...] = (
    Finding(
        "off_hours",
        "工作时间以外查阅",
        lambda: (
            f"{limit('FINDING_DAY_STARTS')} 点以前、{limit('FINDING_DAY_ENDS')} 点以后的查阅。值班、应急救助可以是理由。"
        ),
        _off_hours,
    ),
    Finding(
        "own_file",
        "查阅本人档案",
        lambda: "工作人员用工作账号打开了自己的档案。本人查看应使用群众端。",
        _own_file,
    ),
    Finding(
        "relatives",
        "查阅登记的家人",
        lambda: "被查阅人与查阅人本人的档案登记在同一户。办理近亲属的事项应当回避。",
        _relatives,
    ),
    Finding(
        "same_surname",
        "同姓且不是因办件查阅",
        lambda: "被查阅人与查阅人同姓，查阅目的由查阅人自己填写。同姓本身不是问题，请看理由是否说得通。",
        _same_surname,
    ),
    Finding("exports", "导出", lambda: "生成和下载的导出文件。请看用途与行数是否相称。", _exports),
    Finding("glass", "紧急查阅", lambda: "打开了本人数据范围以外的档案。每一条都要复核。", _glass),
    Finding(
        "match_denied",
        "没有办件、来函就要核对",
        lambda: "没有办件，也没有来函和授权书，就要查询他人的经济状况。系统没有查询；每一条都要问清原因。",
        _match_denied,
    ),
    Finding(
        "failed_sign_ins",
        "多次登录未成功的地址",
        lambda: (
            f"同一来源地址登录未成功 {limit('FINDING_LOGINS_LEAST')} 次以上。可能是忘记口令，也可能是有人在试口令。"
        ),
        _failed_sign_ins,
    ),
)


def get(code: str) -> Finding | None:
    return next((one for one in FINDINGS if one.code == code), None)


def lines(actor: Actor) -> Rows:
    """The log of the period that this actor may see."""
    return audit.visible_to(actor).filter(at__gte=since())


def counted(actor: Actor) -> list[Counted]:
    """Every finding with its number: one query each."""
    period = lines(actor)
    return [Counted(one, one.rows(period).order_by().count(), one.explain()) for one in FINDINGS]


def volumes(actor: Actor) -> list[tuple[int, str, int]]:
    """(user, role, readings) of the period, most readings first. One query, out of an index alone."""
    rows = (
        _by_staff(lines(actor))
        .order_by()
        .values("actor_id", "role")
        .annotate(n=Count("pk"))
        .order_by("-n", "actor_id")
        .values_list("actor_id", "role", "n")
    )
    return [(who, role, n) for who, role, n in rows if who is not None]


def names_of(users: Iterable[int]) -> dict[int, str]:
    return dict(User.objects.filter(pk__in=list(users)).values_list("pk", "name"))


def heavy_readers(actor: Actor, rows: Sequence[tuple[int, str, int]] | None = None) -> list[Heavy]:
    """Officers whose readings reach FINDING_VOLUME_TIMES the median of their post, and FINDING_VOLUME_LEAST. A post
    held by one or two people has no colleagues to compare with and is judged by the median of all. `rows`: the volumes,
    if they are known already."""
    rows = volumes(actor) if rows is None else rows
    by_role: dict[str, list[int]] = {}
    for _actor, role, n in rows:
        by_role.setdefault(role, []).append(n)
    everybody = [n for _actor, _role, n in rows]
    found = []
    for actor_id, role, n in rows:
        peers = by_role[role] if len(by_role[role]) > 2 else everybody
        median = statistics.median(peers)
        if n >= limit("FINDING_VOLUME_LEAST") and n >= limit("FINDING_VOLUME_TIMES") * median:
            found.append((actor_id, role, n, median, len(peers) - 1))
    names = names_of(row[0] for row in found)
    return [Heavy(row[0], names.get(row[0], ""), *row[1:]) for row in found]


def of_officer(actor: Actor, user_id: int) -> QuerySet[AuditEntry]:
    """Everything one officer did or read, newest first, as far as the actor may see it."""
    return audit.visible_to(actor).filter(actor_id=user_id).order_by("-at", "-pk")
