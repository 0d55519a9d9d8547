"""紧急查阅 (break glass): ONE file outside one's own scope, for some minutes, with a reason that others read at once.

Without it nothing tells whether a file exists: only the exact ID number together with the whole name finds one, every
try counts, and a wrong pair gets the same answer as a person nobody knows. What is opened stays masked like any file;
the right to see whole numbers does not come along.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from minzheng.kernel import clock
from minzheng.kernel.accounts.models import Assignment
from minzheng.kernel.audit import services as audit
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.crypto.fields import BlindIndex
from minzheng.kernel.notices import services as notices
from minzheng.kernel.oversight import purposes
from minzheng.kernel.oversight.errors import OversightRefused
from minzheng.kernel.oversight.limits import limit
from minzheng.kernel.oversight.models import GlassBreak
from minzheng.kernel.regions import codes
from minzheng.kernel.regions.selectors import region_name
from minzheng.kernel.subjects import idcard
from minzheng.kernel.subjects.errors import SubjectError
from minzheng.kernel.subjects.merging import speaking
from minzheng.kernel.subjects.models import Person
from minzheng.kernel.subjects.names import normal_name
from minzheng.kernel.subjects.selectors import visible_persons

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

PERMISSION = "person.break_glass"
TRY, OPENED = "glass.try", "glass.open"
NOBODY = "没有身份证号码与姓名都相符的档案。请对照证件核对；两项必须都完全一致。"


def identify(*, actor: Actor, id_no: str, name: str) -> Person:
    """The one person with exactly this number and this whole name, outside the actor's scope. Every call is a line in
    the log and counts against the day. Raises OversightRefused."""
    _require(actor)
    with transaction.atomic():
        _within(actor, TRY, "BREAK_GLASS_TRIES_PER_DAY", "核对号码和姓名")
        found = _exactly(id_no, name)
        audit.record(actor=actor, action=TRY, detail={"hits": int(found is not None)})
    if found is None:
        raise OversightRefused(NOBODY)
    if visible_persons(actor).filter(pk=found.pk).exists():
        raise OversightRefused("这个人的档案在您的数据范围内，请直接查找打开，不必紧急查阅。")
    return found


@transaction.atomic
def break_glass(*, actor: Actor, person_id: int, reason_code: str, text: str) -> GlassBreak:
    """Open the file for BREAK_GLASS_MINUTES; tells the audit administrator's queue, the leader of the person's place
    and the person at once. Raises OversightRefused."""
    _require(actor)
    assert actor.user is not None
    reason = purposes.codes("glass").get(reason_code)
    words = " ".join(text.split())
    if reason is None:
        raise OversightRefused("请选择紧急查阅的事由。")
    if len(words) < limit("BREAK_GLASS_TEXT"):
        raise OversightRefused(
            f"情况说明至少 {limit('BREAK_GLASS_TEXT')} 个字，现在是 {len(words)} 个字；请写清时间、地点和紧急情况。"
        )
    _within(actor, OPENED, "BREAK_GLASS_PER_DAY", "紧急查阅")
    person = Person.objects.get(pk=person_id)
    if visible_persons(actor).filter(pk=person.pk).exists():
        raise OversightRefused("这个人的档案在您的数据范围内，请直接打开，不必紧急查阅。")
    post = _post(actor)
    now = clock.now()
    opened = GlassBreak.objects.create(
        person=person,
        region_code=person.region_code,
        user=actor.user,
        user_name=actor.name,
        role=post.role,
        organization=post.organization.name,
        post=post.post,
        reason_code=reason.code,
        text=words[:500],
        opened_at=now,
        expires_at=now + timedelta(minutes=limit("BREAK_GLASS_MINUTES")),
    )
    audit.record(
        actor=actor,
        action=OPENED,
        obj=person,
        reason=f"紧急查阅（{reason.title}）",
        detail={"glass": str(opened.pk), "purpose": reason.code},
    )
    _tell(opened, person, reason)
    return opened


def through_glass(actor: Actor, pk: int) -> tuple[GlassBreak, Person] | None:
    """The file and the opening through which this actor may read it now; None when there is none or it has run out.
    The reading is recorded."""
    opened = GlassBreak.objects.filter(pk=pk, user_id=actor.id or 0, expires_at__gt=clock.now()).select_related(
        "person"
    )
    found = opened.first() if actor.id is not None and actor.has(PERMISSION) else None
    if found is None:
        return None
    title = purposes.codes("glass")[found.reason_code].title
    audit.record_read(actor=actor, obj=found.person, reason=f"紧急查阅（{title}）", purpose=found.reason_code)
    return found, found.person


def own(actor: Actor) -> QuerySet[GlassBreak]:
    """What this actor opened himself, newest first."""
    return GlassBreak.objects.filter(user_id=actor.id or 0).order_by("-opened_at")


def visible_to(actor: Actor) -> QuerySet[GlassBreak]:
    """Openings of files of the places over which the actor holds glass.read, and one's own; newest first."""
    return GlassBreak.objects.filter(actor.scope_q("glass.read")).order_by("-opened_at")


