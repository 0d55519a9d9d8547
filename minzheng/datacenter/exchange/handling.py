"""What a person does by hand: send a failed message again, decide about a file in quarantine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from minzheng.datacenter.exchange import envelopes, messages, partners
from minzheng.datacenter.exchange.carriers import files
from minzheng.datacenter.exchange.errors import ExchangeRefused, Rejected
from minzheng.datacenter.exchange.models import ExchangeMessage, ExchangeQuarantine, ExchangeRequest
from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.crypto.sealing import sm3

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

AGAIN, DROP = "again", "drop"


@transaction.atomic
def send_again(*, actor: Actor, message: ExchangeMessage) -> None:
    """Queue a failed message under its own id, signed anew where its time has passed. Raises ExchangeRefused."""
    _allowed(actor, message.region_code)
    message = ExchangeMessage.objects.select_for_update().select_related("partner").get(pk=message.pk)
    if message.direction != "out" or message.state not in ("failed", "expired"):
        raise ExchangeRefused(f"这份报文{message.get_state_display()}，不用重新发送。")
    old, now = message.envelope, clock.now()
    fresh = envelopes.make(
        partners.keys_of(message.partner), sender=old["from"], receiver=old["to"], kind=old["kind"], body=old["body"], now=now,
        expires=now + messages.lifetime(), message_id=old["id"], reply_to=old["reply_to"], source=old["source"],
        purpose=old["purpose"], basis=old["basis"], consents=old["consents"],
    )  # fmt: skip
    if old["key_id"] != fresh["key_id"] and old["kind"] != "ack" and old["body"].get("people"):
        raise ExchangeRefused("发送以后密钥已经更换，里面的人员信息是用原密钥加密的：请重新发起，不能重发这一份。")
    message.envelope, message.nonce, message.state, message.error = fresh, fresh["nonce"], "queued", ""
    message.expires_at = envelopes.moment(fresh["expires"])
    message.save()
    ExchangeRequest.objects.filter(message=message, state__in=("failed", "expired")).update(state="asked")
    partners.note(message.partner, "again", "由人重新发送", message)
    messages.queue(message)
    detail = {"message": message.message_id, "partner": message.partner.title}
    audit.record(actor=actor, action="exchange.again", obj=message, detail=detail)


def settle(*, actor: Actor, row: ExchangeQuarantine, do: str, note: str) -> str:
    """Work on a file in quarantine once more (after a key or a setting was put right), or give it up. Returns what became of
    it. Raises ExchangeRefused."""
    _allowed(actor, row.region_code)
    if row.state != "held":
        raise ExchangeRefused("这份文件已经处理过。")
    if len(note.strip()) < 4:
        raise ExchangeRefused([], {"note": "请写明处理情况（至少 4 个字）。"})
    said = "已作废，文件留存备查。"
    if do == AGAIN:
        try:
            messages.accept(row.partner, _content(row))
        except Rejected as error:
            raise ExchangeRefused(f"还是不能收：{error}") from None
        said = "已重新收下并办理。"
    with transaction.atomic():
        row.state, row.handled_at, row.note = ("again" if do == AGAIN else "dropped"), clock.now(), note.strip()[:200]
        row.handled_by_id = actor.id
        row.save()
        audit.record(
            actor=actor, action="exchange.quarantine", obj=row, reason=row.note, detail={"file": row.name, "do": do}
        )
    return said


def _content(row: ExchangeQuarantine) -> bytes:
    """The file as it came, found by its digest whatever it is called now. Raises ExchangeRefused."""
    folder = files.folder(row.partner.code) / "quarantine"
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or not path.is_file() or path.stat().st_size != row.size:
            continue
        content = path.read_bytes()
        if sm3(content) == row.sha:
            return content
    place = folder.relative_to(settings.EXCHANGE_ROOT)
    raise ExchangeRefused(f"{place} 里找不到这份文件（可能已经清理），请让对方重新发送。")


def _allowed(actor: Actor, region_code: str) -> None:
    if not actor.is_system and actor.can(partners.MANAGE, region_code) is None:
        raise ExchangeRefused("您的岗位不能管理这个地区的数据交换，请由数据管理员办理。")
