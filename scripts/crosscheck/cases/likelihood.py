"""The likelihood by the probability flow."""

import jax
import jax.numpy as jnp
import ml_collections
import numpy as np
import scipy.integrate

import tape


def make(g):
    s, B = g.settings["s"] if g.seed == 0 else 4, 2
    f, r = g.vectors(), g.mulan(s)
    nb = r.notebook_utils
    import scipy.integrate

    real = scipy.integrate.solve_ivp

    class Net:  # what notebook_utils calls `integrate`
        solve_ivp = None

    nb.integrate = Net
    # a random network with the Fourier features (gain 2 pi 128) has a chaotic flow: small conv_out kernel
    plain, fourier = dict(with_fourier_features=False, score_out_scale=0.05), dict(
        score_out_scale=0.0002
    )

    for name, typ, kw, deq, hut, num_is in (
        ("velocity_tn", "mulan_velocity", plain, "tn", "Rademacher", 1),
        ("velocity_tn_importance3", "mulan_velocity", fourier, "tn", "Rademacher", 3),
        ("velocity_uniform_gaussian", "mulan_velocity", plain, "uniform", "Gaussian", 1),
        ("epsilon_tn", "mulan_epsilon", plain, "tn", "Rademacher", 1),
        (
            "ldmvdm_tn",
            "vdm",
            dict(plain, gamma_type="learnable_nnet", reparam_type="noise"),
            "tn",
            "Rademacher",
            1,
        ),
    ):
        c = g.config(latent_size=50, latent_k=15, **kw)
        model, params = g.model(r, typ, c, s)
        images = g.images(1, B, s, s, 3)

        def fn(p, i, model=model, deq=deq, hut=hut, num_is=num_is):
            exp = object.__new__(r.experiment_vdm.Experiment_VDM)
            exp.model, exp.orig_params = model, p

            class State:
                apply_fn = staticmethod(model.apply)

            exp.state = State
            sols = []

            def solve(fun, span, y0, **k):
                y0 = np.asarray(y0, np.float64)
                pts = [np.asarray(fun(t, y0)) for t in (0.0, 0.3, 0.7, 1.0)]
                sol = real(fun, span, y0, **k)
                sols.append((y0, np.stack(pts), sol))
                return sol

            Net.solve_ivp = staticmethod(solve)
            up = nb._from_flattened_numpy
            if jax.config.jax_enable_x64:
                nb._from_flattened_numpy = lambda x, shape: jnp.asarray(x).reshape(*shape)
            logs = dict(log_p=[], log_q=[], aux=[])
            try:
                like = nb.get_ode_likelihood_fn(
                    exp, hutchinson_type=hut, rtol=1e-5, atol=1e-5, dequantization=deq
                )
                for _ in range(num_is):
                    a = like(jax.random.PRNGKey(0), i["images"], deterministic_noise=True)
                    for k, x in zip(("log_p", "log_q", "aux"), a):
                        logs[k].append(np.asarray(x))
                if jax.config.jax_enable_x64:  # the same integral, far more exact
                    tape.at(0)
                    n = len(sols)
                    tight = nb.get_ode_likelihood_fn(
                        exp, hutchinson_type=hut, rtol=1e-9, atol=1e-9, dequantization=deq
                    )
                    logs["tight_log_p"] = [
                        np.asarray(
                            tight(jax.random.PRNGKey(0), i["images"], deterministic_noise=True)[0]
                        )
                        for _ in range(num_is)
                    ]
                    del sols[n:]
            finally:
                nb._from_flattened_numpy = up
            o = {k: np.stack(x) for k, x in logs.items()}
            o["nfe"] = np.asarray([q[2].nfev for q in sols], np.int32)
            o["accepted_steps"] = np.asarray([len(q[2].t) - 1 for q in sols], np.int32)
            o["t_steps_0"] = np.asarray(sols[0][2].t)
            o["y0"] = np.stack([q[0] for q in sols])
            o["y1"] = np.stack([q[2].y[:, -1] for q in sols])
            o["rhs_at_y0_t_0_0.3_0.7_1"] = np.stack([q[1] for q in sols])
            o["prior_logp"] = np.stack(
                [
                    np.asarray(nb._prior_logp(jnp.asarray(q[2].y[:-B, -1].reshape(B, s, s, 3))))
                    for q in sols
                ]
            )
            o["bpd_offset"] = np.asarray(nb._get_bpd_offset(deq, num_is))
            # bits per dimension as the reference's evaluation loop combines them, by running that loop on stored values
            it = iter(range(num_is))

            class Loop:
                @staticmethod
                def make(*a, **k):
                    def again(rng, data, deterministic_noise=False):
                        k = next(it)
                        return tuple(jnp.asarray(o[q][k]) for q in ("log_p", "log_q", "aux"))

                    return again

            keep_fn, nb.get_ode_likelihood_fn = nb.get_ode_likelihood_fn, Loop.make
            try:
                import ml_collections

                nb.ldm.dataset = type(
                    "D",
                    (),
                    {
                        "create_one_time_eval_dataset": staticmethod(
                            lambda config, batch_size=None: [{"images": i["images"]}]
                        )
                    },
                )
                conf = ml_collections.ConfigDict({"training": {"batch_size_eval": B}})
                o["bpd"] = np.asarray(
                    nb._eval_bpd_ode(exp, conf, jax.random.PRNGKey(0), True, hut, deq, num_is)
                )
            finally:
                nb.get_ode_likelihood_fn = keep_fn
            return o

        f.case(
            name,
            fn,
            params,
            dict(images=images),
            jit=False,
            refs=(r,),
            store_params=False,
            config=dict(
                c,
                vdm_type=typ,
                dequantization=deq,
                hutchinson=hut,
                num_is=num_is,
                rtol=1e-5,
                atol=1e-5,
                method="RK45",
            ),
            note="noise: per importance sample, 0 = dequantisation draw u, 1 = Hutchinson vector (deterministic_noise="
            "True: one vector for the whole integration; randint 0/1 -> 2v-1). State y = [images flattened, one "
            "log-density accumulator per image]",
        )
    return f
