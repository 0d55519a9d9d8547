"""Photos are always encoded anew: place of shooting and anything smuggled in are dropped, orientation is set right,
size is reduced to what stays legible, and a thumbnail is made.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from minzheng.kernel.documents.errors import UploadRefused
from minzheng.kernel.documents.uploads.sniff import AVIF, HEIC, JPEG, PNG, WEBP

#: Sixty megapixels: more than the best of common phones; beyond that it is a decompression bomb or a huge scan sent by
#: mistake.
MAX_PIXELS = 60_000_000
#: Longest side kept. A4 at 300 dpi is about 3500; the small print of a certificate can still be read at this
#: resolution.
MAX_SIDE = 3200
THUMB_SIDE = 320
_FORMATS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP", AVIF: "AVIF", HEIC: "HEIF"}


@dataclass(frozen=True)
class CleanImage:
    """The picture encoded anew: content, type, and thumbnail (JPEG)."""

    data: bytes
    content_type: str
    thumb: bytes


def clean(data: bytes, content_type: str) -> CleanImage:
    """``content_type`` comes from sniff; only its own decoder opens the file. UploadRefused for broken pictures and
    decompression bombs.
    """
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
    # Let the decoder read JPEG at a reduced size before turning it: over half the time and memory saved on large photos
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
    # Build a new picture from the pixels: no EXIF, XMP, colour profile or comment in info can come along
    bare = Image.frombytes(image.mode, image.size, image.tobytes())
    out = io.BytesIO()
    if kind == PNG:
        bare.save(out, "PNG", optimize=False)
    else:
        bare.save(out, "JPEG", quality=86, optimize=True)
    return out.getvalue()
