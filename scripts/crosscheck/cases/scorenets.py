"""Score networks: output, tensors inside, gradients."""

import flax
import jax
import jax.numpy as jnp
import numpy as np

from generator import settings_of
from vectors import flatten


def todo(g):
    """(name, network, what differs, size of the conditioning, whether its inside and all gradients are kept)"""
    if g.large:
        return [
            ("scoreunet", "ScoreUNet", {}, g.config()["latent_size"], False, False),
            ("original_vdm_scoreunet", "orig", {}, 0, False, False),
        ]
    wide = dict(with_fourier_features=False, sm_n_embd=g.config()["sm_n_embd"] * 2, sm_n_layer=1)
    one, two = dict(sm_n_layer=1), dict(sm_n_layer=2, with_attention=True)
    with_attention = dict(one, with_attention=True)
    return [
        ("scoreunet", "ScoreUNet", one, 1, True, True),
        ("scoreunet_latent_attention", "ScoreUNet", two, 12, False, False),
        ("scoreunet_nofourier_wide", "ScoreUNet", wide, 12, False, False),
        ("ldm_unet_per_pixel", "UNet", one, 12, True, False),
        ("ldm_unet_per_pixel_attention", "UNet", two, 5, False, False),
        ("original_vdm_scoreunet", "orig", with_attention, 0, False, False),
    ]


def network(g, cls, c):
    """The module, and the package that it is of."""
    r, v = g.mulan(g.settings["S"]), g.vdm()
    if cls == "orig":
        return v, v.model_vdm.ScoreUNet(settings_of(v, c))
    module = r.ldm_unet.UNet if cls == "UNet" else r.model_vdm.ScoreUNet
    return r, module(settings_of(r, c))


def make(g):
    f, S, B = g.vectors(), g.settings["S"], 2
    H, W = (S, S) if g.large or g.seed == 0 else (S, S + 2)
    for name, cls, kw, ncond, inter, full in todo(g):
        c = g.config(**kw)
        ref, mod = network(g, cls, c)
        z = g.normal(B, H, W, 3)
        part = g.rng.random((B, H, W, 3) if cls == "UNet" else (B,))
        gamma = (c["gamma_min"] + (c["gamma_max"] - c["gamma_min"]) * part).astype(np.float32)
        cond = g.normal(B, ncond) if ncond else g.normal(B)
        init = lambda: {"score_model": mod.init(jax.random.PRNGKey(0), z, gamma, cond)["params"]}
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
            dict(z=z, g_t=gamma, conditioning=cond, w=g.normal(B, H, W, 3)),
            config=c,
            refs=(ref,),
            store_params=full and g.seed == 0,
            full_grads=full and g.seed == 0,
            errors=g.large,
            note=(
                "out/inner/<flax path>: the output of that submodule (ResnetBlocks: the tensor it returns)"
                if inter
                else None
            ),
        )
    if not g.large:
        embeddings(f, g)
    return f


def embeddings(f, g):
    r = g.mulan(g.settings["S"])
    t = np.concatenate([[0.0, 1.0], g.rng.random(3)]).astype(np.float32)

    def embedding(p, i):
        double = [jnp.float64] if i["t"].dtype == jnp.float64 else []
        return {"out": r.model_vdm.get_timestep_embedding(i["t"], 32, *double)}

    f.case("timestep_embedding_32", embedding, None, dict(t=t), refs=(r,))
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
