"""标准调整: values that one document sets, drafted together, signed together by somebody else, in force from one day.

States: draft → submitted → signed (→ withdrawn, before its first day), or back to draft with a reason, or discarded.
Every act is one transaction and one audit line; a set and its values change state together."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.documents import services as documents
from minzheng.kernel.documents.errors import DocumentError
from minzheng.kernel.regions import codes
from minzheng.kernel.standards import checks, services
from minzheng.kernel.standards.errors import StandardRefused
from minzheng.kernel.standards.models import ParameterValue, StandardSet
from minzheng.kernel.standards.sets import find

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

OPEN = ("draft", "submitted")
SCAN = "standard"  # kind of the attachment


@dataclass(frozen=True)
class Wanted:
    """One value of a set as typed. Empty `value`: not part of the set."""

    value: str
    unit: str = ""
    as_floor: bool = False
    valid_from: datetime.date | None = None
    valid_until: datetime.date | None = None
    source: str = ""  # the set's document where empty


@dataclass
class Saved:
    """What became of a page of values. `errors`: {parameter: sentence}; with any error nothing is changed."""

    rows: list[ParameterValue] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def create(
    *,
    actor: Actor,
    region_code: str,
    title: str,
    valid_from: datetime.date,
    source: str,
    source_date: datetime.date | None = None,
    note: str = "",
    origin: str = "hand",
) -> StandardSet:
    """An empty set of this place. Raises StandardRefused naming the field."""
    code = codes.full(region_code)
    acting = services.acting_for(actor, code)
    _named(title, source)
    row = StandardSet.objects.create(
        region_code=code, title=title.strip(), valid_from=valid_from, source=source.strip(), source_date=source_date,
        note=note.strip(), origin=origin, drafted_by=actor.user, drafted_at=clock.now(),
    )  # fmt: skip
    _record(acting, "standard.create", row)
    return row


@transaction.atomic
def edit(
    *,
    actor: Actor,
    pk: int,
    title: str,
    valid_from: datetime.date,
    source: str,
    source_date: datetime.date | None = None,
    note: str = "",
) -> StandardSet:
    """Change the head of a draft. Values that began on the set's old first day begin on the new one."""
    row, acting = _locked(actor, pk, ("draft",))
    _named(title, source)
    moved, rest = row.values.filter(state="draft", valid_from=row.valid_from), row.values.filter(state="draft")
    row.title, row.valid_from, row.source = title.strip(), valid_from, source.strip()
    row.source_date, row.note = source_date, note.strip()
    row.save(update_fields=["title", "valid_from", "source", "source_date", "note"])
    moved.update(valid_from=valid_from)
    if row.origin != "file":  # a file gives every value its own document
        rest.update(source=row.source, source_date=source_date)
    _record(acting, "standard.edit", row)
    return row


def _named(title: str, source: str) -> None:
    errors = {} if title.strip() else {"title": "请给这次调整起个名字，例如“2027年度城乡低保标准”。"}
    if not source.strip():
        errors["source"] = services.NO_SOURCE
    if errors:
        raise StandardRefused([], errors)


@transaction.atomic
def put_values(*, actor: Actor, pk: int, wanted: Mapping[str, Wanted]) -> Saved:
    """Take over a page of values: what is filled in is set, what is empty leaves the set, what did not change stays as
    it was drafted. All or nothing; every wrong value is named."""
    row, acting = _locked(actor, pk, ("draft",))
    now = {one.name: one for one in row.values.filter(state="draft", valid_from=row.valid_from)}
    saved = Saved()
    for name, one in wanted.items():
        before = now.get(name)
        if before is not None and _same(before, one):
            saved.rows.append(before)
            continue
        if before is not None:
            before.delete()  # nobody has signed or submitted it; the audit line below keeps what it was
        if one.value.strip():
            _put(saved, actor, row, name, one)
    if saved.errors:
        transaction.set_rollback(True)
        return Saved(errors=saved.errors)
    detail = {one.name: f"{one.value} {one.unit}".strip() for one in row.values.filter(state="draft").order_by("name")}
    _record(acting, "standard.values", row, detail=detail)
    return saved


def _same(before: ParameterValue, wanted: Wanted) -> bool:
    found = find(before.name)
    if found is None or not wanted.value.strip():
        return False
    errors: dict[str, str] = {}
    unit = wanted.unit or found[1].unit
    text = checks.plain_value(checks.cleaned(found[1], wanted.value, unit, errors))
    return (text, unit, wanted.as_floor, wanted.valid_until) == (
        before.value, before.unit, before.as_floor, before.valid_until
    )  # fmt: skip


