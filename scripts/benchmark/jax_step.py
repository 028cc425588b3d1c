"""Times a training step of the published JAX code, s-sahoo/MuLAN: MuLAN itself or its VDM.

    .venv-jax/bin/python scripts/benchmark/jax_step.py --checkout DIR --model mulan

Its own configuration, models, optimiser and training step are imported from the checkout.
"""
import argparse
import functools
import os
import runpy
from typing import Any, Callable, Tuple

import stepping
from stepping import Images

CONFIGURATION = os.path.join("ldm", "configs", "cifar10-conditioned.py")
STAND_INS = ("chex", "clu", "tensorflow", "tensorflow_addons", "tensorflow_datasets")


def read_options() -> argparse.Namespace:
    parser = stepping.parser("Times a training step of the published JAX code.")
    parser.add_argument("--model", choices=("mulan", "vdm"), default="mulan", help="(mulan)")
    options = parser.parse_args()
    stepping.check(options, CONFIGURATION, os.path.join("ldm", "experiment_vdm.py"))
    return options


def configuration(options: argparse.Namespace) -> Any:
    """The published one for CIFAR-10, but for the size."""
    config = runpy.run_path(os.path.join(options.checkout, CONFIGURATION))["get_config"]()
    config.model.sm_n_embd = options.channels
    config.model.sm_n_layer = options.layers
    if options.model == "vdm":
        config.vdm_type = "vdm"
        # The configuration's schedule needs a latent; this is VDM's for CIFAR-10.
        config.model.gamma_type = "learnable_scalar"
    return config


def experiment(config: Any) -> Any:
    """The published Experiment_VDM without data sets, checkpoints and logs, which its constructor makes."""
    import jax
    from flax.core import FrozenDict

    # The published code uses a name that jax has dropped.
    jax.tree_map = jax.tree_util.tree_map
    from ldm.experiment_vdm import Experiment_VDM
    from ldm.train_state import TrainState

    made = Experiment_VDM.__new__(Experiment_VDM)
    made.config = config
    made.model, variables = made.get_model_and_params(jax.random.PRNGKey(config.training.seed))
    made.state = TrainState.create(apply_fn=made.model.apply, variables=FrozenDict(variables),
                                   optax_optimizer=made.get_optimizer)
    made.lr_schedule = made.get_lr_schedule()
    return made


def training(made: Any) -> Tuple[Callable[[Images], float], int]:
    """A function that makes one step, and the number of parameters."""
    import jax
    import jax.numpy as jnp
    import numpy as np
    from jax.sharding import Mesh, NamedSharding, PartitionSpec

    parameters = sum(leaf.size for leaf in jax.tree_util.tree_leaves(made.state.params))
    # As published, on one device. There a scan makes 1000 steps a call and so updates the state in
    # place; here a call makes one step, and donating the state lets it do the same.
    compiled = jax.pmap(functools.partial(made.train_step, jax.random.PRNGKey(0)), "batch",
                        donate_argnums=0)
    # Placed as a step's results are; otherwise the second step would be compiled again.
    placed = NamedSharding(Mesh(jax.devices()[:1], ("batch",)), PartitionSpec("batch"))
    state = jax.tree_util.tree_map(
        lambda leaf: jax.device_put(jnp.asarray(leaf, jnp.result_type(leaf))[None], placed), made.state)
    # Read while compiling: its parameters would be copies in addition to the state's.
    made.state = made.state.replace(params=None, ema_params=None, opt_state=None)

    def step(images: Images) -> float:
        nonlocal state
        size = (1, images.shape[0])
        batch = {"images": images[None], "labels": np.zeros(size, np.int32),
                 "conditioning": np.zeros(size, np.uint8)}
        state, metrics = compiled(state, batch)
        # Waits for the whole step: the loss is ready before the weights.
        jax.block_until_ready(state)
        return float(metrics["scalars"]["train_bpd"][0])

    return step, parameters


def main() -> None:
    options = read_options()
    stepping.need(".venv-jax", "jax", "flax", "optax", "ml_collections")
    stepping.limit_processors(options.threads)
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    stepping.import_from(options.checkout, STAND_INS)
    step, parameters = training(experiment(configuration(options)))
    figures = stepping.measure(step, options)
    stepping.report("jax", options.model, "float32", options, figures, parameters)


if __name__ == "__main__":
    main()
