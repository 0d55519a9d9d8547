"""Typesetting: every notice comes out, fonts are embedded, no rare character is lost, the same elements give the same
bytes, users' text is never taken for source.
"""

from __future__ import annotations

import io

import pypdf
import pytest

from minzheng.kernel.documents.catalogue.elements import stored
from minzheng.kernel.documents.catalogue.notices import FORMS, NOTICES, notice
from minzheng.kernel.documents.tests.samples import FIELDS
from minzheng.kernel.documents.typesetting import rendering

_ISSUED = {
    "title": "最低生活保障确认通知书",
    "agency": "示范县民政局",
    "document_no": "示民低保确〔2026〕1号",
    "internal_no": "990101-DB-N06-2026-000001",
    "verify_code": "8K3M-Q7TR-2WXN-5H4P",
    "addressee": "周䶮兰",
    "remedy": "不服本决定的，可以申请行政复议。",
    "demo": True,
}


def render(code: str, **changes: object) -> bytes:
    fields = stored(notice(code), FIELDS[code] | changes)
    return rendering.render(notice(code), fields | _ISSUED, issued_on="2026-11-21")


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).replace("\n", "")


@pytest.mark.parametrize("code", [*NOTICES, *FORMS])
def test_每种文书都排得出来(code: str) -> None:
    pdf = render(code)
    assert pdf.startswith(b"%PDF-")
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) <= 2


def test_同样的要素排两次字节相同() -> None:
    assert render("N06") == render("N06")


def test_字体全部嵌入且声明为PDF_A_2b() -> None:
    reader = pypdf.PdfReader(io.BytesIO(render("N06")))
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)
    metadata = reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in metadata


def test_生僻姓名的字都在() -> None:
    text = text_of(render("N06"))
    for name in ("周䶮兰", "王㛃", "古丽巴哈尔·买买提𬭎"):
        assert name in text


def test_确认通知书写明金额大写起发月和救济途径() -> None:
    text = text_of(render("N06"))
    for words in (
        "1,419.70",
        "壹仟肆佰壹拾玖元柒角",
        "2026年12月",
        "行政复议",
        "示民低保确〔2026〕1号",
        "990101********1527",
    ):
        assert words in text
    assert "990101195203141527" not in text


def test_用户写的源码只当文字() -> None:
    text = text_of(render("N03", facts='#panic("x") $1/0$ *粗* @cite #read("/etc/passwd")'))
    assert '#panic("x")' in text.replace("“", '"').replace("”", '"')
    assert "root:" not in text


def test_很长的名字和很多成员排得下() -> None:
    members = [
        {"name": f"阿不都热合曼·艾合买提江{n}", "relation": "其他", "id_no": "990101195203141527"} for n in range(40)
    ]
    pdf = render("N06", members=members)
    assert "艾合买提江39" in text_of(pdf)


def test_查验地址指向公开网址(settings: pytest.FixtureRequest) -> None:
    settings.PUBLIC_URL = "https://mz.example.gov.cn/"  # type: ignore[attr-defined]
    assert rendering.verify_url("8K3M-Q7TR-2WXN-5H4P") == "https://mz.example.gov.cn/verify/8K3M-Q7TR-2WXN-5H4P"
