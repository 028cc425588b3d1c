"""Options that several commands share."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Callable, Mapping, Optional

import numpy as np

import digits
import pictures
from failure import DATA, USAGE, Failure
from measures import LARGEST_SEED
from ports import Port

_LARGEST_INT32 = 2**31 - 1


def whole(lowest: int, highest: int) -> Callable[[str], int]:
    """Reads a whole number of that range."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = lowest - 1
        if not lowest <= number <= highest:
            raise argparse.ArgumentTypeError(
                f"{text} is not a whole number from {lowest} to {highest}"
            )
        return number

    return read


count = whole(1, _LARGEST_INT32)


def above_zero(text: str) -> float:
    """Reads a number greater than 0."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number greater than 0")
    return number


def add_seed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--seed", type=whole(0, LARGEST_SEED), default=0, metavar="N", help="of all noise (0)"
    )


def add_images(parser: argparse.ArgumentParser, part: str = "test") -> None:
    parser.add_argument(
        "--images",
        type=Path,
        nargs="+",
        metavar="FILE",
        help=".npz or .npy with whole-number levels, or .png; otherwise the digits of mulan",
    )
    parser.add_argument("--array", metavar="NAME", help="of an .npz (images, or its only one)")
    parser.add_argument(
        "--part", choices=digits.PARTS, default=part, help=f"which of mulan's digits ({part})"
    )
    add_class(parser)


def add_class(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--class",
        dest="label",
        metavar="N|FILE",
        help="of the images, for a class-conditional model: a number, or .npy or .npz with labels",
    )


def add_limit(parser: argparse.ArgumentParser, limit: int = 0, batch: int = 128) -> None:
    every = f"{limit}" if limit else "all"
    parser.add_argument(
        "--limit", type=count, default=limit, metavar="N", help=f"the first N images ({every})"
    )
    parser.add_argument(
        "--batch", type=count, default=batch, metavar="N", help=f"images at a time ({batch})"
    )


def add_score(parser: argparse.ArgumentParser) -> None:
    add_images(parser)
    # Up to so many are scored at once, with the noise of `mulan evaluate`.
    add_limit(parser, batch=1000)
    parser.add_argument(
        "--times-per-image",
        type=count,
        default=16,
        metavar="N",
        help="times that the bound of an image is a mean over (16)",
    )
    add_seed(parser)


def add_sample(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the PNG")
    parser.add_argument("--count", type=count, default=16, metavar="N", help="images (16)")
    parser.add_argument("--steps", type=count, default=64, metavar="N", help="of the chain (64)")
    add_class(parser)
    add_seed(parser)


def images_of(args: argparse.Namespace, kind: pictures.Kind) -> tuple[np.ndarray, str]:
    """The images that the options choose, and what to call them."""
    if args.images:
        return pictures.read(args.images, kind, args.array), ", ".join(map(str, args.images))
    if kind != digits.KIND:
        raise Failure(
            DATA, f"the digits are {digits.KIND}, the model's images {kind}: give some by --images"
        )
    name = "digits" if args.part == "all" else f"digits ({args.part})"
    return digits.read(args.part), name


def measured_images(args: argparse.Namespace, kind: pictures.Kind) -> tuple[np.ndarray, str]:
    """The same, no more than the limit."""
    images, name = images_of(args, kind)
    chosen = images[: args.limit] if args.limit else images
    return chosen, f"{len(chosen)} {'image' if len(chosen) == 1 else 'images'} of {name}"


def conditions(
    args: argparse.Namespace, inputs: Mapping[str, Port], count: int
) -> dict[str, np.ndarray]:
    """The conditions of so many images for a signature: their classes, and that they were not
    augmented."""
    known: dict[str, np.ndarray] = {}
    if "labels" in inputs:
        known["labels"] = _labels(args, count)
    elif args.label is not None:
        raise Failure(USAGE, "--class is for a class-conditional model, which this is not")
    if "augmented" in inputs:
        known["augmented"] = np.zeros(count, bool)
    return known


def _labels(args: argparse.Namespace, count: int) -> np.ndarray:
    label: Optional[str] = args.label
    # The graph refuses what is not a class; the type must be able to hold it.
    if label is None and "part" in args and not args.images:
        labels, source = digits.labels(args.part), digits.FILE
    elif label is None:
        raise Failure(USAGE, "the model needs the class of each image: give it by --class")
    elif label.lstrip("-").isdigit():
        return np.full(count, np.clip(int(label), -1, _LARGEST_INT32), np.int32)
    else:
        labels, source = pictures.read_labels(Path(label)), label
    if len(labels) < count:
        raise Failure(DATA, f"{source}: has {len(labels)} labels for {count} images")
    return np.clip(labels[:count].astype(np.int64), -1, _LARGEST_INT32).astype(np.int32)