@transaction.atomic
def review(*, actor: Actor, pk: int, justified: bool, text: str) -> GlassBreak:
    """Judge an opening afterwards. Nobody judges his own; a judgement is not changed. Raises OversightRefused."""
    found = visible_to(actor).select_for_update().filter(pk=pk).first()
    if found is None or not actor.can("audit.review", found.region_code):
        raise OversightRefused("没有这条紧急查阅，或您的岗位不能复核它。")
    if found.user_id == actor.id:
        raise OversightRefused("不能复核自己的紧急查阅，请由另一名审计管理员复核。")
    if found.verdict:
        raise OversightRefused(f"这条紧急查阅已由{found.reviewed_name}复核，不能再改。")
    words = " ".join(text.split())
    if len(words) < 4:
        raise OversightRefused("请写明复核意见（至少 4 个字）。")
    found.verdict = GlassBreak.JUSTIFIED if justified else GlassBreak.UNJUSTIFIED
    found.review, found.reviewed_at = words[:500], clock.now()
    found.reviewed_by, found.reviewed_name = actor.user, actor.name
    found.save(update_fields=["verdict", "review", "reviewed_at", "reviewed_by", "reviewed_name"])
    audit.record(
        actor=actor, action="glass.review", obj=found.person, region_code=found.region_code,
        detail={"glass": str(found.pk), "verdict": found.verdict},
    )  # fmt: skip
    return found


def leaders_of(region_code: str) -> list[Assignment]:
    """Leaders of the township that keeps a file, by posts valid today."""
    today = clock.today()
    rows = Assignment.objects.filter(role="town_leader", valid_from__lte=today).select_related("user")
    return [
        one
        for one in rows
        if (one.valid_to is None or one.valid_to >= today) and codes.covers(one.region_code, region_code)
    ]


def _require(actor: Actor) -> None:
    if not (actor.is_staff and actor.has(PERMISSION)):
        raise OversightRefused("您的岗位没有紧急查阅的权限；如工作需要，请联系本单位安全管理员。")


def _post(actor: Actor) -> Assignment:
    """The post that allows it."""
    return next(one for one in actor.assignments if actor.acting_as(one).has(PERMISSION))


def _exactly(id_no: str, name: str) -> Person | None:
    try:
        number, whole = idcard.check(id_no).normalised, normal_name(name)
    except (idcard.InvalidIdNumber, SubjectError) as error:
        raise OversightRefused(str(error)) from error
    found = Person.objects.filter(id_index=BlindIndex.of_value("id_no", number), name=whole).first()
    return speaking(found) if found is not None else None


def _within(actor: Actor, action: str, name: str, what: str) -> None:
    """Today's lines of this kind by this user are fewer than the limit. The user's row is the lock: two tries at once
    count one after the other."""
    assert actor.user is not None
    type(actor.user).objects.select_for_update().get(pk=actor.user.pk)
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    used = AuditEntry.objects.filter(actor_id=actor.id, action=action, at__gte=midnight).count()
    if used >= limit(name):
        raise OversightRefused(
            f"今天{what}已达 {limit(name)} 次的上限。确有需要请联系对方乡镇（街道）或县级民政局协助。"
        )


def _tell(opened: GlassBreak, person: Person, reason: purposes.Code) -> None:
    """The person by message, the leader of the place by text; the audit administrator has the queue."""
    when = f"{timezone.localtime(opened.opened_at):%m月%d日 %H:%M}"
    who = f"{opened.organization}{opened.post}"
    body = (
        f"{when}，{who}因“{reason.title}”紧急查阅了您的档案。查阅将由审计管理员复核；详情和询问请看“谁看过我的档案”。"
    )
    for channel in ("inapp", "sms"):
        notices.send(case=None, person=person, channel=channel, body=body)
    place = region_name(person.region_code)
    for leader in leaders_of(person.region_code):
        if leader.user.phone:
            told = f"{when}，{who}紧急查阅了{place}一名群众的档案（{reason.title}）。请登录平台“紧急查阅”查看。"
            notices.send(case=None, person=None, channel="sms", body=told, to=leader.user.phone)
