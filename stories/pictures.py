"""Photos for the stories: a drawn card with words on it stands for what a phone took."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload


def upload(title: str) -> FilePayload:
    """A photo for a file chooser."""
    return {"name": f"{title}.jpg", "mimeType": "image/jpeg", "buffer": photo(title)}


def photo(title: str, size: tuple[int, int] = (900, 640)) -> bytes:
    """A JPEG; ``title`` only changes the background, so that they do not all look the same."""
    tint = 150 + sum(map(ord, title)) % 80
    image = Image.new("RGB", size, (tint, 200, 225))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((40, 40, size[0] - 40, size[1] - 40), 30, outline=(40, 70, 110), width=6)
    draw.rectangle((90, 110, 300, 380), fill=(235, 240, 245), outline=(40, 70, 110), width=4)
    for line in range(5):
        draw.rectangle((360, 130 + line * 60, size[0] - 120 - line * 30, 150 + line * 60), fill=(60, 85, 120))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()
