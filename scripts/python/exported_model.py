"""A model that mulan exported, loaded by TensorFlow."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Mapping

import numpy as np

from failure import DATA, MODEL, Failure, tensorflow_message
from pictures import Kind
from ports import Port, Signature

# Before TensorFlow is imported: it reads this then, and logs much that is not an error.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import tensorflow as tf  # noqa: E402


class ExportedModel:
    """Signatures by name, inputs checked before the call.

    The graph checks values itself and names the input. It does not check types and shapes:
    eager TensorFlow's error for them has only the number of the input.
    """

    def __init__(self, folder: Path, loaded: tf.Module, kind: Kind) -> None:
        self.folder = folder
        self.kind = kind
        self.loaded = loaded

    @classmethod
    def load(cls, folder: Path) -> "ExportedModel":
        kind = _kind(folder)
        try:
            loaded = tf.saved_model.load(str(folder))
        except (OSError, ValueError, RuntimeError, tf.errors.OpError) as error:
            message = f"{folder}: cannot be loaded: {tensorflow_message(error)}"
            raise Failure(MODEL, message) from error
        return cls(folder, loaded, kind)

    @property
    def signatures(self) -> dict[str, Signature]:
        return {
            name: Signature(
                _ports(function.structured_input_signature[1]),
                _ports(function.structured_outputs),
            )
            for name, function in self.loaded.signatures.items()
        }

    @property
    def variables(self) -> dict[str, tf.Variable]:
        """The weights by their names in published checkpoints."""
        return {v.name.removesuffix(":0"): v for v in self.loaded.variables}

    def call(self, signature: str, inputs: Mapping[str, object]) -> dict[str, tf.Tensor]:
        """All outputs as tensors, so that a tape can follow them."""
        function = self._function(signature)
        tensors = {name: tf.convert_to_tensor(value) for name, value in inputs.items()}
        check(signature, function.structured_input_signature[1], tensors)
        try:
            return function(**tensors)
        except tf.errors.InvalidArgumentError as error:
            raise Failure(DATA, tensorflow_message(error.message)) from error
        except tf.errors.OpError as error:
            message = f"{signature}: {tensorflow_message(error.message)}"
            raise Failure(MODEL, message) from error

    def predict(
        self, signature: str, inputs: Mapping[str, np.ndarray], outputs: Mapping[str, type]
    ) -> dict[str, np.ndarray]:
        """The outputs of those names, in those types."""
        given = self.call(signature, inputs)
        missing = sorted(set(outputs) - set(given))
        if missing:
            raise Failure(MODEL, f"{signature} has no output {', '.join(missing)}")
        return {name: given[name].numpy().astype(kind) for name, kind in outputs.items()}

    def _function(self, signature: str):
        if signature not in self.loaded.signatures:
            known = ", ".join(sorted(self.loaded.signatures))
            raise Failure(MODEL, f"{self.folder}: has no signature {signature}; it has {known}")
        return self.loaded.signatures[signature]


def check(
    signature: str, specs: Mapping[str, tf.TensorSpec], tensors: Mapping[str, tf.Tensor]
) -> None:
    """Types, shapes and names of inputs; a failure names the input."""
    missing = sorted(set(specs) - set(tensors))
    unknown = sorted(set(tensors) - set(specs))
    if missing:
        raise Failure(DATA, f"{signature}: input {', '.join(missing)} is missing")
    if unknown:
        raise Failure(DATA, f"{signature}: has no input {', '.join(unknown)}")
    for name, spec in specs.items():
        tensor = tensors[name]
        if tensor.dtype != spec.dtype or not spec.shape.is_compatible_with(tensor.shape):
            found = Port(tensor.dtype.name, tuple(tensor.shape))
            raise Failure(DATA, f"{signature}: {name} must be {_port(spec)}, but is {found}")


def _ports(specs: Mapping[str, tf.TensorSpec]) -> dict[str, Port]:
    return {name: _port(spec) for name, spec in specs.items()}


def _port(spec: tf.TensorSpec) -> Port:
    return Port(spec.dtype.name, tuple(-1 if n is None else n for n in spec.shape))


def _kind(folder: Path) -> Kind:
    card = folder / "assets" / "model.json"
    try:
        data = json.loads(card.read_text(encoding="utf-8"))["data"]
        return Kind(*(int(data[name]) for name in Kind._fields))
    except OSError as error:
        message = f"{card}: cannot be read: {error.strerror}; is this a model that mulan exported?"
        raise Failure(MODEL, message) from error
    except (ValueError, KeyError, TypeError) as error:
        message = f"{card}: does not give height, width, channels and levels of the images"
        raise Failure(MODEL, message) from error
