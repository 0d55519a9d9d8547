"""What people do with registers: enter, correct, move on, add files, void. Each needs register.write over the place of the
organisation (register.reserved too for a reserved book), is one transaction, one line of history and one audit line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.business.bureau.registers import selectors, typed
from minzheng.business.bureau.registers.declaring import Book, FieldSpec
from minzheng.business.bureau.registers.models import RegisterChange, RegisterEntry, RegisterFile, RegisterShape
from minzheng.business.bureau.registers.reading import book as book_of
from minzheng.kernel import clock
from minzheng.kernel.audit.services import record
from minzheng.kernel.cases.errors import NotAllowed, Refused, Stale
from minzheng.kernel.crypto.sealing import sm3
from minzheng.kernel.documents import services as documents
from minzheng.kernel.regions import codes
from minzheng.kernel.registers.numbering import next_number

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.orgs.models import Organization

KIND = "register"
MOST_FILES = 30


def require(actor: Actor, book: Book, region_code: str) -> None:
    """Raises NotAllowed unless this actor may write into this book for this place."""
    if actor.is_system:
        return
    if actor.can(selectors.WRITE, region_code) is None:
        raise NotAllowed("您的岗位不能登记这个单位的台账，请由本单位的人登记。")
    if book.reserved and actor.can(selectors.RESERVED, region_code) is None:
        raise NotAllowed(f"“{book.title}”只由指定的岗位登记，请联系办公室。")


def shape_of(book: Book) -> RegisterShape:
    """The declaration of today as it is kept beside the entries."""
    fields = [one.as_shape() for one in book.fields]
    sha = sm3(repr([sorted(one.items()) for one in fields]).encode())
    found = RegisterShape.objects.filter(book=book.code, sha=sha).first()
    if found is None:
        found, _ = RegisterShape.objects.get_or_create(book=book.code, sha=sha, defaults={"fields": fields})
    return found


def checked(book: Book, values: Mapping[str, Any], on: date, state: str) -> dict[str, Any]:
    """The values with what is worked out from them. Raises Refused with every check that does not hold, each at its field."""
    whole = dict(values) | typed.derived(book, values, on, state)
    known = typed.readable(book.fields, whole, on, state)
    sentences, fields = [], {}
    for check in book.checks:
        if check.when is not None and not check.when.value(known):
            continue
        if check.test.value(known) is False:
            if check.field:
                fields[check.field] = check.say
            else:
                sentences.append(check.say)
    if sentences or fields:
        raise Refused(sentences, fields)
    return whole


def _title(book: Book, values: Mapping[str, Any], on: date) -> str:
    words = [typed.shown(spec, values.get(name)) for name in book.title_from if (spec := book.field(name))]
    return " ".join(" ".join(word.split()) for word in words if word)[:200] or f"{book.title} {on:%Y-%m-%d}"


def _search(book: Book, entry: RegisterEntry) -> str:
    words = [typed.shown(spec, entry.values.get(spec.name)) for spec in book.fields if spec.type != "region"]
    return "\n".join(dict.fromkeys(filter(None, [entry.title, entry.org_name, *words])))


def _number(book: Book, region_code: str, on: date) -> str:
    place = codes.prefix(region_code)
    serial = next_number(f"TZ-{book.word}"[:24], region_code=codes.full(region_code), year=on.year)
    return f"{book.word}{place}-{on.year}-{serial:04d}"


@transaction.atomic
def enter(
    *, actor: Actor, book: Book, org: Organization, on: date, values: Mapping[str, Any],
    uploads: Mapping[str, Sequence[Any]] | None = None, state: str = "", origin: str = "",
) -> RegisterEntry:  # fmt: skip
    """A new entry. `values`: kept form (`typed.stored`); `uploads`: {file field: uploads}. Raises Refused, NotAllowed,
    UploadRefused."""
    require(actor, book, org.region_code)
    state = state or book.first_state.code
    whole = checked(book, values, on, state)
    entry = RegisterEntry(
        book=book.code, region_code=org.region_code, org_id=org.pk, org_name=org.name[:80], on=on, values=whole,
        title=_title(book, whole, on), state=state, shape=shape_of(book), moved_on=on, made_by_id=actor.id,
        made_name=actor.name[:60], origin=origin, no=_number(book, org.region_code, on),
    )  # fmt: skip
    entry.search = _search(book, entry)
    entry.save(force_insert=True)
    _change(entry, actor, "import" if origin else "create", to_state=state, after=whole)
    for field, many in (uploads or {}).items():
        _store(entry, actor, field, many, book)
    record(actor=actor, action="register.enter", obj=entry, detail={"book": book.code, "no": entry.no})
    return entry


def _change(entry: RegisterEntry, actor: Actor, kind: str, **said: Any) -> RegisterChange:
    last = entry.changes.order_by("-seq").values_list("seq", flat=True).first() or 0
    return RegisterChange.objects.create(
        entry=entry, seq=last + 1, kind=kind, by_id=actor.id, by_name=actor.name[:60], **said
    )


def _locked(actor: Actor, entry: RegisterEntry, version: int | None) -> tuple[RegisterEntry, Book]:
    """The row of now, with the book's declaration. Raises Refused, Stale, NotAllowed."""
    one = RegisterEntry.objects.select_for_update().get(pk=entry.pk)
    book = book_of(one.book)
    if book is None:
        raise Refused("这本台账已经停用：旧记录可以查看，不能再改。")
    require(actor, book, one.region_code)
    if one.voided_at is not None:
        raise Refused("这条记录已经作废，不能再改。")
    if version is not None and version != one.version:
        raise Stale("您打开以后，别人改过这条记录：请重新打开，看过以后再改。")
    return one, book


