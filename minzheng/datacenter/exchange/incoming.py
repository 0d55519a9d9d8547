"""What a message from a partner means: a request that somebody answers, or the reply to one of ours, which goes into the
lake. Meaning is stored with the message; the work follows in a job and may be repeated after a crash."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from minzheng.datacenter.exchange import hooks, purposes, services, signing
from minzheng.datacenter.exchange.errors import Rejected
from minzheng.datacenter.exchange.messages import handles
from minzheng.datacenter.exchange.models import ExchangeMessage, ExchangePartner, ExchangePerson, ExchangeRequest
from minzheng.datacenter.exchange.partners import keys_of, note
from minzheng.datacenter.lake import ingest as lake
from minzheng.datacenter.matching import inquiries
from minzheng.datacenter.sources import registry
from minzheng.datacenter.sources.spec import SourceSpec
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.crypto.keyring import write_private
from minzheng.kernel.jobs.services import enqueue

WORK = "exchange.work"
#: Rows about one person: more than these are no honest answer.
MOST_ROWS = 1_000


@handles("request")
def request(message: ExchangeMessage, envelope: dict[str, Any]) -> None:
    """Enter a request of another bureau; one that it may not make is refused with the reason, and stays on record."""
    partner = message.partner
    people = people_of(partner, envelope)
    entered = services.entered(
        message, "in", region_code=partner.region_code, case=None, reason="", actor=SYSTEM, consents=list(envelope["consents"]),
        people=[(ref, services.Whom(str(one.get("name", ""))[:60], str(one.get("id_no", ""))[:30])) for ref, one in people],
    )  # fmt: skip
    why = _why_not(partner, envelope, people)
    if why:
        services.decline(entered, why)
        return
    _work_later(message)


def people_of(partner: ExchangePartner, envelope: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """(ref, opened) of a body's people. Raises Rejected."""
    listed = envelope["body"].get("people")
    shaped = isinstance(listed, list) and all(
        isinstance(one, dict) and isinstance(one.get("ref"), str) and 0 < len(one["ref"]) <= 10 for one in listed
    )
    if not shaped or len({one["ref"] for one in listed}) != len(listed):
        raise Rejected("people", "人员清单应逐人写成 {ref, sealed}，序号不能重复。")
    secret = keys_of(partner).secret(envelope["key_id"])
    opened = []
    for one in listed:
        try:
            value = signing.unseal(secret, str(one.get("sealed", "")), f"{envelope['id']}:{one['ref']}")
        except signing.CannotUnseal as error:
            raise Rejected("sealed", f"第 {one['ref']} 人{error}") from None
        if not isinstance(value, dict):
            raise Rejected("sealed", f"第 {one['ref']} 人的内容不对。")
        opened.append((one["ref"], value))
    return opened


def _why_not(partner: ExchangePartner, envelope: dict[str, Any], people: Sequence[Any]) -> str:
    """ "" or why this partner gets nothing."""
    wanted = purposes.all().get(envelope["purpose"])
    if not partner.may_ask or wanted is None or envelope["purpose"] not in partner.purposes:
        return f"没有开通“{purposes.title(envelope['purpose'])}”这个用途的查询。"
    if not people or len(people) > partner.most_people:
        return f"一次可查 1 至 {partner.most_people} 人，这次是 {len(people)} 人。"
    if wanted.consent and len(envelope["consents"]) < 1:
        return "没有附本人授权的编号，不予提供。"
    ended = [one["ref"] for one in envelope["consents"] if one["until"] and one["until"] < clock.today().isoformat()]
    if ended:
        return f"授权已过期（{'、'.join(ended[:5])}），不予提供。"
    if not envelope["basis"].strip():
        return "没有写明法律依据，不予提供。"
    return ""


@handles("reply")
def reply(message: ExchangeMessage, envelope: dict[str, Any]) -> None:
    """Tie a reply to its question and see that it can be opened; the rows go into the lake afterwards."""
    asked = _question(message)
    if envelope["source"] != asked.source:
        raise Rejected("source", "答复的数据与所问的不同。")
    opened = people_of(message.partner, envelope)
    known = set(asked.people.values_list("ref", flat=True))
    if any(ref not in known for ref, _ in opened):
        raise Rejected("people", "答复里有没有问过的人。")
    if any(not _rows_ok(one.get("rows")) for _ref, one in opened):
        raise Rejected("rows", f"每个人的数据应是不多于 {MOST_ROWS} 行的清单。")
    ExchangeMessage.objects.filter(pk=asked.message_id).update(state="answered", answered_at=clock.now())
    _work_later(message)


def _rows_ok(rows: Any) -> bool:
    return isinstance(rows, list) and len(rows) <= MOST_ROWS and all(isinstance(row, dict) for row in rows)


