"""Pixels to signal and back: the likelihood of a pixel, and its gradients."""

import jax
import jax.numpy as jnp
import numpy as np

from generator import settings_of


def make(g):
    f, r, v = g.vectors(), g.mulan(g.settings["s"]), g.vdm()
    s = g.settings["s"]
    for vocab in (256, 64 if g.seed else 32):
        c = g.config(vocab_size=vocab)
        mods = {
            "ldm": (r, r.model_vdm.EncDec(settings_of(r, c))),
            "vdm": (v, v.model_vdm.EncDec(settings_of(v, c))),
        }
        x = g.rng.integers(0, vocab, (2, s, s, 3)).astype(np.uint8)
        z = g.normal(2, s, s, 3)
        for pkg, kind, g0 in (
            ("ldm", "scalar", np.float32(-4.0)),
            ("ldm", "pixel", g.normal(2, s, s, 3) - 5),
            ("ldm", "pixel_sharp", g.normal(2, s, s, 3) * 0.3 - 13.3),
            ("vdm", "one", np.asarray([-4.0], np.float32)),
        ):
            ref, mod = mods[pkg]

            def fn(p, i, mod=mod):
                ap = lambda m, *a: mod.apply({}, *a, method=m)
                o = {
                    "encode": ap(mod.encode, i["x"]),
                    "encode_all": ap(mod.encode, jnp.arange(mod.config.vocab_size)),
                    "decode": ap(mod.decode, i["z"], i["g0"]),
                    "logprob": ap(mod.logprob, i["x"], i["z"], i["g0"]),
                }
                zz = o["encode"] + jnp.exp(0.5 * i["g0"]) * i["z"]
                o["logprob_near"] = ap(mod.logprob, i["x"], zz, i["g0"])
                o["logprob_near_by_z"], o["logprob_near_by_g0"] = jax.grad(
                    lambda z, g: jnp.sum(ap(mod.logprob, i["x"], z, g)), argnums=(0, 1)
                )(zz, i["g0"])
                return o

            f.case(
                f"{pkg}_{kind}_vocab{vocab}",
                fn,
                None,
                dict(x=x, z=z, g0=g0),
                config=c,
                refs=(ref,),
                note="logprob_near: at z = encode(x) + exp(g0/2) * in/z; its gradients are taken at that z",
            )
    return f
