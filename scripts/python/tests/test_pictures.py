"""Images come from files and go to files."""

import tempfile
import unittest
from pathlib import Path

import numpy as np
from PIL import Image

import support  # noqa: F401  finds the programs
import digits
import pictures
from failure import DATA, Failure

KIND = pictures.Kind(4, 6, 1, 17)
COLOUR = pictures.Kind(4, 6, 3, 256)


class PicturesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def refused(self, words, file, kind=KIND, array=None):
        with self.assertRaises(Failure) as caught:
            pictures.read([file], kind, array)
        self.assertEqual(DATA, caught.exception.code)
        for word in (str(file), *words):
            self.assertIn(word, str(caught.exception))

    def npy(self, array):
        file = self.folder / "images.npy"
        np.save(file, array)
        return file

    def test_npy_and_npz_are_taken_as_levels(self):
        images = np.arange(48, dtype=np.int32).reshape(2, 4, 6) % 17
        np.savez(self.folder / "images.npz", images=images, labels=np.zeros(2))
        for file in (self.npy(images), self.folder / "images.npz"):
            read = pictures.read([file], KIND)
            self.assertEqual(np.uint8, read.dtype)
            np.testing.assert_array_equal(images[..., None], read)

    def test_one_image_is_a_batch_of_one(self):
        read = pictures.read([self.npy(np.zeros((4, 6, 3), np.uint8))], COLOUR)
        self.assertEqual((1, 4, 6, 3), read.shape)

    def test_an_array_can_be_named(self):
        np.savez(self.folder / "two.npz", a=np.zeros((1, 4, 6), int), b=np.ones((1, 4, 6), int))
        self.assertEqual(1, pictures.read([self.folder / "two.npz"], KIND, "b").max())
        self.refused(["no array images", "a, b"], self.folder / "two.npz")

    def test_the_shades_of_a_png_become_levels(self):
        file = self.folder / "image.png"
        Image.fromarray(np.full((4, 6), 255, np.uint8)).save(file)
        self.assertEqual({16}, set(pictures.read([file, file], KIND).flat))

    def test_a_colour_png_keeps_its_channels(self):
        file = self.folder / "image.png"
        colours = np.arange(72, dtype=np.uint8).reshape(4, 6, 3)
        Image.fromarray(colours).save(file)
        np.testing.assert_array_equal(colours[None], pictures.read([file], COLOUR))

    def test_what_is_wrong_with_a_file_is_told_with_its_name(self):
        self.refused(["No such file"], self.folder / "none.png")
        self.refused([".npz, .npy or .png"], self.folder / "image.jpg")
        self.refused(["[4, 6, 1]", "[2, 4, 7]"], self.npy(np.zeros((2, 4, 7), int)))
        self.refused(["from 0 to 16", "from 17 to 17"], self.npy(np.full((1, 4, 6), 17)))
        self.refused(["from -1"], self.npy(np.full((1, 4, 6), -1)))
        self.refused(["float32"], self.npy(np.zeros((1, 4, 6), np.float32)))
        self.refused(["no images"], self.npy(np.zeros((0, 4, 6), int)))
        for name in ("broken.npy", "broken.npz", "broken.png"):
            (self.folder / name).write_bytes(b"not at all")
            self.refused([], self.folder / name)

    def test_a_grid_scales_levels_and_enlarges_small_images(self):
        file = self.folder / "grid.png"
        levels = np.array([0, 8, 16], np.uint8)[:, None, None, None]
        pictures.write_grid(file, np.broadcast_to(levels, (3, 4, 4, 1)), 17)
        grid = np.asarray(Image.open(file))
        self.assertEqual((102, 102), grid.shape)
        self.assertEqual([0, 128, 255], [grid[10, 10], grid[10, 60], grid[60, 10]])

    def test_a_grid_that_cannot_be_written_is_told(self):
        with self.assertRaises(Failure) as caught:
            pictures.write_grid(self.folder / "no/grid.png", np.zeros((1, 4, 6, 1), np.uint8), 17)
        self.assertIn("cannot be written", str(caught.exception))


class DigitsTest(unittest.TestCase):
    def test_the_parts_are_all_images_once(self):
        train, test, everything = (digits.read(p) for p in ("train", "test", "all"))
        self.assertEqual((1500, 297, 1797), (len(train), len(test), len(everything)))
        np.testing.assert_array_equal(np.concatenate([train, test]), everything)
        order = digits.permutation(1797, 1797)
        self.assertEqual(list(range(1797)), sorted(order))

    def test_the_split_is_that_of_mulan(self):
        order = digits.permutation(1797, 1797)
        # As the class Permutation of mulan gives them.
        self.assertEqual([1194, 360, 889], order[:3])
        self.assertEqual([1510, 757, 66, 1067], [*order[1499:1502], order[1796]])


if __name__ == "__main__":
    unittest.main()
