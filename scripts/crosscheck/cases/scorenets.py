"""Score networks: output, tensors inside, gradients."""

import flax
import jax
import jax.numpy as jnp
import numpy as np

from generator import settings_of
from vectors import flatten


def make(g):
    f, v = g.vectors(), g.vdm()
    S, B = g.settings["S"], 2
    r = g.mulan(S)
    H, W = (S, S) if g.seed == 0 else (S, S + 2)
    e0 = g.config()["sm_n_embd"]
    todo = [
        ("scoreunet", "ScoreUNet", dict(sm_n_layer=1), 1, True, True),
        (
            "scoreunet_latent_attention",
            "ScoreUNet",
            dict(with_attention=True, sm_n_layer=2),
            12,
            False,
            False,
        ),
        (
            "scoreunet_nofourier_wide",
            "ScoreUNet",
            dict(with_fourier_features=False, sm_n_embd=e0 * 2, sm_n_layer=1),
            12,
            False,
            False,
        ),
        ("ldm_unet_per_pixel", "UNet", dict(sm_n_layer=1), 12, True, False),
        (
            "ldm_unet_per_pixel_attention",
            "UNet",
            dict(sm_n_layer=2, with_attention=True),
            5,
            False,
            False,
        ),
        (
            "original_vdm_scoreunet",
            "orig",
            dict(sm_n_layer=1, with_attention=True),
            0,
            False,
            False,
        ),
    ]
    for name, cls, kw, ncond, inter, full in todo:
        c = g.config(**kw)
        if cls == "orig":
            ref, mod = v, v.model_vdm.ScoreUNet(settings_of(v, c))
        elif cls == "UNet":
            ref, mod = r, r.ldm_unet.UNet(settings_of(r, c))
        else:
            ref, mod = r, r.model_vdm.ScoreUNet(settings_of(r, c))
        z = g.normal(B, H, W, 3)
        g = (
            c["gamma_min"]
            + (c["gamma_max"] - c["gamma_min"])
            * g.rng.random((B, H, W, 3) if cls == "UNet" else (B,))
        ).astype(np.float32)
        cond = g.normal(B, ncond) if ncond else g.normal(B)
        init = lambda: {"score_model": mod.init(jax.random.PRNGKey(0), z, g, cond)["params"]}
        params = g.parameters(init, c)

        def fn(p, i, mod=mod, inter=inter):
            net = lambda p, z, g, c: mod.apply(
                {"params": p["score_model"]}, z, g, c, deterministic=True
            )
            o = {"out": net(p, i["z"], i["g_t"], i["conditioning"])}
            gr = jax.grad(lambda *a: jnp.sum(net(*a) * i["w"]), argnums=(0, 1, 2, 3))(
                p, i["z"], i["g_t"], i["conditioning"]
            )
            for k, a in flatten(gr[0]).items():
                o["grad/" + k] = a
            o["w_by_z"], o["w_by_g_t"], o["w_by_conditioning"] = gr[1:]
            o["jvp_z_w"] = jax.jvp(
                lambda z: net(p, z, i["g_t"], i["conditioning"]), (i["z"],), (i["w"],)
            )[1]
            if inter:
                _, st = mod.apply(
                    {"params": p["score_model"]},
                    i["z"],
                    i["g_t"],
                    i["conditioning"],
                    deterministic=True,
                    capture_intermediates=True,
                    mutable=["intermediates"],
                )
                for k, a in flax.traverse_util.flatten_dict(st["intermediates"], sep="/").items():
                    for j, leaf in enumerate(jax.tree_util.tree_leaves(a)):
                        if k != "__call__" and j == 0:
                            o["inner/" + k.replace("/__call__", "")] = leaf
            return o

        f.case(
            name,
            fn,
            params,
            dict(z=z, g_t=g, conditioning=cond, w=g.normal(B, H, W, 3)),
            config=c,
            refs=(ref,),
            store_params=full and g.seed == 0,
            full_grads=full and g.seed == 0,
            note=(
                "out/inner/<flax path>: the output of that submodule (ResnetBlocks: the tensor it returns)"
                if inter
                else None
            ),
        )
    t = np.concatenate([[0.0, 1.0], g.rng.random(3)]).astype(np.float32)
    for dim in (32, 33):
        (
            f.case(
                f"timestep_embedding_{dim}",
                lambda p, i, dim=dim: {
                    "out": r.model_vdm.get_timestep_embedding(
                        i["t"], dim, *([jnp.float64] if i["t"].dtype == jnp.float64 else [])
                    )
                },
                None,
                dict(t=t),
                refs=(r,),
            )
            if dim % 2 == 0
            else None
        )
    z = g.normal(2, 3, 2, 3)
    f.case(
        "fourier_features",
        lambda p, i: {
            "out": r.model_vdm.Base2FourierFeatures(start=6, stop=8, step=1).apply({}, i["z"])
        },
        None,
        dict(z=z),
        refs=(r,),
        note="order of the 15-3 = 12 features: see README",
    )
    return f
