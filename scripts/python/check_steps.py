#!/usr/bin/env python3
"""Checks that TensorBoard shows each step of a run once, by its own reader of events.

  check_steps.py RUN                prints the steps of each curve and page
  check_steps.py RUN --json FILE    and keeps them
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tensorboard.backend.event_processing.plugin_event_accumulator import EventAccumulator

from failure import DATA, Failure, Parser, run

_ALL = 0


def steps(folder: Path) -> dict[str, list[int]]:
    """The steps that TensorBoard has of each tag, in its order."""
    reader = EventAccumulator(str(folder), size_guidance={"tensors": _ALL})
    reader.Reload()  # scalars become tensors, as in TensorBoard's server
    return {tag: [e.step for e in reader.Tensors(tag)] for tag in reader.Tags()["tensors"]}


def main() -> None:
    parser = Parser(description=__doc__.split("\n")[0])
    parser.examples = "examples:\n" + "\n".join(__doc__.split("\n")[2:]) + "\n"
    parser.add_argument("run", type=Path, help="a run folder of mulan train")
    parser.add_argument("--json", type=Path, help="the steps of each tag")
    options = parser.parse_args()
    if not any(options.run.glob("events.out.tfevents.*")):
        raise Failure(DATA, f"{options.run} has no TensorBoard events; name a run folder")
    found = steps(options.run)
    if options.json:
        options.json.write_text(json.dumps(found))
    for tag, of in sorted(found.items()):
        if tag.startswith("_hparams_/"):
            continue  # of the run, at no step
        print(f"{tag:<40} {' '.join(map(str, of))}")
        if of != sorted(set(of)):
            raise Failure(DATA, f"{options.run}: {tag} has a step twice, or out of order: {of}")


if __name__ == "__main__":
    sys.exit(run(main))
