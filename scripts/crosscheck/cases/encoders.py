"""Encoders: logits, and their gradients."""

import jax
import jax.numpy as jnp
import numpy as np

from generator import settings_of
from vectors import flatten


def make(g):
    S = g.settings["S"]
    f, r = g.vectors(), g.mulan(S)
    todo = (
        ("unet", "UnetEncoder", dict(forward_n_layer=2)),
        ("cnn", "CNN", {}),
        (
            "unet_attention",
            "UnetEncoder",
            dict(with_attention=True, with_fourier_features=False),
        ),
        ("gaussian", "UnetEncoderGaussian", {}),
    )
    for name, cls, kw in (("unet", "UnetEncoder", {}),) if g.large else todo:
        c = g.config(**kw)
        mod = getattr(r.model_mulan_epsilon, cls)(settings_of(r, c))
        img = g.images(2, S, S, 3)
        x = (2 * ((img + 0.5) / 256) - 1).astype(np.float32)
        init = lambda: {"encoder_model": mod.init(jax.random.PRNGKey(0), x, True)["params"]}
        params = g.parameters(init, c)

        def fn(p, i, mod=mod, name=name):
            net = lambda p, x: mod.apply({"params": p["encoder_model"]}, x, True)
            y = net(p, i["x"])
            o = {"mu": y[0], "var": y[1]} if name == "gaussian" else {"logits": y}
            obj = lambda p, x: sum(
                jnp.sum(a * i[f"w{j}"])
                for j, a in enumerate(net(p, x) if name == "gaussian" else [net(p, x)])
            )
            gp, gx = jax.grad(obj, argnums=(0, 1))(p, i["x"])
            for k, a in flatten(gp).items():
                o["grad/" + k] = a
            o["w_by_x"] = gx
            return o

        f.case(
            name,
            fn,
            params,
            dict(
                x=x, images=img, w0=g.normal(2, c["latent_size"]), w1=g.normal(2, c["latent_size"])
            ),
            config=c,
            refs=(r,),
            store_params=g.seed == 0 and name == "cnn",
            full_grads=not g.large and g.seed == 0 and name in ("unet", "cnn"),
            errors=g.large,
        )
    return f
