"""Compares training steps: a table, each program next to a chosen one.

    python scripts/benchmark/compare.py java.json others.jsonl --baseline "java, XLA off"

A file holds lines of jax_step.py and torch_step.py, or what `mulan benchmark --json` wrote.
"""
import argparse
import json
import sys
from dataclasses import dataclass
from typing import Any, Dict, List, NoReturn, Optional

FAILED, USAGE = 1, 2


def fail(message: str, code: int = FAILED) -> NoReturn:
    print(f"compare.py: {message}", file=sys.stderr)
    raise SystemExit(code)


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        fail(f"{message}; see --help", USAGE)


@dataclass(frozen=True)
class Timing:
    name: str
    batch: int
    size: Optional[str]
    median: float
    images: float
    first: float
    peak: Optional[int]
    share: Optional[float]  # of the speed of a large convolution


def of_line(line: Dict[str, Any]) -> Timing:
    return Timing(f"{line['framework']} {line['model']} {line['precision']}", line["batch"],
                  f"{line['channels']} channels, {line['layers']} layers", line["median_seconds"],
                  line["images_per_second"], line["first_step_seconds"], line["peak_rss_bytes"], None)


def of_java(file: str, document: Dict[str, Any]) -> List[Timing]:
    name = file.rpartition("/")[2].rpartition(".")[0]
    peak = document["machine"]["convolutionFlopsPerSecond"]

    def timing(column: str, step: Dict[str, Any]) -> Timing:
        seconds = step["timing"]
        return Timing(f"{name}, {column}", document["batch"], None, seconds["medianSeconds"],
                      step["imagesPerSecond"], seconds["firstSeconds"], step["processBytes"],
                      step["imagesPerSecond"] * step["flopsPerImage"] / peak)

    return [timing(column, measured["step"]) for column, measured in document["columns"].items()]


def read(file: str) -> List[Timing]:
    try:
        with open(file, encoding="utf-8") as opened:
            text = opened.read()
        try:
            document = json.loads(text)
            lines = [document]
        except json.JSONDecodeError:
            lines = [json.loads(line) for line in text.splitlines() if line.strip()]
        if len(lines) == 1 and "columns" in lines[0]:
            return of_java(file, lines[0])
        return [of_line(line) for line in lines]
    except OSError as e:
        fail(f"{file} cannot be read: {e.strerror}")
    except (ValueError, KeyError, TypeError, AttributeError):
        fail(f"{file} holds neither lines of the benchmarks nor a file of mulan benchmark --json")


def check(timings: List[Timing]) -> None:
    """A ratio has a meaning only between steps of one size."""
    sizes = {timing.size for timing in timings if timing.size}
    batches = {timing.batch for timing in timings}
    if len(sizes) > 1 or len(batches) > 1:
        fail(f"these are of several sizes: {'; '.join(sorted(sizes))}; batches "
             f"{', '.join(map(str, sorted(batches)))}")


def choose(timings: List[Timing], name: Optional[str]) -> Timing:
    if name is None:
        return timings[0]
    for timing in timings:
        if timing.name == name:
            return timing
    fail(f"--baseline {name}: allowed are {'; '.join(timing.name for timing in timings)}", USAGE)


def row(timing: Timing, baseline: Timing) -> str:
    peak = "unknown" if timing.peak is None else f"{timing.peak / 1e6:.0f}"
    known = timing.peak is not None and baseline.peak is not None
    memory = f"{timing.peak / baseline.peak:.2f}" if known else "unknown"
    share = "" if timing.share is None else f"{timing.share:.0%}"
    return (f"{timing.name:32}{timing.median * 1e3:10.1f}{timing.median / baseline.median:8.2f}"
            f"{timing.images:10.2f}{share:>8}{timing.first:10.1f}{peak:>10}{memory:>8}")


def main() -> None:
    parser = Parser(description="Compares training steps.")
    parser.add_argument("files", metavar="FILE", nargs="+")
    parser.add_argument("--baseline", metavar="NAME", help="a name of the table (its first)")
    options = parser.parse_args()
    timings = [timing for file in options.files for timing in read(file)]
    if not timings:
        fail("the files hold no line")
    check(timings)
    baseline = choose(timings, options.baseline)
    print(f"a training step, batch {baseline.batch}; ratios to {baseline.name}")
    print(f"{'':32}{'step, ms':>10}{'ratio':>8}{'images/s':>10}{'of peak':>8}{'first, s':>10}"
          f"{'peak, MB':>10}{'ratio':>8}")
    for timing in timings:
        print(row(timing, baseline))


if __name__ == "__main__":
    main()
