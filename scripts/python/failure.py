"""Errors that a user can correct: one line, and how the program ends."""

from __future__ import annotations

import argparse
import re
import sys
from typing import Callable

USAGE = 2
DATA = 3
MODEL = 4

_LONGEST = 400


class Failure(Exception):
    """What is wrong, in one line, and the exit status it means."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(one_line(message))
        self.code = code


class Parser(argparse.ArgumentParser):
    """Help that begins with examples, and errors in one line, where argparse prints the usage."""

    examples = ""

    def format_help(self) -> str:
        return self.examples + super().format_help()

    def error(self, message: str) -> None:
        raise Failure(USAGE, f"{message} (--help lists what is possible)")


def one_line(text: object) -> str:
    """The text without line breaks, cut where it is very long."""
    line = " ".join(str(text).split())
    return line if len(line) <= _LONGEST else line[:_LONGEST] + " ..."


def tensorflow_message(text: object) -> str:
    """What TensorFlow's error says, without the places in its graph."""
    message = str(text)
    broken = re.search(r"assertion failed: \[(.*?); found\]((?: \[.*?\])+)", message)
    if broken:
        return f"{broken.group(1)}, but found{broken.group(2)}"
    return one_line(message.split("\n\t [[")[0])


def run(main: Callable[[], None]) -> int:
    """The exit status of the program; an error is one line on stderr."""
    try:
        main()
        return 0
    except Failure as failure:
        print(f"error: {failure}", file=sys.stderr)
        return failure.code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of a pipe, such as head, has ended; flushing stdout at the end would fail again.
        sys.stdout = None
        return 1
