"""What tests share: the model, loaded once, and ways to run the programs."""

from __future__ import annotations

import functools
import io
import logging
import os
import subprocess
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Callable, Iterator, NamedTuple, Sequence

PROGRAMS = Path(__file__).resolve().parents[1]
ROOT = PROGRAMS.parents[1]
MODEL = Path(os.environ.get("MULAN_MODEL", ROOT / "savedmodels/digits/2")).resolve()

sys.path.insert(0, str(PROGRAMS))

import numpy as np  # noqa: E402

from exported_model import ExportedModel  # noqa: E402
from pictures import Kind  # noqa: E402


class Loaded(NamedTuple):
    model: ExportedModel
    log: list[str]


class Ended(NamedTuple):
    status: int
    out: str
    err: str


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@functools.lru_cache(maxsize=None)
def loaded() -> Loaded:
    """The model, and what TensorFlow logged while it was loaded."""
    lines = _Lines()
    logger = logging.getLogger("tensorflow")
    logger.addHandler(lines)
    try:
        return Loaded(ExportedModel.load(MODEL), lines.lines)
    finally:
        logger.removeHandler(lines)


def model() -> ExportedModel:
    return loaded().model


def images(count: int, kind: Kind) -> np.ndarray:
    """Images of every level."""
    generator = np.random.default_rng(0)
    return generator.integers(0, kind.levels, (count, *kind.shape), dtype=np.uint8)


@contextmanager
def weights_kept(of: ExportedModel) -> Iterator[None]:
    """Gives the weights back the values they have now."""
    values = {name: variable.numpy() for name, variable in of.variables.items()}
    try:
        yield
    finally:
        for name, variable in of.variables.items():
            variable.assign(values[name])


def called(main: Callable[[Sequence[str]], int], *arguments: object) -> Ended:
    """A program's main, in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main([str(argument) for argument in arguments])
    return Ended(status, out.getvalue(), err.getvalue())


def started(*command: object) -> Ended:
    """A program in a process of its own, with the repository's root as its folder."""
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    return Ended(done.returncode, done.stdout, done.stderr)
