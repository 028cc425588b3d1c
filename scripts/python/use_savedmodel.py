#!/usr/bin/env python3
"""Uses a model that mulan exported, in TensorFlow for Python."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Optional, Sequence

import numpy as np

import measures
import model_folder
import options
import pictures
from failure import DATA, Failure, Parser, run
from ports import print_signatures

_EXAMPLES = """examples:
  use_savedmodel.py savedmodels/digits/1 score                      bits/dim of the test digits
  use_savedmodel.py savedmodels/digits/1 score --images mine.png
  use_savedmodel.py savedmodels/digits/1 sample --count 25 --out samples.png
  use_savedmodel.py savedmodels/a/1 sample --class 3 --out threes.png
  use_savedmodel.py savedmodels/digits/1 likelihood --limit 8 --steps 20
  use_savedmodel.py savedmodels/digits/1 schedule --times 0 0.5 1
  use_savedmodel.py savedmodels/digits/1 finetune --through tape --optimizer adam
  use_savedmodel.py savedmodels/digits/1 signatures

"""

_RATES = {"adam": 1e-4, "plain": 1e-3}


def main(arguments: Optional[Sequence[str]] = None) -> int:
    return run(lambda: _run(arguments))


def _run(arguments: Optional[Sequence[str]]) -> None:
    args = parser().parse_args(arguments)
    args.run(_load(args.model), args)


def _load(path: Path):
    folder = model_folder.find(path)
    # Only now: TensorFlow takes seconds to import; help and errors need not wait for it.
    from exported_model import ExportedModel

    return ExportedModel.load(folder)


def parser() -> Parser:
    top = Parser(
        usage="use_savedmodel.py MODEL COMMAND ...",
        description="Uses a model that mulan exported, in TensorFlow for Python.",
        epilog="use_savedmodel.py MODEL COMMAND --help lists the options of a command.",
    )
    top.examples = _EXAMPLES
    top.add_argument(
        "model", type=Path, metavar="MODEL", help="its folder, or that of its versions"
    )
    commands = top.add_subparsers(
        dest="command", required=True, metavar="COMMAND", prog="use_savedmodel.py MODEL"
    )
    for add in (_score, _sample, _likelihood, _schedule, _finetune, _signatures):
        add(commands)
    return top


def _command(commands, name: str, text: str, action) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text)
    command.set_defaults(run=action)
    return command


def _conditions(
    model, signature: str, args: argparse.Namespace, count: int
) -> dict[str, np.ndarray]:
    return options.conditions(args, model.signatures[signature].inputs, count)


def _score(commands) -> None:
    options.add_score(
        _command(commands, "score", "bits/dim of images by the bound, by term", score)
    )


def score(model, args: argparse.Namespace) -> None:
    images, name = options.measured_images(args, model.kind)
    conditions = _conditions(model, "bits_per_dim", args, len(images))
    values = measures.score(model, images, args.times_per_image, args.seed, args.batch, conditions)
    print(f"bits/dim of {name}, {args.times_per_image} times each, seed {args.seed}")
    measures.print_score(values)


def _sample(commands) -> None:
    options.add_sample(_command(commands, "sample", "draws images into a PNG", sample))


def sample(model, args: argparse.Namespace) -> None:
    conditions = _conditions(model, "sample", args, args.count)
    images = measures.sample(model, args.count, args.steps, args.seed, conditions)
    pictures.write_grid(args.out, images, model.kind.levels)
    print(f"{args.out}: {len(images)} images in {args.steps} steps, seed {args.seed}")


def _likelihood(commands) -> None:
    text = "log-likelihood of images by the probability flow"
    command = _command(commands, "likelihood", text, likelihood)
    options.add_images(command)
    options.add_limit(command, limit=16, batch=16)
    command.add_argument(
        "--steps", type=options.count, default=20, metavar="N", help="Runge-Kutta steps (20)"
    )
    options.add_seed(command)


def likelihood(model, args: argparse.Namespace) -> None:
    images, name = options.measured_images(args, model.kind)
    conditions = _conditions(model, "log_likelihood", args, len(images))
    values = measures.likelihood(model, images, args.steps, args.seed, args.batch, conditions)
    print(f"likelihood of {name}, {args.steps} steps, seed {args.seed}")
    print(f"  {'bits/dim':<24} {measures.estimate(values.pop('bits_per_dim'))}")
    for term, nats in values.items():
        print(f"  {term + ', nats':<24} {measures.estimate(nats)}")


def _schedule(commands) -> None:
    text = "the learned noise of images: gamma and SNR, means over images and pixels"
    command = _command(commands, "schedule", text, schedule)
    options.add_images(command)
    options.add_limit(command)
    command.add_argument(
        "--times",
        type=float,
        nargs="+",
        default=[0.0, 0.25, 0.5, 0.75, 1.0],
        metavar="T",
        help="from 0 (image) to 1 (noise)",
    )


def schedule(model, args: argparse.Namespace) -> None:
    images, name = options.measured_images(args, model.kind)
    conditions = _conditions(model, "schedule_of_images", args, len(images))
    rows = {"images": images, **conditions}
    noise = [_noise(model, rows, time, args.batch) for time in args.times]
    print(f"noise of {name}")
    print("      t     gamma          SNR  gamma of pixels")
    for time, (gamma, nu) in zip(args.times, noise):
        spread = f"{gamma.min():.3f} to {gamma.max():.3f}"
        print(f"  {time:5.3f} {gamma.mean():9.4f} {nu.mean():12.6g}  {spread}")


def _noise(model, rows: measures.Conditions, time: float, batch: int) -> tuple[np.ndarray, np.ndarray]:
    parts = []
    for start in range(0, len(rows["images"]), batch):
        part = measures.part_of(rows, start, batch)
        inputs = {**part, "times": np.full(len(part["images"]), time, np.float32)}
        outputs = {"gamma": np.float64, "nu": np.float64}
        parts.append(model.predict("schedule_of_images", inputs, outputs))
    return tuple(np.concatenate([part[name] for part in parts]) for name in ("gamma", "nu"))


def _finetune(commands) -> None:
    text = (
        "a few steps of gradient descent on one batch and its noise: shows that the weights can be"
        " trained; nothing is saved"
    )
    command = _command(commands, "finetune", text, finetune)
    options.add_images(command, part="train")
    command.add_argument(
        "--through",
        choices=("tape", "loss"),
        default="tape",
        help="gradients by tf.GradientTape, or those that the signature loss returns (tape)",
    )
    command.add_argument("--optimizer", choices=sorted(_RATES), default="adam", help="(adam)")
    rates = ", ".join(f"{name} {rate:g}" for name, rate in _RATES.items())
    command.add_argument(
        "--rate", type=options.above_zero, metavar="X", help=f"learning rate ({rates})"
    )
    command.add_argument("--steps", type=options.count, default=5, metavar="N", help="(5)")
    command.add_argument("--batch", type=options.count, default=32, metavar="N", help="(32)")
    options.add_seed(command)


def finetune(model, args: argparse.Namespace) -> None:
    import descent

    images, name = options.images_of(args, model.kind)
    images = images[: args.batch]
    rules = {"adam": descent.Adam, "plain": descent.Plain}
    rule = rules[args.optimizer](args.rate or _RATES[args.optimizer])
    conditions = _conditions(model, "loss", args, len(images))
    batch = descent.noisy_batch(model, {"images": images, **conditions}, args.seed)
    before = descent.loss(model, batch)
    descent.descend(model, batch, args.through, rule, args.steps)
    after = descent.loss(model, batch)
    if not np.isfinite(after):
        raise Failure(DATA, "the loss is no longer a number: try a smaller --rate")
    print(f"loss of {len(images)} images of {name}, seed {args.seed}, bits/dim")
    print(f"  before           {before:.6f}")
    print(f"  after            {after:.6f}  ({args.steps} steps of {args.optimizer})")


def _signatures(commands) -> None:
    _command(commands, "signatures", "inputs and outputs of the model, with types", signatures)


def signatures(model, args: argparse.Namespace) -> None:
    print_signatures(model.signatures)


if __name__ == "__main__":
    sys.exit(main())