def _put(saved: Saved, actor: Actor, row: StandardSet, name: str, one: Wanted) -> None:
    try:
        with transaction.atomic():
            saved.rows.append(put_value(actor=actor, standard_set=row, name=name, wanted=one))
    except StandardRefused as refused:
        saved.errors[name] = "".join([*refused.sentences, *refused.fields.values()])


def put_value(*, actor: Actor, standard_set: StandardSet, name: str, wanted: Wanted) -> ParameterValue:
    """One value into a draft set, with the set's document and first day. Raises StandardRefused."""
    return services.draft(
        actor=actor, region_code=standard_set.region_code, name=name, value=wanted.value, unit=wanted.unit,
        valid_from=wanted.valid_from or standard_set.valid_from, valid_until=wanted.valid_until,
        source=(wanted.source or standard_set.source)[:200],
        source_date=None if wanted.source else standard_set.source_date,
        as_floor=wanted.as_floor, standard_set=standard_set,
    )  # fmt: skip


@transaction.atomic
def change_value(*, actor: Actor, pk: int, wanted: Wanted) -> ParameterValue:
    """Put another value, unit or dates in the place of one drafted value of a set."""
    old, standard_set, _ = _value_of_draft(actor, pk)
    name, source = old.name, "" if old.source == standard_set.source else old.source
    old.delete()
    since = wanted.valid_from or standard_set.valid_from
    wanted = replace(wanted, valid_from=since, source=wanted.source or source)
    return put_value(actor=actor, standard_set=standard_set, name=name, wanted=wanted)


@transaction.atomic
def drop_value(*, actor: Actor, pk: int) -> StandardSet:
    """Take one drafted value out of its set."""
    old, standard_set, acting = _value_of_draft(actor, pk)
    told = {"dropped": old.name, "value": f"{old.value} {old.unit}".strip(), "since": old.valid_from.isoformat()}
    old.delete()
    _record(acting, "standard.drop_value", standard_set, detail=told)
    return standard_set


def _value_of_draft(actor: Actor, pk: int) -> tuple[ParameterValue, StandardSet, Actor]:
    row = ParameterValue.objects.filter(pk=pk, state="draft").exclude(standard_set=None).first()
    if row is None or row.standard_set_id is None:
        raise StandardRefused("这次调整里没有这项草稿，请刷新页面。")
    standard_set, acting = _locked(actor, row.standard_set_id, ("draft",))
    return row, standard_set, acting


@transaction.atomic
def attach(*, actor: Actor, pk: int, upload: Any) -> StandardSet:
    """Keep a scan of the document with the set (a new one takes the place of the old). Raises StandardRefused."""
    row, acting = _locked(actor, pk, OPEN)
    try:
        row.attachment = documents.store_attachment(
            case=None, kind=SCAN, label=row.source[:80], upload=upload, actor=acting
        )
    except DocumentError as error:
        raise StandardRefused([], {"file": str(error)}) from error
    row.save(update_fields=["attachment"])
    _record(acting, "standard.attach", row, detail={"sm3": row.attachment.sha})
    return row


@transaction.atomic
def submit(*, actor: Actor, pk: int) -> StandardSet:
    """Hand the set to whoever signs. Raises StandardRefused for an empty one."""
    row, acting = _locked(actor, pk, ("draft",))
    if not row.values.filter(state="draft").exists():
        raise StandardRefused("这次调整里还没有一项值，请先填写。")
    row.state, row.submitted_by, row.submitted_at, row.closed_reason = "submitted", actor.user, clock.now(), ""
    row.save(update_fields=["state", "submitted_by", "submitted_at", "closed_reason"])
    _record(acting, "standard.submit", row)
    return row


@transaction.atomic
def give_back(*, actor: Actor, pk: int, reason: str) -> StandardSet:
    """Back to drafting, with what has to be put right."""
    row, acting = _locked(actor, pk, ("submitted",))
    return _close(row, acting, "draft", "standard.return", _reason(reason, "请写明哪里要改。"))


