#!/usr/bin/env python3
"""Compares vectors, array by array: those of the test resources with ones that were made anew."""

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(_HERE, "..", "python"))

import failure

GOLDEN = os.path.normpath(os.path.join(_HERE, "..", "..", "src", "test", "resources", "golden"))


class Options(failure.Parser):
    examples = """\
examples:
  scripts/crosscheck/make_vectors.py --mulan DIR --vdm DIR --out /tmp/golden
  scripts/crosscheck/compare_vectors.py /tmp/golden

"""


def read(path):
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError) as e:
        raise failure.Failure(failure.DATA, f"{path} can't be read as .npz: {e}") from None


def same_bytes(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def difference(a, b):
    """The largest difference in units of the largest number."""
    import numpy as np

    if a.dtype != b.dtype or a.shape != b.shape:
        return float("inf")
    a, b = a.astype(np.float64), b.astype(np.float64)
    size = np.abs(a).max(initial=0.0)
    return (
        float(np.abs(a - b).max(initial=0.0) / size) if size else float(np.abs(b).max(initial=0.0))
    )


def compare(old, new):
    """(arrays, byte-equal ones, the largest difference of the others, names of one file only)"""
    both = sorted(old.keys() & new.keys())
    differing = [name for name in both if not same_bytes(old[name], new[name])]
    largest = max((difference(old[name], new[name]) for name in differing), default=0.0)
    return len(both), len(both) - len(differing), largest, sorted(old.keys() ^ new.keys())


def main():
    parser = Options(description=__doc__)
    parser.add_argument("made", metavar="DIR", help="the vectors that were made")
    parser.add_argument(
        "--with", dest="kept", metavar="DIR", default=GOLDEN, help="(the test resources)"
    )
    parser.add_argument(
        "--within",
        metavar="X",
        type=float,
        default=0.0,
        help="the largest difference, relative to an array's largest number, that passes (0: equal bytes)",
    )
    options = parser.parse_args()
    names = sorted(f for f in os.listdir(options.kept) if f.endswith(".npz"))
    if not names:
        raise failure.Failure(failure.DATA, f"{options.kept} has no .npz")
    print(f"{'file':20}{'arrays':>8}{'byte-equal':>12}{'largest difference':>20}  only in one")
    good = True
    for name in names:
        made = os.path.join(options.made, name)
        if not os.path.isfile(made):
            print(f"{name:20}{'missing':>8}")
            good = False
            continue
        count, equal, largest, odd = compare(read(os.path.join(options.kept, name)), read(made))
        print(f"{name:20}{count:8}{equal:12}{largest:20.1e}  {len(odd)}")
        good &= not odd and largest <= options.within
    if not good:
        sys.exit(1)


if __name__ == "__main__":
    sys.exit(failure.run(main))
