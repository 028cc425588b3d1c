"""Compares the results of SavedModels in Python with those in Java.

    python scripts/python/compare.py savedmodels/digits/1 vectors.npz [MODEL VECTORS ...]

vectors.npz holds SIGNATURE/in/NAME and SIGNATURE/out/NAME for each signature. Prints the largest
difference of each output, and for each model whether all are within float32 round-off; exits with 1
if one is not.
"""
import os
import sys
from collections import defaultdict

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import numpy as np
import tensorflow as tf

# Both run the same operations; threads may add up in another order.
TOLERANCE = 2e-5
# A loop repeats its round-off at every step, and a level may fall on the other side of a half.
LOOPS = {"sample": 1e-3, "sample_fast": 1e-3, "log_likelihood": 1e-3}


def difference(found: np.ndarray, expected: np.ndarray, scale: float) -> float:
    """The largest difference, relative to the largest value of its kind."""
    if found.shape != expected.shape or found.dtype != expected.dtype:
        raise SystemExit(f"Java gave {expected.dtype}{list(expected.shape)}, "
                         f"Python {found.dtype}{list(found.shape)}")
    if not expected.size:
        return 0.0
    apart = np.abs(found.astype(np.float64) - expected.astype(np.float64))
    return float(apart.max() / max(scale, 1e-30))


def agrees(path: str, vectors: str) -> bool:
    model = tf.saved_model.load(path)
    cases: dict = defaultdict(lambda: {"in": {}, "out": {}})
    with np.load(vectors) as arrays:
        for key in arrays.files:
            signature, side, name = key.split("/", 2)
            cases[signature][side][name] = arrays[key]
    missing = set(model.signatures) ^ set(cases)
    if missing:
        print("not compared:", ", ".join(sorted(missing)))
        return False
    failed = 0
    for signature, case in sorted(cases.items()):
        inputs = {name: tf.constant(value) for name, value in case["in"].items()}
        for name in {"augmented", "clip"} & set(inputs):  # Java wrote bytes
            inputs[name] = tf.cast(inputs[name], tf.bool)
        outputs = model.signatures[signature](**inputs)
        if set(outputs) != set(case["out"]):
            print(signature, "has other outputs in Java")
            return False
        # A gradient that is zero but for round-off is judged by the largest gradient.
        gradients = [v for n, v in case["out"].items() if n.startswith("gradients/")]
        largest = max((float(np.abs(g).max()) for g in gradients), default=0.0)
        worst, where = 0.0, ""
        for name, expected in sorted(case["out"].items()):
            scale = largest if name.startswith("gradients/") else float(np.abs(expected).max(initial=0))
            apart = difference(outputs[name].numpy(), expected, scale)
            if not apart <= worst:
                worst, where = apart, name
        allowed = LOOPS.get(signature, TOLERANCE)
        verdict = "ok" if worst <= allowed else "DIFFERENT"
        failed += verdict != "ok"
        print(f"{signature:20} {len(outputs):4} outputs  {worst:.1e} of {allowed:.0e}  {verdict}  {where}")
    return not failed


def main(models: list[tuple[str, str]]) -> int:
    failed = 0
    for path, vectors in models:
        same = agrees(path, vectors)
        failed += not same
        print(f"{path}: {'as in Java' if same else 'DIFFERENT'}")
    return 1 if failed else 0


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if not arguments or len(arguments) % 2:
        raise SystemExit(__doc__)
    sys.exit(main(list(zip(arguments[::2], arguments[1::2]))))
