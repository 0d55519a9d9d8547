"""生成: the lines of a batch out of the entitlements that nobody pays yet, in one INSERT … SELECT.

A batch takes every planned positive line of its benefit and place that is due by the end of its month and that no other
live attempt holds; months in which an award is suspended are left out. Negative lines are netted (netting.py)."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Max

from minzheng.kernel import clock, ids
from minzheng.kernel.awards import accounts, monthly
from minzheng.kernel.items import registry
from minzheng.kernel.months import month_after
from minzheng.kernel.payruns import access, checking, netting, terms, totals
from minzheng.kernel.payruns.errors import PayRefused
from minzheng.kernel.payruns.models import PayBatch, PayMonth
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: First key of the lock under which lines of a benefit are picked; the second one is the benefit's.
LOCK = 620_118

PAUSED = """EXISTS (SELECT 1 FROM kernel_awardpause s WHERE s.award_id = l.award_id AND s.from_month <= l.month
    AND (s.to_month IS NULL OR s.to_month >= l.month))"""

PICK = f"""
CREATE TEMP TABLE pay_pick ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY l.region_code, l.award_id, l.month, l.id) AS n, l.id AS line_id, l.award_id, l.month,
       l.line_type, l.region_code, l.amount_fen AS due_fen, a.payee_id, a.account_id, a.persons, a.category, a.no,
       a.amount_fen AS monthly_fen, a.frozen_sha, a.ruleset_sha
FROM kernel_paymentline l JOIN kernel_award a ON a.id = l.award_id
WHERE l.state = 'planned' AND l.item_code = %(item)s AND l.region_code BETWEEN %(low)s AND %(high)s
  AND l.month <= %(month)s AND l.amount_fen > 0 AND (l.due_on IS NULL OR l.due_on < %(next)s)
  AND NOT EXISTS (SELECT 1 FROM kernel_payline p WHERE p.line_id = l.id AND p.live)
  AND NOT (l.line_type = 'regular' AND {PAUSED})
"""

SNAPSHOT = """jsonb_build_object('members', coalesce(c.members, '[]'::jsonb), 'persons', k.persons,
    'category', k.category, 'award_no', k.no, 'monthly_fen', k.monthly_fen, 'frozen_sha', k.frozen_sha,
    'ruleset_sha', k.ruleset_sha)"""

MEMBERS = """(SELECT m.award_id, to_jsonb(array_agg(m.person_id::text ORDER BY m.person_id)) AS members
    FROM kernel_awardmember m WHERE m.person_id IS NOT NULL AND m.award_id IN (SELECT award_id FROM pay_pick)
    GROUP BY m.award_id)"""

FILL = f"""
INSERT INTO kernel_payline (id, batch_id, seq, line_id, origin_id, attempt, award_id, person_id, account_id, month,
    line_type, region_code, due_fen, correction_fen, offset_fen, amount_fen, persons, category, snapshot, state, live,
    excluded_for, reason, return_code, resulted_on, booked_month)
SELECT {ids.in_block("k.n - 1")}, %s, %s + k.n, k.line_id, NULL, 1, k.award_id, k.payee_id, k.account_id, k.month,
    k.line_type, k.region_code, k.due_fen, 0, 0, k.due_fen, k.persons, k.category, {SNAPSHOT}, 'ready', true,
    '', '', '', NULL, NULL
FROM pay_pick k LEFT JOIN {MEMBERS} c ON c.award_id = k.award_id ORDER BY k.n
"""


@transaction.atomic
def build(*, actor: Actor, month: datetime.date | str, item_code: str, region_code: str) -> PayBatch:
    """The batch of a benefit in a place for a month, with its checks. Asked again, it is the same batch, brought up to date
    as long as it is only checked; after approval, what has come since goes into a supplement batch.

    Raises PayRefused when the month is closed or too far ahead, or when there is nothing to pay; PayInput."""
    first, item, place = access.month_of(month), access.item_of(item_code), access.place_of(region_code)
    access.require(actor, "pay.build", place)
    _refuse_month(first, place)
    _standards_published(item, place, first)
    lock(item)
    monthly.make_lines(first, item_code=item, region_code=place)
    accounts.ensure(place, item_code=item)
    open_one = _open_batch(first, item, place)
    if open_one is not None and open_one.state == "REVIEWED":
        return open_one
    return _refresh(open_one, actor) if open_one is not None else _new(actor, first, item, place)


def lock(item_code: str) -> None:
    """Nobody else picks lines of this benefit until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK, item_code])


