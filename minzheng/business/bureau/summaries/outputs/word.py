"""DOCX in the layout of official documents (GB/T 9704—2012): A4, margins 37/35/28/26 mm, 22 lines of 28 characters, title
in 小标宋 二号, headings in 黑体 and 楷体 三号, text in 仿宋 三号, page numbers — 1 — outside at the foot.

The fonts that offices have are named; each has an alternative in the font table for machines without it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from minzheng.business.bureau.summaries.documents import Body, Grid, Paragraph, Run, layout

if TYPE_CHECKING:
    from minzheng.business.bureau.summaries.outputs import Colophon

#: Name of the font → what stands in where it is not installed.
FONTS = {
    "方正小标宋简体": "华文中宋",
    "仿宋_GB2312": "仿宋",
    "黑体": "SimHei",
    "楷体_GB2312": "楷体",
    "宋体": "SimSun",
}
#: Style of a paragraph → (font, size in points, alignment, indent in characters).
_STYLES: dict[str, tuple[str, float, Any, int]] = {
    "title": ("方正小标宋简体", 22, WD_ALIGN_PARAGRAPH.CENTER, 0),
    "part": ("黑体", 16, WD_ALIGN_PARAGRAPH.JUSTIFY, 2),
    "item": ("楷体_GB2312", 16, WD_ALIGN_PARAGRAPH.JUSTIFY, 2),
    "body": ("仿宋_GB2312", 16, WD_ALIGN_PARAGRAPH.JUSTIFY, 2),
    "caption": ("黑体", 14, WD_ALIGN_PARAGRAPH.CENTER, 0),
    "note": ("仿宋_GB2312", 12, WD_ALIGN_PARAGRAPH.LEFT, 0),
    "number": ("仿宋_GB2312", 16, WD_ALIGN_PARAGRAPH.CENTER, 0),
    "cell": ("仿宋_GB2312", 10.5, WD_ALIGN_PARAGRAPH.CENTER, 0),
    "sign": ("仿宋_GB2312", 16, WD_ALIGN_PARAGRAPH.RIGHT, 0),
}
#: Text area 156 × 225 mm: 22 lines → 28.99 pt each; 28 characters of 16 pt on 442.2 pt → −0.21 pt between them.
_LINE = 28.95
_CHAR_SPACE = -849


def render(body: Body, colophon: Colophon) -> bytes:
    document = Document()
    _page(document)
    _styles(document)
    _fonts(document)
    for line in layout(body):
        if isinstance(line, Grid):
            _grid(document, line, colophon.base)
            continue
        _paragraph(document, line, colophon.base)
        if line.style == "title":
            _plain(document, colophon.number or colophon.draft, "number")
            _plain(document, "", "body")
    for text in ("", colophon.org, colophon.day):
        _plain(document, text, "sign" if text else "body", end=4 if text == colophon.day and text else 2)
    document.core_properties.title = "".join(run.text for run in _first(body)).replace("\n", "")
    document.core_properties.author = colophon.org
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _first(body: Body) -> tuple[Run, ...]:
    title = layout(body)[0]
    assert isinstance(title, Paragraph)
    return title.runs


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    grid = OxmlElement("w:docGrid")
    for name, value in (
        ("type", "linesAndChars"),
        ("linePitch", str(round(_LINE * 20))),
        ("charSpace", str(_CHAR_SPACE)),
    ):
        grid.set(qn(f"w:{name}"), value)
    section._sectPr.append(grid)
    document.settings.odd_and_even_pages_header_footer = True
    _foot(section.footer, WD_ALIGN_PARAGRAPH.RIGHT)
    _foot(section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)


def _foot(footer: Any, side: Any) -> None:
    """— 1 — in 宋体 四号, one character from the outer edge."""
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.alignment = side
    _indent(paragraph, **{"rightChars" if side == WD_ALIGN_PARAGRAPH.RIGHT else "leftChars": 100})
    for kind, text in (("text", "— "), ("begin", ""), ("code", "PAGE"), ("end", ""), ("text", " —")):
        run = paragraph.add_run(text if kind == "text" else "")
        _font(run._r.get_or_add_rPr(), "宋体", 14)
        if kind in ("begin", "end"):
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        elif kind == "code":
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = text
            run._r.append(code)


def _styles(document: Any) -> None:
    _font(document.styles["Normal"].element.get_or_add_rPr(), "仿宋_GB2312", 16)
    for name, (font, size, side, indent) in _STYLES.items():
        style = document.styles.add_style(f"公文{name}", WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        _font(style.element.get_or_add_rPr(), font, size)
        form = style.paragraph_format
        form.alignment, form.space_before, form.space_after = side, Pt(0), Pt(0)
        form.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        form.line_spacing = Pt({"title": 36, "cell": 16, "note": 20}.get(name, _LINE))
        form.keep_with_next = name in ("title", "part", "item", "caption")
        if indent:
            _indent(style, firstLineChars=indent * 100)


def _font(properties: Any, name: str, size: float) -> None:
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for theme in [key for key in fonts.attrib if key.endswith("Theme")]:
        del fonts.attrib[theme]
    for kind in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{kind}"), name)
    for tag in ("w:sz", "w:szCs"):
        for old in properties.findall(qn(tag)):
            properties.remove(old)
        element = OxmlElement(tag)
        element.set(qn("w:val"), str(round(size * 2)))
        properties.append(element)


def _indent(owner: Any, **characters: int) -> None:
    """Indents in hundredths of a character, as Chinese paragraphs have them."""
    element = owner.element if hasattr(owner, "element") else owner._p
    properties = element.get_or_add_pPr()
    indent = properties.get_or_add_ind()
    for name, value in characters.items():
        indent.set(qn(f"w:{name}"), str(value))


def _fonts(document: Any) -> None:
    """The font table names what stands in for a font that is missing."""
    for relation in document.part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.FONT_TABLE:
            entries = "".join(
                f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/><w:family w:val="auto"/></w:font>'
                for name, other in FONTS.items()
            )
            space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
            xml = (
                f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts xmlns:w="{space}">{entries}</w:fonts>'
            )
            relation.target_part._blob = xml.encode()


def _paragraph(document: Any, line: Paragraph, base: str) -> None:
    paragraph = document.add_paragraph(style=f"公文{line.style}")
    _runs(document, paragraph, line.runs, base)


def _runs(document: Any, paragraph: Any, runs: tuple[Run, ...], base: str) -> None:
    for run in runs:
        if base and run.url:
            _linked(document, paragraph, run, base + run.url)
        else:
            paragraph.add_run(run.text)


def _linked(document: Any, paragraph: Any, run: Run, url: str) -> None:
    """A link that looks like the text around it: an official paper has no blue words."""
    relation = document.part.relate_to(url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), relation)
    inner = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = run.text
    inner.append(text)
    link.append(inner)
    paragraph._p.append(link)


def _plain(document: Any, text: str, style: str, end: int = 0) -> None:
    paragraph = document.add_paragraph(text, style=f"公文{style}")
    if end:
        _indent(paragraph, rightChars=end * 100)


def _grid(document: Any, grid: Grid, base: str) -> None:
    table = document.add_table(rows=1 + len(grid.rows), cols=len(grid.columns), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    head = table.rows[0]._tr.get_or_add_trPr()
    repeat = OxmlElement("w:tblHeader")
    head.append(repeat)
    for row, cells in zip(table.rows, (grid.columns, *grid.rows), strict=True):
        for cell, runs in zip(row.cells, cells, strict=True):
            cell.paragraphs[0].style = document.styles["公文cell"]
            _runs(document, cell.paragraphs[0], runs, base)
