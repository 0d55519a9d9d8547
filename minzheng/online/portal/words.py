"""Plain words: amounts read out, birth date and sex in an ID number, dates and weekdays."""

from __future__ import annotations

import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import cn2an

from minzheng.kernel import clock
from minzheng.kernel.ages import age_on

WEEKDAYS = "一二三四五六日"
_LARGEST_READ = Decimal(100_000_000)


def money_words(text: Any) -> str:
    """“1200” → “一千二百元”. Read out, a zero too many shows; empty when it cannot be read."""
    plain = str(text or "").replace(",", "").strip()
    try:
        yuan = Decimal(plain)
    except InvalidOperation:
        return ""
    if not yuan.is_finite() or yuan < 0 or yuan >= _LARGEST_READ:
        return ""
    whole, cents = divmod(int((yuan * 100).to_integral_value()), 100)
    read = str(cn2an.an2cn(str(whole), "low"))
    read = read if not read.startswith("一十") else read[1:]
    jiao, fen = divmod(cents, 10)
    digits = "零一二三四五六七八九"
    tail = (f"{digits[jiao]}角" if jiao else "零" if fen and whole else "") + (f"{digits[fen]}分" if fen else "")
    return f"{read}元{tail}" if whole or not tail else tail


def id_words(id_no: Any, *, short: bool = False) -> str:
    """What an ID number says: birth date, sex, age. Empty for a wrong number (its error is said elsewhere)."""
    from minzheng.kernel.subjects.idcard import InvalidIdNumber, check

    text = str(id_no or "").strip()
    if not text:
        return ""
    try:
        card = check(text)
    except InvalidIdNumber:
        return ""
    sex = {"1": "男", "2": "女"}.get(str(card.sex), str(card.sex))
    years = age_on(card.birth_date, clock.today())
    if short:
        return f"{sex}，{years} 岁"
    return f"{date_words(card.birth_date)}出生，{sex}，{years} 岁"


def age_of_id(id_no: Any) -> int | None:
    """Age by ID number; None for a wrong number."""
    from minzheng.kernel.subjects.idcard import InvalidIdNumber, check

    try:
        return age_on(check(str(id_no or "")).birth_date, clock.today())
    except InvalidIdNumber:
        return None


def date_words(day: datetime.date | None, *, weekday: bool = False) -> str:
    """2026-11-26 → “2026年11月26日（星期四）”."""
    if day is None:
        return ""
    text = f"{day.year}年{day.month}月{day.day}日"
    return f"{text}（星期{WEEKDAYS[day.weekday()]}）" if weekday else text


def yuan(fen: int | None) -> str:
    """fen → “1,234.56 元”."""
    return "" if fen is None else f"{Decimal(fen) / 100:,.2f} 元"


def today_iso() -> str:
    return clock.today().isoformat()
