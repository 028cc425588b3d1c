"""What goes into and comes out of a signature."""

from __future__ import annotations

from typing import Mapping, NamedTuple, Optional

_GRADIENTS = "gradients/"


class Port(NamedTuple):
    """Type and shape of an input or output; -1 is any number, no shape any shape."""

    dtype: str
    shape: Optional[tuple[int, ...]]

    def __str__(self) -> str:
        return f"{self.dtype} {'of any shape' if self.shape is None else list(self.shape)}"


class Signature(NamedTuple):
    inputs: dict[str, Port]
    outputs: dict[str, Port]


def print_signatures(signatures: Mapping[str, Signature]) -> None:
    for name, signature in sorted(signatures.items()):
        print(name)
        _print("in", signature.inputs)
        gradients = [port for port in signature.outputs if port.startswith(_GRADIENTS)]
        _print("out", {k: v for k, v in signature.outputs.items() if k not in gradients})
        if gradients:
            print(f"  out  {_GRADIENTS + 'NAME':<22} of {len(gradients)} weights, in their shapes")


def _print(way: str, ports: Mapping[str, Port]) -> None:
    for name, port in sorted(ports.items()):
        print(f"  {way:<4} {name:<22} {port}")
