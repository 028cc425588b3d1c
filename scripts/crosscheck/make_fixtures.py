#!/usr/bin/env python3
"""Makes the checkpoints of src/test/resources/flax, with the published code and Flax's own writer.

Each is

    NAME.flax   a TrainState after three of the published code's training steps
    NAME.json   the configuration it was trained with, by config.to_json()
    NAME.npz    two images, the draws of one evaluation with the averaged weights, and the terms it gives

Networks are four channels wide, with two groups in their normalisations instead of 32; MuLAN's images are
2x2x3, VDM's 32x32x3.
"""

import argparse
import functools
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "python"))

import failure
import make_vectors
from java import ROOT

GROUPS = 2
IMAGES = 2
STEPS = 3
SMALL = dict(sm_n_embd=4, sm_n_layer=1)
LATENT = dict(forward_n_layer=1, latent_size=5, latent_k=2)

# Three steps must move weights, and averages from weights, by more than a rounding.
FAST = dict(learning_rate=0.05, ema_rate=0.5)


class Options(failure.Parser):
    examples = """\
examples:
  .venv-crosscheck/bin/python scripts/crosscheck/make_fixtures.py --mulan DIR --vdm DIR

"""


def read_options():
    parser = Options(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    make_vectors.add_sources(parser)
    parser.add_argument(
        "--to",
        metavar="DIR",
        default=os.path.join(ROOT, "src", "test", "resources", "flax"),
        help="where to write (src/test/resources/flax)",
    )
    return parser.parse_args()


def use_small_groups():
    import flax.linen

    flax.linen.GroupNorm.__dataclass_fields__["num_groups"].default = GROUPS
    init = flax.linen.GroupNorm.__init__
    flax.linen.GroupNorm.__init__ = lambda self, *args, **kw: init(
        self, *args, **{"num_groups": GROUPS, **kw}
    )


def experiment(ref, config):
    """The published Experiment without data sets, checkpoints and writers."""
    import flax
    import jax

    exp = object.__new__(ref.experiment_vdm.Experiment_VDM)
    exp.config = config
    exp.model, variables = exp.get_model_and_params(jax.random.PRNGKey(config.training.seed))
    exp.state = ref.train_state.TrainState.create(
        apply_fn=exp.model.apply,
        variables=flax.core.FrozenDict(variables),
        optax_optimizer=exp.get_optimizer,
    )
    exp.lr_schedule = exp.get_lr_schedule()
    return exp


def batch(ref, seed):
    import numpy as np
    from cases.training import batch_of

    shape = (IMAGES, ref.side, ref.side, 3)
    return batch_of(ref, np.random.default_rng(seed).integers(0, 256, shape, np.uint8))


def trained(exp, ref):
    """The state after some steps, on an axis of one device."""
    import jax

    step = jax.vmap(
        functools.partial(exp.train_step, jax.random.PRNGKey(7)), axis_name="batch", axis_size=1
    )
    state = jax.tree_util.tree_map(lambda x: jax.numpy.asarray(x)[None], exp.state)
    for i in range(STEPS):
        inputs = jax.tree_util.tree_map(lambda x: jax.numpy.asarray(x)[None], batch(ref, i))
        state, _ = step(state, inputs)
    return jax.tree_util.tree_map(lambda x: x[0], state)


def evaluated(exp, ref, params):
    """What one evaluation drew and gave."""
    import jax
    import numpy as np

    arrays = {}
    originals = {name: getattr(jax.random, name) for name in ("uniform", "normal", "gamma", "gumbel")}

    def recorded(name):
        def draw(*args, **kwargs):
            value = originals[name](*args, **kwargs)
            number = sum(key.startswith(name + "_") for key in arrays)
            arrays[f"{name}_{number}"] = np.asarray(value)
            return value

        return draw

    inputs = batch(ref, 100)
    extra = {"step": 0} if ref.package == "ldm" else {}
    try:
        for name in originals:
            setattr(jax.random, name, recorded(name))
        out = exp.model.apply(
            {"params": params}, **inputs, **extra, rngs={"sample": jax.random.PRNGKey(3)}
        )
    finally:
        for name, original in originals.items():
            setattr(jax.random, name, original)
    arrays["images"] = np.asarray(inputs["images"])
    for term in ("loss_recon", "loss_klz", "loss_diff"):
        arrays[term] = np.asarray(getattr(out, term))
    return arrays


def make(name, ref, config, folder):
    import numpy as np
    from flax import serialization

    config.optimizer.update(FAST)
    config.training.num_steps_lr_warmup = 2
    exp = experiment(ref, config)
    state = trained(exp, ref)
    arrays = evaluated(exp, ref, state.ema_params)
    with open(os.path.join(folder, name + ".flax"), "wb") as file:
        file.write(serialization.to_bytes(state))
    with open(os.path.join(folder, name + ".json"), "w", encoding="utf-8") as file:
        file.write(config.to_json(indent=1) + "\n")
    np.savez_compressed(os.path.join(folder, name + ".npz"), **arrays)
    print(name, {k: v.shape for k, v in arrays.items()}, float(arrays["loss_diff"].mean()))


def main():
    options = read_options()
    make_vectors.check_environment()
    make_vectors.check_sources(options, ["training"])
    import published

    os.makedirs(options.to, exist_ok=True)
    use_small_groups()
    ldm = published.load_mulan(options.mulan, side=2)
    for name, preset in (("mulan_velocity", "cifar10-conditioned"), ("mulan_epsilon", "imagenet32")):
        config = published.config(ldm, preset)
        config.model.update({**SMALL, **LATENT})
        make(name, ldm, config, options.to)
    vdm = published.load_vdm(options.vdm)
    config = published.config(vdm, "cifar10")
    config.model.update(SMALL)
    make("vdm", vdm, config, options.to)


if __name__ == "__main__":
    sys.exit(failure.run(main))
