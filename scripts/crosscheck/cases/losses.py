"""Losses: the terms of the bound for each image, bits/dim, and its gradients."""

import jax
import jax.numpy as jnp
import numpy as np

import tape
from vectors import flatten


def loss_case(f, g, name, ref, kind, config, count, side, step=1234, train=False, **how):
    """The published loss of some images: its terms, and the gradients of bits/dim."""
    inputs = dict(
        images=g.images(count, side, side, 3),
        conditioning=g.rng.integers(0, 2, count).astype(np.uint8),
    )
    if ref.package == "ldm":
        inputs["labels"] = g.rng.integers(0, 10, count).astype(np.int32)
    model, params = g.model(ref, kind, config, side)
    experiment = object.__new__(ref.experiment_vdm.Experiment_VDM)
    experiment.model = model

    def fn(p, i):
        seen = {}

        class State:
            @staticmethod
            def apply_fn(*a, **k):
                seen["terms"] = model.apply(*a, **k)
                return seen["terms"]

        experiment.state = State
        extra = dict(step=step) if ref.package == "ldm" else {}
        start = tape.at()

        def loss(p):
            tape.at(start)
            bpd, metrics = experiment.loss_fn(
                p, i, rng=jax.random.PRNGKey(0), is_train=train, **extra
            )
            return bpd, (metrics["scalars"], seen["terms"])

        (_, (scalars, terms)), by = jax.value_and_grad(loss, has_aux=True)(p)
        out = dict(scalars)
        out.update(loss_recon=terms.loss_recon, loss_klz=terms.loss_klz, loss_diff=terms.loss_diff)
        out.update({"grad/" + path: a for path, a in flatten(by).items()})
        return out

    about = dict(config, vdm_type=kind, package=ref.package, step=step, train=train)
    f.case(name, fn, params, inputs, config=about, refs=(ref,), **how)


def make(g):
    f, S, B = g.vectors(), g.settings["S"], g.settings["B"]
    r, v, Td = g.mulan(S), g.vdm(), g.settings["Td"]
    full = g.seed == 0
    V, E = "mulan_velocity", "mulan_epsilon"
    todo = [
        ("velocity", r, V, {}),
        ("velocity_from_epsilon", r, V, dict(velocity_from_epsilon=True)),
        ("velocity_ldm_unet", r, V, dict(unet_type="ldm")),
        ("velocity_gamma_nnet", r, V, dict(gamma_type="learnable_nnet")),
        ("velocity_gumbel_latent", r, V, dict(latent_type="gumbel")),
        ("velocity_independent_times", r, V, dict(antithetic_time_sampling=False)),
        ("epsilon", r, E, {}),
        ("epsilon_discrete", r, E, dict(sm_n_timesteps=Td)),
        ("epsilon_ldm_unet_discrete", r, E, dict(sm_n_timesteps=Td, unet_type="ldm")),
        ("epsilon_topk_gumbel_noise", r, E, dict(topk_noise_type="gumbel")),
        ("epsilon_gaussian_latent", r, E, dict(latent_type="gaussian")),
        ("epsilon_gamma_linear", r, E, dict(gamma_type="linear", encoder="cnn")),
        ("epsilon_label_embedding", r, E, dict(reparam_type="noise", latent_size=10)),
        ("epsilon_no_z_conditioning", r, E, dict(z_conditioning=False)),
        ("ldmvdm_nnet", r, "vdm", dict(gamma_type="learnable_nnet", reparam_type="noise")),
        ("ldmvdm_fixed", r, "vdm", dict(gamma_type="fixed", reparam_type="noise")),
        ("ldmvdm_scalar", r, "vdm", dict(gamma_type="learnable_scalar", reparam_type="noise")),
        (
            "ldmvdm_nnet_discrete",
            r,
            "vdm",
            dict(gamma_type="learnable_nnet", reparam_type="noise", sm_n_timesteps=Td),
        ),
        (
            "ldmvdm_nnet_discrete_input",
            r,
            "vdm",
            dict(gamma_type="learnable_nnet", reparam_type="input", sm_n_timesteps=Td),
        ),
        ("vdm_scalar", v, "vdm", dict(gamma_type="learnable_scalar")),
        ("vdm_scalar_discrete", v, "vdm", dict(gamma_type="learnable_scalar", sm_n_timesteps=Td)),
        ("vdm_nnet", v, "vdm", dict(gamma_type="learnable_nnet")),
        (
            "vdm_nnet_attention_discrete",
            v,
            "vdm",
            dict(gamma_type="learnable_nnet", sm_n_timesteps=Td, with_attention=True),
        ),
    ]
    if g.large:
        todo = [case for case in todo if case[0] in ("velocity", "epsilon", "vdm_scalar")]
    for name, ref, typ, kw in todo:
        loss_case(
            f,
            g,
            name,
            ref,
            typ,
            g.config(**kw),
            B,
            S,
            store_params=False,
            full_grads=full and name == "velocity" and not g.large,
            errors=g.large,
        )
    if g.large:
        return f
    for name, typ in (("velocity_train_dropout", V), ("epsilon_train_dropout", E)):
        loss_case(
            f,
            g,
            name,
            r,
            typ,
            g.config(sm_pdrop=0.25),
            B,
            S,
            train=True,
            store_params=False,
            full_grads=False,
            note="is_train=True: the bernoulli draws are the dropout keep-masks, in call order",
        )
    return f
