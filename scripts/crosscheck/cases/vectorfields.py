"""The probability flow's vector field, and its divergence by a probe."""

import jax.numpy as jnp
import numpy as np


def make(g):
    f, S, B = g.vectors(), g.settings["S"], 2
    r = g.mulan(S)
    V, E = "mulan_velocity", "mulan_epsilon"
    ts = np.asarray([0.0, 1e-3, 0.25, 0.5, 0.75, 1.0], np.float32)
    todo = (
        ("velocity", V, {}),
        ("velocity_from_epsilon", V, dict(velocity_from_epsilon=True)),
        ("velocity_ldm_unet", V, dict(unet_type="ldm")),
        ("epsilon", E, {}),
        ("epsilon_ldm_unet", E, dict(unet_type="ldm")),
        ("ldmvdm_nnet", "vdm", dict(gamma_type="learnable_nnet", reparam_type="noise")),
        ("ldmvdm_scalar", "vdm", dict(gamma_type="learnable_scalar", reparam_type="noise")),
    )
    if g.large:
        ts = np.asarray([0.0, 0.5, 1.0], np.float32)
        todo = (("velocity", V, {}), ("epsilon", E, {}))
    for name, typ, kw in todo:
        c = g.config(**kw)
        model, params = g.model(r, typ, c, S)
        e = g.chosen(B, c)
        inputs = dict(
            x=g.normal(B, S, S, 3),
            embedding=e,
            t=ts,
            probe=(2 * g.rng.integers(0, 2, (B, S, S, 3)) - 1).astype(np.float32),
        )

        def fn(p, i, model=model, typ=typ):
            vd = r.notebook_utils._get_value_div_fn
            o = {
                "drift": [],
                "div": [],
                "drift_high_precision": [],
                "div_high_precision": [],
                "sde_drift": [],
                "sde_diffusion": [],
            }
            for k in range(len(ts)):
                for hp in (False,) if g.large else (False, True):
                    field = lambda x, e, t: model.apply(
                        {"params": p},
                        xt=x,
                        embeddings=e,
                        t=t,
                        high_precision=hp,
                        method=model.reverse_ode,
                    )
                    d, dv = vd(field)(i["x"], i["embedding"], i["t"][k], i["probe"])
                    o["drift" + "_high_precision" * hp].append(d)
                    o["div" + "_high_precision" * hp].append(dv)
                if typ == "vdm":
                    a, b = model.apply(
                        {"params": p},
                        i["x"],
                        i["t"][k] * jnp.ones(B, i["x"].dtype),
                        method=model.sde,
                    )
                elif typ == V:
                    a, b = model.apply(
                        {"params": p},
                        i["x"],
                        i["embedding"],
                        i["t"][k] * jnp.ones(B, i["x"].dtype),
                        method=model.sde,
                    )
                else:
                    continue
                o["sde_drift"].append(a)
                o["sde_diffusion"].append(b)
            return {k: jnp.stack(a) for k, a in o.items() if a}

        f.case(
            name,
            fn,
            params,
            inputs,
            config=dict(c, vdm_type=typ),
            refs=(r,),
            jit=not g.large,
            store_params=False,
            note="first axis of the outputs: t. div = probe^T (d drift/dx) probe per image. sde_diffusion: g(t) for "
            "velocity, g(t)^2 for vdm (as the reference returns it)",
        )
    return f