def _refuse_month(month: datetime.date, place: str) -> None:
    latest = month_after(clock.today(), terms.number("build_ahead_months"))
    if month > latest:
        raise PayRefused(f"{month:%Y年%m月}还早：现在最多可以制作 {latest:%Y年%m月}的发放批次。")
    if PayMonth.objects.filter(region_code=access.county_of(place), month=month).exists():
        raise PayRefused(
            f"{month:%Y年%m月}已经关账，不能再制作批次；补发、更正请列入 {month_after(month, 1):%Y年%m月}的批次。"
        )


def _standards_published(item: str, place: str, month: datetime.date) -> None:
    from minzheng.policy.errors import InputError

    try:
        registry.get(item).flow.params(place, month)
    except (InputError, LookupError, ValueError) as error:
        raise PayRefused(f"{registry.get(item).title}在本地区 {month:%Y年%m月}的标准和参数不全：{error}") from error


def _open_batch(month: datetime.date, item: str, place: str) -> PayBatch | None:
    rows = PayBatch.objects.select_for_update().filter(month=month, item_code=item, region_code=place)
    return rows.filter(state__in=access.OPEN).exclude(kind="reissue").order_by("-seq").first()


def _new(actor: Actor, month: datetime.date, item: str, place: str) -> PayBatch:
    same = PayBatch.objects.filter(month=month, item_code=item, region_code=place)
    regular = same.filter(kind="regular").exclude(state="VOIDED").exists()
    kind = "supplement" if regular else "regular"
    batch = new_batch(actor=actor, month=month, item_code=item, region_code=place, kind=kind)
    added = add_lines(batch)
    if added == 0:
        raise PayRefused(nothing(batch, again=regular))
    netting.net(batch, fresh=True)
    totals.count(batch)
    if batch.total_fen == 0:
        raise PayRefused(nothing(batch, again=regular))
    access.event(batch, "build", actor, before="", lines=batch.lines, total_fen=batch.total_fen)
    return checked(batch, actor)


def nothing(batch: PayBatch, *, again: bool) -> str:
    title = registry.get(batch.item_code).short
    more = "已有的批次之外，没有新的应发明细" if again else "没有应发的明细，或者应发合计为 0"
    return f"{batch.month:%Y年%m月}{title}在本地区{more}，不需要制作批次。"


def new_batch(*, actor: Actor, month: datetime.date, item_code: str, region_code: str, kind: str) -> PayBatch:
    """An empty batch with the next sequence of its kind; its number says what it is (990101-DB-202603-1)."""
    same = PayBatch.objects.filter(month=month, item_code=item_code, region_code=region_code, kind=kind)
    seq = (same.aggregate(n=Max("seq"))["n"] or 0) + 1
    letter = {"regular": "", "supplement": "B", "reissue": "C"}[kind]
    code = registry.get(item_code).number_code
    return PayBatch.objects.create(
        no=f"{codes.prefix(region_code) or '0'}-{code}-{month:%Y%m}-{letter}{seq}", kind=kind, item_code=item_code,
        month=month, region_code=region_code, seq=seq, maker_id=actor.id, built_at=clock.now(), is_demo=_demo(actor),
    )  # fmt: skip


def _demo(actor: Actor) -> bool:
    return bool(actor.user is not None and getattr(actor.user, "is_demo", False))


