"""The loss of the PyTorch VDM with the weights, images and noise of the JAX one."""

import time

import numpy as np
import torch

import torch_program
from vectors import flatten


def make(g):
    f, v, start = g.vectors(), g.vdm(), time.monotonic()
    side, count = g.settings["S"], g.settings["B"]
    config = g.config(gamma_type="learnable_scalar")
    _, params = g.model(v, "vdm", config, side)
    flat = flatten(params)
    images = g.images(count, side, side, 3)
    draws = [
        ("normal", g.normal(count, side, side, 3)),
        ("uniform", np.asarray(g.rng.random(), np.float32)),
        ("normal", g.normal(count, side, side, 3)),
    ]
    modules = torch_program.load(g.torch)
    out, exact = (loss(modules, config, flat, images, draws, doubles) for doubles in (False, True))
    f.record(
        "torch_vdm",
        params,
        dict(images=images, conditioning=np.zeros(count, np.uint8)),
        draws,
        (out, exact),
        config=dict(config, vdm_type="vdm", package="torch", step=0, train=False),
        store_params=False,
        full_grads=False,
        errors=True,
    )
    g.progress.done(f"{g.name}: torch_vdm", time.monotonic() - start)
    return f


def loss(modules, config, flat, images, draws, doubles):
    """Terms in bits/dim, and gradients by the names of the JAX program."""
    layers, side = config["sm_n_layer"], images.shape[1]
    (_, noise_0), (_, t_0), (_, noise) = draws
    count = len(images)
    with torch_program.precision(modules[1], doubles) as dtype:
        model = torch_program.model(modules, config, side)
        parameters = dict(model.named_parameters())
        with torch.no_grad():
            for name, place, layout in torch_program.places(layers):
                value = torch.from_numpy(torch_program.to_torch(flat[name], layout).copy())
                torch_program.part(parameters[place], layout).copy_(value)

        def tensor(array):
            return torch.from_numpy(array.transpose(0, 3, 1, 2).copy()).to(dtype)

        times = (np.float64(t_0) + np.arange(count) / count) % 1
        model.sample_times = lambda n: torch.from_numpy(times).to(dtype)
        randn_like, torch.randn_like = torch.randn_like, lambda x: tensor(noise_0)
        try:
            bits, metrics = model(tensor(images) / 255, noise=tensor(noise))
        finally:
            torch.randn_like = randn_like
        bits.backward()
        out = {
            "bpd": bits.detach().numpy(),
            "bpd_recon": metrics["loss_recon"].detach().numpy(),
            "bpd_latent": metrics["latent_loss"].detach().numpy(),
            "bpd_diff": metrics["diff_loss"].detach().numpy(),
        }
        for name, place, layout in torch_program.places(layers):
            gradient = torch_program.part(parameters[place].grad, layout)
            out["grad/" + name] = torch_program.to_jax(gradient.numpy(), layout)
        return out
