"""TensorFlow for Python takes the model as it would one of its own."""

import re
import unittest

import numpy as np
import tensorflow as tf

from support import ROOT, loaded, model

_GOLDEN = ROOT / "src/test/resources/golden"

# Of a schedule whose ends are learned, which the published code does not have.
LEARNED_ENDS = {f"gamma/dense_out_{end}/{part}" for end in ("start", "rise") for part in ("kernel", "bias")}


def published_names():
    """Names of weights that the published code made, with # for the numbers of blocks."""
    names = set()
    for file in _GOLDEN.glob("*.npz"):
        with np.load(file) as arrays:
            names.update(name.split("/param/", 1)[1] for name in arrays if "/param/" in name)
    return {any_block(name) for name in names}


def any_block(name):
    return re.sub(r"block_\d+", "block_#", name)


class LoadingTest(unittest.TestCase):
    def test_loading_logs_no_warning(self):
        self.assertEqual([], loaded().log)

    def test_every_weight_is_a_trainable_variable(self):
        for name, variable in model().variables.items():
            self.assertIsInstance(variable, tf.Variable, name)
            self.assertTrue(variable.trainable, name)

    def test_weights_are_as_many_as_gradients_and_as_the_card_says(self):
        outputs = model().signatures["loss"].outputs
        gradients = {n.removeprefix("gradients/") for n in outputs if n.startswith("gradients/")}
        self.assertEqual(gradients, set(model().variables))
        card = (model().folder / "assets/README.md").read_text(encoding="utf-8")
        weights = sum(int(np.prod(v.shape)) for v in model().variables.values())
        self.assertIn(f"| weights | {weights:,} |".replace(",", " "), card.replace("\u202f", " "))
        self.assertIn(f"each of the {len(gradients)} weights", card)

    def test_weights_are_named_as_in_published_checkpoints(self):
        names = {any_block(name) for name in model().variables}
        self.assertEqual(set(), names - published_names() - LEARNED_ENDS)

    def test_blocks_of_the_network_are_numbered_from_0(self):
        for way, first in (("down", 0), ("up", 0), ("mid", 1)):
            pattern = re.compile(rf"score_model/{way}\.block_(\d+)/")
            found = {int(m.group(1)) for m in map(pattern.match, model().variables) if m}
            self.assertEqual(set(range(first, first + len(found))), found, way)
            self.assertTrue(found, way)

    def test_the_default_signature_is_the_bound(self):
        signatures = model().signatures
        self.assertEqual(signatures["bits_per_dim"], signatures["serving_default"])


if __name__ == "__main__":
    unittest.main()
