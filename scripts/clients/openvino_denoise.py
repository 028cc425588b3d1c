"""Denoises in OpenVINO, which converts the signature denoise.

    python scripts/clients/openvino_denoise.py savedmodels/digits/1
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import numpy as np
import openvino
import tensorflow as tf


def denoise(model: str, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """z [B,H,W,C], times [B] and latents [B,m] to x_hat, epsilon_hat, v_hat and gamma [B,H,W,C]."""
    loaded = tf.saved_model.load(model)
    signature = loaded.signatures["denoise"]
    converted = openvino.convert_model(signature)
    compiled = openvino.compile_model(converted, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    results = compiled(inputs)
    return {name: results[name] for name in signature.structured_outputs}


if __name__ == "__main__":
    from images import noisy

    for name, values in denoise(sys.argv[1], noisy(4)).items():
        print(f"{name}: {list(values.shape)}, from {values.min():.3f} to {values.max():.3f}")
