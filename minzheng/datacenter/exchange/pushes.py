"""报送: what changed since the other side last acknowledged it goes up, rejects come back with reasons, counts are compared.

The delta is found by digest: a row is sent when what we hold now, written as the other side wants it, differs from what it
last accepted. A push is one transaction: a crash leaves the old state or the new one. Messages keep their id when they are
sent again, so a lost acknowledgement costs nothing."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from minzheng.datacenter.exchange import envelopes, messages, partners, purposes, signing, terms
from minzheng.datacenter.exchange.adapters import mapping, rows
from minzheng.datacenter.exchange.adapters.mapping import Adapter, Feed, Unmappable
from minzheng.datacenter.exchange.errors import ExchangeRefused, Rejected
from minzheng.datacenter.exchange.messages import handles
from minzheng.datacenter.exchange.models import ExchangeMessage, ExchangePartner, PushRow, PushRun
from minzheng.datacenter.exchange.partners import note
from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.crypto.sealing import sm3
from minzheng.kernel.registers.numbering import next_number

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

PURPOSE = "report_up"
TOLD = "exchange.report"
#: A row we could not write as the other side wants it never left: its reason begins so.
OWN_CHECK = "本地校验："
MOST_COUNTS = 500


@dataclass
class _Delta:
    """What one look at a feed found. `ours`: code of the kind → [rows, fen] over everything, sent or not."""

    out: list[tuple[dict[str, Any], dict[str, Any], str]] = field(default_factory=list)
    faults: list[tuple[dict[str, Any], str]] = field(default_factory=list)
    ours: dict[str, list[int]] = field(default_factory=dict)


def push_due(check: Callable[[], None] = lambda: None) -> dict[str, int]:
    """Every feed whose period has no push yet, and what waits too long for its acknowledgement."""
    from minzheng.kernel.accounts.actors import SYSTEM

    done = {"pushed": 0, "again": 0}
    for partner in partners.in_force().exclude(adapter="").order_by("code"):
        for feed in mapping.get(partner.adapter).feeds.values():
            check()
            if not PushRun.objects.filter(partner=partner, feed=feed.code, period=period_of(feed)).exists():
                push(actor=SYSTEM, partner=partner, feed_code=feed.code)
                done["pushed"] += 1
    done["again"] = send_again()
    return done


def period_of(feed: Feed) -> str:
    today = clock.today()
    return f"{today:%Y-%m}" if feed.every == "monthly" else today.isoformat()


def send_again() -> int:
    """Pushes sent long ago without an acknowledgement: the same messages once more."""
    since = clock.now() - datetime.timedelta(hours=terms.number("ack_hours"))
    stale = ExchangeMessage.objects.filter(direction="out", kind="push", state="sent", sent_at__lt=since)
    count = 0
    for message in stale.select_related("partner"):
        with transaction.atomic():
            if ExchangeMessage.objects.filter(pk=message.pk, state="sent").update(state="queued"):
                note(message.partner, "again", "没有收到回执，重新发送", message)
                messages.queue(ExchangeMessage.objects.get(pk=message.pk))
                count += 1
    return count


@transaction.atomic
def push(*, actor: Actor, partner: ExchangePartner, feed_code: str) -> PushRun:
    """Send the delta of one feed now. Raises ExchangeRefused."""
    if not actor.is_system and actor.can(partners.MANAGE, partner.region_code) is None:
        raise ExchangeRefused("您的岗位不能向上级系统报送，请由数据管理员办理。")
    if not partner.adapter or feed_code not in mapping.get(partner.adapter).feeds:
        raise ExchangeRefused(f"{partner.title}没有“{feed_code}”这项报送。")
    adapter = mapping.get(partner.adapter)
    feed, now = adapter.feeds[feed_code], clock.now()
    ExchangePartner.objects.select_for_update().get(pk=partner.pk)  # two pushes at once would send the same rows twice
    delta = _delta(partner, adapter, feed)
    serial = next_number("push", region_code=partner.region_code, year=now.year)
    run = PushRun.objects.create(
        region_code=partner.region_code, no=f"{partner.region_code[:6]}-BS-{now.year}-{serial:05d}", partner=partner,
        feed=feed_code, period=period_of(feed), rows=len(delta.out), rejected=len(delta.faults), started_at=now,
        counts=_counts(delta.ours), is_demo=partner.is_demo,
    )  # fmt: skip
    kept: list[PushRow] = [_row(run, feed, one, "", "rejected", OWN_CHECK + why) for one, why in delta.faults]
    size = terms.number("push_rows")
    parts = [delta.out[at : at + size] for at in range(0, len(delta.out), size)] or [[]]
    for part in parts:
        number = envelopes.new_id("P")
        kept += [_row(run, feed, one, sha, "sent", "", number) for one, _fields, sha in part]
        _post(run, feed, number, part)
    _keep(kept)
    detail = {
        "no": run.no,
        "partner": partner.title,
        "feed": feed.title,
        "rows": run.rows,
        "simulated": partner.simulated,
    }
    audit.record(actor=actor, action="exchange.push", obj=run, detail=detail)
    _tell_whom(actor, run, feed, [row for row, _fields, _sha in delta.out])
    return run


def _tell_whom(actor: Actor, run: PushRun, feed: Feed, sent: Sequence[Mapping[str, Any]]) -> None:
    """A line for each award or case that went up: its people see it under “谁看过我的档案”. Sums are about nobody."""
    kind = rows.ABOUT.get(feed.rows, "")
    purpose = purposes.all()[PURPOSE]
    detail = {
        "no": run.no, "partner": run.partner.title, "exchange": PURPOSE, "simulated": run.partner.simulated,
        "plain": f"向{run.partner.title}报送您的{feed.title}：{purpose.plain}",
    }  # fmt: skip
    about = ((kind, one["object"], str(one["region_code"])) for one in sent if kind and one.get("object"))
    audit.record_each(actor=actor, action=TOLD, objects=about, reason=f"{purpose.title}（{run.no}）", detail=detail)


def _delta(partner: ExchangePartner, adapter: Adapter, feed: Feed) -> _Delta:
    found = _Delta()
    known = {key: rest for key, *rest in _known(partner, feed)}
    kind = next((one.name for one in feed.fields if one.codes == "items"), "")
    money = any(one.source == "amount_fen" for one in feed.fields)  # else the other side cannot count it
    for row in rows.READERS[feed.rows](partner.region_code, clock.today()):
        if not str(row["item"]).startswith(feed.only):
            continue
        try:
            fields = mapping.mapped(adapter, feed, row)
        except Unmappable as error:
            found.faults.append((row, str(error)))
            continue
        total = found.ours.setdefault(str(fields.get(kind, "")), [0, 0])
        total[0], total[1] = total[0] + 1, total[1] + (int(row.get("fen") or 0) if money else 0)
        sha = sm3(signing.canonical(fields))
        before = known.get(str(row[feed.key]))
        if before is None or not _standing(sha, *before):
            found.out.append((row, fields, sha))
    return found


def _known(partner: ExchangePartner, feed: Feed) -> Iterator[tuple[Any, ...]]:
    """(key, sha, acked sha, state, in flight) of what was sent before."""
    since = clock.now() - datetime.timedelta(hours=terms.number("ack_hours"))
    young = ExchangeMessage.objects.filter(partner=partner, kind="push", direction="out")
    flying = set(
        young.filter(Q(sent_at=None) | Q(sent_at__gte=since), state__in=("queued", "sent")).values_list(
            "message_id", flat=True
        )
    )
    before = PushRow.objects.filter(partner=partner, feed=feed.code)
    for key, sha, acked, state, message in before.values_list(
        "key", "sha", "acked_sha", "state", "message_id"
    ).iterator():
        yield key, sha, acked, state, message in flying


def _standing(sha: str, sent: str, acked: str, state: str, flying: bool) -> bool:
    """Nothing to send: accepted as it is, on its way, or refused as it is (only a change is worth another try)."""
    return sha == acked or (sha == sent and (flying or state == "rejected"))


def _row(
    run: PushRun, feed: Feed, row: Mapping[str, Any], sha: str, state: str, reason: str, message_id: str = ""
) -> PushRow:  # fmt: skip
    return PushRow(
        region_code=row.get("region_code") or run.region_code, partner_id=run.partner_id, feed=feed.code,
        key=str(row[feed.key])[:60], sha=sha, state=state, reason=reason[:200], object_id=row.get("object"), run=run,
        message_id=message_id, is_demo=run.is_demo,
    )  # fmt: skip


def _keep(kept: Sequence[PushRow]) -> None:
    """Insert or renew; what was acknowledged before stays known."""
    PushRow.objects.bulk_create(
        kept, batch_size=1_000, update_conflicts=True, unique_fields=["partner", "feed", "key"],
        update_fields=["region_code", "sha", "state", "reason", "object_id", "run", "message_id"],
    )  # fmt: skip


def _post(run: PushRun, feed: Feed, number: str, part: Sequence[tuple[dict[str, Any], dict[str, Any], str]]) -> None:
    secret, lines = run.partner.secret or "", []
    for row, fields, _sha in part:
        key = str(row[feed.key])
        line: dict[str, Any] = {"key": key, "fields": {k: v for k, v in fields.items() if k not in feed.personal}}
        if feed.personal:
            line["sealed"] = signing.seal(secret, {k: fields[k] for k in feed.personal}, f"{number}:{key}")
        lines.append(line)
    body = {"feed": feed.code, "run": run.no, "period": run.period, "rows": lines}
    messages.post(
        partner=run.partner, kind="push", body=body, message_id=number, source=feed.code, purpose=PURPOSE,
        basis=run.partner.basis, is_demo=run.is_demo,
    )  # fmt: skip


def _counts(ours: Mapping[str, Sequence[int]]) -> list[dict[str, Any]]:
    return [{"key": key, "ours": count, "ours_fen": fen} for key, (count, fen) in sorted(ours.items())]


@handles("ack")
def take_ack(message: ExchangeMessage, envelope: dict[str, Any]) -> None:
    """What became of one message of a push. Raises Rejected when it is about nothing we sent."""
    sent = ExchangeMessage.objects.filter(
        partner=message.partner, direction="out", kind="push", message_id=message.reply_to
    )
    pushed = sent.select_for_update().first()
    if pushed is None:
        raise Rejected("unknown", "本系统没有报送过这份回执所指的报文。")
    body = envelope["body"]
    refused = _refused(body)
    mine = PushRow.objects.filter(partner=message.partner, message_id=pushed.message_id)
    for row in mine.select_for_update():
        if row.key in refused:
            row.state, row.reason = "rejected", refused[row.key][:200]
        else:
            row.state, row.reason, row.acked_sha = "accepted", "", row.sha
        row.save(update_fields=["state", "reason", "acked_sha"])
    if pushed.state != "answered":
        ExchangeMessage.objects.filter(pk=pushed.pk).update(state="answered", answered_at=clock.now())
    ExchangeMessage.objects.filter(pk=message.pk).update(state="done", answered_at=clock.now())
    run = PushRun.objects.select_for_update().filter(no=str(pushed.envelope["body"].get("run"))).first()
    if run is not None:
        _close(run, body.get("counts"))


def _refused(body: Mapping[str, Any]) -> dict[str, str]:
    """Key → reason. Raises Rejected for a list that cannot be read."""
    listed = body.get("rejected", [])
    if not isinstance(listed, list) or not all(
        isinstance(one, dict) and isinstance(one.get("key"), str) for one in listed
    ):
        raise Rejected("ack", "回执里的退回清单应逐条写成 {key, reason}。")
    return {one["key"]: str(one.get("reason") or "没有说明") for one in listed}


def _close(run: PushRun, counts: Any) -> None:
    """Sums of a run from its rows; its state once every message is answered; the other side's counts beside ours."""
    states = Counter(run.sent_rows.values_list("state", flat=True))
    run.accepted, run.rejected = states["accepted"], states["rejected"]
    open_messages = run.sent_rows.filter(state="sent").exists()
    run.counts = _beside(run.counts, counts)
    if not open_messages:
        run.acked_at, run.state = clock.now(), "rejects" if run.rejected else "acked"
    run.save()


def _beside(ours: Sequence[Mapping[str, Any]], theirs: Any) -> list[dict[str, Any]]:
    """Our counts with theirs at the time of their last acknowledgement; kinds that only they know are lines, too."""
    if not isinstance(theirs, list):
        return [dict(one) for one in ours]
    told = {
        str(one["key"])[:20]: (int(one.get("rows") or 0), int(one.get("fen") or 0))
        for one in theirs[:MOST_COUNTS]
        if isinstance(one, dict) and "key" in one and all(isinstance(one.get(k, 0), int) for k in ("rows", "fen"))
    }
    by_key = {str(one["key"]): dict(one) for one in ours}
    for key in [*by_key, *(key for key in told if key not in by_key)]:
        line = by_key.setdefault(key, {"key": key, "ours": 0, "ours_fen": 0})
        line["theirs"], line["theirs_fen"] = told.get(key, (0, 0))
    return [by_key[key] for key in sorted(by_key)]


def settled(run: PushRun) -> bool:
    """Whether both sides count the same, as far as they were counted."""
    return all(one.get("theirs") == one["ours"] and one.get("theirs_fen") == one["ours_fen"] for one in run.counts)
