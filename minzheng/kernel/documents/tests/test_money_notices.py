"""What must fit together in notices of money, and the large-print page that says the same."""

from __future__ import annotations

import io
from typing import Any

import pypdf
import pytest
from click.testing import CliRunner

from minzheng.kernel.documents.catalogue import notices as catalogue
from minzheng.kernel.documents.catalogue.elements import stored
from minzheng.kernel.documents.catalogue.specimens import SPECIMENS
from minzheng.kernel.documents.cli import documents
from minzheng.kernel.documents.errors import DocumentError, MissingField
from minzheng.kernel.documents.tests.test_rendering import render, text_of
from minzheng.kernel.documents.typesetting import easyread, preview
from minzheng.kernel.documents.typesetting.amounts import yuan


def check(code: str, **changes: Any) -> None:
    notice = catalogue.notice(code)
    notice.check(stored(notice, SPECIMENS[code] | changes))


@pytest.mark.parametrize("code", ["N11", "N11J"])
@pytest.mark.parametrize("fine", [347600, 521400, 1042800])
def test_罚款在一倍到三倍之间(code: str, fine: int) -> None:
    check(code, fine_fen=fine)


@pytest.mark.parametrize("code", ["N11", "N11J"])
@pytest.mark.parametrize("fine", [347599, 1042801, 1046276, 0])
def test_三点零一倍和不到一倍都不行(code: str, fine: int) -> None:
    with pytest.raises(MissingField, match=r"3,476.00 元到 10,428.00 元"):
        check(code, fine_fen=fine)


def test_没有虚报隐瞒的不罚款() -> None:
    with pytest.raises(MissingField, match="不处罚款"):
        check("N11", honest=True)
    check("N11", honest=False)


def test_事先告知写明陈述申辩和听证的权利() -> None:
    text = text_of(render("N11"))
    for words in ("这不是最后决定", "陈述和申辩", "要求举行听证", "2026年11月26日"):
        assert words in text


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"amount_fen": 150401}, "各月多领合计 1,504.00 元"),
        ({"lines": [{"month": "2026年9月", "paid_fen": 10, "due_fen": 4, "over_fen": 7}]}, "应为 0.06 元"),
        ({"instalments": [{"due_on": "2026-12-21", "amount_fen": 1}]}, "分期合计 0.01 元"),
        ({"offset_percent": 20}, "须本人同意"),
        ({"offset_percent": 31, "offset_consent": "2026-11-20"}, "不能超过 30%"),
    ],
)
def test_追回的金额对到分(changes: dict[str, Any], wanted: str) -> None:
    with pytest.raises(MissingField, match=wanted):
        check("N10", **changes)


def test_追回写明金额月份分期和退法() -> None:
    text = text_of(render("N10", offset_percent=20, offset_consent="2026-11-20"))
    for words in ("1,504.00", "壹仟伍佰零肆元整", "2026年9月", "752.00", "第 2 期", "便民服务中心", "不超过 20%"):
        assert words in text


@pytest.mark.parametrize("fen", [1, 123_456_789])
def test_一分钱和一百多万都印得对(fen: int) -> None:
    text = text_of(render("N08", amount_fen=fen, old_amount_fen=fen))
    assert f"{yuan(fen)} 元" in text
    assert ("壹分" if fen == 1 else "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分") in text


def test_代管人不能是本人_协议不能先到期() -> None:
    with pytest.raises(MissingField, match="不能是存折持有人本人"):
        check("N18", custodian="周䶮兰")
    with pytest.raises(MissingField, match="早于起始日期"):
        check("N17", valid_until="2026-11-30")


@pytest.mark.parametrize("code", easyread.RETOLD)
def test_大字说明一页_数字和文书一样(code: str) -> None:
    pdf = preview.pdf(code, easy=True)
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    assert len(pages) == 1
    easy, full = text_of(pdf).replace(" ", ""), text_of(preview.pdf(code)).replace(" ", "")
    told = easyread.page(code, preview.fields_of(code))
    for line in (told.head, *told.lines):
        assert line.replace(" ", "") in easy
    for number in _numbers("".join(told.lines)):
        assert number in full, f"{number} 不在正式文书里"


def _numbers(text: str) -> list[str]:
    import re

    return re.findall(r"\d[\d,.年月日]*\d", text)


@pytest.mark.parametrize("code", [code for code, notice in catalogue.NOTICES.items() if notice.adverse])
def test_不利决定的大字说明也说不服怎么办(code: str) -> None:
    if code in easyread.RETOLD:
        assert easyread.page(code, preview.fields_of(code)).remedy_easy


def test_九口之家_长名字_三页的计算(tmp_path: Any) -> None:
    names = ["古丽巴哈尔·买买提𬭊", "王㛃", "周䶮兰", *(f"阿不都热合曼·艾合买提江{n}" for n in range(6))]
    members = [{"name": name, "relation": "其他", "id_no": "990101195203141527"} for name in names]
    rows = [{"label": f"第 {n} 项收入", "value": f"{n}.00 元", "note": "核对结果"} for n in range(1, 80)]
    pdf = render("N06", members=members, calculation=rows, persons=9)
    text = text_of(pdf)
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) >= 3
    for name in names:
        assert name in text.replace(" ", "")
    assert "第 79 项收入" in text


def test_公示单协议没有大字说明() -> None:
    with pytest.raises(DocumentError, match="没有大字说明"):
        easyread.page("N17", {})


def test_命令写出样张(tmp_path: Any) -> None:
    out = tmp_path / "a.pdf"
    run = CliRunner().invoke(documents, ["preview", "N10", "--out", str(out)])
    assert run.exit_code == 0, run.output
    assert out.read_bytes().startswith(b"%PDF-")
    assert CliRunner().invoke(documents, ["preview", "N99", "--out", str(out)]).exit_code == 2
    assert CliRunner().invoke(documents, ["preview", "N17", "--easy", "--out", str(out)]).exit_code == 2
    assert CliRunner().invoke(documents, ["preview", "N10", "--out", "/nonexistent/a.pdf"]).exit_code == 2
    listed = CliRunner().invoke(documents, ["list", "--json"])
    assert '"N12"' in listed.output
