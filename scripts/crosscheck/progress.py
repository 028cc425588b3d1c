"""What is being done and how long it may still take, on stderr."""

import sys
import time


class Progress:
    """shares: of the time that each kind of vectors is expected to take, in any unit, in the order they are made."""

    def __init__(self, shares):
        self.shares = dict(shares)
        self.start = time.monotonic()
        self.kind, self.past = None, 0.0

    def begin(self, kind):
        if self.kind is not None:
            self.past += self.shares[self.kind]
        self.kind = kind

    def done(self, what, seconds):
        elapsed = time.monotonic() - self.start
        left = ""
        if self.past:
            rest = elapsed * (sum(self.shares.values()) - self.past) / self.past
            left = f", at most {duration(rest)} left"
        print(f"{what}: {seconds:.1f} s{left}", file=sys.stderr, flush=True)


def duration(seconds):
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"
