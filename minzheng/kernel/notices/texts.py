"""Lengths and times of messages: billed parts of a text message, the signature, quiet hours."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from minzheng.kernel import clock
from minzheng.kernel.documents import terms
from minzheng.kernel.notices.errors import MessageError

#: One part holds 70 characters; joined parts hold 67 each (three characters carry the join). GSM 03.40, UCS-2.
ONE_PART, JOINED_PART = 70, 67
MOST_PARTS = 3
#: Longest text of each channel, in characters; anything longer belongs in a notice.
LONGEST = {"sms": MOST_PARTS * JOINED_PART, "wechat": 200, "inapp": 500, "post": 2000}


def signed(body: str) -> str:
    """A text must begin with the signature (carriers require it)."""
    if body.startswith("【"):
        return body
    return f"【{getattr(settings, 'MESSAGE_SIGNATURE', '民政服务')}】{body}"


def parts(body: str) -> int:
    """How many text messages are billed, signature included. Characters outside the BMP (㐀 rare names) take two places."""
    length = len(signed(body).encode("utf-16-le")) // 2
    return 1 if length <= ONE_PART else -(-length // JOINED_PART)


def check(channel: str, body: str) -> None:
    """MessageError when empty or too long for the channel; a text is measured with its signature."""
    if not body.strip():
        raise MessageError("消息是空的，请写上内容。")
    if channel == "sms" and parts(body) > MOST_PARTS:
        raise MessageError(f"短信连签名要分成 {parts(body)} 条，最多 {MOST_PARTS} 条；请写短些，详情放进文书。")
    if len(body) > LONGEST[channel]:
        raise MessageError(f"消息应在 1 到 {LONGEST[channel]} 字之间，现为 {len(body)} 字；请写短些，详情放进文书。")


def not_before(at: datetime | None = None) -> datetime | None:
    """The end of the quiet hours when it is quiet now; None when one may send at once."""
    now = at or clock.now()
    start, end = terms.number("quiet_from"), terms.number("quiet_to")
    if start == end:
        return None
    hour = now.hour
    quiet = start <= hour or hour < end if start > end else start <= hour < end
    if not quiet:
        return None
    morning = now.replace(hour=end % 24, minute=0, second=0, microsecond=0)
    return morning if morning > now else morning + timedelta(days=1)
