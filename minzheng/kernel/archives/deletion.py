"""个人信息删除请求: a statutory archive is kept until its time is over; the refusal names the law and how long."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from minzheng.kernel import clock
from minzheng.kernel.archives.errors import ArchiveError
from minzheng.kernel.archives.models import DeletionRequest, Volume
from minzheng.kernel.audit import services as audit
from minzheng.kernel.documents.catalogue.elements import chinese_date
from minzheng.kernel.documents.services import issue

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.subjects.models import Person

LAW = "《中华人民共和国个人信息保护法》第四十七条第二款"
ARCHIVE_LAW = "《中华人民共和国档案法》"
_PERMANENT = "法定保管期限为永久，只能存储和采取必要的安全保护措施。"
_RUNNING = "法定保管期限还没有届满，期满前只能存储和采取必要的安全保护措施，不作其他使用。"


@transaction.atomic
def answer_deletion(
    *, volume: Volume, person: Person | None, asked_on: date, asked: str, actor: Actor, phone: str = "12345"
) -> DeletionRequest:
    """Answer a request to delete: refused with its basis and a notice (G06) while the volume has to be kept; “deleted”
    when its contents are gone already."""
    if not asked.strip():
        raise ArchiveError("请写明本人要求删除什么。")
    if asked_on > clock.today():
        raise ArchiveError("提出日期不能晚于今天。")
    destroyed = volume.state == "destroyed"
    request = DeletionRequest(
        region_code=volume.region_code,
        case=volume.case,
        person=person,
        asked_on=asked_on,
        content=asked[:200],
        answer="deleted" if destroyed else "refused",
        basis=f"案卷内容已于 {volume.destroyed_at:%Y-%m-%d} 销毁" if destroyed else f"{LAW}；{volume.retention_basis}",
        answered_by=actor.user,
        answered_at=clock.now(),
    )
    if not destroyed:
        kept = volume.destroy_after
        request.document = issue(
            code="G06",
            case=volume.case,
            addressee_name=person.name if person is not None else volume.case.applicant_name,
            fields={
                "asked_on": asked_on,
                "asked": asked,
                "basis": [LAW, ARCHIVE_LAW, volume.retention_basis],
                "reasons": [{"code": "", "sentence": _RUNNING if kept else _PERMANENT}],
                "keep_until": chinese_date(kept) if kept else "永久",
                "phone": phone,
            },
            actor=actor,
            on=clock.today(),
        )
    request.save(force_insert=True)
    audit.record(
        actor=actor,
        action="archive.deletion",
        obj=volume,
        reason=request.answer,
        detail={"person": str(person.pk) if person else "", "asked_on": asked_on.isoformat()},
    )
    return request
