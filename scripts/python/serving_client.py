#!/usr/bin/env python3
"""Asks a model that TensorFlow Serving serves, over REST or gRPC."""

from __future__ import annotations

import argparse
import re
import sys
from typing import Mapping, Optional, Sequence

import measures
import options
import pictures
from failure import MODEL, Failure, Parser, run
from ports import Port, print_signatures
from serving import Client, Served

_EXAMPLES = """examples:
  serving_client.py --rest http://localhost:8501 status
  serving_client.py --rest http://localhost:8501 score --limit 32
  serving_client.py --grpc localhost:8500 score --images mine.png
  serving_client.py --grpc localhost:8500 --version 1 sample --count 25 --out samples.png
  serving_client.py --grpc localhost:8500 metadata

"""


def main(arguments: Optional[Sequence[str]] = None) -> int:
    return run(lambda: _run(arguments))


def _run(arguments: Optional[Sequence[str]]) -> None:
    args = parser().parse_args(arguments)
    args.run(_client(args), args)


def _client(args: argparse.Namespace) -> Client:
    served = Served(args.rest or args.grpc, args.model, args.version, args.timeout)
    # Only the one that is used: gRPC's messages need all of TensorFlow, REST does not.
    if args.rest:
        from serving_rest import RestClient

        return RestClient(served)
    from serving_grpc import GrpcClient

    return GrpcClient(served)


def parser() -> Parser:
    top = Parser(
        description="Asks a model that TensorFlow Serving serves, over REST or gRPC.",
        epilog="serving_client.py --rest URL COMMAND --help lists the options of a command.",
    )
    top.examples = _EXAMPLES
    way = top.add_mutually_exclusive_group(required=True)
    way.add_argument("--rest", type=_url, metavar="URL", help="such as http://localhost:8501")
    way.add_argument("--grpc", type=_target, metavar="HOST:PORT", help="such as localhost:8500")
    top.add_argument("--model", default="digits", metavar="NAME", help="(digits)")
    top.add_argument(
        "--version", type=options.whole(0, 2**63 - 1), metavar="N", help="(the latest)"
    )
    top.add_argument(
        "--timeout",
        type=options.above_zero,
        default=60.0,
        metavar="S",
        help="seconds to wait for an answer (60)",
    )
    commands = top.add_subparsers(
        dest="command", required=True, metavar="COMMAND", prog="serving_client.py ..."
    )
    for add in (_score, _sample, _status, _metadata):
        add(commands)
    return top


def _url(text: str) -> str:
    if not re.fullmatch(r"https?://[^/\s]+(/\S*)?", text):
        raise argparse.ArgumentTypeError(f"{text} is not of the form http://HOST:PORT")
    return text


def _target(text: str) -> str:
    if not re.fullmatch(r"[^/\s]+:\d+", text):
        raise argparse.ArgumentTypeError(f"{text} is not of the form HOST:PORT")
    return text


def _command(commands, name: str, text: str, action) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text)
    command.set_defaults(run=action)
    return command


def _add_levels(command: argparse.ArgumentParser) -> None:
    # Serving does not know it: a signature has a type and a shape of images, but no number of levels.
    command.add_argument(
        "--levels",
        type=options.whole(2, 256),
        default=17,
        metavar="N",
        help="of the model's images, as in its assets/model.json (17, those of digits)",
    )


def _score(commands) -> None:
    command = _command(commands, "score", "bits/dim of images by the bound, by term", score)
    options.add_score(command)
    _add_levels(command)


def score(client: Client, args: argparse.Namespace) -> None:
    inputs = _inputs(client, "bits_per_dim")
    images, name = options.measured_images(args, _kind(client, inputs, args.levels))
    conditions = options.conditions(args, inputs, len(images))
    values = measures.score(client, images, args.times_per_image, args.seed, args.batch, conditions)
    print(f"bits/dim of {name}, {args.times_per_image} times each, seed {args.seed}")
    measures.print_score(values)


def _inputs(client: Client, name: str) -> dict[str, Port]:
    signatures = client.metadata()
    if name not in signatures:
        known = ", ".join(sorted(signatures))
        raise Failure(MODEL, f"{client.served}: has no signature {name}; it has {known}")
    return signatures[name].inputs


def _kind(client: Client, inputs: Mapping[str, Port], levels: int) -> pictures.Kind:
    port = inputs.get("images")
    if port is None or port.shape is None or len(port.shape) != 4:
        raise Failure(MODEL, f"{client.served}: bits_per_dim takes no images")
    return pictures.Kind(*port.shape[1:], levels)


def _sample(commands) -> None:
    command = _command(commands, "sample", "draws images into a PNG", sample)
    options.add_sample(command)
    _add_levels(command)


def sample(client: Client, args: argparse.Namespace) -> None:
    conditions = options.conditions(args, _inputs(client, "sample"), args.count)
    images = measures.sample(client, args.count, args.steps, args.seed, conditions)
    pictures.write_grid(args.out, images, args.levels)
    print(f"{args.out}: {len(images)} images in {args.steps} steps, seed {args.seed}")


def _status(commands) -> None:
    _command(commands, "status", "whether the versions of the model are available", status)


def status(client: Client, args: argparse.Namespace) -> None:
    for version in client.status():
        line = f"{client.served.model} version {version.version}: {version.state}"
        wrong = "" if version.code == "OK" else f", {version.code}: {version.message}"
        print(line + wrong)


def _metadata(commands) -> None:
    _command(commands, "metadata", "the signatures of the model, with types", metadata)


def metadata(client: Client, args: argparse.Namespace) -> None:
    print_signatures(client.metadata())


if __name__ == "__main__":
    sys.exit(main())
