"""Imports the published JAX code of MuLAN (package ldm) and VDM (package vdm) from checkouts.

    ldm = published.load_mulan("DIR/mulan-jax", side=8)
    vdm = published.load_vdm("DIR/vdm-jax")
    model = published.model(ldm, "mulan_velocity", ldm.model_vdm.VDMConfig(...))

Nothing on disk is changed. In memory, while importing:
  - packages that only log, save, draw and load data are replaced by stand-ins where they are not installed;
  - names that jax has dropped since come back: jax.tree_map, jax.tree_multimap, jax.tree_leaves, and jnp.clip's
    a_min and a_max;
  - MuLAN's code has the image's size written in as 32, 32, 3; for another side these literals are rewritten;
  - its uniform dequantisation gives None where a value is reshaped: a zero replaces it.
"""

import contextlib
import functools
import importlib
import importlib.abc
import importlib.util
import os
import re
import sys
import types

import flax.jax_utils
import flax.linen
import jax
import jax.numpy as jnp
import ml_collections
import optax

# Imported above, before the stand-ins are there.
_OF_ITSELF = (flax.jax_utils, flax.linen, ml_collections, optax)
_STAND_INS = (
    "chex",
    "clu",
    "tensorflow",
    "tensorflow_datasets",
    "tensorflow_addons",
    "IPython",
    "matplotlib",
    "skimage",
    "sklearn",
)
MULAN_FILES = ("ldm/model_vdm.py", "ldm/model_mulan_velocity.py", "ldm/notebook_utils.py")
VDM_FILES = ("model_vdm.py", "experiment_vdm.py", "configs/cifar10.py")


class _AnyName(type):
    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _AnyName(name, (), {})


class _StandIn(types.ModuleType):
    """A package that has every name."""

    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _AnyName(name, (), {})


class _StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self):
        self.missing = {name for name in _STAND_INS if importlib.util.find_spec(name) is None}

    def find_spec(self, fullname, path=None, target=None):
        if fullname.partition(".")[0] in self.missing:
            return importlib.util.spec_from_loader(fullname, self, is_package=True)
        return None

    def create_module(self, spec):
        return _StandIn(spec.name)

    def exec_module(self, module):
        """Nothing to run."""


class _Source(importlib.abc.SourceLoader):
    """Reads a file and rewrites its text in memory; leaves no byte code."""

    def __init__(self, path, rewrite):
        self._path, self._rewrite = path, rewrite

    def get_filename(self, fullname):
        return self._path

    def get_data(self, path):
        with open(path, encoding="utf-8") as file:
            return self._rewrite(os.path.basename(path), file.read()).encode("utf-8")


class _Package(importlib.abc.MetaPathFinder):
    """A package whose modules are the sources in a folder."""

    def __init__(self, package, folder, rewrite):
        self.package, self.folder, self.rewrite = package, folder, rewrite

    def find_spec(self, fullname, path=None, target=None):
        parts = fullname.split(".")
        if parts[0] != self.package:
            return None
        where = os.path.join(self.folder, *parts[1:])
        if os.path.isdir(where):
            spec = importlib.util.spec_from_loader(fullname, None, is_package=True)
            spec.submodule_search_locations = [where]
            return spec
        if os.path.isfile(where + ".py"):
            loader = _Source(where + ".py", self.rewrite)
            return importlib.util.spec_from_file_location(fullname, where + ".py", loader=loader)
        return None


@functools.cache
def prepare():
    """Stand-ins, and the names that jax has dropped."""
    sys.meta_path.append(_StandIns())
    for old, new in (
        ("tree_map", "tree_map"),
        ("tree_multimap", "tree_map"),
        ("tree_leaves", "tree_leaves"),
    ):
        with contextlib.suppress(AttributeError):
            getattr(jax, old)
            continue
        setattr(jax, old, getattr(jax.tree_util, new))
    clip = jnp.clip

    def clip_as_it_was(x, min=None, max=None, *, a_min=None, a_max=None):
        return clip(x, a_min if min is None else min, a_max if max is None else max)

    jnp.clip = clip_as_it_was


def _rewriter(side):
    def rewrite(filename, text):
        if side != 32:
            text = re.sub(r"\b32, 32, 3\b", f"{side}, {side}, 3", text)
            text = re.sub(r"\b32 \* 32 \* 3\b", f"{side} * {side} * 3", text)
        if filename == "notebook_utils.py":
            text = text.replace("log_q_eps = None", "log_q_eps = jnp.zeros(data.shape[:2])")
        return text

    return rewrite


def _forget(package):
    for name in [n for n in sys.modules if n == package or n.startswith(package + ".")]:
        del sys.modules[name]


def _load(package, folder, names, side):
    prepare()
    finder = _Package(package, folder, _rewriter(side))
    _forget(package)
    sys.meta_path.insert(0, finder)
    try:
        modules = {name: importlib.import_module(f"{package}.{name}") for name in names}
    finally:
        sys.meta_path.remove(finder)
        # A later import for another size gets modules of its own.
        _forget(package)
    return types.SimpleNamespace(package=package, folder=folder, side=side, **modules)


def load_mulan(checkout, side=32):
    names = (
        "model_vdm",
        "ldm_unet",
        "model_mulan_epsilon",
        "model_mulan_velocity",
        "train_state",
        "utils",
        "experiment",
        "experiment_vdm",
        "notebook_utils",
    )
    return _load("ldm", os.path.join(checkout, "ldm"), names, side)


def load_vdm(checkout):
    """This checkout is the package itself; no size is written in."""
    names = ("model_vdm", "train_state", "utils", "experiment", "experiment_vdm")
    return _load("vdm", checkout, names, 32)


def config(ref, name):
    """One of the program's own configurations, such as cifar10-conditioned."""
    path = os.path.join(ref.folder, "configs", name + ".py")
    spec = importlib.util.spec_from_file_location(
        "published_config", path, loader=_Source(path, lambda _, text: text)
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.get_config()


def model(ref, kind, settings):
    """The model of a kind: mulan_velocity, mulan_epsilon, vdm. The package vdm has only the last."""
    module = "model_vdm" if kind == "vdm" else "model_" + kind
    return getattr(ref, module).VDM(settings)


@contextlib.contextmanager
def double_precision(*refs):
    """Runs the code in double precision.

    Two functions have float32 as the default of an argument, the embedding of the time and the attention; they
    get float64.
    """
    functions = [
        function
        for ref in refs
        for function in (ref.model_vdm.get_timestep_embedding, ref.model_vdm.dot_product_attention)
    ]
    defaults = [function.__defaults__ for function in functions]
    for function in functions:
        function.__defaults__ = (jnp.float64,) + tuple(function.__defaults__[1:])
    try:
        with jax.enable_x64(True):
            yield
    finally:
        for function, old in zip(functions, defaults):
            function.__defaults__ = old
