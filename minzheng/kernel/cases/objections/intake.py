"""收异议: from the public page. Real names (phone confirmed by code) go into the flow and are checked one by one;
anonymous words are kept as a lead. The same person saying the same thing twice has one receipt.

The actor is nobody, on purpose: neither a signed-in account nor the caller's address is written anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import ANONYMOUS
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.objections.errors import ObjectionRefused, TooLate
from minzheng.kernel.cases.objections.models import PublicObjection
from minzheng.kernel.cases.objections.recording import content_mark, new_code
from minzheng.kernel.cases.publicity.public_lists import late_open
from minzheng.kernel.crypto.fields import BlindIndex
from minzheng.kernel.subjects.errors import SubjectError
from minzheng.kernel.subjects.names import normal_name

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Publicity

MAX_CONTENT = 2000
MIN_CONTENT = 5
MAX_PHOTOS = 6
#: Said to whoever comes after the publicity and before the decision: what it does, and what it no longer does.
AFTERWARDS = (
    "公示已经结束，不再作为公示异议停下来复查；这一户还没有作出决定，您反映的情况会交给作决定的机关，"
    "由他们核实后决定要不要退回重新调查，留了姓名和手机号的，核实后答复您。"
)
LATE = "公示已经结束，不能再作为公示异议收下；您可以向乡镇（街道）或县民政局投诉举报，或拨打 12345。"


@dataclass(frozen=True)
class Receipt:
    """What the objector is given. ``again``: the very same had come before; ``joined``: others said something too."""

    code: str
    anonymous: bool
    due_on: date | None
    joined: bool = False
    again: bool = False


@transaction.atomic
def submit(
    *,
    publicity: Publicity,
    subject: str,
    content: str,
    name: str = "",
    phone: str = "",
    photos: Sequence[int] = (),
) -> Receipt:
    """Take one objection to a posted row. ``phone`` must have been confirmed by the caller (one-time code); without
    name and phone it is anonymous. After the publicity it is still taken until the decision. ``photos``: ids of stored attachments without a case.

    Raises TooLate, ObjectionRefused."""
    from minzheng.kernel.cases.models import Publicity
    from minzheng.kernel.cases.running.engine import locked

    words = checked_content(content)
    if subject not in dict(PublicObjection.SUBJECTS):
        raise ObjectionRefused("请先选一项您要反映的事。")
    locked(publicity.case_id)
    posted = Publicity.objects.select_related("case").get(pk=publicity.pk)
    running = posted.closed_at is None and posted.posted_on <= clock.today() <= posted.ends_on
    if not running and not late_open(posted, clock.today()):
        raise TooLate(LATE)
    if name or phone:
        return _real_name(posted, subject, words, checked_name(name), phone, list(photos)[:MAX_PHOTOS])
    return _anonymous(posted, subject, words, list(photos)[:MAX_PHOTOS])


def checked_content(content: str) -> str:
    """What is said, trimmed. Raises ObjectionRefused."""
    words = content.strip()
    if len(words) < MIN_CONTENT:
        raise ObjectionRefused("请写清是什么情况，几句话就行，例如“他家在县城有一间出租的门面”。")
    if len(words) > MAX_CONTENT:
        raise ObjectionRefused(f"写得太长了（{len(words)} 字），请控制在 {MAX_CONTENT} 字以内，其余的可以拍照附上。")
    return words


def checked_name(name: str) -> str:
    try:
        return normal_name(name)
    except SubjectError:
        raise ObjectionRefused("请填写您的真实姓名，我们会保密。") from None


def _real_name(posted: Publicity, subject: str, words: str, name: str, phone: str, photos: list[int]) -> Receipt:
    from minzheng.kernel.cases import services

    mine = PublicObjection.objects.filter(phone_index=BlindIndex.of_value("phone", phone))
    same = mine.filter(case=posted.case, publicity=posted, content_sha=content_mark(words)).first()
    if same is not None:
        return Receipt(same.code, False, same.due_on, same.joined_to_id is not None, again=True)
    since = clock.now() - settings.OBJECTION_WINDOW
    if mine.filter(received_at__gte=since).count() >= settings.OBJECTIONS_PER_PHONE:
        raise ObjectionRefused("这个号码今天提交得太多了，请明天再来，或到乡镇（街道）窗口当面说。")
    try:
        services.file_objection(
            case_id=posted.case_id,
            actor=ANONYMOUS,
            data={"content": words, "objector_name": name, "objector_phone": phone},
        )
    except Refused as error:
        raise TooLate(LATE) if _over(posted) else ObjectionRefused(str(error)) from None
    row = mine.filter(case=posted.case, content_sha=content_mark(words)).order_by("-received_at", "-pk")[0]
    row.subject, row.photos = subject, [str(pk) for pk in photos]
    row.save(update_fields=["subject", "photos"])
    return Receipt(row.code, False, row.due_on, row.joined_to_id is not None)


def _over(posted: Publicity) -> bool:
    """Too late for anything: neither within the days of the publicity nor before the decision."""
    return clock.today() > posted.ends_on and not late_open(posted, clock.today())


def _anonymous(posted: Publicity, subject: str, words: str, photos: list[int]) -> Receipt:
    """Kept on record only: it stops nothing and nobody is owed an answer, but the township reads it."""
    from minzheng.kernel.audit.services import record

    sent = PublicObjection.objects.filter(publicity=posted, anonymous=True)
    same = sent.filter(content_sha=content_mark(words)).first()
    if same is not None:
        return Receipt(same.code, True, None, again=True)
    if sent.count() >= settings.ANONYMOUS_OBJECTIONS_PER_ROW:
        raise ObjectionRefused("这一户收到的匿名反映已经很多，不再登记；请留下姓名和手机号，我们会逐件核实、严格保密。")
    row = PublicObjection(
        code=new_code(),
        case=posted.case,
        region_code=posted.region_code,
        publicity=posted,
        channel="page",
        subject=subject,
        anonymous=True,
        content=words,
        content_sha=content_mark(words),
        photos=[str(pk) for pk in photos],
        state="recorded",
        received_at=clock.now(),
        is_demo=posted.case.is_demo,
    )
    row.save(force_insert=True)
    record(actor=ANONYMOUS, action="objection.recorded", obj=row, region_code=row.region_code, detail=_detail(row))
    return Receipt(row.code, True, None)


def _detail(row: PublicObjection) -> dict[str, Any]:
    return {"subject": row.subject, "photos": len(row.photos)}
