"""Imports the PyTorch VDM, addtt/variational-diffusion-models, and gives it the weights of the JAX one.

The program is used unchanged. It gets three settings of the JAX program: the exponents of the Fourier features, the ε of
GroupNorm, and a learned line for γ. In double precision its explicit float32 becomes float64: new tensors, the embedding
of the time, attention's weights.
"""

import contextlib
import importlib
import sys
import types

import numpy as np

FILES = ("vdm.py", "vdm_unet.py", "utils.py")
_STAND_INS = ("accelerate", "torchinfo", "torchvision", "torchvision.datasets", "yaml")
EXPONENTS = (6.0, 7.0)
EPSILON = 1e-6
DROPOUT = 0.1


def load(checkout):
    """Its modules vdm and vdm_unet."""
    mine = {name: sys.modules.get(name) for name in ("vdm", "vdm_unet", "utils")}
    for name in mine:
        sys.modules.pop(name, None)
    missing = [name for name in _STAND_INS if name not in sys.modules]
    for name in missing:
        module = types.ModuleType(name)
        module.__getattr__ = lambda attribute: type(attribute, (), {})
        sys.modules[name] = module
    sys.path.insert(0, checkout)
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        return importlib.import_module("vdm"), importlib.import_module("vdm_unet")
    finally:
        sys.dont_write_bytecode = written
        sys.path.remove(checkout)
        for name in (*mine, *missing):
            sys.modules.pop(name, None)


@contextlib.contextmanager
def precision(unet, doubles):
    import torch

    dtype = torch.float64 if doubles else torch.float32
    embedding, to_float = unet.get_timestep_embedding, torch.Tensor.float
    defaults = embedding.__defaults__
    torch.set_default_dtype(dtype)
    embedding.__defaults__ = (dtype,) + defaults[1:]
    if doubles:
        torch.Tensor.float = lambda tensor: tensor.to(dtype)
    try:
        yield dtype
    finally:
        torch.set_default_dtype(torch.float32)
        embedding.__defaults__ = defaults
        torch.Tensor.float = to_float


def model(modules, config, side):
    """VDM in the present default precision."""
    import torch

    vdm, unet = modules
    settings = types.SimpleNamespace(
        embedding_dim=config["sm_n_embd"],
        n_blocks=config["sm_n_layer"],
        n_attention_heads=1,
        dropout_prob=DROPOUT,
        norm_groups=32,
        input_channels=3,
        use_fourier_features=True,
        attention_everywhere=config["with_attention"],
        noise_schedule="learned_linear",
        gamma_min=config["gamma_min"],
        gamma_max=config["gamma_max"],
        antithetic_time_sampling=True,
    )
    made = vdm.VDM(unet.UNetVDM(settings), settings, (3, side, side)).eval()
    made.model.fourier_features = unet.FourierFeatures(*EXPONENTS)
    for module in made.modules():
        if isinstance(module, torch.nn.GroupNorm):
            module.eps = EPSILON
    return made


def places(layers):
    """Where each parameter of the JAX program is: (its name, the PyTorch module's name, how it is laid out)."""
    yield "gamma/b", "gamma.b", "scalar"
    yield "gamma/w", "gamma.w", "scalar"
    yield from _layer("score_model/conv_in", "model.conv_in", "first")
    yield from _layer("score_model/dense0", "model.embed_conditioning.0", "time")
    yield from _layer("score_model/dense1", "model.embed_conditioning.2", "dense")
    for i in range(layers):
        yield from _block(f"down.block_{i}", f"model.down_blocks.{i}.resnet_block", False)
    yield from _block("mid.block_1", "model.mid_resnet_block_1", False)
    yield from _attention("mid.attn_1", "model.mid_attn_block.layers")
    yield from _block("mid.block_2", "model.mid_resnet_block_2", False)
    for i in range(layers + 1):
        yield from _block(f"up.block_{i}", f"model.up_blocks.{i}.resnet_block", True)
    yield from _norm("score_model/GroupNorm_0", "model.conv_out.0")
    yield from _layer("score_model/conv_out", "model.conv_out.2", "conv")


def _layer(name, place, layout):
    yield name + "/kernel", place + ".weight", layout
    yield name + "/bias", place + ".bias", "plain"


def _norm(name, place):
    yield name + "/scale", place + ".weight", "plain"
    yield name + "/bias", place + ".bias", "plain"


def _block(name, place, shortcut):
    name = "score_model/" + name
    yield from _norm(name + "/GroupNorm_0", place + ".net1.0")
    yield from _layer(name + "/conv1", place + ".net1.2", "conv")
    yield name + "/cond_proj/kernel", place + ".cond_proj.weight", "dense"
    yield from _norm(name + "/GroupNorm_1", place + ".net2.0")
    yield from _layer(name + "/conv2", place + ".net2.3", "conv")
    if shortcut:
        yield from _layer(name + "/nin_shortcut", place + ".skip_conv", "pixel")


def _attention(name, place):
    name = "score_model/" + name
    yield from _norm(name + "/GroupNorm_0", place + ".0")
    for i, part in enumerate("qkv"):
        yield f"{name}/{part}/kernel", place + ".1.weight", f"pixel {i}"
        yield f"{name}/{part}/bias", place + ".1.bias", f"plain {i}"
    yield from _layer(name + "/proj_out", place + ".3", "pixel")


def _features():
    """The rank in the JAX program of each input of the first layer of the PyTorch one.

    There are, after the three colours, sines and then cosines; for each, JAX has both frequencies of a colour
    together, PyTorch the three colours of a frequency.
    """
    ranks = [0, 1, 2]
    for function in range(2):
        ranks += [3 + 6 * function + 2 * c + f for f in range(2) for c in range(3)]
    return np.asarray(ranks)


def to_torch(array, layout):
    """A parameter as PyTorch has it; the part of a joint one is only that part."""
    layout = layout.split()[0]
    if layout == "scalar":
        return array.reshape(())
    if layout == "first":
        return array[:, :, _features()].transpose(3, 2, 0, 1)
    if layout == "conv":
        return array.transpose(3, 2, 0, 1)
    if layout == "time":
        return array[:-1].T
    if layout == "dense":
        return array.T
    if layout == "pixel":
        return array.T[:, :, None, None]
    return array


def to_jax(array, layout):
    """The inverse; of what the last row of the first dense layer takes, which is zero, the gradient is zero."""
    layout = layout.split()[0]
    if layout == "scalar":
        return array.reshape(1)
    if layout == "first":
        out = np.empty_like(array.transpose(2, 3, 1, 0))
        out[:, :, _features()] = array.transpose(2, 3, 1, 0)
        return out
    if layout == "conv":
        return array.transpose(2, 3, 1, 0)
    if layout == "time":
        return np.concatenate([array.T, np.zeros((1, array.shape[0]), array.dtype)])
    if layout == "dense":
        return array.T
    if layout == "pixel":
        return array[:, :, 0, 0].T
    return array


def part(array, layout):
    """One part of a joint parameter: queries, keys or values."""
    words = layout.split()
    if len(words) == 1:
        return array
    third = array.shape[0] // 3
    return array[int(words[1]) * third : (int(words[1]) + 1) * third]
