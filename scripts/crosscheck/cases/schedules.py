"""Schedules of noise: γ, its derivative in time, and the gradients of both."""

import jax
import jax.numpy as jnp
import numpy as np

from generator import settings_of
from vectors import flatten


def make(g):
    f, r, v = g.vectors(), g.mulan(g.settings["s"]), g.vdm()
    c, n = g.config(), g.settings["s"] ** 2 * 3
    L, eps = c["latent_size"], r.model_mulan_epsilon
    t = np.asarray([0.0, 0.1, 0.5, 0.9, 1.0, g.rng.random()], np.float32)
    B = len(t)
    emb = g.normal(B, L)
    for row in (1, 4):
        emb[row] = 0
        emb[row, g.rng.permutation(L)[: c["latent_k"]]] = 1
    w = g.normal(B, n)
    for kind in ("poly_fixedend",) if g.large else ("poly_fixedend", "learnable_nnet", "linear"):
        conf = settings_of(r, {**c, "gamma_type": kind})
        mod = eps.GAMMA_NETWORKS[kind](conf)
        init = lambda: {
            "gamma": mod.init(jax.random.PRNGKey(0), jnp.zeros((2, L)), jnp.zeros(2)).get(
                "params", {}
            )
        }
        params = g.parameters(init, c) if kind != "linear" else None

        def fn(p, i, mod=mod, kind=kind):
            var = {"params": p["gamma"]} if p else {}
            gam = lambda var, e, t: mod.apply(var, e, t).reshape(B, -1)
            dg = lambda var, e, t: jax.jvp(lambda tt: gam(var, e, tt), (t,), (jnp.ones_like(t),))[1]
            e, t, w = i["embedding"], i["t"], i["w"]
            o = {
                "gamma": gam(var, e, t),
                "dgamma_dt": dg(var, e, t),
                "gamma_0": gam(var, e, jnp.zeros_like(t)),
                "gamma_1": gam(var, e, jnp.ones_like(t)),
            }
            if kind == "poly_fixedend":
                o["a"], o["b"], o["c"] = mod.apply(var, e, method=mod._compute_coefficients)
                o["gamma_at_scalar_t_0.37"] = gam(var, e, 0.37)
            for tag, fun in (("dgamma", dg), ("gamma", gam)):
                g = jax.grad(lambda vv, ee, tt: jnp.sum(fun(vv, ee, tt) * w), argnums=(0, 1, 2))(
                    var, e, t
                )
                if p:
                    for k, a in flatten(g[0]["params"]).items():
                        o[f"grad_{tag}/gamma/{k}"] = a
                o[f"{tag}_w_by_embedding"], o[f"{tag}_w_by_t"] = g[1], g[2]
            return o

        f.case(
            "mulan_" + kind,
            fn,
            params,
            dict(embedding=emb, t=t, w=w),
            config={**c, "gamma_type": kind},
            refs=(r,),
            **large(g),
            note="gamma is [B, s*s*3], flattened row major from [B,s,s,3]",
        )
    if not g.large:
        scalar(f, g, r, v, c, t)
    return f


def large(g):
    """At the true size the formula makes the weights, and not all gradients are kept."""
    return dict(store_params=False, full_grads=False, errors=True) if g.large else {}


def scalar(f, g, r, v, c, t):
    """VDM's schedules, which have one γ for all pixels."""
    w1 = g.normal(len(t))
    for pkg, ref in (("ldm", r), ("vdm", v)):
        for kind, cls in (
            ("learnable_nnet", "NoiseSchedule_NNet"),
            ("learnable_scalar", "NoiseSchedule_Scalar"),
            ("fixed", "NoiseSchedule_FixedLinear"),
        ):
            keys = {**c, "gamma_type": kind}
            conf = settings_of(ref, keys)
            mod = getattr(ref.model_vdm, cls)(conf)
            init = lambda: {
                "gamma": mod.init(jax.random.PRNGKey(0), jnp.zeros(2)).get("params", {})
            }
            params = g.parameters(init, c) if kind != "fixed" else None

            def fn(p, i, mod=mod):
                var = {"params": p["gamma"]} if p else {}
                gam = lambda var, t: mod.apply(var, t)
                dg = lambda var, t: jax.jvp(lambda tt: gam(var, tt), (t,), (jnp.ones_like(t),))[1]
                t, w = i["t"], i["w"]
                o = {
                    "gamma": gam(var, t),
                    "dgamma_dt": dg(var, t),
                    "gamma_0": jnp.asarray(gam(var, 0.0)),
                    "gamma_1": jnp.asarray(gam(var, 1.0)),
                }
                for tag, fun in (("dgamma", dg), ("gamma", gam)):
                    g = jax.grad(
                        lambda vv, tt: jnp.sum(fun(vv, tt).reshape(-1) * w), argnums=(0, 1)
                    )(var, t)
                    if p:
                        for k, a in flatten(g[0]["params"]).items():
                            o[f"grad_{tag}/gamma/{k}"] = a
                    o[f"{tag}_w_by_t"] = g[1]
                return o

            f.case(
                f"{pkg}_vdm_{kind}",
                fn,
                params,
                dict(t=t, w=w1),
                config=keys,
                refs=(ref,),
                note="shapes are the reference's own: learnable_scalar of the ldm package gives [B,1] ([1,1,1] for a "
                "scalar t), learnable_nnet [B] ([1] for a scalar t)",
            )
