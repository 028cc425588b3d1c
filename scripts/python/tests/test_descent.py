"""The exported weights can be trained, by a tape and by the gradients that the model gives out."""

import unittest

import numpy as np

from support import images, model, weights_kept
import descent


class DescentTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = model()
        cls.batch = descent.noisy_batch(cls.model, {"images": images(4, cls.model.kind)}, seed=1)

    def lowers(self, way, rule, steps=1):
        with weights_kept(self.model):
            before = descent.loss(self.model, self.batch)
            descent.descend(self.model, self.batch, way, rule, steps)
            self.assertLess(descent.loss(self.model, self.batch), before)
        self.assertEqual(before, descent.loss(self.model, self.batch))

    def test_a_step_by_tape_lowers_the_loss(self):
        self.lowers("tape", descent.Plain(1e-4))

    def test_a_step_by_the_signature_lowers_the_loss(self):
        self.lowers("loss", descent.Plain(1e-4))

    def test_steps_of_adam_lower_the_loss(self):
        self.lowers("loss", descent.Adam(1e-4), steps=2)

    def test_tape_and_signature_agree_to_round_off(self):
        tape = descent.by_tape(self.model, self.batch)
        given = descent.by_signature(self.model, self.batch)
        self.assertEqual(set(tape), set(given))
        # Against the whole gradient: some weights, such as the bias of attention's keys, have a
        # gradient of zero, and both are only round-off.
        whole = norm(given)
        self.assertGreater(whole, 0)
        self.assertLess(norm({n: tape[n] - given[n] for n in tape}), 1e-5 * whole)

    def test_adams_first_step_is_as_long_as_its_rate(self):
        change = descent.Adam(0.5).change({"w": np.array([3.0, -0.01])})
        np.testing.assert_allclose(change["w"], [-0.5, 0.5], rtol=1e-5)


def norm(gradients):
    return np.sqrt(sum(np.sum(np.square(g, dtype=np.float64)) for g in gradients.values()))


if __name__ == "__main__":
    unittest.main()
