"""Bad input is an error of one line that names the input."""

import unittest

import numpy as np

from support import images, model
from failure import DATA, MODEL, Failure


class InputsTest(unittest.TestCase):
    def setUp(self):
        self.model = model()
        self.kind = self.model.kind
        self.two = images(2, self.kind)

    def refused(self, words, signature, **inputs):
        with self.assertRaises(Failure) as caught:
            self.model.call(signature, inputs)
        message = str(caught.exception)
        self.assertEqual(DATA, caught.exception.code)
        self.assertNotIn("\n", message)
        for word in (signature, *words):
            self.assertIn(word, message)

    def score(self, words, **changed):
        inputs = {"images": self.two, "times_per_image": np.int32(1), "seed": np.int64(0)}
        self.refused(words, "bits_per_dim", **{**inputs, **changed})

    def sample(self, words, **changed):
        inputs = {"count": np.int32(1), "steps": np.int32(1), "seed": np.int64(0)}
        self.refused(words, "sample", **{**inputs, **changed})

    def test_a_wrong_type_names_the_input(self):
        self.score(["images", "uint8", "float32"], images=self.two.astype(np.float32))
        self.score(["seed", "int64", "int32"], seed=np.int32(0))
        self.sample(["steps", "int32", "int64"], steps=np.int64(1))

    def test_a_wrong_size_names_the_input(self):
        height, width, channels = self.kind.shape
        self.score(["images", f"{[2, height - 1, width, channels]}"], images=self.two[:, 1:])
        self.score(["images", f"{[height, width, channels]}"], images=self.two[0])
        self.score(["times_per_image", "[1]"], times_per_image=np.ones(1, np.int32))

    def test_a_missing_input_is_named(self):
        self.refused(["seed", "missing"], "sample", count=np.int32(1), steps=np.int32(1))

    def test_an_unknown_input_is_named(self):
        self.sample(["temperature"], temperature=np.float32(1))

    def test_no_steps_are_refused(self):
        self.sample(["steps must be 1 or more", "[0]"], steps=np.int32(0))
        self.refused(
            ["steps must be 1 or more", "[0]"],
            "log_likelihood",
            images=self.two,
            steps=np.int32(0),
            seed=np.int64(0),
        )

    def test_no_times_are_refused(self):
        self.score(["times_per_image must be 1 or more", "[0]"], times_per_image=np.int32(0))

    def test_no_samples_are_refused(self):
        self.sample(["count must be 1 or more", "[0]"], count=np.int32(0))

    def test_a_seed_out_of_range_is_refused(self):
        for seed in (-1, 2**31):
            self.sample(["seed must be from 0", f"[{seed}]"], seed=np.int64(seed))

    def test_mismatched_batches_name_both_inputs(self):
        times = np.zeros(3, np.float32)
        self.refused(
            ["times", "images", "[3] [2]"], "schedule_of_images", images=self.two, times=times
        )
        noise = self.model.call(
            "noise", {"count": np.int32(3), "seed": np.int64(0), "step": np.int64(0)}
        )
        self.refused(["rows as images"], "loss", images=self.two, step=np.int64(0), **noise)

    def test_times_outside_0_to_1_are_refused(self):
        for time in (-0.5, 1.5, np.nan):
            times = np.array([0, time], np.float32)
            self.refused(["times"], "schedule_of_images", images=self.two, times=times)

    def test_an_unknown_signature_is_named_with_the_known_ones(self):
        with self.assertRaises(Failure) as caught:
            self.model.call("denoize", {})
        self.assertEqual(MODEL, caught.exception.code)
        self.assertRegex(str(caught.exception), "denoize.*bits_per_dim, denoise")

    def test_levels_out_of_range_name_the_images(self):
        levels = self.kind.levels
        inputs = {"times_per_image": np.int32(1), "seed": np.int64(0)}
        highest = np.full((1, *self.kind.shape), levels - 1, np.uint8)
        self.model.call("bits_per_dim", {"images": highest, **inputs})
        # A byte cannot hold a level too high for a model of 256.
        for level in range(levels, 256, 64):
            wrong = np.full((1, *self.kind.shape), level, np.uint8)
            self.score(
                [f"images must be levels from 0 to {levels - 1}", f"[{level}]"], images=wrong
            )


if __name__ == "__main__":
    unittest.main()
