#!/usr/bin/env python3
"""Runs the published code and this program on the same weights, images and noise, and prints one table."""

import argparse
import json
import os
import subprocess
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(_HERE, "..", "python"))

import failure
import java
import make_vectors
import page
import table
from kinds import KINDS

FAILED = 1


class Options(failure.Parser):
    examples = """\
examples:
  scripts/crosscheck/setup
  scripts/crosscheck/checkouts /tmp/programs
  .venv-crosscheck/bin/python scripts/crosscheck/crosscheck.py --mulan /tmp/programs/mulan-jax --vdm /tmp/programs/vdm-jax \\
      --torch /tmp/programs/vdm-torch
  scripts/crosscheck/crosscheck.py --vectors src/test/resources/golden --only losses --all

"""


def read_options():
    parser = Options(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    make_vectors.add_sources(parser)
    parser.add_argument(
        "--vectors",
        metavar="DIR",
        help="vectors that are there already, instead of checkouts",
    )
    parser.add_argument(
        "--only",
        metavar="KIND,...",
        type=make_vectors.kinds_of,
        help=f"of {', '.join(KINDS)} (all whose checkouts are named, but for those of CIFAR-10's size; with --vectors, "
        "those there)",
    )
    parser.add_argument(
        "--cifar10",
        action="store_true",
        help="also at the size of the CIFAR-10 models, which takes hours on two processors",
    )
    parser.add_argument(
        "--out",
        metavar="DIR",
        default=os.path.join(java.ROOT, "target", "crosscheck"),
        help="where to make vectors (target/crosscheck)",
    )
    parser.add_argument(
        "--all", action="store_true", help="all rows, not the worst of each quantity's"
    )
    parser.add_argument("--json", metavar="FILE", help="write all rows")
    parser.add_argument(
        "--markdown", metavar="FILE", help="write the table as a page, as docs/crosscheck.md is one"
    )
    return parser.parse_args()


def vectors(options):
    """The folder with the vectors, and their kinds."""
    if options.vectors is None:
        kinds = options.only or [
            name
            for name, kind in KINDS.items()
            if (options.cifar10 or not kind.large)
            and ("torch" not in kind.checkouts or options.torch)
        ]
        make_vectors.make(options, kinds, options.out)
        return options.out, kinds
    if options.mulan or options.vdm:
        raise failure.Failure(failure.USAGE, "--vectors replaces checkouts: name either")
    there = [kind for kind in KINDS if os.path.isfile(os.path.join(options.vectors, kind + ".npz"))]
    missing = [kind for kind in options.only or () if kind not in there]
    if missing or not there:
        lacks = ", ".join(missing) if missing else "any of " + ", ".join(KINDS)
        raise failure.Failure(failure.DATA, f"--vectors {options.vectors} has no {lacks} (.npz)")
    return options.vectors, options.only or there


def main():
    options = read_options()
    folder, kinds = vectors(options)
    lines, status = java.run(folder, kinds)
    rows, missing = table.rows(folder, kinds, lines)
    shown = rows if options.all else table.worst(rows)
    print(table.text(shown))
    failing = sum(not row.passes for row in rows)
    print(
        f"\n{len(rows)} quantities, {failing} beyond their limit; not compared: {', '.join(missing) or 'none'}"
    )
    if options.json:
        write(options.json, json.dumps([row._asdict() for row in rows], indent=1) + "\n")
    if options.markdown:
        write(options.markdown, page.of(folder, kinds, rows, shown, missing))
    if failing or status:
        if status and not failing:
            print(f"other Java tests failed; see {java.LOG}", file=sys.stderr)
        sys.exit(FAILED)


def write(path, text):
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as e:
        raise failure.Failure(failure.DATA, f"{path} cannot be written: {e.strerror}") from None


if __name__ == "__main__":
    sys.exit(failure.run(main))
