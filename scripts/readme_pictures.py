"""Make the two pictures of the README from the pictures of the stories (``make pictures`` comes first).

    python scripts/readme_pictures.py [var/pictures] [docs/pictures]

The console case page as the county sees it, and three phone screens side by side; each at most 200 kB.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

MOST_BYTES = 200_000
GAP, GROUND = 24, (214, 222, 232)
CONSOLE = "沈清和-*-县里看办件-1366.png"
CONSOLE_HEIGHT = 1000
PHONE = ("周桂兰-*-家人-390-view.png", "周桂兰-*-收入-390-view.png", "周桂兰-*-审核结果-390-view.png")


def one(folder: Path, pattern: str) -> Image.Image:
    found = sorted(folder.glob(pattern))
    if not found:
        raise SystemExit(f"{folder} 里没有“{pattern}”：请先运行 make pictures。")
    return Image.open(found[-1]).convert("RGB")


def side_by_side(images: list[Image.Image]) -> Image.Image:
    width = sum(image.width for image in images) + GAP * (len(images) + 1)
    sheet = Image.new("RGB", (width, max(image.height for image in images) + 2 * GAP), GROUND)
    x = GAP
    for image in images:
        sheet.paste(image, (x, GAP))
        x += image.width + GAP
    return sheet


def save(image: Image.Image, path: Path) -> None:
    """As a PNG with as many colours as fit under the limit."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for colours in (256, 128, 64, 32):
        image.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size <= MOST_BYTES:
            break
    print(f"{path}  {path.stat().st_size // 1024} kB")


def main() -> None:
    source, target = (Path(a) for a in (*sys.argv[1:], *("var/pictures", "docs/pictures")[len(sys.argv) - 1 :]))
    console = one(source, CONSOLE)
    save(console.crop((0, 0, console.width, min(console.height, CONSOLE_HEIGHT))), target / "console-case.png")
    save(side_by_side([one(source, pattern) for pattern in PHONE]), target / "phone-apply.png")


if __name__ == "__main__":
    main()
