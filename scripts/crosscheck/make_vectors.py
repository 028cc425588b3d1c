#!/usr/bin/env python3
"""Makes vectors: numbers that the published code computes, with what they were computed of."""

import argparse
import importlib
import os
import sys
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "python"))

import failure
from kinds import GOLDEN, KINDS
from progress import Progress


class Options(failure.Parser):
    examples = """\
examples:
  .venv-crosscheck/bin/python scripts/crosscheck/make_vectors.py --mulan DIR --vdm DIR --out /tmp/golden
  scripts/crosscheck/compare_vectors.py /tmp/golden      is that what the test resources hold?

"""


def kinds_of(text):
    chosen = text.split(",")
    for name in chosen:
        if name not in KINDS:
            raise argparse.ArgumentTypeError(f"{name}: allowed are {', '.join(KINDS)}")
    return [name for name in KINDS if name in chosen]


def seed_of(text):
    if not text.isdecimal() or int(text) > 254:
        raise argparse.ArgumentTypeError(f"{text}: allowed is a whole number from 0 to 254")
    return int(text)


def add_sources(parser):
    """The options that say what vectors are made of."""
    parser.add_argument("--mulan", metavar="DIR", help="checkout of s-sahoo/MuLAN")
    parser.add_argument("--vdm", metavar="DIR", help="checkout of google-research/vdm")
    parser.add_argument(
        "--torch", metavar="DIR", help="checkout of addtt/variational-diffusion-models"
    )
    parser.add_argument(
        "--seed",
        metavar="N",
        type=seed_of,
        default=0,
        help="of all numbers; other seeds than 0 have other sizes, too (0)",
    )


def check_sources(options, kinds):
    import published
    import torch_program

    needed = {checkout for kind in kinds for checkout in KINDS[kind].checkouts}
    for name, files in (
        ("mulan", published.MULAN_FILES),
        ("vdm", published.VDM_FILES),
        ("torch", torch_program.FILES),
    ):
        folder = getattr(options, name)
        if name not in needed:
            continue
        if folder is None:
            raise failure.Failure(
                failure.USAGE,
                f"--{name} is needed for {', '.join(kinds)}; scripts/crosscheck/checkouts makes one",
            )
        for file in files:
            if not os.path.isfile(os.path.join(folder, file)):
                raise failure.Failure(
                    failure.DATA,
                    f"--{name} {folder} has no {file}; scripts/crosscheck/checkouts makes a checkout",
                )


def make(options, kinds, folder):
    """Makes the kinds of vectors in a folder."""
    check_environment()
    check_sources(options, kinds)
    # The published code asks for float64 where it is off.
    warnings.filterwarnings("ignore", message=".*Explicitly requested dtype.*")
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    from generator import Generator

    progress = Progress({kind: KINDS[kind].share for kind in kinds})
    for kind in kinds:
        progress.begin(kind)
        g = Generator(kind, KINDS[kind], options, progress)
        importlib.import_module("cases." + KINDS[kind].cases(kind)).make(g).write(folder)


def check_environment():
    try:
        import flax
        import jax
    except ModuleNotFoundError as e:
        raise failure.Failure(
            failure.USAGE,
            f"{sys.executable} has no {e.name}; use .venv-crosscheck/bin/python (scripts/crosscheck/setup)",
        ) from None


def main():
    parser = Options(description=__doc__)
    add_sources(parser)
    parser.add_argument("--out", metavar="DIR", required=True, help="folder to write to")
    parser.add_argument(
        "--only",
        metavar="KIND,...",
        type=kinds_of,
        default=list(GOLDEN),
        help=f"of {', '.join(KINDS)} (those of the test resources: {', '.join(GOLDEN)})",
    )
    options = parser.parse_args()
    make(options, options.only, options.out)


if __name__ == "__main__":
    sys.exit(failure.run(main))
