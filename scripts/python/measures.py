"""Questions to a model, whether it is loaded here or served elsewhere."""

from __future__ import annotations

import math
from typing import Mapping, Protocol

import numpy as np

LARGEST_SEED = 2**31 - 1
TERMS = ("reconstruction", "prior", "latent", "diffusion")

_BOUND = "bits_per_dim"

# Inputs with a row for each image that the model is conditioned on, such as its class.
Conditions = Mapping[str, np.ndarray]
_NOTHING: Conditions = {}


class Predictor(Protocol):
    """A model's signatures, to be called by name."""

    def predict(
        self, signature: str, inputs: Mapping[str, np.ndarray], outputs: Mapping[str, type]
    ) -> dict[str, np.ndarray]:
        """The outputs of those names, in those types."""


def score(
    model: Predictor,
    images: np.ndarray,
    times: int,
    seed: int,
    batch: int,
    conditions: Conditions = _NOTHING,
) -> dict[str, np.ndarray]:
    """The bound of each image in bits/dim, by term and in total."""
    return _in_batches(
        lambda part, part_seed: model.predict(
            "bits_per_dim",
            {**part, "times_per_image": np.int32(times), "seed": np.int64(part_seed)},
            dict.fromkeys((*TERMS, _BOUND), np.float32),
        ),
        {"images": images, **conditions},
        seed,
        batch,
    )


def likelihood(
    model: Predictor,
    images: np.ndarray,
    steps: int,
    seed: int,
    batch: int,
    conditions: Conditions = _NOTHING,
) -> dict[str, np.ndarray]:
    """The log-likelihood of each image by the probability flow, in nats by term and in bits/dim."""
    names = ("flow", "dequantisation", "latent", "log_likelihood", _BOUND)
    return _in_batches(
        lambda part, part_seed: model.predict(
            "log_likelihood",
            {**part, "steps": np.int32(steps), "seed": np.int64(part_seed)},
            dict.fromkeys(names, np.float32),
        ),
        {"images": images, **conditions},
        seed,
        batch,
    )


def sample(
    model: Predictor, count: int, steps: int, seed: int, conditions: Conditions = _NOTHING
) -> np.ndarray:
    """Images that the model draws, uint8 [count, height, width, channels]."""
    inputs = {"count": np.int32(count), "steps": np.int32(steps), "seed": np.int64(seed)}
    return model.predict("sample", {**inputs, **conditions}, {"images": np.uint8})["images"]


def part_of(rows: Conditions, start: int, batch: int) -> dict[str, np.ndarray]:
    """The rows of a batch, of each input."""
    return {name: values[start : start + batch] for name, values in rows.items()}


def estimate(values: np.ndarray) -> str:
    """Mean and standard error over images; one image has no error."""
    mean = f"{np.mean(values, dtype=np.float64):.4f}"
    if len(values) < 2:
        return mean
    error = np.std(values, ddof=1, dtype=np.float64) / math.sqrt(len(values))
    return f"{mean} ± {error:.4f}"


def print_score(values: Mapping[str, np.ndarray]) -> None:
    for term in TERMS:
        print(f"  {term:<16} {estimate(values[term])}")
    print(f"  {'total':<16} {estimate(values[_BOUND])}")


def _in_batches(measure, rows: Conditions, seed: int, batch: int) -> dict[str, np.ndarray]:
    """Each batch has its own seed: with one for all, their noise would be the same."""
    parts = []
    for number, start in enumerate(range(0, len(rows["images"]), batch)):
        part_seed = (seed + number) % (LARGEST_SEED + 1)
        parts.append(measure(part_of(rows, start, batch), part_seed))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
