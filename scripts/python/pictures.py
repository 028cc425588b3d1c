"""Images as levels, uint8 [count, height, width, channels], from files and to files."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path
from typing import NamedTuple, Optional, Sequence

import numpy as np
from PIL import Image, ImageOps

from failure import DATA, Failure

_SMALLEST_SIDE = 48
_GAP = 2


class Kind(NamedTuple):
    """What the images of a model are."""

    height: int
    width: int
    channels: int
    levels: int

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.height, self.width, self.channels

    def __str__(self) -> str:
        return f"{self.height} x {self.width} x {self.channels} of {self.levels} levels"


def read(files: Sequence[Path], kind: Kind, array: Optional[str] = None) -> np.ndarray:
    """All images of the files, in their order."""
    return np.concatenate([_read_file(file, kind, array) for file in files])


def read_labels(file: Path) -> np.ndarray:
    """The class of each image: of an .npz the array labels, or its only one."""
    try:
        found = np.load(file, allow_pickle=False)
        if isinstance(found, np.ndarray):
            labels = found
        else:
            with found as arrays:
                labels = _of_archive(file, arrays, "labels")
    except OSError as error:
        raise Failure(DATA, f"{file}: cannot be read: {error.strerror or error}") from error
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise Failure(DATA, f"{file}: is not a readable .npy or .npz file: {error}") from error
    if labels.ndim != 1 or not np.issubdtype(labels.dtype, np.integer):
        found = f"{labels.dtype} {list(labels.shape)}"
        raise Failure(DATA, f"{file}: labels must be whole numbers [N], but are {found}")
    return labels


def checked(images: np.ndarray, kind: Kind, source: object) -> np.ndarray:
    """The images as uint8 [count, height, width, channels], if they are of the kind."""
    if not np.issubdtype(images.dtype, np.integer):
        advice = _advice(images, kind)
        raise Failure(DATA, f"{source}: levels must be whole numbers, but are {images.dtype}{advice}")
    if kind.channels == 1 and images.shape[-2:] == kind.shape[:2]:
        images = images[..., None]
    if images.shape == kind.shape:
        images = images[None]
    if images.ndim != 4 or images.shape[1:] != kind.shape:
        shape = list(images.shape)
        first = images.ndim == 4 and images.shape[1:] == (kind.channels, *kind.shape[:2])
        advice = ": save x.transpose(0, 2, 3, 1)" if first else ""
        raise Failure(
            DATA, f"{source}: images must be {list(kind.shape)} each, but are {shape}{advice}"
        )
    if images.shape[0] == 0:
        raise Failure(DATA, f"{source}: there are no images in it")
    lowest, highest = int(images.min()), int(images.max())
    if lowest < 0 or highest >= kind.levels:
        allowed = f"from 0 to {kind.levels - 1}"
        raise Failure(
            DATA, f"{source}: levels must be {allowed}, but are from {lowest} to {highest}"
        )
    return images.astype(np.uint8)


def _advice(images: np.ndarray, kind: Kind) -> str:
    """How to convert floats of this range to levels."""
    if images.size == 0 or not np.issubdtype(images.dtype, np.floating):
        return ""
    lowest, highest, top = float(images.min()), float(images.max()), kind.levels - 1
    if 0 <= lowest and highest <= 1:
        return f': save (x * {top}).round().astype("uint8")'
    if -1 <= lowest and highest <= 1:
        return f': save ((x + 1) * {top / 2:g}).round().astype("uint8")'
    if 0 <= lowest and highest <= top:
        return ': save x.round().astype("uint8")'
    return f": undo their standardization, so that they are 0 to {top}, and round them"


def write_grid(file: Path, images: np.ndarray, levels: int) -> None:
    """A PNG of all images, black at level 0 and white at the highest, small ones enlarged."""
    shades = np.rint(images.astype(np.float64) * (255 / (levels - 1))).astype(np.uint8)
    tiles = _enlarged(shades)
    count, height, width, channels = tiles.shape
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    grid = np.full(
        (rows * (height + _GAP) + _GAP, columns * (width + _GAP) + _GAP, channels), 128, np.uint8
    )
    for index, tile in enumerate(tiles):
        top = _GAP + index // columns * (height + _GAP)
        left = _GAP + index % columns * (width + _GAP)
        grid[top : top + height, left : left + width] = tile
    try:
        Image.fromarray(grid[..., 0] if channels == 1 else grid).save(file, format="PNG")
    except OSError as error:
        raise Failure(DATA, f"{file}: cannot be written: {error.strerror or error}") from error


def _enlarged(images: np.ndarray) -> np.ndarray:
    factor = max(1, math.ceil(_SMALLEST_SIDE / min(images.shape[1:3])))
    return images.repeat(factor, axis=1).repeat(factor, axis=2)


def _read_file(file: Path, kind: Kind, array: Optional[str]) -> np.ndarray:
    readers = {".npz": _read_npz, ".npy": _read_npy, ".png": _read_png}
    reader = readers.get(file.suffix.lower())
    if reader is None:
        raise Failure(DATA, f"{file}: images must be in .npz, .npy or .png files")
    try:
        return checked(reader(file, kind, array), kind, file)
    except OSError as error:
        raise Failure(DATA, f"{file}: cannot be read: {error.strerror or error}") from error
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise Failure(DATA, f"{file}: is not a readable {file.suffix} file: {error}") from error


def _read_npz(file: Path, kind: Kind, array: Optional[str]) -> np.ndarray:
    with np.load(file, allow_pickle=False) as arrays:
        return _of_archive(file, arrays, "images", array)


def _of_archive(file: Path, arrays, usual: str, asked: Optional[str] = None) -> np.ndarray:
    name = asked or (arrays.files[0] if len(arrays.files) == 1 else usual)
    if name not in arrays.files:
        raise Failure(DATA, f"{file}: has no array {name}; it has {', '.join(arrays.files)}")
    return arrays[name]


def _read_npy(file: Path, kind: Kind, array: Optional[str]) -> np.ndarray:
    return np.load(file, allow_pickle=False)


def _read_png(file: Path, kind: Kind, array: Optional[str]) -> np.ndarray:
    """A picture's 256 shades become the nearest of the model's levels; as mulan reads pictures."""
    with Image.open(file, formats=["PNG"]) as picture:
        if _bits(file) > 8:
            raise Failure(DATA, f"{file}: has 16 bits a sample; 8 are allowed: save it with 8 bits")
        if getattr(picture, "n_frames", 1) > 1:
            raise Failure(DATA, f"{file}: holds {picture.n_frames} frames; one is allowed")
        seen = np.asarray(ImageOps.exif_transpose(picture).convert("RGBA"))
    if (seen[..., 3] < 255).any():
        raise Failure(DATA, f"{file}: is transparent in places; save it without transparency")
    shades = seen[..., :3]
    if kind.channels == 1:
        if (shades != shades[..., :1]).any():
            raise Failure(DATA, f"{file}: is in colour, the model's images are grey")
        shades = shades[..., :1]
    return np.rint(shades * ((kind.levels - 1) / 255)).astype(np.uint8)


def _bits(file: Path) -> int:
    """Bits of a sample, which Pillow cuts off of colours: byte 24, in the head of every PNG."""
    with file.open("rb") as png:
        return png.read(25)[24]