@transaction.atomic
def sign(*, actor: Actor, pk: int) -> StandardSet:
    """Put every value of the set in force from its day. The signer has drafted and submitted none of it. What the levels
    above have set since the drafting is looked at once more."""
    row, acting = _locked(actor, pk, ("submitted",))
    rows = list(row.values.select_for_update().filter(state="draft").order_by("name", "valid_from"))
    if had_a_hand(actor, row):
        raise StandardRefused("起草、提交的人不能自己签发，请由另一名政策科人员或局领导签发。")
    low = [sentence for one in rows if (sentence := _now_too_low(one))]
    if low:
        raise StandardRefused(low)
    now = clock.now()
    for one in rows:
        one.state, one.signed_by, one.signed_at = "signed", actor.user, now
        one.save(update_fields=["state", "signed_by", "signed_at"])
    row.state, row.signed_by, row.signed_at = "signed", actor.user, now
    row.save(update_fields=["state", "signed_by", "signed_at"])
    told = {one.name: f"{one.value} {one.unit}（{one.valid_from}起）" for one in rows}
    _record(acting, "standard.sign", row, detail=told)
    services.changed()
    return row


def had_a_hand(actor: Actor, row: StandardSet) -> bool:
    """Whether this person drafted, changed or submitted any of it, and so cannot sign it."""
    drafters = row.values.filter(state="draft").values_list("drafted_by_id", flat=True)
    return actor.id is not None and actor.id in {row.drafted_by_id, row.submitted_by_id, *drafters}


def _now_too_low(one: ParameterValue) -> str:
    found = find(one.name)
    if found is None:
        return f"“{one.name}”这个参数已不再使用，请退回修改。"
    errors: dict[str, str] = {}
    clean = checks.cleaned(found[1], one.value, one.unit, errors)
    span = checks.Span(one.valid_from, one.valid_until)
    return errors.get("value", "") or checks.under_upper_floor(
        found[0], found[1], one.region_code, clean, one.unit, span
    )


@transaction.atomic
def withdraw(*, actor: Actor, pk: int, reason: str) -> StandardSet:
    """Take a signed set back before its first day. Afterwards only a later value corrects it."""
    row, acting = _locked(actor, pk, ("signed",))
    first = row.values.filter(state="signed").order_by("valid_from").values_list("valid_from", flat=True).first()
    if first is not None and first <= clock.today():
        raise StandardRefused(services.IN_EFFECT.format(day=first))
    why = _reason(reason, "请写明撤回的原因。")
    services.stop_repricing(acting, list(row.values.filter(state="signed")), why)
    done = _close(row, acting, "withdrawn", "standard.withdraw", why)
    services.changed()
    return done


@transaction.atomic
def discard(*, actor: Actor, pk: int, reason: str) -> StandardSet:
    """Give up a set that nobody has signed. It stays in the list, so that the number of drafts can be explained."""
    row, acting = _locked(actor, pk, OPEN)
    return _close(row, acting, "discarded", "standard.discard", _reason(reason, "请写明作废的原因。"))


def _reason(reason: str, sentence: str) -> str:
    if not reason.strip():
        raise StandardRefused([], {"reason": sentence})
    return reason.strip()


def _close(row: StandardSet, acting: Actor, state: str, action: str, reason: str) -> StandardSet:
    row.state, row.closed_by, row.closed_at, row.closed_reason = state, acting.user, clock.now(), reason
    row.save(update_fields=["state", "closed_by", "closed_at", "closed_reason"])
    if state != "draft":
        row.values.exclude(state="withdrawn").update(
            state="withdrawn", withdrawn_by=acting.user, withdrawn_at=row.closed_at, withdrawn_reason=reason
        )
    _record(acting, action, row, reason=reason)
    return row


def _locked(actor: Actor, pk: int, states: tuple[str, ...]) -> tuple[StandardSet, Actor]:
    row = StandardSet.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        raise StandardRefused("没有这次标准调整，请刷新清单后重试。")
    acting = services.acting_for(actor, row.region_code)
    if row.state not in states:
        ready = "、".join(dict(StandardSet.STATES)[state] for state in states)
        raise StandardRefused(
            f"“{row.title}”现在是“{row.get_state_display()}”，只有“{ready}”时才能这样办，请刷新页面。"
        )
    return row, acting


def _record(
    actor: Actor, action: str, row: StandardSet, *, reason: str = "", detail: Mapping[str, Any] | None = None
) -> None:
    told = {"title": row.title, "from": row.valid_from.isoformat(), "source": row.source, **(detail or {})}
    audit.record(actor=actor, action=action, obj=row, region_code=row.region_code, reason=reason, detail=told)
