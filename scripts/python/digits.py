"""The handwritten digits that come with mulan, split into training and test images as there."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator

import numpy as np

from failure import DATA, Failure
from pictures import Kind, checked

FILE = Path(__file__).resolve().parents[2] / "src/main/resources/data/digits.npz"
KIND = Kind(8, 8, 1, 17)
PARTS = ("test", "train", "all")

_TRAIN_COUNT = 1500
_SPLIT = 1797
_BITS = (1 << 64) - 1
_GOLDEN_GAMMA = 0x9E3779B97F4A7C15


def read(part: str) -> np.ndarray:
    """The images of a part, in the order in which mulan evaluates them."""
    return checked(_part("images", part), KIND, FILE)


def labels(part: str) -> np.ndarray:
    """Which digit each of these images is."""
    return _part("labels", part)


def _part(array: str, part: str) -> np.ndarray:
    try:
        with np.load(FILE, allow_pickle=False) as arrays:
            values = arrays[array]
    except OSError as error:
        raise Failure(DATA, f"{FILE}: cannot be read: {error.strerror}") from error
    order = permutation(len(values), _SPLIT)
    chosen = {"test": order[_TRAIN_COUNT:], "train": order[:_TRAIN_COUNT], "all": order}
    return values[chosen[part]]


def permutation(count: int, key: int) -> list[int]:
    """mulan's permutation by key, stream 0: Fisher and Yates' shuffle by SplitMix64."""
    order = list(range(count))
    numbers = _split_mix(_mix(_mix(key + _GOLDEN_GAMMA)))
    for i in range(count - 1, 0, -1):
        j = ((next(numbers) >> 32) * (i + 1)) >> 32
        order[i], order[j] = order[j], order[i]
    return order


def _split_mix(state: int) -> Iterator[int]:
    while True:
        state += _GOLDEN_GAMMA
        yield _mix(state)


def _mix(z: int) -> int:
    z &= _BITS
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _BITS
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _BITS
    return z ^ (z >> 31)
