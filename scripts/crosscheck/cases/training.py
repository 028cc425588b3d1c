"""Twenty steps of training, with dropout: bits/dim at each, weights and their averages after the last."""

import json

import flax
import jax
import jax.numpy as jnp
import numpy as np

import published
from tape import Tape
from vectors import flatten

STEPS = 20
# The scale of the network's last kernel. In a random network the Fourier features magnify every change a thousand times,
# and its training is chaotic: in the published code itself, float32 and double precision then differ by percents.
OUT_SCALE = 0.001


def make(g):
    f, r, v = g.vectors(), g.mulan(g.settings["S"]), g.vdm()
    for name, ref, kind, changes in (
        ("velocity", r, "mulan_velocity", {}),
        ("epsilon", r, "mulan_epsilon", {}),
        ("vdm", v, "vdm", dict(gamma_type="learnable_scalar")),
    ):
        train(f, g, name, ref, kind, g.config(score_out_scale=OUT_SCALE, **changes))
    return f


def train(f, g, name, ref, kind, config):
    # A batch larger than one shows no more about the large model, and takes hours.
    side, count = g.settings["S"], 1 if g.large else g.settings["B"]
    model, params = g.model(ref, kind, config, side)
    experiment = object.__new__(ref.experiment_vdm.Experiment_VDM)
    experiment.config = published.config(
        ref, "cifar10-conditioned" if ref.package == "ldm" else "cifar10"
    )
    experiment.model = model
    experiment.lr_schedule = experiment.get_lr_schedule()
    images = g.images(STEPS, count, side, side, 3)
    draws = [
        drawn(g, experiment, ref, model, params, batch_of(ref, images[k])) for k in range(STEPS)
    ]
    kinds = [kind_of for kind_of, _ in draws[0]]

    def fn(p, i):
        state = ref.train_state.TrainState.create(
            apply_fn=model.apply,
            variables=flax.core.FrozenDict({"params": p}),
            optax_optimizer=experiment.get_optimizer,
        )
        state = state.replace(step=jnp.asarray(0))
        experiment.state = state.replace(params=None, ema_params=None, opt_state=None)
        step = jax.jit(one_step, donate_argnums=0)
        bpd = []
        for k in range(STEPS):
            noise = [of_precision(array) for _, array in draws[k]]
            state, now = step(state, batch_of(ref, i["images"][k]), noise)
            bpd.append(now)
        out = {"bpd": jnp.stack(bpd)}
        out.update({"weights/" + path: a for path, a in flatten(state.params).items()})
        out.update({"averages/" + path: a for path, a in flatten(state.ema_params).items()})
        return out

    def one_step(state, batch, noise):
        """The published step. It is made for many devices, whose axis has the name batch; here it has length one."""

        def step(state, batch):
            return experiment.train_step(jax.random.PRNGKey(0), state, batch)

        def add(tree):
            return jax.tree_util.tree_map(lambda x: jnp.asarray(x)[None], tree)

        with Tape(None, zip(kinds, noise)):
            new, metrics = jax.vmap(step, axis_name="batch", axis_size=1)(add(state), add(batch))
        return jax.tree_util.tree_map(lambda x: x[0], (new, metrics["scalars"]["train_bpd"]))

    settings = {
        "optimizer": experiment.config.optimizer.to_dict(),
        "training": experiment.config.training.to_dict(),
    }
    f.case(
        name,
        fn,
        params,
        dict(images=images),
        draws=[draw for step in draws for draw in step],
        config=dict(
            config,
            vdm_type=kind,
            package=ref.package,
            step=0,
            train=True,
            **json.loads(json.dumps(settings)),
        ),
        refs=(ref,),
        jit=False,
        store_params=False,
        full_grads=False,
        errors=True,
        note="noise: that of the first step, then that of the second, and so on",
    )


def batch_of(ref, images):
    batch = {"images": images, "conditioning": np.zeros(images.shape[0], np.float32)}
    if ref.package == "ldm":
        batch["labels"] = np.zeros(images.shape[0], np.int32)
    return batch


def drawn(g, experiment, ref, model, params, batch):
    """The draws of one step, without its arithmetic."""

    class State:
        apply_fn = staticmethod(model.apply)

    experiment.state = State
    extra = dict(step=0) if ref.package == "ldm" else {}
    with Tape(g.rng) as tape:
        jax.eval_shape(
            lambda p: experiment.loss_fn(
                p, batch, rng=jax.random.PRNGKey(0), is_train=True, **extra
            )[0],
            params,
        )
    return tape.draws


def of_precision(array):
    doubles = jax.config.jax_enable_x64 and array.dtype == np.float32
    return jnp.asarray(array.astype(np.float64) if doubles else array)
