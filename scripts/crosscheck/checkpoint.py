#!/usr/bin/env python3
"""A checkpoint that the published code writes, imported and measured by both programs on the same noise."""

import json
import math
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "python"))

import failure
import make_vectors
from java import ROOT

# How much the two may differ, in bits per dimension.
LIMIT = 1e-4
IMAGES = 2
STEPS = 3
# The size of the network; it does not matter here.
SMALL = dict(sm_n_embd=64, sm_n_layer=1)


class Options(failure.Parser):
    examples = """\
examples:
  .venv-crosscheck/bin/python scripts/crosscheck/checkpoint.py --model vdm --mulan DIR --vdm DIR
  .venv-crosscheck/bin/python scripts/crosscheck/checkpoint.py --model velocity --mulan DIR --vdm DIR

"""


def read_options():
    parser = Options(description=__doc__)
    make_vectors.add_sources(parser)
    parser.add_argument(
        "--model", choices=("velocity", "epsilon", "vdm"), default="vdm", help="(vdm)"
    )
    parser.add_argument(
        "--program",
        metavar="FILE",
        default=os.path.join(ROOT, "scripts", "mulan"),
        help="the command of this program (scripts/mulan)",
    )
    parser.add_argument(
        "--tensorflow",
        metavar="PYTHON",
        default=os.path.join(ROOT, ".venv", "bin", "python"),
        help="a Python with TensorFlow (.venv/bin/python, which scripts/python/setup makes)",
    )
    options = parser.parse_args()
    if not os.access(options.tensorflow, os.X_OK):
        raise failure.Failure(
            failure.USAGE,
            f"--tensorflow {options.tensorflow} is not there; scripts/python/setup makes it",
        )
    return options


def publish(options, folder):
    """Trains the published model a little, writes its checkpoint, and measures it; returns bits/dim and the noise."""
    import flax
    import jax
    import numpy as np

    import published
    from tape import Tape

    vdm = options.model == "vdm"
    ref = published.load_vdm(options.vdm) if vdm else published.load_mulan(options.mulan)
    config = published.config(ref, "cifar10" if vdm else "cifar10-conditioned")
    with config.unlocked():
        config.model.update(SMALL)
        if not vdm:
            config.vdm_type = "mulan_" + options.model
            config.model.forward_n_layer = 1
    with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as file:
        file.write(config.to_json())
    experiment = object.__new__(ref.experiment_vdm.Experiment_VDM)
    experiment.config = config
    experiment.model, variables = experiment.get_model_and_params(jax.random.PRNGKey(0))
    experiment.lr_schedule = experiment.get_lr_schedule()
    state = ref.train_state.TrainState.create(
        apply_fn=experiment.model.apply,
        variables=flax.core.FrozenDict(variables),
        optax_optimizer=experiment.get_optimizer,
    )
    state = state.replace(step=jax.numpy.asarray(0))
    experiment.state = state.replace(params=None, ema_params=None, opt_state=None)
    random = np.random.default_rng(options.seed)
    images = random.integers(0, 256, (STEPS + 1, IMAGES, 32, 32, 3)).astype(np.uint8)
    step = jax.jit(lambda s, b: one_step(experiment, s, b))
    for k in range(STEPS):
        state = step(state, batch_of(ref, images[k]))
    with open(os.path.join(folder, "ckpt.flax"), "wb") as file:
        file.write(flax.serialization.to_bytes(state))
    extra = {} if vdm else dict(step=0)
    with Tape(random) as tape:
        bits, _ = experiment.loss_fn(
            state.ema_params,
            batch_of(ref, images[-1]),
            rng=jax.random.PRNGKey(0),
            is_train=False,
            **extra,
        )
    return float(bits), inputs_of(tape.draws, images[-1])


def batch_of(ref, images):
    from cases.training import batch_of

    return batch_of(ref, images)


def one_step(experiment, state, batch):
    """The published step on one device."""
    import jax

    def add(tree):
        return jax.tree_util.tree_map(lambda x: jax.numpy.asarray(x)[None], tree)

    step = jax.vmap(
        lambda s, b: experiment.train_step(jax.random.PRNGKey(0), s, b)[0],
        axis_name="batch",
        axis_size=1,
    )
    return jax.tree_util.tree_map(lambda x: x[0], step(add(state), add(batch)))


def inputs_of(draws, images):
    """What the signature loss of an exported model takes."""
    import numpy as np

    normals = [a for kind, a in draws if kind == "normal"]
    uniform = next(a for kind, a in draws if kind == "uniform")
    inputs = {
        "images": images,
        "times": ((uniform + np.arange(len(images)) / len(images)) % 1).astype(np.float32),
        "reconstruction_noise": normals[0],
        "diffusion_noise": normals[1],
        "step": np.int64(0),
    }
    latent = [a for kind, a in draws if kind == "gamma"]
    if latent:
        inputs["latent_noise"] = latent[0]
    return inputs


LOSS = """
import json, sys
import numpy as np
import tensorflow as tf
model = tf.saved_model.load(sys.argv[1])
with np.load(sys.argv[2]) as arrays:
    out = model.signatures["loss"](**{name: tf.constant(arrays[name]) for name in arrays.files})
print(json.dumps(float(out["loss"])))
"""


def measured_here(options, folder, inputs):
    """Bits/dim of the imported weights, by this program's exported graph."""
    import numpy as np

    run, models = os.path.join(folder, "run"), os.path.join(folder, "models")
    checkpoint, config = (os.path.join(folder, name) for name in ("ckpt.flax", "config.json"))
    call(options.program, "import", "--flax", checkpoint, "--config", config, "--to", run)
    call(options.program, "export", run, "--to", models)
    np.savez(os.path.join(folder, "inputs.npz"), **inputs)
    version = os.path.join(models, sorted(os.listdir(models))[0])
    return float(json.loads(call(options.tensorflow, "-c", LOSS, version, folder + "/inputs.npz")))


def call(*command):
    print(" ".join(command[:2]), file=sys.stderr, flush=True)
    done = subprocess.run(
        command, capture_output=True, text=True, env={"TF_CPP_MIN_LOG_LEVEL": "3", **os.environ}
    )
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise failure.Failure(
            failure.DATA, f"{command[0]} {command[1]} ended with {done.returncode}: {last}"
        )
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


def main():
    options = read_options()
    make_vectors.check_environment()
    make_vectors.check_sources(options, ["training"])
    with tempfile.TemporaryDirectory() as folder:
        theirs, inputs = publish(options, folder)
        ours = measured_here(options, folder, inputs)
    apart = abs(ours - theirs)
    verdict = "pass" if apart <= LIMIT else "FAIL"
    print(f"{'model':10}{'published':>14}{'mulan':>14}{'bits/dim apart':>16}{'limit':>9}")
    print(f"{options.model:10}{theirs:14.7f}{ours:14.7f}{apart:16.1e}{LIMIT:9.0e}  {verdict}")
    if not math.isfinite(apart) or apart > LIMIT:
        sys.exit(1)


if __name__ == "__main__":
    sys.exit(failure.run(main))
