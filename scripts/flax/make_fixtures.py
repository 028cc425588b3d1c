"""Makes the checkpoints of src/test/resources/flax with the published code and Flax's own writer.

    python -m venv .venv-flax
    .venv-flax/bin/pip install -r scripts/flax/requirements.txt
    .venv-flax/bin/python scripts/flax/make_fixtures.py --mulan CHECKOUT --vdm CHECKOUT [--to FOLDER]

CHECKOUT: clones of s-sahoo/MuLAN and google-research/vdm, which are imported and not changed. Each fixture is

    NAME.flax   a TrainState after three of the published code's training steps, by flax.serialization
    NAME.json   the configuration it was trained with, by config.to_json()
    NAME.npz    two images, the draws of one evaluation with the averaged weights, and the terms it gives

Networks are four channels wide, with two groups in their normalisations instead of 32; MuLAN's images are
2x2x3, VDM's 32x32x3. In memory, modules for logs and data are replaced by empty ones.
"""

import argparse
import functools
import importlib
import importlib.abc
import importlib.util
import pathlib
import re
import sys
import types

import flax.jax_utils  # noqa: F401  before any stand-in
import flax.linen as nn
import jax
import jax.numpy as jnp
import ml_collections  # noqa: F401
import numpy as np
import optax  # noqa: F401
from flax import serialization

STAND_INS = ("chex", "clu", "tensorflow", "tensorflow_datasets", "tensorflow_addons", "IPython", "skimage")
GROUPS = 2
IMAGES = 2
SMALL = dict(sm_n_embd=4, sm_n_layer=1)
LATENT = dict(forward_n_layer=1, latent_size=5, latent_k=2)

# Three steps must move weights, and averages from weights, by more than a rounding.
FAST = dict(learning_rate=0.05, ema_rate=0.5)


class Anything(type):
  """A class whose every attribute is another one: for type annotations."""

  def __getattr__(cls, name):
    if name.startswith("__"):
      raise AttributeError(name)
    return Anything(name, (), {})


class StandIn(types.ModuleType):
  __path__ = []

  def __getattr__(self, name):
    if name.startswith("__"):
      raise AttributeError(name)
    return Anything(name, (), {})


class StandInFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
  def find_spec(self, fullname, path=None, target=None):
    if fullname.split(".")[0] in STAND_INS:
      return importlib.util.spec_from_loader(fullname, self, is_package=True)
    return None

  def create_module(self, spec):
    return StandIn(spec.name)

  def exec_module(self, module):
    pass


class Source(importlib.abc.SourceLoader):
  """A file of a checkout, with another image size where 32x32x3 is written out."""

  def __init__(self, path, size):
    self.path, self.size = path, size

  def get_filename(self, fullname):
    return str(self.path)

  def get_data(self, path):
    return re.sub(r"\b32, 32, 3\b", f"{self.size}, {self.size}, 3", re.sub(
        r"\b32 \* 32 \* 3\b", f"{self.size} * {self.size} * 3",
        pathlib.Path(path).read_text())).encode()


class Checkout(importlib.abc.MetaPathFinder):
  """A package whose folder has another name."""

  def __init__(self, package, folder, size):
    self.package, self.folder, self.size = package, pathlib.Path(folder), size

  def find_spec(self, fullname, path=None, target=None):
    parts = fullname.split(".")
    if parts[0] != self.package:
      return None
    where = self.folder.joinpath(*parts[1:])
    if where.is_dir():
      spec = importlib.util.spec_from_loader(fullname, None, is_package=True)
      spec.submodule_search_locations = [str(where)]
      return spec
    file = where.with_name(where.name + ".py")
    return importlib.util.spec_from_file_location(fullname, file, loader=Source(file, self.size))


def prepare():
  """Brings back names that JAX dropped, and small groups."""
  sys.meta_path.append(StandInFinder())
  jax.tree_map = jax.tree_multimap = jax.tree_util.tree_map
  jax.tree_leaves = jax.tree_util.tree_leaves
  clip = jnp.clip
  jnp.clip = lambda x, min=None, max=None, *, a_min=None, a_max=None: clip(
      x, a_min if min is None else min, a_max if max is None else max)
  nn.GroupNorm.__dataclass_fields__["num_groups"].default = GROUPS
  init = nn.GroupNorm.__init__
  nn.GroupNorm.__init__ = lambda self, *args, **kw: init(self, *args, **{"num_groups": GROUPS, **kw})


