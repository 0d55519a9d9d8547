"""Checks before accepting: type by content, photos stripped of extras, PDFs without anything active; every refusal says
what to do.
"""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from minzheng.kernel.documents.errors import UploadRefused
from minzheng.kernel.documents.tests.samples import paper, picture
from minzheng.kernel.documents.uploads import images, papers, sniff


@pytest.mark.parametrize(
    ("data", "kind"),
    [(picture("JPEG"), sniff.JPEG), (picture("PNG"), sniff.PNG), (picture("WEBP"), sniff.WEBP), (paper(), sniff.PDF)],
)
def test_认出四种可收的类型(data: bytes, kind: str) -> None:
    assert sniff.content_type(data) == kind


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        (b"", "没有传完"),
        (b"\x00\x00\x00\x18ftypheic" + b"\0" * 20, "兼容性最佳"),
        (b"\x00\x00\x00\x18ftypmif1" + b"\0" * 20, "兼容性最佳"),
        (b"\x00\x00\x00\x18ftypisom" + b"\0" * 20, "视频"),
        (b"PK\x03\x04" + b"\0" * 20, "另存为 PDF"),
        (b"MZ\x90\x00", "电脑程序"),
        (b"<html><script>alert(1)</script>", "网页或者矢量图"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "网页或者矢量图"),
        (b"GIF89a", "GIF"),
        (b"\n%PDF-1.7 not at the start", "认不出"),
    ],
)
def test_其他的拒收并说怎么办(data: bytes, advice: str) -> None:
    with pytest.raises(UploadRefused, match=advice) as caught:
        sniff.content_type(data)
    assert str(caught.value).endswith(("。", "。"))


def test_照片里的拍摄地点和夹带内容都去掉() -> None:
    exif = Image.Exif()
    exif[0x010F] = "ACME-PHONE"
    exif.get_ifd(0x8825)[1] = "N"
    raw = picture("JPEG", exif=exif, comment=b"hidden-comment") + b"<script>tail</script>"
    done = images.clean(raw, sniff.JPEG)
    for trace in (b"ACME-PHONE", b"hidden-comment", b"<script>", b"Exif"):
        assert trace not in done.data
        assert trace not in done.thumb
    assert not Image.open(io.BytesIO(done.data)).getexif()


def test_横拍的照片转正() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # upright only after a quarter turn clockwise
    done = images.clean(picture("JPEG", (60, 40), exif=exif), sniff.JPEG)
    upright = Image.open(io.BytesIO(done.data))
    assert upright.size == (40, 60)
    top, bottom = upright.getpixel((20, 5)), upright.getpixel((20, 55))
    assert top[0] > 200 > top[2], "原图左半（红）转正后应在上面"
    assert bottom[2] > 200 > bottom[0]


def test_大照片缩到存档尺寸且另有小图() -> None:
    done = images.clean(picture("JPEG", (4000, 3000)), sniff.JPEG)
    assert max(Image.open(io.BytesIO(done.data)).size) == images.MAX_SIDE
    assert max(Image.open(io.BytesIO(done.thumb)).size) == images.THUMB_SIDE


def test_透明签名图保留透明() -> None:
    sign = Image.new("RGBA", (100, 50), (0, 0, 0, 0))
    sign.paste((0, 0, 0, 255), (10, 10, 60, 20))
    out = io.BytesIO()
    sign.save(out, "PNG")
    done = images.clean(out.getvalue(), sniff.PNG)
    assert done.content_type == sniff.PNG
    assert Image.open(io.BytesIO(done.data)).mode == "RGBA"
    assert Image.open(io.BytesIO(done.thumb)).getpixel((1, 1)) == (255, 255, 255)


def _png_bomb(side: int) -> bytes:
    """A PNG of a few hundred bytes that claims side×side pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [8_000, 30_000, 100_000])
def test_解压炸弹拒收(side: int) -> None:
    with pytest.raises(UploadRefused, match="尺寸太大"):
        images.clean(_png_bomb(side), sniff.PNG)


@pytest.mark.parametrize("kind", [sniff.JPEG, sniff.PNG, sniff.WEBP])
def test_传了一半的照片拒收(kind: str) -> None:
    whole = picture(kind.rpartition("/")[2].upper(), (400, 300))
    with pytest.raises(UploadRefused, match="没有传完或已损坏"):
        images.clean(whole[: len(whole) // 2], kind)


def test_冒充PNG的JPEG按PNG解码器打不开() -> None:
    with pytest.raises(UploadRefused):
        images.clean(b"\x89PNG\r\n\x1a\n" + picture("JPEG"), sniff.PNG)


def test_正常PDF数出页数() -> None:
    assert papers.check(paper(pages=3)) == 3


@pytest.mark.parametrize(
    ("action", "what"),
    [("script", "脚本"), ("attachment", "附件"), ("launch", "启动其他程序"), ("page_script", "脚本|自动执行")],
)
def test_夹带会动的内容的PDF拒收(action: str, what: str) -> None:
    with pytest.raises(UploadRefused, match=what):
        papers.check(paper(action))


def test_加密的PDF拒收() -> None:
    with pytest.raises(UploadRefused, match="加了密码"):
        papers.check(paper(password="1234"))


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.7\n" + bytes(range(256)) * 40, paper()[:200]])
def test_坏PDF拒收而不是报错(data: bytes) -> None:
    with pytest.raises(UploadRefused):
        papers.check(data)


def test_页数太多的PDF拒收() -> None:
    with pytest.raises(UploadRefused, match="最多 200 页"):
        papers.check(paper(pages=papers.MAX_PAGES + 1))
