"""Gradient descent of an exported model's training loss."""

from __future__ import annotations

from typing import Mapping, Protocol

import numpy as np
import tensorflow as tf

from exported_model import ExportedModel
from failure import MODEL, Failure

_PREFIX = "gradients/"

Gradients = dict[str, np.ndarray]
Batch = dict[str, object]


class Rule(Protocol):
    """What is added to the weights for a gradient."""

    def change(self, gradients: Mapping[str, np.ndarray]) -> Gradients: ...


class Plain:
    """A step down the gradient."""

    def __init__(self, rate: float) -> None:
        self._rate = rate

    def change(self, gradients: Mapping[str, np.ndarray]) -> Gradients:
        return {name: -self._rate * g for name, g in gradients.items()}


class Adam:
    """Adam (Kingma and Ba, 2015)."""

    def __init__(
        self, rate: float, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8
    ) -> None:
        self._rate, self._beta1, self._beta2, self._epsilon = rate, beta1, beta2, epsilon
        self._updates = 0
        self._mean: Gradients = {}
        self._square: Gradients = {}

    def change(self, gradients: Mapping[str, np.ndarray]) -> Gradients:
        self._updates += 1
        return {name: self._of_one(name, g) for name, g in gradients.items()}

    def _of_one(self, name: str, g: np.ndarray) -> np.ndarray:
        m = self._beta1 * self._mean.get(name, 0.0) + (1 - self._beta1) * g
        v = self._beta2 * self._square.get(name, 0.0) + (1 - self._beta2) * g * g
        self._mean[name], self._square[name] = m, v
        m_hat = m / (1 - self._beta1**self._updates)
        v_hat = v / (1 - self._beta2**self._updates)
        return -self._rate * m_hat / (np.sqrt(v_hat) + self._epsilon)


def noisy_batch(model: ExportedModel, rows: Mapping[str, np.ndarray], seed: int) -> Batch:
    """Inputs of the signature loss: images, their conditions, and the model's noise."""
    step = np.int64(0)
    noise = model.call(
        "noise", {"count": np.int32(len(rows["images"])), "seed": np.int64(seed), "step": step}
    )
    return {**rows, "step": step, **noise}


def loss(model: ExportedModel, batch: Batch) -> float:
    return float(model.call("loss", batch)["loss"])


def by_signature(model: ExportedModel, batch: Batch) -> Gradients:
    """The gradients that the signature returns; a server returns them too."""
    outputs = model.call("loss", batch)
    return {
        name.removeprefix(_PREFIX): value.numpy()
        for name, value in outputs.items()
        if name.startswith(_PREFIX)
    }


def by_tape(model: ExportedModel, batch: Batch) -> Gradients:
    """The gradients by TensorFlow's tape, which works for any function of the loss."""
    variables = model.variables
    with tf.GradientTape() as tape:
        value = model.call("loss", batch)["loss"]
    gradients = tape.gradient(value, variables)
    without = [name for name, g in gradients.items() if g is None]
    if without:
        raise Failure(MODEL, f"loss does not depend on {', '.join(without)}")
    return {name: g.numpy() for name, g in gradients.items()}


WAYS = {"tape": by_tape, "loss": by_signature}


def descend(model: ExportedModel, batch: Batch, way: str, rule: Rule, steps: int) -> None:
    """Changes the weights of the loaded model; its files stay as they are."""
    variables = model.variables
    for _ in range(steps):
        for name, change in rule.change(WAYS[way](model, batch)).items():
            variables[name].assign_add(change)
