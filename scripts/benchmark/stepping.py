"""What the benchmarks of other programs share: options, stand-ins, the clock and the line they print."""
import argparse
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import sys
import time
from typing import Callable, Dict, Iterable, Iterator, List, NoReturn, Optional
from unittest.mock import MagicMock

try:
    import numpy as np
except ModuleNotFoundError:
    raise SystemExit("no numpy here: use the Python of .venv-jax or .venv-torch (scripts/benchmark/setup)")

FAILED, USAGE = 1, 2
WARM_UP = 3
SIDE, COLOURS, LEVELS = 32, 3, 256

Images = np.ndarray  # uint8, [B, H, W, C]


def fail(message: str, code: int = FAILED) -> NoReturn:
    print(f"{os.path.basename(sys.argv[0])}: {message}", file=sys.stderr)
    raise SystemExit(code)


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        fail(f"{message}; see --help", USAGE)


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text}: allowed is a whole number from 1")
    return int(text)


def parser(description: str) -> Parser:
    options = Parser(description=description)
    options.add_argument("--checkout", metavar="DIR", required=True, help="where that program lies")
    options.add_argument("--channels", metavar="N", type=positive, default=64, help="(64)")
    options.add_argument("--layers", metavar="N", type=positive, default=4, help="(4)")
    options.add_argument("--batch", metavar="N", type=positive, default=8, help="(8)")
    options.add_argument("--steps", metavar="N", type=positive, default=20,
                         help="steps to measure, after the first and %d more (20)" % WARM_UP)
    options.add_argument("--threads", metavar="N", type=positive, default=2, help="(2)")
    return options


def check(options: argparse.Namespace, *needed: str) -> None:
    """Stops where the checkout lacks a file, or a width does not fit the 32 groups of GroupNorm."""
    for name in needed:
        if not os.path.isfile(os.path.join(options.checkout, name)):
            fail(f"--checkout {options.checkout} has no {name}; make one with scripts/benchmark/checkouts",
                 USAGE)
    if options.channels % 32:
        fail(f"--channels {options.channels}: allowed are multiples of 32", USAGE)


def limit_processors(threads: int) -> None:
    """Limits this process to so many processors: XLA's CPU client has as many threads as it may use.

    Call it before a framework is imported.
    """
    os.environ["OMP_NUM_THREADS"] = os.environ["NPROC"] = str(threads)
    if hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        if threads > len(allowed):
            fail(f"--threads {threads}: only {len(allowed)} processors may be used here", USAGE)
        os.sched_setaffinity(0, allowed[:threads])


class _StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Empty modules for packages that log, save and load data, which no training step needs."""

    def __init__(self, packages: Iterable[str]):
        self.packages = set(packages)

    def find_spec(self, fullname, path=None, target=None):
        if fullname.partition(".")[0] not in self.packages:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec):
        return MagicMock(name=spec.name)

    def exec_module(self, module):
        """Nothing to run: a mock has every name."""


def need(environment: str, *packages: str) -> None:
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        fail(f"{sys.executable} has no {', '.join(missing)}; use the Python of {environment} "
             "(scripts/benchmark/setup)")


def import_from(checkout: str, stand_ins: Iterable[str]) -> None:
    """Lets the checkout's modules be imported, with stand-ins for the packages that are not installed."""
    missing = [name for name in stand_ins if importlib.util.find_spec(name) is None]
    # Last, so that an installed package always wins.
    sys.meta_path.append(_StandIns(missing))
    sys.path.insert(0, os.path.abspath(checkout))
    # The checkout stays unchanged.
    sys.dont_write_bytecode = True


def batches(size: int) -> Iterator[Images]:
    """Images of random levels."""
    random = np.random.default_rng(0)
    while True:
        yield random.integers(0, LEVELS, (size, SIDE, SIDE, COLOURS), np.uint8)


def measure(step: Callable[[Images], float], options: argparse.Namespace) -> Dict[str, object]:
    """Times steps; a step takes a batch and returns its loss when it has ended."""
    times: List[float] = []
    losses: List[float] = []
    images = batches(options.batch)
    for _ in range(1 + WARM_UP + options.steps):
        batch = next(images)
        start = time.perf_counter()
        losses.append(step(batch))
        times.append(time.perf_counter() - start)
    if not np.isfinite(losses).all():
        fail("a loss is not finite: such a step is not a training step")
    measured = times[1 + WARM_UP:]
    lower, median, upper = np.quantile(measured, (0.25, 0.5, 0.75))
    return {
        "first_step_seconds": times[0],
        "median_seconds": median,
        "quartiles": [lower, upper],
        "images_per_second": options.batch / median,
        "peak_rss_bytes": peak_memory(),
    }


def peak_memory() -> Optional[int]:
    """The peak memory of this process; Linux reports it."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    except OSError:
        return None


def report(framework: str, model: str, precision: str, options: argparse.Namespace,
           figures: Dict[str, object], parameters: int) -> None:
    print(json.dumps({
        "framework": framework,
        "model": model,
        "precision": precision,
        "channels": options.channels,
        "layers": options.layers,
        "batch": options.batch,
        "threads": options.threads,
        **figures,
        "parameters": parameters,
    }))
