"""Bits/dim of images by Keras 3: the signature score as a layer.

    python scripts/clients/keras_score.py savedmodels/digits/1
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import keras
import numpy as np


def bits_per_dim(model: str, images: np.ndarray) -> np.ndarray:
    """Of each image [B], levels [B,H,W,C]: float32 [B]."""
    inputs = keras.Input(images.shape[1:], dtype="uint8")
    outputs = keras.layers.TFSMLayer(model, call_endpoint="score")(inputs)
    # One batch: images are numbered within a call, and each number has noise of its own.
    scores = keras.Model(inputs, outputs).predict(images, batch_size=len(images), verbose=0)
    return scores["bits_per_dim"]


if __name__ == "__main__":
    from images import test_digits

    scores = bits_per_dim(sys.argv[1], test_digits(100))
    error = scores.std(ddof=1) / len(scores) ** 0.5
    print(f"{scores.mean():.4f} ± {error:.4f} bits/dim on {len(scores)} images, 16 times each")
