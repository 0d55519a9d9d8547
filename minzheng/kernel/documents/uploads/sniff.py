"""The real type of an upload, by content: neither the extension nor what the browser says."""

from __future__ import annotations

from minzheng.kernel.documents.errors import UploadRefused

JPEG, PNG, WEBP, PDF = "image/jpeg", "image/png", "image/webp", "application/pdf"
AVIF, HEIC = "image/avif", "image/heic"

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"})
_HEIC_ADVICE = (
    "这张照片是 HEIC 格式（苹果手机常用），审核人员的电脑打不开。"
    "请在手机“设置—相机—格式”里选“兼容性最佳”后重拍，或者打开照片截屏，再上传截屏。"
)
_KNOWN_WRONG: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "这是 Word、Excel 或压缩文件。请把内容打印后拍照，或另存为 PDF 再上传。"),
    (b"\xd0\xcf\x11\xe0", "这是旧版 Word 或 Excel 文件。请另存为 PDF，或打印后拍照再上传。"),
    (b"GIF8", "这是 GIF 动图。请上传照片（JPG、PNG）或 PDF。"),
    (b"BM", "这是 BMP 图片。请另存为 JPG 或 PNG 再上传。"),
    (b"II*\x00", "这是 TIFF 图片。请另存为 JPG 或 PDF 再上传。"),
    (b"MM\x00*", "这是 TIFF 图片。请另存为 JPG 或 PDF 再上传。"),
    (b"Rar!", "这是压缩文件。请解压后逐张上传照片或 PDF。"),
    (b"7z\xbc\xaf", "这是压缩文件。请解压后逐张上传照片或 PDF。"),
    (b"MZ", "这是电脑程序，不能上传。请上传照片（JPG、PNG）或 PDF。"),
    (b"\x7fELF", "这是电脑程序，不能上传。请上传照片（JPG、PNG）或 PDF。"),
)
_MARKUP = (b"<svg", b"<?xml", b"<!doctype", b"<html", b"<script", b"<head", b"<body", b"<!--")
_WEB = "这是网页或者矢量图，里面可能带有程序，不能上传。请打开后截屏，或另存为 PDF 再上传。"


def images_can(decoder: str) -> bool:
    """Whether this installation's image library opens a format: AVIF is built in or not, HEIF comes with a plug-in."""
    from PIL import Image

    Image.init()
    return decoder in Image.OPEN


def content_type(data: bytes) -> str:
    """``image/jpeg``, ``image/png``, ``image/webp``, ``application/pdf`` and, where the image library opens them,
    ``image/avif`` and ``image/heic``; UploadRefused, with what to do, for anything else.
    """
    if not data:
        raise UploadRefused("文件是空的，可能没有传完。请重新选择文件再上传。")
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data.startswith(b"%PDF-"):
        # The standard allows junk in the first 1024 bytes, but that is how “both web page and PDF” files are made, so
        # only the very start counts
        return PDF
    if data[4:8] == b"ftyp":
        if data[8:12] in (b"avif", b"avis") and images_can("AVIF"):
            return AVIF
        if data[8:12] in _HEIC_BRANDS:
            if images_can("HEIF"):
                return HEIC
            raise UploadRefused(_HEIC_ADVICE)
        raise UploadRefused("这是视频或录音，不能作为材料。请上传照片（JPG、PNG）或 PDF。")
    if data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise UploadRefused(_WEB)
    for head, advice in _KNOWN_WRONG:
        if data.startswith(head):
            raise UploadRefused(advice)
    raise UploadRefused("认不出这个文件是什么格式。请上传照片（JPG、PNG）或 PDF。")
