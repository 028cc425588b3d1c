"""What both interfaces of TensorFlow Serving have in common."""

from __future__ import annotations

from typing import Mapping, NamedTuple, Optional, Protocol

import numpy as np

from ports import Signature


class Served(NamedTuple):
    """A model on a server."""

    address: str
    model: str
    version: Optional[int]
    timeout: float

    def __str__(self) -> str:
        version = "" if self.version is None else f" version {self.version}"
        return f"{self.model}{version} at {self.address}"


class VersionStatus(NamedTuple):
    version: int
    state: str
    code: str
    message: str


class Client(Protocol):
    """A model on a server, called over one of the two interfaces."""

    served: Served

    def predict(
        self, signature: str, inputs: Mapping[str, np.ndarray], outputs: Mapping[str, type]
    ) -> dict[str, np.ndarray]:
        """The outputs of those names, in those types."""

    def status(self) -> list[VersionStatus]:
        """The state of every version, or of the version given."""

    def metadata(self) -> dict[str, Signature]:
        """The signatures by name."""
