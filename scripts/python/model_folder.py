"""Finds the folder of a SavedModel."""

from __future__ import annotations

from pathlib import Path

from failure import MODEL, Failure

_GRAPH = "saved_model.pb"


def find(path: Path) -> Path:
    """The folder itself, or of a folder of versions the highest, as TensorFlow Serving chooses."""
    if (path / _GRAPH).is_file():
        return path
    versions = [p.parent for p in path.glob(f"*/{_GRAPH}") if p.parent.name.isdigit()]
    if not versions:
        raise Failure(MODEL, f"{path}: is not a SavedModel and has none in a folder of a version")
    return max(versions, key=lambda p: int(p.name))
