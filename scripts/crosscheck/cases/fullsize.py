"""Losses of images of the true size, with a narrow network."""

from cases.losses import loss_case


def make(g):
    f, r = g.vectors(), g.mulan(32)
    full = dict(latent_size=50, latent_k=15)
    loss_case(
        f,
        g,
        "velocity_32x32",
        r,
        "mulan_velocity",
        g.config(**full),
        2,
        32,
        store_params=False,
        full_grads=False,
        f64=g.seed == 0,
    )
    loss_case(
        f,
        g,
        "epsilon_32x32",
        r,
        "mulan_epsilon",
        g.config(**full),
        2,
        32,
        store_params=False,
        full_grads=False,
        f64=False,
    )
    return f