def add_lines(batch: PayBatch) -> int:
    """Put every entitlement that the batch may take into it; returns how many."""
    low, high = codes.bounds(batch.region_code)
    given: dict[str, Any] = {
        "item": batch.item_code, "low": low, "high": high, "month": batch.month, "next": month_after(batch.month, 1),
    }  # fmt: skip
    _release_earlier(batch)
    base = batch.pay_lines.aggregate(n=Max("seq"))["n"] or 0
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pay_pick")
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute(PICK, given)
        picked = cursor.rowcount
        if picked:
            cursor.execute("ANALYZE pay_pick")
            cursor.execute(FILL, [ids.block(picked), batch.pk, base])
        cursor.execute("DROP TABLE pay_pick")
    return picked


def _release_earlier(batch: PayBatch) -> None:
    """What earlier months left out is tried again with this month; the checks look at it anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kernel_payline p SET live = false FROM kernel_paybatch b WHERE b.id = p.batch_id AND p.live "
            "AND p.state = 'excluded' AND b.month < %s AND b.item_code = %s AND b.state <> ALL(%s)",
            [batch.month, batch.item_code, list(access.OPEN)],
        )


def _refresh(batch: PayBatch, actor: Actor) -> PayBatch:
    """Bring a batch up to date that nobody has reviewed yet: see `recheck`."""
    before = (batch.lines, batch.total_fen, batch.excluded)
    changed = update_lines(batch)
    added = add_lines(batch)
    netting.net(batch)
    totals.count(batch)
    if added or changed or before != (batch.lines, batch.total_fen, batch.excluded):
        access.event(batch, "rebuild", actor, before=batch.state, added=added, changed=changed)
    return checked(batch, actor)


def update_lines(batch: PayBatch) -> int:
    """Take out lines whose month is suspended by now, and follow a change of account; returns how many lines changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM kernel_paypart WHERE pay_line_id IN (SELECT id FROM kernel_payline WHERE batch_id = %s)",
            [batch.pk],
        )
        cursor.execute(
            "DELETE FROM kernel_payline p USING kernel_paymentline l WHERE p.batch_id = %s AND l.id = p.line_id "
            f"AND l.line_type = 'regular' AND {PAUSED}",
            [batch.pk],
        )
        gone = cursor.rowcount
        cursor.execute(
            "UPDATE kernel_payline p SET account_id = a.account_id, person_id = a.payee_id FROM kernel_award a "
            "WHERE p.batch_id = %s AND a.id = p.award_id "
            "AND (p.account_id, p.person_id) IS DISTINCT FROM (a.account_id, a.payee_id)",
            [batch.pk],
        )
        return gone + cursor.rowcount


def suspended_since(batch: PayBatch) -> bool:
    """Whether a month that the batch pays has been suspended since it was built."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM kernel_payline p JOIN kernel_paymentline l ON l.id = p.line_id "
            f"WHERE p.batch_id = %s AND p.excluded_for = '' AND l.line_type = 'regular' AND {PAUSED})",
            [batch.pk],
        )
        return bool(cursor.fetchone()[0])


def checked(batch: PayBatch, actor: Actor) -> PayBatch:
    """Run the checks; the batch is CHECKED with their results."""
    before = batch.state
    found = checking.run(batch)
    batch.state, batch.checked_at = "CHECKED", clock.now()
    access.save(batch, "state", "checked_at")
    access.event(batch, "check", actor, before=before, found=found)
    return batch


@transaction.atomic
def recheck(*, actor: Actor, batch_id: int) -> PayBatch:
    """Bring a CHECKED batch up to date (new entitlements, corrections, accounts, suspensions) and check it anew."""
    batch = access.locked(actor, batch_id, "pay.build")
    access.in_state(batch, "BUILDING", "CHECKED", act="重新校验")
    lock(batch.item_code)
    if batch.kind == "reissue":
        totals.count(batch)
        return checked(batch, actor)
    monthly.make_lines(batch.month, item_code=batch.item_code, region_code=batch.region_code)
    accounts.ensure(batch.region_code, item_code=batch.item_code)
    return _refresh(batch, actor)
