import json
import os
import unittest

import support
import numpy as np

import formula


class FormulaTest(unittest.TestCase):
    def test_parameters_of_the_kept_vectors_are_made_by_the_formula(self):
        with open(os.path.join(support.GOLDEN, "losses.json"), encoding="utf-8") as file:
            about = json.load(file)
        case = about["cases"]["velocity"]
        self.assertFalse(case["params_stored"])
        shapes = dict(zip(case["param_names"], case["param_shapes"]))
        made = formula.parameters(shapes, about["seed"] + 1, case["config"])
        with np.load(os.path.join(support.GOLDEN, "losses.npz")) as arrays:
            kept = arrays["velocity/paramstat"]
        np.testing.assert_allclose(formula.statistics(made), kept, rtol=1e-12, atol=1e-12)

    def test_another_seed_gives_other_parameters(self):
        a, b = (formula.parameter("x/kernel", 0, (3, 4), seed, -13.3, 5.0) for seed in (1, 2))
        self.assertFalse(np.array_equal(a, b))

    def test_statistics_see_two_elements_exchanged(self):
        a = np.arange(6.0)
        b = a[[1, 0, 2, 3, 4, 5]]
        one, other = formula.statistics({"x": a})[0], formula.statistics({"x": b})[0]
        np.testing.assert_array_equal(one[:3], other[:3])
        self.assertNotEqual(one[3], other[3])


if __name__ == "__main__":
    unittest.main()
