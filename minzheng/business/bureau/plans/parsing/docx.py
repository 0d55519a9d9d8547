"""Text of a DOCX file (a zip of XML): paragraphs with their automatic numbers, table rows with tabs between cells."""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from xml.etree import ElementTree

from minzheng.business.bureau.plans.parsing.errors import UnreadableDocument

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LARGEST = 60 * 1024 * 1024
_HAN = "〇一二三四五六七八九"


def text(content: bytes, name: str) -> str:
    """UnreadableDocument for a zip that is no Word document, a damaged or a blown-up one."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            body = _part(archive, "word/document.xml", name)
            numbering = (
                _part(archive, "word/numbering.xml", name) if "word/numbering.xml" in archive.namelist() else None
            )
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, NotImplementedError, EOFError) as error:
        raise UnreadableDocument(
            f"{name} 不是完好的 Word 文件（.docx）：请用 Word 或 WPS 重新保存后再导入。"
        ) from error
    numbers = _Numbers(numbering)
    root = body.find(f"{_W}body")
    return "\n".join(_lines(root if root is not None else body, numbers))


def _part(archive: zipfile.ZipFile, part: str, name: str) -> ElementTree.Element:
    if archive.getinfo(part).file_size > _LARGEST:
        raise UnreadableDocument(f"{name} 展开后太大：请去掉图片和修订记录后再导入。")
    data = archive.read(part)
    # entities are how an XML file blows itself up; Word writes none
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise UnreadableDocument(f"{name} 含有不该有的 XML 声明：请用 Word 或 WPS 重新保存后再导入。")
    return ElementTree.fromstring(data)  # noqa: S314 - declarations were refused above


def _lines(parent: ElementTree.Element, numbers: _Numbers) -> Iterator[str]:
    for element in parent:
        if element.tag == f"{_W}p":
            yield from (numbers.of(element) + _words(element)).split("\n")
        elif element.tag == f"{_W}tbl":
            yield ""
            for row in element.iter(f"{_W}tr"):
                cells = [
                    " ".join("".join(_words(part) for part in cell.iter(f"{_W}p")).split())
                    for cell in row.findall(f"{_W}tc")
                ]
                yield "\t".join(cells)
            yield ""
        elif element.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins"):
            yield from _lines(element, numbers)


def _words(paragraph: ElementTree.Element) -> str:
    """Text of a paragraph; deleted revisions (w:delText) are left out."""
    parts = []
    for element in paragraph.iter():
        if element.tag == f"{_W}t":
            parts.append(element.text or "")
        elif element.tag == f"{_W}tab":
            parts.append(" ")
        elif element.tag == f"{_W}br":
            parts.append("\n")
    return "".join(parts).replace("\t", " ")


class _Numbers:
    """Automatic numbers, counted as Word counts them, for the formats that plans use."""

    def __init__(self, root: ElementTree.Element | None) -> None:
        self.levels: dict[tuple[str, str], tuple[str, str, int]] = {}
        self.counts: dict[tuple[str, str], int] = defaultdict(int)
        if root is None:
            return
        abstract = {found.get(f"{_W}abstractNumId"): found for found in root.findall(f"{_W}abstractNum")}
        for number in root.findall(f"{_W}num"):
            link = number.find(f"{_W}abstractNumId")
            found = abstract.get(link.get(f"{_W}val")) if link is not None else None
            for level in found.findall(f"{_W}lvl") if found is not None else []:
                key = (number.get(f"{_W}numId") or "", level.get(f"{_W}ilvl") or "0")
                self.levels[key] = (
                    _value(level, "numFmt", "decimal"),
                    _value(level, "lvlText", "%1."),
                    int(_value(level, "start", "1")),
                )

    def of(self, paragraph: ElementTree.Element) -> str:
        properties = paragraph.find(f"{_W}pPr/{_W}numPr")
        if properties is None:
            return ""
        key = (_value(properties, "numId", ""), _value(properties, "ilvl", "0"))
        if key not in self.levels:
            return ""
        self.counts[key] += 1
        for other in list(self.counts):
            if other[0] == key[0] and int(other[1]) > int(key[1]):
                del self.counts[other]
        shown = self.levels[key][1]
        for level in range(int(key[1]) + 1):
            style, _, start = self.levels.get((key[0], str(level)), ("decimal", "", 1))
            count = max(1, self.counts.get((key[0], str(level)), 1)) + start - 1
            shown = shown.replace(f"%{level + 1}", _shown(style, count))
        return "" if self.levels[key][0] == "bullet" else shown


def _value(element: ElementTree.Element, tag: str, otherwise: str) -> str:
    found = element.find(f"{_W}{tag}")
    return (found.get(f"{_W}val") or otherwise) if found is not None else otherwise


def _shown(style: str, count: int) -> str:
    if style.startswith(("chinese", "japaneseCounting", "ideograph", "taiwanese")):
        tens, ones = divmod(count, 10)
        return ("" if not tens else ("" if tens == 1 else _HAN[tens]) + "十") + (_HAN[ones] if ones or not tens else "")
    if style == "decimalEnclosedCircle" and 1 <= count <= 20:
        return chr(0x2460 + count - 1)
    return str(count)
