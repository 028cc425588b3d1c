"""Ancestral sampling: where each step leads, and the images."""

import jax
import jax.numpy as jnp
import numpy as np


def make(g):
    f, S, B, T = g.vectors(), g.settings["S"], 2, g.settings["T"]
    r, v = g.mulan(S), g.vdm()
    V, E = "mulan_velocity", "mulan_epsilon"
    plain, fourier = dict(with_fourier_features=False, score_out_scale=0.2), dict(
        score_out_scale=0.001
    )
    todo = [
        ("velocity", r, V, fourier, "sample"),
        ("velocity_conditional", r, V, plain, "conditional_sample"),
        ("velocity_gumbel", r, V, dict(plain, latent_type="gumbel"), "sample"),
        ("epsilon", r, E, plain, "sample"),
        ("epsilon_conditional", r, E, dict(plain, unet_type="ldm"), "conditional_sample"),
        ("epsilon_gaussian", r, E, dict(plain, latent_type="gaussian"), "sample"),
        (
            "ldmvdm_nnet",
            r,
            "vdm",
            dict(plain, gamma_type="learnable_nnet", reparam_type="noise"),
            "sample",
        ),
        (
            "ldmvdm_nnet_input",
            r,
            "vdm",
            dict(plain, gamma_type="learnable_nnet", reparam_type="input"),
            "sample",
        ),
        ("vdm_nnet", v, "vdm", dict(plain, gamma_type="learnable_nnet"), "sample"),
        ("vdm_scalar", v, "vdm", dict(fourier, gamma_type="learnable_scalar"), "sample"),
    ]
    if g.large:
        # Networks with Fourier features, as published; the ancestral steps of each kind.
        todo = [
            ("velocity", r, V, fourier, "sample"),
            ("epsilon", r, E, fourier, "sample"),
            ("vdm_scalar", v, "vdm", dict(fourier, gamma_type="learnable_scalar"), "sample"),
        ]
    for name, ref, typ, kw, how in todo:
        c = g.config(**kw)
        model, params = g.model(ref, typ, c, S)
        inputs = dict(z_init=g.normal(B, S, S, 3), conditioning=np.zeros(B, np.uint8))
        if how == "conditional_sample":
            inputs["embedding"] = g.chosen(B, c)

        def fn(p, i, model=model, how=how):
            z, o = i["z_init"], {}
            zs = []
            for k in range(T):
                extra = {"embedding": i["embedding"]} if "embedding" in i else {}
                z = model.apply(
                    {"params": p},
                    i=k,
                    T=T,
                    z_t=z,
                    conditioning=i["conditioning"],
                    rng=jax.random.PRNGKey(0),
                    method=getattr(model, how),
                    **extra
                )
                zs.append(z)
            o["z_steps"] = jnp.stack(zs)
            o["samples"] = model.apply({"params": p}, z_0=z, method=model.generate_x)
            return o

        f.case(
            name,
            fn,
            params,
            inputs,
            config=dict(c, vdm_type=typ, package=ref.package, T=T, method=how),
            refs=(ref,),
            # One step a time is enough to compile.
            jit=not g.large,
            store_params=False,
            note="z_steps[i] = z after step i (i=0 goes from t=1 to t=1-1/T); "
            "noise i is the eps of step i; samples = generate_x(z_steps[-1])",
        )
    return f