@transaction.atomic
def correct(
    *, actor: Actor, entry: RegisterEntry, org: Organization | None = None, on: date, values: Mapping[str, Any],
    uploads: Mapping[str, Sequence[Any]] | None = None, version: int | None = None, note: str = "",
    names: Iterable[str] | None = None,
) -> RegisterEntry:  # fmt: skip
    """Change what was typed. `names`: the fields that the form had (those of the entry form unless given); fields of other
    steps and of older declarations stay as they are. Raises Refused, Stale, NotAllowed."""
    one, book = _locked(actor, entry, version)
    if org is not None and org.pk != one.org_id:
        require(actor, book, org.region_code)
    typed_names = {spec.name for spec in book.typed} if names is None else set(names)
    kept = {name: value for name, value in one.values.items() if name not in typed_names}
    whole = checked(book, kept | dict(values), on, one.state)
    before, after = _difference(one, whole, on)
    if org is not None and org.pk != one.org_id:
        before["org"], after["org"] = one.org_name, org.name[:80]
        one.org_id, one.org_name, one.region_code = org.pk, org.name[:80], org.region_code
    if not after and not before and not any((uploads or {}).values()):
        raise Refused("没有改动。")
    one.values, one.on, one.shape = whole, on, shape_of(book)
    if before or after:
        _save(one, book)
        _change(one, actor, "edit", before=before, after=after, note=note[:400])
        record(actor=actor, action="register.correct", obj=one, detail={"fields": sorted({*before, *after})})
    for field, many in (uploads or {}).items():
        _store(one, actor, field, many, book)
    return one


def _difference(one: RegisterEntry, whole: Mapping[str, Any], on: date) -> tuple[dict[str, Any], dict[str, Any]]:
    """(before, after) of what changed."""
    old = dict(one.values) | {"on": one.on.isoformat()}
    new = dict(whole) | {"on": on.isoformat()}
    changed = {name for name in {*old, *new} if old.get(name) != new.get(name)}
    return {n: old[n] for n in changed if n in old}, {n: new[n] for n in changed if n in new}


def _save(one: RegisterEntry, book: Book) -> None:
    one.title = _title(book, one.values, one.on)
    one.search = _search(book, one)
    one.version += 1
    one.save()