def configuration(folder, name):
  spec = importlib.util.spec_from_file_location("configuration", pathlib.Path(folder) / "configs" / f"{name}.py")
  module = importlib.util.module_from_spec(spec)
  spec.loader.exec_module(module)
  return module.get_config()


def experiment(package, config):
  """The published Experiment without data sets, checkpoints and writers."""
  module = importlib.import_module(f"{package}.experiment_vdm")
  exp = object.__new__(module.Experiment_VDM)
  exp.config = config
  exp.model, variables = exp.get_model_and_params(jax.random.PRNGKey(config.training.seed))
  state = importlib.import_module(f"{package}.train_state").TrainState
  exp.state = state.create(apply_fn=exp.model.apply, variables=flax.core.FrozenDict(variables),
                           optax_optimizer=exp.get_optimizer)
  exp.lr_schedule = exp.get_lr_schedule()
  return exp


def batch(package, size, seed):
  images = np.random.default_rng(seed).integers(0, 256, (IMAGES, size, size, 3), np.uint8)
  inputs = {"images": jnp.asarray(images), "conditioning": jnp.zeros((IMAGES,), jnp.uint8)}
  if package == "ldm":
    inputs["labels"] = jnp.zeros((IMAGES,), jnp.int32)
  return inputs


def trained(exp, package, size):
  """The state after some steps, on an axis of one device."""
  step = jax.vmap(functools.partial(exp.train_step, jax.random.PRNGKey(7)), axis_name="batch", axis_size=1)
  state = jax.tree_util.tree_map(lambda x: jnp.asarray(x)[None], exp.state)
  for i in range(3):
    inputs = jax.tree_util.tree_map(lambda x: x[None], batch(package, size, i))
    state, _ = step(state, inputs)
  return jax.tree_util.tree_map(lambda x: x[0], state)


def evaluated(exp, package, size, params):
  """What one evaluation drew and gave."""
  arrays = {}
  originals = {name: getattr(jax.random, name) for name in ("uniform", "normal", "gamma", "gumbel")}

  def recorded(name):
    def draw(*args, **kwargs):
      value = originals[name](*args, **kwargs)
      number = sum(key.startswith(name + "_") for key in arrays)
      arrays[f"{name}_{number}"] = np.asarray(value)
      return value
    return draw

  inputs = batch(package, size, 100)
  extra = {"step": 0} if package == "ldm" else {}
  try:
    for name in originals:
      setattr(jax.random, name, recorded(name))
    out = exp.model.apply({"params": params}, **inputs, **extra, rngs={"sample": jax.random.PRNGKey(3)})
  finally:
    for name, original in originals.items():
      setattr(jax.random, name, original)
  arrays["images"] = np.asarray(inputs["images"])
  for term in ("loss_recon", "loss_klz", "loss_diff"):
    arrays[term] = np.asarray(getattr(out, term))
  return arrays


def make(name, package, folder, config, size, to):
  config.optimizer.update(FAST)
  config.training.num_steps_lr_warmup = 2
  finder = Checkout(package, folder, size)
  sys.meta_path.insert(0, finder)
  try:
    exp = experiment(package, config)
    state = trained(exp, package, size)
    arrays = evaluated(exp, package, size, state.ema_params)
  finally:
    sys.meta_path.remove(finder)
    for module in [m for m in sys.modules if m.split(".")[0] == package]:
      del sys.modules[module]
  (to / f"{name}.flax").write_bytes(serialization.to_bytes(state))
  (to / f"{name}.json").write_text(config.to_json(indent=1) + "\n")
  np.savez_compressed(to / f"{name}.npz", **arrays)
  print(name, {k: v.shape for k, v in arrays.items()}, float(arrays["loss_diff"].mean()))


def main():
  parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
  parser.add_argument("--mulan", required=True, help="clone of s-sahoo/MuLAN")
  parser.add_argument("--vdm", required=True, help="clone of google-research/vdm")
  parser.add_argument("--to", default="src/test/resources/flax", type=pathlib.Path)
  options = parser.parse_args()
  options.to.mkdir(parents=True, exist_ok=True)
  prepare()
  ldm = pathlib.Path(options.mulan) / "ldm"
  for name, preset in (("mulan_velocity", "cifar10-conditioned"), ("mulan_epsilon", "imagenet32")):
    config = configuration(ldm, preset)
    config.model.update({**SMALL, **LATENT})
    make(name, "ldm", ldm, config, 2, options.to)
  config = configuration(options.vdm, "cifar10")
  config.model.update(SMALL)
  make("vdm", "vdm", options.vdm, config, 32, options.to)


if __name__ == "__main__":
  main()
