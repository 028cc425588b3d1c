"""A file of vectors: the results of a program, with its inputs, parameters and random draws.

NAME.npz has the arrays, each called CASE/GROUP/...:

    in/NAME            inputs
    param/PATH         parameters, where they are not made by the formula (formula.py)
    paramstat          their statistics, in the order of their names
    noise/I_KIND       the I-th random draw
    out/NAME           results in float32
    out/grad/PATH      gradients by parameters: all on request, otherwise small ones
    out/gradstat       the statistics of all of them
    out/graderror      on request, the norm of the difference between float32 and double precision, by parameter
    out/weights/PATH   parameters after training, out/averages/PATH their averages; with statistics as gradients
    f64/...            the same in double precision, on the same numbers

NAME.json says of each case what its configuration, inputs, parameters and draws are.
"""

import json
import os
import time

import flax
import jax
import jax.numpy as jnp
import numpy as np

import formula
import published
from tape import Tape

# The largest size of a gradient that is kept when not all are.
SMALL = 300
# The groups of results with one array for each parameter.
BY_PARAMETER = ("grad", "weights", "averages")
# The largest size of a result that is kept in double precision.
LARGEST_DOUBLES = 4096


def flatten(tree):
    return flax.traverse_util.flatten_dict(flax.core.unfreeze(tree), sep="/")


def unflatten(flat):
    return flax.traverse_util.unflatten_dict(flat, sep="/")


def _run(function, params, inputs, tape, jit):
    def of_jax(tree):
        return jax.tree_util.tree_map(jnp.asarray, tree)

    with tape.rewind():
        compiled = jax.jit(function) if jit else function
        out = compiled(of_jax(params), of_jax(inputs))
        return {name: np.asarray(value) for name, value in out.items()}


def _doubles(value):
    value = np.asarray(value)
    return value.astype(np.float64) if value.dtype == np.float32 else value


def statistics_of(group):
    """The name of a group's statistics: gradstat of grad, gradstat_gamma of grad_gamma, weightsstat of weights."""
    return group.replace("grad", "gradstat", 1) if group.startswith("grad") else group + "stat"


class Vectors:
    def __init__(self, name, seed, progress, largest_doubles=LARGEST_DOUBLES):
        self.name, self.seed, self.progress, self.largest = name, seed, progress, largest_doubles
        self.arrays, self.cases = {}, {}

    def case(
        self,
        name,
        function,
        params=None,
        inputs=None,
        draws=(),
        config=None,
        note=None,
        jit=True,
        f64=True,
        store_params=None,
        full_grads=True,
        errors=False,
        refs=(),
    ):
        """Runs function(params, inputs) -> results by name, in both precisions, and keeps everything.

        Results called grad/PATH or grad_WHAT/PATH are gradients by parameters. `errors`: keep, of results by
        parameter, how far float32 is from double precision by norm.
        """
        start = time.monotonic()
        inputs = {key: np.asarray(value) for key, value in (inputs or {}).items()}
        tape = Tape(np.random.default_rng([self.seed, len(self.cases), 99]), draws)
        out = _run(function, params, inputs, tape, jit)
        exact = None
        if f64:
            with published.double_precision(*refs):
                exact = _run(
                    function,
                    jax.tree_util.tree_map(_doubles, params),
                    {key: _doubles(value) for key, value in inputs.items()},
                    Tape(None, tape.draws),
                    jit,
                )
        self.record(
            name,
            params,
            inputs,
            tape.draws,
            (out, exact),
            config=config,
            note=note,
            store_params=store_params,
            full_grads=full_grads,
            errors=errors,
        )
        self.progress.done(f"{self.name}: {name}", time.monotonic() - start)

    def record(
        self,
        name,
        params,
        inputs,
        draws,
        results,
        config=None,
        note=None,
        store_params=None,
        full_grads=True,
        errors=False,
    ):
        """Keeps what has been computed: results in float32 and, unless None, in double precision."""
        out, exact = results
        about = {
            "config": config or {},
            "inputs": {key: [list(v.shape), str(v.dtype)] for key, v in inputs.items()},
            "noise": [[kind, list(a.shape)] for kind, a in draws],
        }
        if note:
            about["note"] = note
        if params is not None:
            self._keep_parameters(name, params, store_params, about)
        for key, value in inputs.items():
            self.arrays[f"{name}/in/{key}"] = value
        for i, (kind, a) in enumerate(draws):
            self.arrays[f"{name}/noise/{i}_{kind}"] = a
        self._keep(name, out, full_grads, about, doubles=False)
        if exact is not None:
            self._keep(name, exact, full_grads, about, doubles=True)
            if errors:
                self._keep_errors(name, out, exact)
        self.cases[name] = about

    def _keep_parameters(self, name, params, store, about):
        flat = flatten(params)
        names = sorted(flat)
        about["param_names"] = names
        about["param_shapes"] = [list(np.shape(flat[p])) for p in names]
        if store is None:
            store = sum(np.size(v) for v in flat.values()) * 4 <= 1_000_000
        about["params_stored"] = bool(store)
        self.arrays[f"{name}/paramstat"] = formula.statistics(flat)
        if store:
            for p in names:
                self.arrays[f"{name}/param/{p}"] = np.asarray(flat[p])

    def _keep(self, name, out, full, about, doubles):
        prefix = f"{name}/f64/" if doubles else f"{name}/out/"
        groups = {}
        for key, value in out.items():
            group, _, path = key.partition("/")
            if group.startswith(BY_PARAMETER) and path:
                groups.setdefault(group, {})[path] = value
            elif not doubles or value.size <= self.largest:
                self.arrays[prefix + key] = value
        for group, flat in groups.items():
            statistics = statistics_of(group)
            self.arrays[prefix + statistics] = formula.statistics(flat)
            about.setdefault("gradstat_names", {})[statistics] = sorted(flat)
            for path, value in flat.items():
                if not doubles and (full or value.size <= SMALL):
                    self.arrays[f"{prefix}{group}/{path}"] = value

    def _keep_errors(self, name, out, exact):
        groups = {}
        for key in sorted(out):
            group, _, path = key.partition("/")
            if group.startswith(BY_PARAMETER) and path:
                groups.setdefault(group, []).append(np.linalg.norm((out[key] - exact[key]).ravel()))
        for group, norms in groups.items():
            self.arrays[f"{name}/out/{group}error"] = np.asarray(norms)

    def write(self, folder):
        os.makedirs(folder, exist_ok=True)
        np.savez_compressed(os.path.join(folder, self.name + ".npz"), **self.arrays)
        versions = {"jax": jax.__version__, "flax": flax.__version__, "numpy": np.__version__}
        about = {"seed": self.seed, "cases": self.cases, "versions": versions}
        with open(os.path.join(folder, self.name + ".json"), "w", encoding="ascii") as file:
            json.dump(about, file, indent=1, sort_keys=True)
            file.write("\n")
