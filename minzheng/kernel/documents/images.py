"""照片一律重新编码：去掉拍摄地点等附带信息和夹带内容，转正方向，缩到看得清的大小，另做一张小图。"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from minzheng.kernel.documents.errors import UploadRefused
from minzheng.kernel.documents.sniff import JPEG, PNG, WEBP

#: 六千万像素：比常见手机的最高档还大；再大就是解压炸弹或误传的扫描大图。
MAX_PIXELS = 60_000_000
#: 存档长边。A4 纸 300 点每英寸的长边约 3500，证件上的小字在此分辨率下仍可辨认。
MAX_SIDE = 3200
THUMB_SIDE = 320
_FORMATS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}


@dataclass(frozen=True)
class CleanImage:
    """重新编码后的图：正文、类型和小图（JPEG）。"""

    data: bytes
    content_type: str
    thumb: bytes


def clean(data: bytes, content_type: str) -> CleanImage:
    """``content_type`` 由 sniff 认出；只用对应的一种解码器打开。坏图、解压炸弹抛出 UploadRefused。"""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=[_FORMATS[content_type]]) as source:
                _check_size(source.size)
                image = _upright(source)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UploadRefused(_too_large()) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, KeyError, IndexError, EOFError):
        raise UploadRefused("图片打不开，可能没有传完或已损坏。请重新拍照或重新选择后上传。") from None
    keep_alpha = content_type == PNG and image.mode == "RGBA"
    final = image if keep_alpha else _on_white(image)
    thumb = _on_white(image)
    thumb.thumbnail((THUMB_SIDE, THUMB_SIDE))
    kind = PNG if content_type == PNG else JPEG
    return CleanImage(_encoded(final, kind), kind, _encoded(thumb, JPEG))


def _check_size(size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MAX_PIXELS:
        raise UploadRefused(_too_large())
    if min(width, height) < 8:
        raise UploadRefused("图片太小，什么也看不清。请重新拍照上传。")


def _too_large() -> str:
    return f"图片的尺寸太大（超过 {MAX_PIXELS // 10_000} 万像素）。请用手机普通模式重拍，或缩小后再上传。"


def _upright(source: Image.Image) -> Image.Image:
    # 先让解码器按缩小的尺寸解 JPEG，再转正：大照片省一半以上的时间和内存
    source.draft("RGB", (MAX_SIDE, MAX_SIDE))
    source.load()
    image = ImageOps.exif_transpose(source)
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    has_alpha = "A" in image.getbands() or "transparency" in image.info
    return image.convert("RGBA" if has_alpha else "RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.copy()
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _encoded(image: Image.Image, kind: str) -> bytes:
    # 从像素另建一张：info 里的 EXIF、XMP、色彩描述和注释一样也带不过去
    bare = Image.frombytes(image.mode, image.size, image.tobytes())
    out = io.BytesIO()
    if kind == PNG:
        bare.save(out, "PNG", optimize=False)
    else:
        bare.save(out, "JPEG", quality=86, optimize=True)
    return out.getvalue()
