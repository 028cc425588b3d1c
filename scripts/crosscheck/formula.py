"""Parameters that need not be stored, and four numbers that identify an array.

Parameters are made of SplitMix64 of (seed, rank of the name, index), so that another program can make the same
ones from this file alone. Numpy only.
"""

import numpy as np

STATISTICS_SEED = 7


def uniform(seed, k, n):
    """n numbers of 24 random bits in [0,1): SplitMix64 of the states (seed << 56) + (k << 36) + i."""
    with np.errstate(over="ignore"):
        x = (
            (np.uint64(seed) << np.uint64(56))
            + (np.uint64(k) << np.uint64(36))
            + np.arange(n, dtype=np.uint64)
        )
        x = x + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x = x ^ (x >> np.uint64(31))
    return (x >> np.uint64(40)).astype(np.float64) / 2.0**24


def parameter(path, k, shape, seed, gamma_min, gamma_max):
    """The values of the parameter that is k-th by name; none of the layers that start at zero is zero."""
    r = (2.0 * uniform(seed, k, int(np.prod(shape))) - 1.0).reshape(shape)
    parts = path.split("/")
    leaf, tail = parts[-1], "/".join(parts[-2:])
    if parts[0] == "gamma" and tail in ("l1/kernel", "gamma/w"):
        v = (gamma_max - gamma_min) * (1.0 + 0.1 * r)
    elif parts[0] == "gamma" and tail in ("l1/bias", "gamma/b"):
        v = gamma_min + 0.1 * r
    elif parts[0] == "gamma" and tail == "l2/kernel":
        v = r
    elif parts[0] == "gamma" and tail == "l3/kernel":
        v = 4.0 * r
    elif leaf == "kernel":
        v = np.sqrt(3.0 / int(np.prod(shape[:-1]))) * r
    elif leaf == "scale":
        v = 1.0 + 0.1 * r
    else:
        v = 0.1 * r
    return v.astype(np.float32)


def parameters(shapes, seed, config):
    """All parameters of a model, from their shapes by name."""
    made = {
        path: parameter(path, k, shapes[path], seed, config["gamma_min"], config["gamma_max"])
        for k, path in enumerate(sorted(shapes))
    }
    last = "score_model/conv_out/kernel"
    if last in made and config.get("score_out_scale", 1.0) != 1.0:
        scaled = made[last].astype(np.float64) * config["score_out_scale"]
        made[last] = scaled.astype(np.float32)
    return made


def statistics(arrays):
    """[P,4]: of each array, by name, its sum, L2 norm, largest magnitude and product with given numbers of [-1,1)."""
    rows = []
    for k, path in enumerate(sorted(arrays)):
        a = np.asarray(arrays[path], np.float64).reshape(-1)
        r = 2.0 * uniform(STATISTICS_SEED, k, a.size) - 1.0
        rows.append([a.sum(), np.sqrt((a * a).sum()), np.abs(a).max() if a.size else 0.0, a @ r])
    return np.asarray(rows)
