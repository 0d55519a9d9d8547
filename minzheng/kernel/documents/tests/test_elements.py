"""Elements: all that is missing is said at once, ID numbers are hidden, what is stored is what is printed."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from minzheng.kernel.documents.catalogue.elements import chinese_date, chinese_month, printed, stored
from minzheng.kernel.documents.catalogue.notices import FORMS, NOTICES, notice
from minzheng.kernel.documents.errors import MissingField, UnknownNotice
from minzheng.kernel.documents.tests.samples import FIELDS


@pytest.mark.parametrize("code", [*NOTICES, *FORMS])
def test_样例要素齐全(code: str) -> None:
    notice(code).check(stored(notice(code), FIELDS[code]))


@pytest.mark.parametrize(
    ("code", "key"), [(code, need.key) for code in NOTICES for need in NOTICES[code].needs if need.required]
)
def test_少任何一项必备要素都不能制发(code: str, key: str) -> None:
    fields = {name: value for name, value in FIELDS[code].items() if name != key}
    with pytest.raises(MissingField) as caught:
        NOTICES[code].check(stored(NOTICES[code], fields))
    assert caught.value.fields == (key,)
    assert code in str(caught.value)


def test_缺几项一次说全() -> None:
    with pytest.raises(MissingField) as caught:
        NOTICES["N07"].check({"matter": "最低生活保障"})
    assert {"id_no", "facts", "basis", "reasons", "calculation"} <= set(caught.value.fields)
    assert "理由" in str(caught.value)
    assert "计算明细" in str(caught.value)


def test_行里缺一格也说出第几行() -> None:
    fields = FIELDS["N02"] | {"missing": [{"name": "户口簿", "how": "拍照"}, {"name": "残疾人证"}]}
    with pytest.raises(MissingField, match="第2行的怎样补"):
        NOTICES["N02"].check(stored(NOTICES["N02"], fields))


def test_不利决定都写理由和救济途径() -> None:
    for found in NOTICES.values():
        if found.adverse:
            assert found.remedy
            assert "reasons" in {need.key for need in found.needs if need.required}


def test_证件号和账号在任何一层都遮盖() -> None:
    text = json.dumps(stored(NOTICES["N06"], FIELDS["N06"]), ensure_ascii=False)
    for plain in ("990101195203141527", "99010120140101123X", "6217001234567890123"):
        assert plain not in text
    assert "990101********1527" in text


def test_遮盖两次与一次相同() -> None:
    once = stored(NOTICES["N06"], FIELDS["N06"])
    assert stored(NOTICES["N06"], once) == once


def test_存下的要素可以转成JSON再印出同样的内容() -> None:
    fields = FIELDS["N06"] | {"first_month": date(2026, 12, 1), "next_review_on": date(2027, 11, 30)}
    kept = stored(NOTICES["N06"], fields)
    assert printed(NOTICES["N06"], json.loads(json.dumps(kept))) == printed(NOTICES["N06"], kept)


def test_印出的金额有数字和大写() -> None:
    shown = printed(NOTICES["N06"], stored(NOTICES["N06"], FIELDS["N06"]))
    assert shown["amount"] == {"figures": "1,419.70", "capitals": "壹仟肆佰壹拾玖元柒角"}
    assert shown["first_month"] == "2026年12月"
    assert shown["calculation"][2]["value"] == "1,419.70 元"


def test_成对的理由和计算行也认() -> None:
    kept = stored(NOTICES["N07"], FIELDS["N07"])
    assert kept["reasons"] == [{"code": "R02", "sentence": "家庭财产超过规定：有一辆机动车。"}]
    assert kept["calculation"][0] == {"label": "家庭月收入", "value": "2,056.30 元"}


@pytest.mark.parametrize(
    ("key", "value"),
    [("amount_fen", 1419.7), ("amount_fen", "abc"), ("amount_fen", True), ("first_month", "十二月"), ("persons", 2.5)],
)
def test_类型不对说出哪一项(key: str, value: Any) -> None:
    with pytest.raises(MissingField) as caught:
        stored(NOTICES["N06"], FIELDS["N06"] | {key: value})
    assert caught.value.fields == (key,)


def test_日期写法() -> None:
    assert chinese_date("2026-11-21") == "2026年11月21日"
    assert chinese_date(date(2026, 1, 2)) == "2026年1月2日"
    assert chinese_month("2026-12-01") == "2026年12月"


def test_没有的文书代码() -> None:
    with pytest.raises(UnknownNotice, match="N99"):
        notice("N99")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("3000.00 元", "3,000.00 元"),
        ("每人每月 12345.60元", "每人每月 12,345.60元"),
        ("1,282.00 元", "1,282.00 元"),
        ("730.00 元", "730.00 元"),
        ("编号 20260001", "编号 20260001"),
    ],
)
def test_金额统一写千分位(value: str, shown: str) -> None:
    fields = FIELDS["N06"] | {"calculation": [("项目", value)]}
    assert printed(NOTICES["N06"], stored(NOTICES["N06"], fields))["calculation"][0]["value"] == shown


def test_理由都以句号结尾() -> None:
    fields = FIELDS["N07"] | {"reasons": [("R02", "机动车超过限额"), ("R01", "收入超过标准。")]}
    shown = printed(NOTICES["N07"], stored(NOTICES["N07"], fields))["reasons"]
    assert [row["sentence"] for row in shown] == ["机动车超过限额。", "收入超过标准。"]
