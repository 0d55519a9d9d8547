"""What the flow's objection acts write down: the objection in a row of its own, whoever said it sealed there, and in the
case's evidence only that there is one. The acts themselves call this; nothing here decides whether they may be done."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from minzheng.kernel.cases.flow import guard
from minzheng.kernel.cases.objections.models import PublicObjection
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.crypto import sealing

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case
    from minzheng.kernel.cases.running.context import Ctx

#: Read aloud without mistakes: no I, L, O, U.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_LENGTH = 12


def new_code() -> str:
    """A receipt number ``YY-7K3M-Q7TR-2WXN``: 60 random bits, so that it cannot be tried out."""
    token = "".join(secrets.choice(ALPHABET) for _ in range(_LENGTH))
    return "YY-" + "-".join(token[i : i + 4] for i in range(0, _LENGTH, 4))


def normal_code(typed: str) -> str:
    """A typed receipt number as it is stored; "" for what does not look like one."""
    token = "".join(c for c in typed.upper().translate(_READ_AS) if c.isalnum())
    token = token.removeprefix("YY")
    if len(token) != _LENGTH or any(c not in ALPHABET for c in token):
        return ""
    return "YY-" + "-".join(token[i : i + 4] for i in range(0, _LENGTH, 4))


def content_mark(content: str) -> str:
    """Keyed digest of what was said, blanks aside: the same words twice are the same objection."""
    return sealing.mac("objection", "".join(content.split()).encode())


def record(ctx: Ctx, kind: str = "objection") -> PublicObjection:
    """The row of an objection that is being taken into the flow (act ``objection`` or ``add_objection``; later ones and
    complaints with the `kind` of their evidence)."""
    from minzheng.kernel.calendar.selectors import add_working_days

    first = first_open(ctx.case)
    due = first.due_on if first is not None else add_working_days(ctx.today, ctx.params.objection_days).date
    posted = ctx.case.publicities.order_by("-posted_on", "-id").first()
    row = PublicObjection(
        code=new_code(),
        case=ctx.case,
        region_code=ctx.case.region_code,
        publicity=posted,
        joined_to=first,
        channel="window" if ctx.assignment else "page",
        anonymous=not ctx.text("objector_name"),
        name=ctx.text("objector_name"),
        phone=ctx.text("objector_phone"),
        content=ctx.text("content"),
        content_sha=content_mark(ctx.text("content")),
        photos=[str(pk) for pk in ctx.data.get("proofs") or []],
        received_at=ctx.now,
        due_on=due,
        is_demo=ctx.case.is_demo,
    )
    row.save(force_insert=True)
    said = evidence.add(ctx, kind, {"objection": str(row.pk), "content_sha": row.content_sha})
    row.evidence = said
    row.save(update_fields=["evidence"])
    ctx.values["objection"] = row
    return row


def first_open(case: Case) -> PublicObjection | None:
    """The objection that opened the re-check now running; later ones are joined to it."""
    return case.public_objections.filter(state="checking", joined_to=None).order_by("received_at", "pk").first()


@guard("objector_unnamed", needs_data=True)
def objector_unnamed(ctx: Ctx) -> str:
    """What is written in an act may be printed for the family: an objector's name or number must not stand in it."""
    rows = ctx.case.public_objections.all()
    if not ctx.case.pk or not rows:
        return ""
    written = " ".join(str(value) for value in ctx.data.values() if isinstance(value, str))
    for row in rows:
        if any(mark and mark in written for mark in (row.name, row.phone)):
            return "文字里写了异议反映人的姓名或电话，会让申请人看到；请删去，反映人的身份要保密。"
    return ""
