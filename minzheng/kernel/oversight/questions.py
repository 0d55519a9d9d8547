"""询问与投诉: a citizen asks about a reading of her file; the audit administrator answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.notices import services as notices
from minzheng.kernel.oversight.errors import OversightRefused
from minzheng.kernel.oversight.models import ReadQuestion
from minzheng.kernel.subjects.models import Person

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: Open questions of one person at a time: an angry evening is heard, a flood is not.
MOST_OPEN = 10
KINDS = ReadQuestion.KINDS


@transaction.atomic
def ask(*, actor: Actor, person_id: int, entry_id: int | None, kind: str, text: str) -> ReadQuestion:
    """Put a question into the audit administrator's queue. The caller has checked that the actor may see the readings
    of this person. Raises OversightRefused."""
    assert actor.user is not None
    words = text.strip()[:500]
    if kind not in dict(ReadQuestion.KINDS):
        raise OversightRefused("请选择是询问还是投诉。")
    if len(words) < 4:
        raise OversightRefused("请写几句话，说说您想知道什么（至少 4 个字）。")
    person = Person.objects.select_for_update().get(pk=person_id)
    mine = ReadQuestion.objects.filter(person=person, state="open")
    if mine.count() >= MOST_OPEN:
        raise OversightRefused(f"您还有 {MOST_OPEN} 条没有答复的询问，请等答复后再提。")
    if entry_id is not None and mine.filter(entry_id=entry_id).exists():
        raise OversightRefused("这次查阅您已经问过了，正在等答复。")
    question = ReadQuestion.objects.create(
        person=person,
        region_code=person.region_code,
        asked_by=actor.user,
        entry_id=entry_id,
        kind=kind,
        text=words,
        asked_at=clock.now(),
    )
    audit.record(actor=actor, action="read.question", obj=person, detail={"question": str(question.pk), "kind": kind})
    return question


def visible_to(actor: Actor) -> QuerySet[ReadQuestion]:
    """Questions about people of the places over which the actor holds audit.review, unanswered first."""
    return ReadQuestion.objects.filter(actor.scope_q("audit.review")).order_by("-state", "asked_at")


def of_person(actor: Actor, person_id: int) -> QuerySet[ReadQuestion]:
    """What this citizen asked about this file, newest first."""
    return ReadQuestion.objects.filter(person_id=person_id, asked_by_id=actor.id).order_by("-asked_at")[:20]


@transaction.atomic
def answer(*, actor: Actor, pk: int, text: str) -> ReadQuestion:
    """Answer once; the citizen gets it as a message. Raises OversightRefused."""
    found = visible_to(actor).select_for_update().filter(pk=pk).first()
    if found is None:
        raise OversightRefused("没有这条询问，或您的岗位不能答复它。")
    if found.state != "open":
        raise OversightRefused(f"这条询问已由{found.answered_name}答复。")
    words = text.strip()[:500]
    if len(words) < 4:
        raise OversightRefused("请写明答复内容（至少 4 个字）。")
    found.state, found.answer, found.answered_at = "answered", words, clock.now()
    found.answered_by, found.answered_name = actor.user, actor.name
    found.save(update_fields=["state", "answer", "answered_at", "answered_by", "answered_name"])
    audit.record(
        actor=actor, action="read.answer", obj=found.person, region_code=found.region_code,
        detail={"question": str(found.pk)},
    )  # fmt: skip
    body = "您对档案查阅提出的询问已有答复，请在“谁看过我的档案”里查看。"
    notices.send(case=None, person=found.person, channel="inapp", body=body)
    return found
