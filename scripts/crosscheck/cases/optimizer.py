"""Steps of the optimiser with given gradients: weights and averages after each."""

import json

import flax
import jax
import jax.numpy as jnp

import published
from vectors import flatten, unflatten


def make(g):
    f, r, v = g.vectors(), g.mulan(g.settings["s"]), g.vdm()
    tree = {
        "score_model/dense0/kernel": (3, 4),
        "score_model/dense0/bias": (4,),
        "score_model/GroupNorm_0/scale": (4,),
        "score_model/GroupNorm_0/bias": (4,),
        "encoder_model/conv_in/kernel": (3, 3, 2, 2),
        "encoder_model/conv_in/bias": (2,),
        "gamma/dense_1/kernel": (2, 3),
        "gamma/dense_1/bias": (3,),
        "gamma/w": (1,),
        "gamma/b": (1,),
    }
    steps = 6
    for name, ref, opt, tr in (
        ("mulan", r, {}, dict(num_steps_lr_warmup=3)),
        ("mulan_clip", r, dict(gradient_clip_norm=1.0), dict(num_steps_lr_warmup=3)),
        (
            "mulan_decay",
            r,
            dict(lr_decay=True, ema_rate=0.9),
            dict(num_steps_lr_warmup=2, num_steps_train=8),
        ),
        ("mulan_config_default", r, {}, {}),
        ("vdm", v, dict(ema_rate=0.99), dict(num_steps_lr_warmup=3)),
    ):
        config = published.config(ref, "cifar10-conditioned" if ref is r else "cifar10")
        with config.unlocked():
            config.optimizer.update(opt)
            config.training.update(tr)
        params = {p: g.normal(*s) for p, s in tree.items()}
        grads = {p: g.normal(steps, *s) * 2 for p, s in tree.items()}

        def fn(p, i, ref=ref, config=config):
            exp = object.__new__(ref.experiment_vdm.Experiment_VDM)
            exp.config = config
            if ref is v and not hasattr(jax, "tree_multimap"):
                raise AssertionError
            sched = exp.get_lr_schedule()
            fz = lambda flat: flax.core.freeze(unflatten(flat))
            state = ref.train_state.TrainState.create(
                apply_fn=None,
                variables=flax.core.FrozenDict({"params": fz(flatten(p))}),
                optax_optimizer=exp.get_optimizer,
            )
            o, lrs = {}, []
            for k in range(steps):
                lr = sched(state.step)
                lrs.append(lr)
                state = state.apply_gradients(
                    grads=fz({q[5:]: i[q][k] for q in i if q.startswith("grad.")}),
                    lr=lr,
                    ema_rate=config.optimizer.ema_rate,
                )
                for q, a in flatten(state.params).items():
                    o[f"step{k}/param/{q}"] = a
                for q, a in flatten(state.ema_params).items():
                    o[f"step{k}/ema/{q}"] = a
            o["lr"] = jnp.stack([jnp.asarray(x, jnp.float32) for x in lrs])
            return o

        f.case(
            name,
            fn,
            unflatten(params),
            {"grad." + p: g for p, g in grads.items()},
            refs=(ref,),
            jit=False,
            config=json.loads(
                json.dumps(
                    {"optimizer": config.optimizer.to_dict(), "training": config.training.to_dict()}
                )
            ),
            note="in/grad.<path>: gradients of the steps, first axis = step 0..5",
        )
    return f
