"""The test digits, and noisy signals for the signature denoise."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1] / "python"))
import digits  # noqa: E402


def test_digits(count: int) -> np.ndarray:
    """The first ones, levels from 0 to 16: uint8 [count,8,8,1]."""
    return digits.read("test")[:count]


def noisy(count: int) -> dict[str, np.ndarray]:
    """Inputs of denoise for the digits model: standard normal z, times and latents of 8 ones."""
    draw = np.random.default_rng(0)
    return {
        "z": draw.normal(size=(count, 8, 8, 1)).astype(np.float32),
        "times": np.linspace(0.1, 0.9, count, dtype=np.float32),
        "latents": np.tile(np.arange(16) % 2, (count, 1)).astype(np.float32),
    }
