"""Elements and uploads for tests; names and numbers are invented."""

from __future__ import annotations

import io
from typing import Any

import pypdf
from PIL import Image
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

_COMMON: dict[str, Any] = {
    "matter": "最低生活保障",
    "id_no": "990101195203141527",
    "applied_on": "2026-11-02",
    "phone": "0990-8801234",
}
_BASIS = ["《社会救助暂行办法》（国务院令第649号）第九条", "《最低生活保障审核确认办法》（民发〔2021〕57号）"]
_CALCULATION = [
    {"label": "保障标准", "value": "869.00 元", "note": "示范县城市，每人每月"},
    {"label": "家庭月收入", "value": "2,056.30 元", "note": ""},
    {"label": "月保障金额", "value_fen": 141970, "note": "869.00 × 4 − 2,056.30"},
]

FIELDS: dict[str, dict[str, Any]] = {
    "N01": _COMMON
    | {"case_no": "990101-DB-2026-1", "accepted_on": "2026-11-03", "due_on": "2026-12-15", "materials": ["身份证"]},
    "N02": _COMMON | {"missing": [{"name": "授权书", "how": "请本人在手机上签署"}], "due_on": "2026-11-17"},
    "N03": _COMMON
    | {"facts": "户籍和居住地都在外县。", "reasons": [("R04", "不属于本机关受理范围。")], "basis": _BASIS},
    "N04": _COMMON
    | {
        "findings": [
            {"person": "王建国", "item": "机动车", "declared": "无", "found": "小型轿车 1 辆", "as_of": "2026-11-05"}
        ],
        "objection_due_on": "2026-11-20",
    },
    "N05": {
        "matter": "最低生活保障",
        "rows": [{"applicant": "周*兰", "persons": 4, "amount_fen": 141970}],
        "place": "桃源村村务公开栏",
        "posted_on": "2026-11-09",
        "ends_on": "2026-11-16",
        "phone": "0990-8801234",
    },
    "N06": _COMMON
    | {
        "facts": "家庭月收入 2,056.30 元，人均低于标准。",
        "basis": _BASIS,
        "persons": 4,
        "amount_fen": 141970,
        "first_month": "2026-12-01",
        "calculation": _CALCULATION,
        "award_no": "990101-DB-456",
        "payee": "周䶮兰",
        "account": "6217001234567890123",
        "next_review_on": "2027-11-30",
        "members": [
            {"name": "周䶮兰", "relation": "户主", "id_no": "990101195203141527"},
            {"name": "王㛃", "relation": "子", "id_no": "99010120140101123X", "note": "未成年人"},
            {"name": "古丽巴哈尔·买买提𬭎", "relation": "其他", "id_no": "990101194001011234"},
        ],
    },
    "N07": _COMMON
    | {
        "facts": "名下有小型轿车 1 辆。",
        "reasons": [("R02", "家庭财产超过规定：有一辆机动车。")],
        "basis": _BASIS,
        "calculation": [("家庭月收入", "2,056.30 元"), ("财产条件", "不符合")],
        "next_benefits": [{"title": "最低生活保障边缘家庭", "why": "收入低于标准的 1.5 倍。"}],
    },
    "N14": _COMMON
    | {"facts": "经书面告知仍未签署授权书。", "reasons": [("R06", "拒绝授权，无法核对。")], "basis": _BASIS},
    "N16": _COMMON
    | {
        "relation": "配偶",
        "applicant": "周䶮兰",
        "scope": ["户籍", "银行存款"],
        "valid_from": "2026-11-02",
        "valid_until": "2027-11-01",
        "signed_on": "2026-11-02",
        "method": "本人手机签署",
    },
    "F01": {
        "matter": "最低生活保障",
        "case_no": "990101-DB-2026-1",
        "address": "桃源村三组",
        "members": [{"name": "周䶮兰", "relation": "户主", "id_no": "990101195203141527"}],
    },
    "F02": {"matter": "最低生活保障", "case_no": "990101-DB-2026-1", "village": "桃源村"},
}


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **save: Any) -> bytes:
    """A small picture, left half red, right half blue."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    out = io.BytesIO()
    image.save(out, kind, **save)
    return out.getvalue()


def paper(action: str = "", password: str = "", pages: int = 1) -> bytes:
    """A PDF; ``action`` smuggles the given content in."""
    writer = pypdf.PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if action == "script":
        _open_action(writer, {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert(1)")})
    elif action == "attachment":
        writer.add_attachment("a.exe", b"MZ")
    elif action == "launch":
        _open_action(writer, {"/S": NameObject("/Launch"), "/F": TextStringObject("cmd.exe")})
    elif action == "page_script":
        page = writer.pages[0]
        act = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("x")})
        page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): writer._add_object(act)})
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _open_action(writer: pypdf.PdfWriter, entries: dict[str, Any]) -> None:
    action = DictionaryObject({NameObject(key): value for key, value in entries.items()})
    writer._root_object[NameObject("/OpenAction")] = writer._add_object(action)
