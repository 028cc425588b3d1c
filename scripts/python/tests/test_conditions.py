"""The conditions of images: class and augmentation."""

import argparse
import tempfile
import unittest
from pathlib import Path

import numpy as np

from support import images
import digits
import measures
import options
from failure import DATA, USAGE, Failure
from ports import Port

_CONDITIONS = {"labels": Port("int32", (-1,)), "augmented": Port("bool", (-1,))}


class ConditionsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def conditions(self, *arguments, inputs=_CONDITIONS, count=3):
        parser = argparse.ArgumentParser()
        options.add_images(parser)
        return options.conditions(parser.parse_args([str(a) for a in arguments]), inputs, count)

    def refused(self, code, words, *arguments, **more):
        with self.assertRaises(Failure) as caught:
            self.conditions(*arguments, **more)
        self.assertEqual(code, caught.exception.code)
        self.assertIn(words, str(caught.exception))
        self.assertNotIn("\n", str(caught.exception))

    def labels(self, *arguments):
        labels = self.conditions(*arguments)["labels"]
        self.assertEqual(np.int32, labels.dtype)
        return labels.tolist()

    def test_an_unconditional_model_takes_no_conditions(self):
        self.assertEqual({}, self.conditions(inputs={"images": Port("uint8", (-1, 8, 8, 1))}))
        self.refused(USAGE, "--class is for a class-conditional model", "--class", 1, inputs={})

    def test_images_are_as_they_are(self):
        augmented = self.conditions()["augmented"]
        self.assertEqual(bool, augmented.dtype)
        self.assertEqual([False] * 3, augmented.tolist())

    def test_digits_have_classes_of_their_own(self):
        self.assertEqual(digits.labels("test")[:3].tolist(), self.labels())
        self.assertEqual(297, len(digits.labels("test")))

    def test_a_number_is_of_all(self):
        self.assertEqual([7] * 3, self.labels("--class", 7))
        self.assertEqual([-1] * 3, self.labels("--class=-5"))
        self.assertEqual([2**31 - 1] * 3, self.labels("--class", 2**40))

    def test_a_file_has_one_for_each(self):
        np.save(self.folder / "a.npy", np.array([4, 5, 6, 7]))
        np.savez(self.folder / "b.npz", images=np.zeros(3), labels=np.array([1, 2, 3], np.uint8))
        np.savez(self.folder / "c.npz", np.array([1, 2, 3]))
        self.assertEqual([4, 5, 6], self.labels("--class", self.folder / "a.npy"))
        self.assertEqual([1, 2, 3], self.labels("--class", self.folder / "b.npz"))
        self.assertEqual([1, 2, 3], self.labels("--class", self.folder / "c.npz"))

    def test_wrong_labels_are_refused(self):
        np.save(self.folder / "two.npy", np.array([4, 5]))
        self.refused(DATA, "has 2 labels for 3 images", "--class", self.folder / "two.npy")
        np.save(self.folder / "half.npy", np.array([0.5] * 3))
        self.refused(DATA, "must be whole numbers [N], but", "--class", self.folder / "half.npy")
        self.refused(DATA, "no.npz: cannot be read", "--class", self.folder / "no.npz")
        self.refused(USAGE, "give it by --class", "--images", "mine.png")

    def test_batches_take_their_part(self):
        asked = []

        class Model:
            def predict(self, signature, inputs, outputs):
                asked.append(inputs)
                return {name: np.zeros(len(inputs["images"]), kind) for name, kind in outputs.items()}

        conditions = {"labels": np.arange(3, dtype=np.int32)}
        scored = images(3, digits.KIND)
        measures.score(Model(), scored, times=1, seed=0, batch=2, conditions=conditions)
        self.assertEqual([[0, 1], [2]], [part["labels"].tolist() for part in asked])


if __name__ == "__main__":
    unittest.main()
