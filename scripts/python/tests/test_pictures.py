"""Images come from files and go to files."""

import struct
import tempfile
import unittest
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

import support  # noqa: F401  finds the programs
import digits
import pictures
from failure import DATA, Failure

KIND = pictures.Kind(4, 6, 1, 17)
COLOUR = pictures.Kind(4, 6, 3, 256)


def png_of(width, height, bits, colour, rows):
    """A PNG file, byte by byte: Pillow writes no colours of 16 bits."""

    def chunk(kind, data):
        crc = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + crc

    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


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

    def png(self, array, **options):
        file = self.folder / "image.png"
        Image.fromarray(array).save(file, **options)
        return file

    def test_pictures_that_would_lose_something_are_refused(self):
        deep = np.full((4, 6), 65535, np.uint16)
        self.refused(["16 bits"], self.png(deep))
        clear = np.full((4, 6, 4), 255, np.uint8)
        self.png(clear)
        self.assertEqual(255, pictures.read([self.folder / "image.png"], COLOUR).min())
        clear[1, 2, 3] = 254
        self.refused(["transparent"], self.png(clear), COLOUR)
        colour = np.zeros((4, 6, 3), np.uint8)
        self.png(colour)
        self.assertEqual((1, 4, 6, 1), pictures.read([self.folder / "image.png"], KIND).shape)
        colour[0, 0, 1] = 1
        self.refused(["in colour"], self.png(colour))

    def test_a_colour_picture_of_16_bits_is_refused(self):
        file = self.folder / "deep.png"
        rows = b"".join(b"\0" + bytes(range(36)) for _ in range(4))
        file.write_bytes(png_of(6, 4, bits=16, colour=2, rows=rows))
        self.refused(["16 bits"], file, COLOUR)

    def test_a_picture_is_seen_as_it_was_held(self):
        exif = Image.Exif()
        exif[0x0112] = 6
        stored = np.arange(24, dtype=np.uint8).reshape(6, 4)
        file = self.png(stored, exif=exif)
        read = pictures.read([file], pictures.Kind(4, 6, 1, 256))
        np.testing.assert_array_equal(np.rot90(stored, -1), read[0, ..., 0])

    def test_advice_keeps_what_is_in_an_array(self):
        floats = np.linspace(0, 1, 24, dtype=np.float32).reshape(1, 4, 6)
        self.refused(['(x * 16).round().astype("uint8")'], self.npy(floats))
        self.refused(["((x + 1) * 8)"], self.npy(2 * floats - 1))
        self.refused(["standardization"], self.npy(9 * floats - 4))
        first = np.zeros((2, 3, 4, 6), np.uint8)
        self.refused(["x.transpose(0, 2, 3, 1)"], self.npy(first), COLOUR)

    def test_an_error_names_its_file(self):
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

    def test_a_grid_that_cannot_be_written_is_reported(self):
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
