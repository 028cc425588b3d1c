"""The clients give the numbers of mulan and of TensorFlow. To be run by scripts/clients/check."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
CLIENTS = Path(__file__).resolve().parents[1]
sys.path += [str(CLIENTS), str(CLIENTS.parent / "python" / "tests")]

import nbformat  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from nbclient import NotebookClient  # noqa: E402

import keras_score  # noqa: E402
import onnx_denoise  # noqa: E402
import openvino_denoise  # noqa: E402
from images import noisy, test_digits  # noqa: E402
from serving_double import ServedModel, serving_rest  # noqa: E402

MODEL = CLIENTS.parents[1] / "savedmodels/digits/1"
COUNT = 100


def evaluated() -> np.ndarray:
    """Bits/dim of each image as mulan evaluate --limit 100 --times 16 measured them."""
    with np.load(os.environ["MULAN_EVALUATED"]) as nats:
        return nats["total"] / (64 * np.log(2))


class ScoreTest(unittest.TestCase):
    def check(self, bits) -> None:
        np.testing.assert_allclose(bits, evaluated(), atol=1e-5)

    def test_keras_predicts_what_evaluate_measures(self):
        self.check(keras_score.bits_per_dim(str(MODEL), test_digits(COUNT)))

    def test_a_program_in_c(self):
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "score"
            subprocess.run([CLIENTS / "build-c", sys.executable, program], check=True)
            shape = [str(n) for n in test_digits(COUNT).shape]
            levels = test_digits(COUNT).tobytes()
            done = subprocess.run(
                [program, MODEL, *shape], input=levels, capture_output=True, check=True
            )
            self.check(np.array(done.stdout.split(), np.float64))

    def test_curl_with_instances(self):
        served = ServedModel("digits", 1, MODEL, tf.saved_model.load(str(MODEL)))
        with serving_rest(served) as address:
            images = json.dumps(test_digits(COUNT).tolist()).encode()
            done = subprocess.run(
                [CLIENTS / "rest-score", address], input=images, capture_output=True, check=True
            )
        predictions = json.loads(done.stdout)["predictions"]
        self.check([row["bits_per_dim"] for row in predictions])


class DenoiseTest(unittest.TestCase):
    def check(self, outputs) -> None:
        signature = tf.saved_model.load(str(MODEL)).signatures["denoise"]
        expected = signature(**{name: tf.constant(x) for name, x in noisy(5).items()})
        self.assertEqual(set(expected), set(outputs))
        for name, values in expected.items():
            np.testing.assert_allclose(outputs[name], values, atol=1e-5, err_msg=name)

    def test_onnx_runtime(self):
        self.check(onnx_denoise.denoise(str(MODEL), noisy(5)))

    def test_openvino(self):
        self.check(openvino_denoise.denoise(str(MODEL), noisy(5)))


class NotebookTest(unittest.TestCase):
    def test_it_runs_and_is_kept_without_outputs(self):
        notebook = nbformat.read(CLIENTS / "digits.ipynb", as_version=4)
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        self.assertFalse(any(cell.outputs for cell in cells))
        NotebookClient(notebook, resources={"metadata": {"path": str(CLIENTS)}}).execute()
        self.assertIn("bits/dim on 297 images", str([cell.outputs for cell in cells]))
        pictures = [o for cell in cells for o in cell.outputs if "image/png" in o.get("data", {})]
        self.assertEqual(4, len(pictures))


if __name__ == "__main__":
    unittest.main()
