#!/usr/bin/env python3
"""Compares vectors, array by array: those of the test resources with newly made ones."""

import math
import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(_HERE, "..", "python"))

import failure

try:
    import numpy as np
except ModuleNotFoundError:
    raise SystemExit(
        "compare_vectors.py: no numpy here; use .venv-crosscheck/bin/python (scripts/crosscheck/setup)"
    )

GOLDEN = os.path.normpath(os.path.join(_HERE, "..", "..", "src", "test", "resources", "golden"))


class Options(failure.Parser):
    examples = """\
examples:
  .venv-crosscheck/bin/python scripts/crosscheck/make_vectors.py --mulan DIR --vdm DIR --out /tmp/golden
  .venv-crosscheck/bin/python scripts/crosscheck/compare_vectors.py /tmp/golden

"""


# What results are made of; results in double precision, and the statistics of parameters; results in float32.
GIVEN, DOUBLE, SINGLE = "given", "float64", "float32"
# Differences that pass, relative to the largest number of an array, or of all gradients of a case. Sums are taken in
# another order on another processor; Fourier features magnify rounding some hundred times.
LIMITS = {GIVEN: 0.0, DOUBLE: 1e-9, SINGLE: 1e-3}
# The steps that an adaptive solver takes depend on rounding, and so does where it ends, within its tolerance.
ADAPTIVE = ("t_steps_0", "nfe", "accepted_steps", "y1", "log_p", "prior_logp", "bpd", "tight_log_p")


def read(path):
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError) as e:
        raise failure.Failure(failure.DATA, f"{path} cannot be read as .npz: {e}") from None


def what(name):
    """Which of the three an array is."""
    group = name.split("/")[1]
    return {"out": SINGLE, "f64": DOUBLE, "paramstat": DOUBLE}.get(group, GIVEN)


def together(name):
    """The arrays that are measured by one size: a case's gradients, or an array alone."""
    case, group, *rest = name.split("/")
    by_parameter = len(rest) > 1 and rest[0].startswith(("grad", "weights", "averages"))
    return "/".join([case, group, rest[0]]) if by_parameter else name


def same_bytes(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def largest(a):
    return float(np.abs(a.astype(np.float64)).max(initial=0.0))


def difference(a, b, size):
    """The largest difference, relative to a size."""
    if a.dtype != b.dtype or a.shape != b.shape:
        return math.inf
    if same_bytes(a, b):
        return 0.0
    apart = largest(a.astype(np.float64) - b.astype(np.float64))
    return apart / size if size else math.inf


class Comparison:
    """The differences between the arrays of one kind in two files."""

    def __init__(self):
        self.count, self.equal, self.apart, self.worst = 0, 0, 0.0, ""

    def add(self, name, same, apart):
        self.count += 1
        self.equal += same
        if not apart <= self.apart:
            self.apart, self.worst = apart, name


def compare(old, new):
    """A comparison for each of GIVEN, DOUBLE, SINGLE, and the names of one file only."""
    sizes = {}
    for name, a in old.items():
        sizes[together(name)] = max(sizes.get(together(name), 0.0), largest(a))
    found = {key: Comparison() for key in LIMITS}
    for name in sorted(old.keys() & new.keys()):
        if what(name) == GIVEN or name.split("/")[-1] not in ADAPTIVE:
            a, b = old[name], new[name]
            found[what(name)].add(name, same_bytes(a, b), difference(a, b, sizes[together(name)]))
    return found, sorted(old.keys() ^ new.keys())


def main():
    parser = Options(description=__doc__)
    parser.add_argument("made", metavar="DIR", help="the vectors that were made")
    parser.add_argument(
        "--with", dest="kept", metavar="DIR", default=GOLDEN, help="(the test resources)"
    )
    options = parser.parse_args()
    names = sorted(f for f in os.listdir(options.kept) if f.endswith(".npz"))
    if not names:
        raise failure.Failure(failure.DATA, f"{options.kept} has no .npz")
    print(f"{'file':24}{'':10}{'arrays':>7}{'byte-equal':>12}{'largest':>10}{'limit':>9}")
    good = True
    for name in names:
        good &= compare_files(name, options)
    if not good:
        sys.exit(1)


def compare_files(name, options):
    made = os.path.join(options.made, name)
    if not os.path.isfile(made):
        print(f"{name:24}is not there")
        return False
    found, odd = compare(read(os.path.join(options.kept, name)), read(made))
    for key, c in found.items():
        verdict = "" if c.apart <= LIMITS[key] else f"  DIFFERS: {c.worst}"
        print(f"{name:24}{key:10}{c.count:7}{c.equal:12}{c.apart:10.1e}{LIMITS[key]:9.0e}{verdict}")
    if odd:
        print(f"{name:24}in one only: {', '.join(odd[:5])}{' and more' * (len(odd) > 5)}")
    return not odd and all(c.apart <= LIMITS[key] for key, c in found.items())


if __name__ == "__main__":
    sys.exit(failure.run(main))
