"""Denoises in ONNX Runtime: tf2onnx converts the signature denoise.

    python scripts/clients/onnx_denoise.py savedmodels/digits/1
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime


def denoise(model: str, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """z [B,H,W,C], times [B] and latents [B,m] to x_hat, epsilon_hat, v_hat and gamma [B,H,W,C]."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "denoise.onnx"
        convert = [sys.executable, "-m", "tf2onnx.convert", "--saved-model", model]
        convert += ["--signature_def", "denoise", "--opset", "18", "--output", str(file)]
        quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"}
        subprocess.run(convert, check=True, env=quiet, stderr=subprocess.DEVNULL)
        session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
        names = [output.name for output in session.get_outputs()]
        return dict(zip(names, session.run(names, inputs)))


if __name__ == "__main__":
    from images import noisy

    for name, values in denoise(sys.argv[1], noisy(4)).items():
        print(f"{name}: {list(values.shape)}, from {values.min():.3f} to {values.max():.3f}")