@transaction.atomic
def move(
    *, actor: Actor, entry: RegisterEntry, to: str, values: Mapping[str, Any] | None = None, on: date | None = None,
    uploads: Mapping[str, Sequence[Any]] | None = None, note: str = "", version: int | None = None,
) -> RegisterEntry:  # fmt: skip
    """Bring an entry into another state with what that state asks for (kept form). Raises Refused where the declaration
    knows no such way, and where another person has to do it."""
    one, book = _locked(actor, entry, version)
    state = book.state(one.state)
    if to not in state.next:
        names = "、".join(book.state(code).label for code in state.next)
        raise Refused(
            f"现在是“{state.label}”，不能变成“{book.state(to).label}”" + (f"；可以变成：{names}。" if names else "。")
        )
    target = book.state(to)
    last = one.changes.filter(kind__in=("create", "import", "move")).order_by("-seq").first()
    if target.other_person and last is not None and last.by_id == actor.id and not actor.is_system:
        raise Refused(f"“{target.label}”要由另一个人办理：上一步是您自己办的。")
    whole = checked(book, dict(one.values) | dict(values or {}), one.on, to)
    before, after = _difference(one, whole, one.on)
    one.values, one.state, one.moved_on, one.shape = whole, to, on or clock.today(), shape_of(book)
    _save(one, book)
    _change(one, actor, "move", from_state=state.code, to_state=to, before=before, after=after, note=note[:400])
    for field, many in (uploads or {}).items():
        _store(one, actor, field, many, book)
    record(actor=actor, action="register.move", obj=one, detail={"from": state.code, "to": to})
    return one


def _store(entry: RegisterEntry, actor: Actor, field: str, uploads: Iterable[Any], book: Book) -> None:
    spec = book.field(field)
    for upload in uploads:
        if entry.files.filter(removed_at=None).count() >= MOST_FILES:
            raise Refused(f"一条记录最多 {MOST_FILES} 份附件，请先移除不要的。")
        label = f"{spec.label if spec else '附件'} {getattr(upload, 'name', '')}".strip()
        kept = documents.store_attachment(case=None, kind=KIND, label=label[:80], upload=upload, actor=actor)
        RegisterFile.objects.create(entry=entry, attachment=kept, field=field, added_name=actor.name[:60])
        _change(entry, actor, "attach", note=label[:400])


@transaction.atomic
def attach(*, actor: Actor, entry: RegisterEntry, uploads: Sequence[Any], field: str = "") -> int:
    """Add photographs or papers; returns how many. Raises UploadRefused, Refused."""
    one, book = _locked(actor, entry, None)
    _store(one, actor, field, uploads, book)
    record(actor=actor, action="register.attach", obj=one, detail={"files": len(uploads)})
    return len(uploads)


@transaction.atomic
def detach(*, actor: Actor, entry: RegisterEntry, file: RegisterFile, reason: str) -> None:
    """Take a file off an entry; history says which and why."""
    from minzheng.kernel.documents.selectors import loose_attachment

    one, _book = _locked(actor, entry, None)
    if len(reason.strip()) < 2:
        raise Refused("请写明为什么移除。", {"reason": "请写明为什么移除。"})
    stored = loose_attachment(file.attachment_id, KIND)
    if stored is not None:
        documents.remove(attachment=stored, actor=actor, reason=reason[:200])
    RegisterFile.objects.filter(pk=file.pk).update(removed_at=clock.now())
    _change(one, actor, "detach", note=f"{stored.label if stored else ''}：{reason}"[:400])
    record(actor=actor, action="register.detach", obj=one, reason=reason[:200], detail={"file": file.pk})


@transaction.atomic
def void(*, actor: Actor, entry: RegisterEntry, reason: str) -> None:
    """Take an entry out of lists and counts; it stays readable with the reason."""
    one, _book = _locked(actor, entry, None)
    if len(reason.strip()) < 4:
        raise Refused("请写明作废的原因（至少 4 个字）。", {"reason": "请写明作废的原因（至少 4 个字）。"})
    one.voided_at, one.version = clock.now(), one.version + 1
    one.save(update_fields=["voided_at", "version", "changed_at"])
    _change(one, actor, "void", from_state=one.state, note=reason[:400])
    record(actor=actor, action="register.void", obj=one, reason=reason[:200], detail={"no": one.no})


def fields_of(entry: RegisterEntry, book: Book | None) -> list[tuple[FieldSpec | dict[str, Any], Any]]:
    """(field, kept value) to show: those declared today in their order, then those of the declaration under which the entry
    was last written that are no longer declared."""
    today: list[tuple[FieldSpec | dict[str, Any], Any]] = []
    names: set[str] = set()
    for spec in book.fields if book else ():
        names.add(spec.name)
        if spec.type != "file":
            today.append((spec, entry.values.get(spec.name)))
    shapes = {one["name"]: one for one in entry.shape.fields}
    old = [
        (shapes.get(name, {"name": name, "label": name, "type": "text"}), value)
        for name, value in entry.values.items()
        if name not in names
    ]
    return [*today, *old]
