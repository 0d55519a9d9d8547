"""Text of a plan document: plain text, DOCX, PDF or an HTML page. Table rows come with tabs between their cells."""

from __future__ import annotations

import io
from html.parser import HTMLParser
from pathlib import Path

from minzheng.business.bureau.plans.parsing import docx
from minzheng.business.bureau.plans.parsing.errors import UnreadableDocument

LARGEST = 20 * 1024 * 1024
#: First bytes of PNG, JPEG and GIF.
IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
_BLOCKS = frozenset(
    "p div br li tr h1 h2 h3 h4 h5 h6 section article table ul ol dd dt title header footer blockquote pre".split()
)
_SILENT = frozenset("script style noscript template head nav select button svg".split())


def read_file(path: Path) -> str:
    """The text of a file. UnreadableDocument with a Chinese sentence when there is none."""
    if not path.is_file():
        raise UnreadableDocument(f"找不到文件 {path.name}：请检查路径。")
    return read_bytes(path.read_bytes(), path.name)


def read_bytes(content: bytes, name: str) -> str:
    """The text of ``content``; what it is shows in its first bytes, not in ``name``."""
    if len(content) > LARGEST:
        raise UnreadableDocument(f"{name} 超过 {LARGEST // 2**20} MB：请去掉图片后再导入。")
    if content.startswith(b"PK"):
        text = docx.text(content, name)
    elif content.startswith(b"%PDF"):
        text = _pdf(content, name)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableDocument(f"{name} 是旧版 Word（.doc）文件：请另存为 .docx 再导入。")
    elif content.startswith(IMAGES):
        raise UnreadableDocument(f"{name} 是图片：请先识别成文字，再导入 Word、PDF、网页或文本文件。")
    else:
        text = decoded(content, name)
        lead = text[:2000].lower()
        if "<html" in lead or "<!doctype html" in lead or ("<p" in lead and "</" in lead) or "<body" in lead:
            text = html_text(text)
    if not text.strip():
        raise UnreadableDocument(f"{name} 里没有文字：扫描件请先识别成文字，再导入。")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def decoded(content: bytes, name: str) -> str:
    """UTF-8, UTF-16 with a mark, or GB18030."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableDocument(f"{name} 的文字编码无法识别：请另存为 UTF-8 文本，或导入 Word、PDF 文件。")


def _pdf(content: bytes, name: str) -> str:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableDocument(f"{name} 有打开口令：请去掉口令再导入。")
        pages = [page.extract_text() for page in reader.pages]
    except UnreadableDocument:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise UnreadableDocument(f"{name} 不是完好的 PDF 文件：请重新导出后再导入。") from error
    return "\n".join(_without_page_number(page) for page in pages)


def _without_page_number(page: str) -> str:
    """The page without a last or first line that only holds its number."""
    lines = page.split("\n")
    for at in (-1, 0):
        if lines and lines[at].strip(" -—–·第页0123456789") == "" and lines[at].strip():
            lines.pop(at)
    return "\n".join(lines)


class _Page(HTMLParser):
    """Collects the text of a page: blocks become lines, table cells are separated by tabs."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0
        self.rows = 0
        self.cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag == "tr":
            self.rows, self.cells = self.rows + 1, 0
            if self.parts and not self.parts[-1].endswith("\n"):
                self.parts.append("\n")
        elif tag in ("td", "th"):
            self.parts.append("\t" if self.cells else "")
            self.cells += 1
        elif tag in _BLOCKS and not self.rows:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag == "tr":
            self.rows = max(0, self.rows - 1)
            self.parts.append("\n")
        elif tag in _BLOCKS and not self.rows:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(" ".join(data.split()) if self.rows else data.replace("\t", " "))


def html_text(page: str) -> str:
    parser = _Page()
    parser.feed(page)
    parser.close()
    return "\n".join(line for line in "".join(parser.parts).split("\n"))
