import unittest

import support
import numpy as np

import torch_program


class TorchNamesTest(unittest.TestCase):
    def test_every_parameter_of_the_jax_program_has_a_place(self):
        import json
        import os

        with open(os.path.join(support.GOLDEN, "losses.json"), encoding="utf-8") as file:
            case = json.load(file)["cases"]["vdm_scalar"]
        named = [name for name, _, _ in torch_program.places(case["config"]["sm_n_layer"])]
        self.assertEqual(sorted(named), sorted(case["param_names"]))

    def test_layouts_are_undone(self):
        random = np.random.default_rng(0)
        shapes = {
            "scalar": (1,),
            "first": (3, 3, 15, 8),
            "conv": (3, 3, 4, 8),
            "dense": (4, 8),
            "pixel 1": (4, 8),
            "plain 0": (8,),
        }
        for layout, shape in shapes.items():
            array = random.standard_normal(shape)
            there = torch_program.to_torch(array, layout)
            np.testing.assert_array_equal(torch_program.to_jax(there, layout), array, layout)

    def test_the_condition_that_is_zero_takes_no_weights_along(self):
        array = np.arange(12.0).reshape(3, 4)
        there = torch_program.to_torch(array, "time")
        self.assertEqual(there.shape, (4, 2))
        back = torch_program.to_jax(there, "time")
        np.testing.assert_array_equal(back[:-1], array[:-1])
        np.testing.assert_array_equal(back[-1], 0)

    def test_a_joint_parameter_has_three_parts(self):
        joint = np.arange(6)
        parts = [torch_program.part(joint, f"plain {i}") for i in range(3)]
        np.testing.assert_array_equal(np.concatenate(parts), joint)
        self.assertIs(torch_program.part(joint, "plain"), joint)


if __name__ == "__main__":
    unittest.main()
