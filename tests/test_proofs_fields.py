"""Whatever is typed into a field, it is taken or refused with a sentence: every kind of declared field, any text.

MINZHENG_FUZZ sets how many texts a field gets (60 here)."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from minzheng.kernel.openapi.describe import fields_of
from minzheng.kernel.pages import registry
from minzheng.kernel.parts.fields import (
    BankAccount,
    Choice,
    Count,
    Date,
    Field,
    IdNumber,
    Invalid,
    LongText,
    Money,
    PersonPick,
    Phone,
    Region,
    Text,
    Tick,
    YesNo,
)

TRIES = int(os.environ.get("MINZHENG_FUZZ", "60"))
_OPTIONS = (("a", "甲"), ("b", "乙"))
KINDS: dict[str, Field] = {
    "text": Text("f", "一栏"),
    "text_required": Text("f", "一栏", required=True, min_length=2, max_length=20),
    "long": LongText("f", "说明"),
    "choice": Choice("f", "选项", options=_OPTIONS),
    "choice_many": Choice("f", "选项", options=_OPTIONS, many=True),
    "yes_no": YesNo("f", "是否"),
    "tick": Tick("f", "同意"),
    "date": Date("f", "日期"),
    "money": Money("f", "金额"),
    "count": Count("f", "人数"),
    "id_no": IdNumber("f", "身份证号码"),
    "phone": Phone("f", "手机号"),
    "account": BankAccount("f", "银行账号"),
    "person": PersonPick("f", "人员"),
    "region": Region("f", "地区"),
}
#: What people and their tools really send: pasted from a sheet, typed full-width, cut, attacked.
NASTY = (
    "\0", "a\0b", "\ud800", "\udfff甲", "\u202e8102-11-21", "１２３４５６７８", "一千二百", "²³", "٣٤٥", "①", "٫", "½",
    "９９０１０１１９５８０３１４９０２２", "1e999", "-1e-400", "NaN", "Infinity", "0x10", "1_000", "++1", "--", "1.2.3",
    "9" * 400, "0" * 100000, "2026-02-30", "0000-00-00", "99999-01-01", "２０２６－０２－２８", "-2026-01-01", "\ufeff甲",
    "=cmd|' /C calc'!A0", "@SUM(1+1)", "<script>alert(1)</script>", "'; DROP TABLE x;--", "{{7*7}}", "\u200b", "\t", "\r\n",
    "甲" * 1_000_000, "𠮷" * 200, "1" * 1_000_000, "👨‍👩‍👧", "\x1b[31m", "\x7f", "９" * 30, "1,2,3", "，，", "￥12", "12元",
)  # fmt: skip
ANY = st.one_of(
    st.text(st.characters(), max_size=60),
    st.text(st.sampled_from("0123456789０１２３４５６７８９Xx.-+年月日/，,eE \0\ud800"), max_size=40),
    st.from_regex(r"[0-9]{17}[0-9Xx]", fullmatch=True),
    st.lists(st.text(max_size=10), max_size=4),
    st.sampled_from([None, "", [], "on", "yes", True, False]),
)
_FUZZ = hypothesis.settings(
    max_examples=TRIES, derandomize=True, database=None, deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)  # fmt: skip


def taken(field: Field, raw: Any) -> None:
    """Cleaned, or refused with one Chinese sentence; what was taken can be drawn again, and be kept."""
    try:
        value = field.clean(raw)
    except Invalid as refused:
        sentence = str(refused)
        assert any("一" <= char <= "鿿" for char in sentence) and len(sentence) < 400, sentence[:100]
        assert "\0" not in sentence
        return
    field.to_input(value)
    for part in value if isinstance(value, (list, tuple)) else [value]:
        if isinstance(part, str):
            assert "\0" not in part, "数据库存不下这个字符"
            part.encode()


@pytest.mark.parametrize("kind", KINDS)
def test_任何文字_要么收下_要么说明白(kind: str) -> None:
    for raw in NASTY:
        taken(KINDS[kind], raw)

    @_FUZZ
    @hypothesis.given(ANY)
    def tried(raw: Any) -> None:
        taken(KINDS[kind], raw)

    tried()


@pytest.mark.django_db
def test_每一个登记过的表单的每一栏_都经得起(record_property: Callable[[str, Any], None]) -> None:
    fields = [field for page in registry.pages().values() for field in fields_of(page) if field.widget != "photo"]
    assert len(fields) > 40
    for field in fields:
        for raw in NASTY:
            taken(field, raw)
    record_property("cases", len(fields) * len(NASTY))
