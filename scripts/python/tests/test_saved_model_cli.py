"""TensorFlow's own command line reads and runs the model."""

import re
import tempfile
import unittest
from pathlib import Path

import numpy as np

from support import MODEL, model, started
import measures

_CLI = ("-m", "tensorflow.python.tools.saved_model_cli")


class SavedModelCliTest(unittest.TestCase):
    def test_show_tells_all_signatures(self):
        ended = started(*_CLI, "show", "--dir", MODEL, "--all")
        self.assertEqual(0, ended.status, ended.err)
        found = re.findall(r"signature_def\['(\w+)'\]", ended.out)
        self.assertEqual(sorted(model().signatures), sorted(found))
        self.assertEqual(len(found), ended.out.count("Method name is: tensorflow/serving/predict"))

    def test_run_draws_what_the_model_draws(self):
        with tempfile.TemporaryDirectory() as folder:
            ended = started(
                *(*_CLI, "run", "--dir", MODEL, "--tag_set", "serve", "--signature_def", "sample"),
                # Plain numbers become the type of the input; np.int32(2) is refused as no literal.
                *("--input_exprs", "count=2;steps=3;seed=1", "--outdir", folder),
            )
            self.assertEqual(0, ended.status, ended.err)
            drawn = np.load(Path(folder) / "images.npy")
        np.testing.assert_array_equal(measures.sample(model(), count=2, steps=3, seed=1), drawn)


if __name__ == "__main__":
    unittest.main()
