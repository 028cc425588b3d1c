"""Writes expected.npz: what Pillow reads of the pictures here, as levels [H,W,3].

    python make.py      (with numpy and pillow)
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

FOLDER = Path(__file__).parent


def small(size: tuple[int, int]) -> Image.Image:
    """Waves of colour, another in each corner."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    waves = [128 + 100 * np.sin(x / 5 + k) * np.cos(y / (4 + k)) for k in range(3)]
    return Image.fromarray(np.stack(waves, axis=-1).clip(0, 255).astype(np.uint8))


def orientations() -> None:
    """One picture held in every way, as JPEG, PNG, and JPEG that says it in XMP alone."""
    for value in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = value
        picture = small((32, 24))
        picture.save(FOLDER / f"pictures/held{value}.jpg", exif=exif, quality=90)
        picture.save(FOLDER / f"pictures/held{value}.png", exif=exif)
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    small((32, 24)).save(FOLDER / "pictures/xmp6.jpg", xmp=xmp, quality=90)


def codings() -> None:
    """JPEGs of every usual subsampling, progressive or not, and in RGB."""
    for name, options in {
        "444": {"subsampling": "4:4:4"},
        "422": {"subsampling": "4:2:2"},
        "420": {"subsampling": "4:2:0"},
        "420p": {"subsampling": "4:2:0", "progressive": True},
        "rgb": {"keep_rgb": True},
    }.items():
        small((33, 21)).save(FOLDER / f"pictures/coded{name}.jpg", quality=85, **options)
    small((33, 21)).convert("L").save(FOLDER / "pictures/codedgrey.jpg", quality=85)


def main() -> None:
    orientations()
    codings()
    expected = {}
    for file in sorted((FOLDER / "pictures").iterdir()):
        if file.name != "grey16.png":
            with Image.open(file) as picture:
                seen = ImageOps.exif_transpose(picture).convert("RGB")
                expected[file.name] = np.asarray(seen)
    np.savez_compressed(FOLDER / "expected.npz", **expected)


main()
