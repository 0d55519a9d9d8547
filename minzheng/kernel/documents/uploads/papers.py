"""Checks on PDF attachments: opens, not encrypted, carries no script, no attachment and no action that runs by itself."""

from __future__ import annotations

import io
import logging
from typing import Any

import pypdf
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from minzheng.kernel.documents.errors import UploadRefused

MAX_PAGES = 200
#: Most objects examined; a normal scan of two hundred pages has under two thousand.
MAX_OBJECTS = 60_000

_ADVICE = "请用打印功能“另存为 PDF”重做一份，或打印后拍照上传。"
_ACTIVE: dict[str, str] = {
    "/JS": "脚本程序",
    "/JavaScript": "脚本程序",
    "/EmbeddedFiles": "夹带的附件",
    "/EmbeddedFile": "夹带的附件",
    "/EF": "夹带的附件",
    "/Launch": "启动其他程序的命令",
    "/SubmitForm": "自动外发的表单",
    "/ImportData": "自动读取文件的命令",
    "/GoToE": "夹带的附件",
    "/GoToR": "打开其他文件的命令",
    "/RichMedia": "动画或视频",
    "/Movie": "动画或视频",
    "/3D": "三维模型",
    "/XFA": "动态表单",
    "/AA": "自动执行的动作",
}

logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def check(data: bytes) -> int:
    """Returns the number of pages; UploadRefused for what cannot be accepted. The file is not changed, so electronic
    signatures stay valid.
    """
    _refuse_two_faced(data)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted or "/Encrypt" in reader.trailer:
            raise UploadRefused("这份 PDF 加了密码或限制打开。请先去掉密码，或打印后拍照上传。")
        pages = len(reader.pages)
        _refuse_active(reader)
        _refuse_opening(reader)
        _refuse_form(reader)
    except UploadRefused:
        raise
    except (
        PyPdfError,
        RecursionError,
        MemoryError,
        OSError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        AssertionError,
        ArithmeticError,
        LookupError,
    ):
        # On a broken file the parser raises all sorts of built-in exceptions: to the uploader they all mean “cannot be
        # opened”
        raise UploadRefused("这份 PDF 打不开，可能没有传完或已损坏。" + _ADVICE) from None
    if pages == 0:
        raise UploadRefused("这份 PDF 一页也没有。请检查后重新上传。")
    if pages > MAX_PAGES:
        raise UploadRefused(f"这份 PDF 有 {pages} 页，最多 {MAX_PAGES} 页。请只上传需要的几页。")
    return pages


def count(data: bytes) -> int:
    """Pages of a PDF of our own."""
    return len(pypdf.PdfReader(io.BytesIO(data)).pages)


def _refuse_two_faced(data: bytes) -> None:
    """A file that is a PDF and something else as well: an archive at its end, a web page at its beginning."""
    tail = data[-70_000:]
    if b"PK\x05\x06" in tail or b"PK\x06\x06" in tail:
        raise UploadRefused("这份 PDF 后面夹带了压缩文件，不能接收。" + _ADVICE)
    after = data[data.rfind(b"%%EOF") + 5 :] if b"%%EOF" in data else b""
    if after.strip(b"\0 \t\r\n\x1a"):
        raise UploadRefused("这份 PDF 后面夹带了别的内容，不能接收。" + _ADVICE)
    head = data[:2048].lower()
    if any(mark in head for mark in (b"<script", b"<html", b"<svg", b"<iframe")):
        raise UploadRefused("这份 PDF 里夹带了网页，不能接收。" + _ADVICE)


def _refuse_opening(reader: pypdf.PdfReader) -> None:
    """Opening at a page is harmless and common; any other action on opening is not."""
    root: Any = reader.trailer["/Root"]
    action = root.get("/OpenAction")
    if isinstance(action, IndirectObject):
        action = action.get_object()
    if isinstance(action, DictionaryObject) and action.get("/S") != "/GoTo":
        raise UploadRefused("这份 PDF 里有一打开就执行的动作，为安全起见不能接收。" + _ADVICE)


def _refuse_form(reader: pypdf.PdfReader) -> None:
    """Fields still to be filled in make the paper changeable; fields of electronic signatures stay."""
    root: Any = reader.trailer["/Root"]
    form = root.get("/AcroForm")
    form = form.get_object() if isinstance(form, IndirectObject) else form
    fields = form.get("/Fields") if isinstance(form, DictionaryObject) else None
    found: Any = fields.get_object() if isinstance(fields, IndirectObject) else fields
    for one in found or ():
        field = one.get_object()
        if isinstance(field, DictionaryObject) and field.get("/FT") != "/Sig":
            raise UploadRefused("这份 PDF 里有可以填写的表单，内容随时能改，不能接收。" + _ADVICE)


def _refuse_active(reader: pypdf.PdfReader) -> None:
    """Walks every object reachable from the trailer (those in compressed object streams too) and refuses anything
    active.
    """
    waiting: list[Any] = [reader.trailer]
    seen: set[tuple[int, int]] = set()
    count = 0
    while waiting:
        value = waiting.pop()
        if isinstance(value, IndirectObject):
            key = (value.idnum, value.generation)
            if key in seen:
                continue
            seen.add(key)
            value = value.get_object()
        count += 1
        if count > MAX_OBJECTS:
            raise UploadRefused("这份 PDF 的内部结构过于复杂，无法检查。" + _ADVICE)
        if isinstance(value, DictionaryObject):
            _refuse_keys(value)
            waiting.extend(value.raw_get(key) for key in value)
        elif isinstance(value, ArrayObject):
            waiting.extend(list.__iter__(value))


def _refuse_keys(found: DictionaryObject) -> None:
    names = {str(key) for key in found}
    for key in ("/S", "/Subtype", "/Type"):
        value = found.get(key)
        if isinstance(value, NameObject):
            names.add(str(value))
    for name, what in _ACTIVE.items():
        if name in names:
            raise UploadRefused(f"这份 PDF 里有{what}，为安全起见不能接收。" + _ADVICE)
