"""What the cases are made of: the published code at a size, configurations, inputs, parameters."""

import jax
import jax.numpy as jnp
import numpy as np

import formula
import published
from tape import Tape
from vectors import LARGEST_DOUBLES, Vectors, flatten, unflatten

BASE = dict(
    vocab_size=256,
    sample_softmax=False,
    antithetic_time_sampling=True,
    with_fourier_features=True,
    with_attention=False,
    gamma_type="poly_fixedend",
    gamma_min=-13.3,
    gamma_max=5.0,
    sm_n_timesteps=0,
    sm_n_embd=64,
    sm_n_layer=1,
    sm_pdrop=0.1,
    forward_n_layer=1,
    reparam_type="true",
    condition="input",
    latent_size=12,
    latent_k=4,
    encoder="unet",
    latent_type="topk",
    z_conditioning=True,
    velocity_from_epsilon=False,
    unet_type="vdm",
    topk_noise_type="gamma",
)
VDM_KEYS = (
    "vocab_size",
    "sample_softmax",
    "antithetic_time_sampling",
    "with_fourier_features",
    "with_attention",
    "gamma_type",
    "gamma_min",
    "gamma_max",
    "sm_n_timesteps",
    "sm_n_embd",
    "sm_n_layer",
    "sm_pdrop",
)
# side of the images, a smaller one, batch, steps of sampling, times of discrete time, what differs from BASE
SMALL = dict(S=8, s=4, B=3, T=8, Td=10, base={})
# Other seeds have other sizes, so that no size is confused with another.
OTHER_SMALL = dict(
    S=6,
    s=3,
    B=2,
    T=5,
    Td=13,
    base=dict(
        gamma_min=-12.0,
        gamma_max=4.5,
        sm_n_embd=96,
        sm_n_layer=2,
        forward_n_layer=2,
        latent_size=9,
        latent_k=3,
    ),
)
# As in the published configurations of both programs.
CIFAR10 = dict(
    S=32,
    s=32,
    B=2,
    T=4,
    Td=10,
    base=dict(sm_n_embd=128, sm_n_layer=32, forward_n_layer=4, latent_size=50, latent_k=15),
)


class Generator:
    def __init__(self, name, kind, options, progress):
        self.name, self.seed, self.progress, self.large = name, options.seed, progress, kind.large
        self.settings = CIFAR10 if kind.large else SMALL if self.seed == 0 else OTHER_SMALL
        self.rng = np.random.default_rng([self.seed, kind.rank])
        self.torch = options.torch
        self._checkouts, self._loaded = (options.mulan, options.vdm), {}

    def mulan(self, side):
        if side not in self._loaded:
            self._loaded[side] = published.load_mulan(self._checkouts[0], side)
        return self._loaded[side]

    def vdm(self):
        if "vdm" not in self._loaded:
            self._loaded["vdm"] = published.load_vdm(self._checkouts[1])
        return self._loaded["vdm"]

    def vectors(self):
        largest = np.inf if self.large else LARGEST_DOUBLES
        return Vectors(self.name, self.seed, self.progress, largest)

    def config(self, **changes):
        return {**BASE, **self.settings["base"], **changes}

    def normal(self, *shape):
        return self.rng.standard_normal(shape).astype(np.float32)

    def images(self, *shape):
        return self.rng.integers(0, 256, shape).astype(np.uint8)

    def chosen(self, count, config):
        """Rows with latent_k ones."""
        rows = np.zeros((count, config["latent_size"]), np.float32)
        for row in rows:
            row[self.rng.permutation(config["latent_size"])[: config["latent_k"]]] = 1
        return rows

    def parameters(self, initial, config):
        """The parameters of `initial`, with values of the formula."""
        shapes = {path: a.shape for path, a in flatten(jax.eval_shape(initial)).items()}
        return unflatten(formula.parameters(shapes, self.seed + 1, config))

    def model(self, ref, kind, config, side):
        """A model and its parameters."""
        model = published.model(ref, kind, settings_of(ref, config))
        images = jnp.zeros((2, side, side, 3), jnp.uint8)
        arguments = (images, jnp.zeros(2))
        if ref.package == "ldm":
            arguments += (jnp.zeros(2), 0.0)

        def initial():
            with Tape(np.random.default_rng(0)):
                keys = {"params": jax.random.PRNGKey(0), "sample": jax.random.PRNGKey(1)}
                return model.init(keys, *arguments)["params"]

        return model, self.parameters(initial, config)


def settings_of(ref, config):
    """The program's own configuration object."""
    keys = VDM_KEYS if ref.package == "vdm" else [key for key in config if key in BASE]
    return ref.model_vdm.VDMConfig(**{key: config[key] for key in keys})
