"""Randomness that two programs can share: every draw of the published code, made by numpy and kept."""

import jax
import jax.numpy as jnp
import numpy as np


class Tape:
    """While it plays, the functions of jax.random that the published code calls give numbers of a numpy generator.

    They are kept in `draws`, in the order of the calls. `rewind` plays them again from the start, `at` from a
    position; calls beyond the end draw new numbers, or are an error if there is no generator. In double precision
    the same float32 numbers are returned as float64.
    """

    NAMES = ("normal", "uniform", "gumbel", "gamma", "truncated_normal", "randint", "bernoulli")

    playing = None

    def __init__(self, generator, draws=()):
        self.generator, self.draws, self.position = generator, list(draws), 0

    def rewind(self):
        self.position = 0
        return self

    def _next(self, name, shape, make):
        shape = tuple(shape)
        if self.position < len(self.draws):
            kept, value = self.draws[self.position]
            if kept != name or value.shape != shape:
                raise ValueError(f"the tape has {kept}{value.shape}, the model needs {name}{shape}")
        else:
            value = np.asarray(make(shape))
            if value.dtype.kind == "f":
                value = value.astype(np.float32)
            self.draws.append((name, value))
        self.position += 1
        if value.dtype.kind == "f":
            value = value.astype(np.float64 if jax.config.jax_enable_x64 else np.float32)
        return jnp.asarray(value)

    def __enter__(self):
        self._before, Tape.playing = Tape.playing, self
        self._replaced = {name: getattr(jax.random, name) for name in self.NAMES}
        for name in self.NAMES:
            setattr(jax.random, name, getattr(self, "_" + name))
        return self

    def __exit__(self, *error):
        for name, function in self._replaced.items():
            setattr(jax.random, name, function)
        Tape.playing = self._before
        return False

    def _normal(self, key, shape=(), dtype=None):
        return self._next("normal", shape, lambda s: self.generator.standard_normal(s))

    def _uniform(self, key, shape=(), dtype=None, minval=0.0, maxval=1.0):
        if (minval, maxval) != (0.0, 1.0):
            raise ValueError("the published code draws from [0,1) only")
        return self._next(
            "uniform", shape, lambda s: np.minimum(self.generator.random(s), 1 - 2.0**-24)
        )

    def _gumbel(self, key, shape=(), dtype=None):
        return self._next("gumbel", shape, lambda s: self.generator.gumbel(size=s))

    def _gamma(self, key, a, shape=None, dtype=None):
        return self._next("gamma", shape, lambda s: self.generator.standard_gamma(float(a), size=s))

    def _truncated_normal(self, key, lower, upper, shape=None, dtype=None):
        def make(s):
            v = self.generator.standard_normal(s)
            while True:
                bad = (v < lower) | (v > upper)
                if not bad.any():
                    return v
                v = np.where(bad, self.generator.standard_normal(s), v)

        return self._next("truncated_normal", shape, make)

    def _randint(self, key, shape, minval, maxval, dtype=None):
        return self._next(
            "randint", shape, lambda s: self.generator.integers(minval, maxval, s).astype(np.int32)
        )

    def _bernoulli(self, key, p=0.5, shape=None, mode=None, **other):
        """What dropout keeps."""
        return self._next("bernoulli", shape, lambda s: self.generator.random(s) < float(p))


def at(position=None):
    """The position of the tape that plays; with one, goes there."""
    if position is None:
        return Tape.playing.position
    Tape.playing.position = position