def _question(message: ExchangeMessage) -> ExchangeRequest:
    found = ExchangeRequest.objects.select_related("message").filter(
        partner=message.partner, direction="out", message__message_id=message.reply_to
    )
    asked = found.first()
    if asked is None:
        raise Rejected("unknown", "本系统没有发出过这份答复所指的查询。")
    if asked.state == "answered":
        raise Rejected("answered", "这份查询已经有答复，第二份答复未予采用。")
    return asked


def _work_later(message: ExchangeMessage) -> None:
    enqueue(WORK, args={"message": str(message.pk)}, key=f"{WORK}:{message.pk}")


def work(message: ExchangeMessage) -> str:
    """What follows from a received message; may be called again at any time. Returns the message's state."""
    if message.state != "received":
        return message.state
    if message.kind == "request":
        _ask_here(message)
    elif message.kind == "reply":
        _into_lake(message)
    return ExchangeMessage.objects.values_list("state", flat=True).get(pk=message.pk)


def _ask_here(message: ExchangeMessage) -> None:
    """Let the folder that declared itself answer; nobody or None: a person answers, the request stays in the queue."""
    entered = message.request  # type: ignore[attr-defined]
    handler = hooks.handler(entered.purpose)
    if handler is None or entered.state != "asked":
        return
    rows = handler(
        hooks.Incoming(
            pk=entered.pk, no=entered.no, partner=message.partner.code, partner_title=message.partner.title,
            region_code=entered.region_code, source=entered.source, purpose=entered.purpose, basis=entered.basis,
            consents=tuple(entered.consents), expires_at=message.expires_at, is_demo=entered.is_demo,
            people=tuple(hooks.Asked(p.ref, p.name or "", p.id_no or "") for p in entered.people.order_by("pk")),
        )
    )  # fmt: skip
    if rows is not None:
        services.answer(actor=SYSTEM, request_id=entered.pk, rows=rows)


def _into_lake(message: ExchangeMessage) -> None:
    """The rows of a reply become a batch of its source. The lake knows a file that it has, so a second time is harmless."""
    asked = ExchangeRequest.objects.select_related("partner").get(
        partner=message.partner, direction="out", message__message_id=message.reply_to
    )
    body = message.envelope["body"]
    if body.get("refused"):
        _settle(message, asked, "refused", refusal=str(body["refused"])[:200])
        return
    people = {one.ref: one for one in asked.people.all()}
    answered = [(people[ref], opened["rows"]) for ref, opened in people_of(message.partner, message.envelope)]
    total = sum(len(rows) for _person, rows in answered)
    batch = ""
    if total:
        path = _file_of(message, registry.get(asked.source), answered)
        try:
            period = f"{clock.today():%Y-%m}"
            basis = f"{asked.basis}；{asked.message.message_id}"[:300]
            made = lake.ingest(SYSTEM, asked.source, path, period, basis=basis, region=asked.region_code)
            batch = str(made.no)
        finally:
            path.unlink(missing_ok=True)
    with transaction.atomic():
        for person, rows in answered:
            ExchangePerson.objects.filter(pk=person.pk).update(rows=len(rows))
        _settle(message, asked, "answered", rows=total, batch_no=batch)
        _tell_matching(asked, batch or asked.no)


def _settle(message: ExchangeMessage, asked: ExchangeRequest, state: str, **changes: Any) -> None:
    now = clock.now()
    ExchangeRequest.objects.filter(pk=asked.pk).update(state=state, answered_at=now, **changes)
    ExchangeMessage.objects.filter(pk=message.pk).update(state="done", answered_at=now)
    note(message.partner, "done", changes.get("refusal") or f"答复 {changes.get('rows', 0)} 条", message)


def _tell_matching(asked: ExchangeRequest, ref: str) -> None:
    """A question of the matching office is answered: it goes on with the case."""
    for inquiry in inquiries.open_questions(asked.source).filter(no=asked.message.message_id):
        inquiries.answered(inquiry=inquiry, ref=ref)


def _file_of(
    message: ExchangeMessage, spec: SourceSpec, answered: Sequence[tuple[ExchangePerson, list[dict[str, Any]]]]
) -> Path:  # fmt: skip
    """The rows as a file of the source. Name and number are those we asked with, whatever the answer calls the person. The
    same message gives the same bytes."""
    names = [column.name for column in spec.columns]
    own = {column.type: column.name for column in spec.columns if column.type in ("id_no", "name")}
    out, asked_no = io.StringIO(), message.reply_to
    writer = csv.writer(out)
    writer.writerow(names)
    for person, rows in answered:
        for row in rows:
            told = {str(key): value for key, value in row.items()}
            told |= {
                own.get("id_no", "id_no"): person.id_no,
                own.get("name", "name"): person.name,
                "request_no": asked_no,
            }
            writer.writerow([_cell(told.get(name)) for name in names])
    folder = Path(settings.EXCHANGE_ROOT) / message.partner.code / "work"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{message.message_id}.csv"
    write_private(path, out.getvalue().encode())
    return path


def _cell(value: Any) -> str:
    if value is True or value is False:
        return "是" if value else "否"
    return "" if value is None else str(value)
