"""The times that a loss is evaluated at."""

import jax
import jax.numpy as jnp
import numpy as np

from generator import settings_of


def make(g):
    s = g.settings["s"]
    f, r = g.vectors(), g.mulan(s)
    E = r.model_mulan_epsilon
    for name, kw, B in (
        ("antithetic", {}, 5),
        ("antithetic_128", {}, 128),
        ("independent", dict(antithetic_time_sampling=False), 5),
        ("antithetic_discrete", dict(sm_n_timesteps=g.settings["Td"]), 7),
        (
            "independent_discrete",
            dict(antithetic_time_sampling=False, sm_n_timesteps=g.settings["Td"]),
            7,
        ),
    ):
        c = g.config(
            sm_n_embd=32, sm_n_layer=1, gamma_type="linear", encoder="cnn", forward_n_layer=1, **kw
        )
        model, params = g.model(r, "mulan_epsilon", c, s)

        def fn(p, i, model=model, c=c):
            seen = []
            real = E.VDM._get_gamma

            def spy(self, embedding, t):
                seen.append(t)
                return real(self, embedding, t)

            E.VDM._get_gamma = spy
            try:
                n = i["images"].shape[0]
                model.apply(
                    {"params": p},
                    i["images"],
                    jnp.zeros(n, jnp.int32),
                    jnp.zeros(n),
                    0,
                    rngs={"sample": jax.random.PRNGKey(0)},
                )
            finally:
                E.VDM._get_gamma = real
            o = {"t": seen[2]}
            if c["sm_n_timesteps"]:
                o["s"] = seen[3]
            return o

        f.case(
            name,
            fn,
            params,
            dict(images=g.images(B, s, s, 3)),
            jit=False,
            config=c,
            refs=(r,),
            store_params=False,
            f64=False,
            note="noise 0_uniform is t0 (scalar) or the B independent draws; out/t the times the loss uses, out/s = t - 1/T",
        )
    c = g.config()
    L = c["latent_size"]
    mod = E.NoiseSchedule_polynomial_fixedend(settings_of(r, c))
    init = lambda: {
        "gamma": mod.init(jax.random.PRNGKey(0), jnp.zeros((2, L)), jnp.zeros(2))["params"]
    }
    params = g.parameters(init, c)
    B = 6

    def fn(p, i):
        new_t, scale = mod.apply(
            {"params": p["gamma"]}, i["embedding"], i["targets"], method=mod.inverse_sampling
        )
        return {"new_t": new_t, "integral_scaling_factor": scale}

    f.case(
        "inverse_sampling_poly",
        fn,
        params,
        dict(embedding=g.normal(B, L), targets=np.linspace(0, 1, B).astype(np.float32)),
        config=c,
        refs=(r,),
        f64=True,
        note="defined but never called in the reference",
    )
    return f
