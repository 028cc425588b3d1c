"""The program's commands, with a model that is loaded once for all."""

import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
from PIL import Image

from support import MODEL, PROGRAMS, called, images, model, started, weights_kept
import measures
import model_folder
import use_savedmodel
from exported_model import ExportedModel
from failure import DATA, MODEL as MODEL_CODE, USAGE

_PROGRAM = PROGRAMS / "use_savedmodel.py"


class UseSavedModelTest(unittest.TestCase):
    def setUp(self):
        self.model = model()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.images = images(3, self.model.kind)
        self.file = self.folder / "images.npz"
        np.savez(self.file, images=self.images)

    def ended(self, *arguments):
        with mock.patch.object(ExportedModel, "load", return_value=self.model):
            return called(use_savedmodel.main, MODEL, *arguments)

    def printed(self, *arguments):
        ended = self.ended(*arguments)
        self.assertEqual((0, ""), (ended.status, ended.err))
        return ended.out.splitlines()

    def failed(self, ended, code, *words):
        self.assertEqual(code, ended.status, ended)
        self.assertRegex(ended.err, r"^error: [^\n]+\n$")
        self.assertEqual("", ended.out)
        for word in words:
            self.assertIn(word, ended.err)

    def test_score_prints_mean_and_standard_error_by_term(self):
        lines = self.printed("score", "--images", self.file, "--times-per-image", 2, "--seed", 4)
        values = measures.score(self.model, self.images, times=2, seed=4, batch=128)
        self.assertEqual(f"bits/dim of 3 images of {self.file}, 2 times each, seed 4", lines[0])
        for line, term in zip(lines[1:], (*measures.TERMS, "bits_per_dim")):
            name = "total" if term == "bits_per_dim" else term
            mean = np.mean(values[term], dtype=np.float64)
            error = np.std(values[term], dtype=np.float64) / np.sqrt(2)
            self.assertEqual(f"{name} {mean:.4f} ± {error:.4f}", " ".join(line.split()))
        self.assertEqual(6, len(lines))

    def test_the_terms_add_up_to_the_bound(self):
        values = measures.score(self.model, self.images, times=2, seed=4, batch=128)
        np.testing.assert_allclose(
            sum(values[t] for t in measures.TERMS), values["bits_per_dim"], rtol=1e-5
        )

    def test_batches_have_seeds_of_their_own(self):
        same = np.repeat(self.images[:1], 2, axis=0)
        bounds = measures.score(self.model, same, times=1, seed=0, batch=1)["bits_per_dim"]
        self.assertNotEqual(bounds[0], bounds[1])

    def test_the_limit_is_kept(self):
        lines = self.printed("score", "--images", self.file, "--limit", 1, "--times-per-image", 1)
        self.assertTrue(lines[0].startswith("bits/dim of 1 image of "))
        self.assertNotIn("±", lines[-1])

    def test_sample_writes_the_images_as_a_grid(self):
        file = self.folder / "drawn.png"
        lines = self.printed("sample", "--out", file, "--count", 2, "--steps", 1, "--seed", 3)
        self.assertEqual([f"{file}: 2 images in 1 steps, seed 3"], lines)
        drawn = measures.sample(self.model, count=2, steps=1, seed=3)
        factor = -(-48 // min(drawn.shape[1:3]))
        shades = np.asarray(Image.open(file))
        first = shades[2:, 2:][
            : drawn.shape[1] * factor : factor, : drawn.shape[2] * factor : factor
        ]
        expected = np.rint(drawn[0] * (255 / (self.model.kind.levels - 1)))
        np.testing.assert_array_equal(expected.reshape(first.shape), first)

    def test_likelihood_is_the_sum_of_its_terms(self):
        lines = self.printed("likelihood", "--images", self.file, "--steps", 1)
        self.assertEqual(f"likelihood of 3 images of {self.file}, 1 steps, seed 0", lines[0])
        values = measures.likelihood(self.model, self.images, steps=1, seed=0, batch=16)
        terms = -(values["flow"] + values["dequantisation"] + values["latent"])
        np.testing.assert_allclose(terms, values["log_likelihood"], rtol=1e-4)
        nats = measures.estimate(values["log_likelihood"])
        self.assertEqual(f"log_likelihood, nats {nats}", " ".join(lines[-1].split()))

    def test_schedule_goes_from_image_to_noise(self):
        lines = self.printed("schedule", "--images", self.file, "--times", 0, 0.5, 1)
        rows = [[float(x) for x in line.split()[:3]] for line in lines[2:]]
        times, gammas, ratios = zip(*rows)
        self.assertEqual((0, 0.5, 1), times)
        self.assertEqual(sorted(gammas), list(gammas))
        self.assertEqual(sorted(ratios, reverse=True), list(ratios))
        self.assertLess(gammas[0], gammas[2])

    def test_a_time_after_the_end_is_refused(self):
        ended = self.ended("schedule", "--images", self.file, "--times", 0, 2)
        self.failed(ended, DATA, "schedule_of_images: times must be from 0 to 1")

    def test_finetune_lowers_the_loss_both_ways(self):
        for way, rule in (("tape", "adam"), ("loss", "plain")):
            with weights_kept(self.model):
                arguments = ("--through", way, "--optimizer", rule, "--steps", 2, "--batch", 3)
                lines = self.printed("finetune", "--images", self.file, *arguments, "--rate", 1e-4)
            before, after = (float(line.split()[1]) for line in lines[1:])
            self.assertLess(after, before, way)
            self.assertIn(f"2 steps of {rule}", lines[2])

    def test_signatures_lists_all_with_their_types(self):
        lines = self.printed("signatures")
        heads = [line for line in lines if not line.startswith(" ")]
        self.assertEqual(sorted(self.model.signatures), heads)
        self.assertIn("  in   seed                   int64 []", lines)
        weights = f"of {len(self.model.variables)} weights, in their shapes"
        self.assertIn(f"  out  gradients/NAME         {weights}", lines)

    def test_images_of_another_size_are_refused(self):
        np.save(self.folder / "wide.npy", np.zeros((2, 5, 7, 2), np.uint8))
        ended = self.ended("score", "--images", self.folder / "wide.npy")
        self.failed(ended, DATA, "wide.npy", "[2, 5, 7, 2]")

    def test_wrong_usage_is_one_line(self):
        for arguments, word in (
            ((), "COMMAND"),
            (("scores",), "scores"),
            (("score", "--seed", -1), "--seed"),
            (("score", "--times-per-image", 0), "--times-per-image"),
            (("sample", "--steps", "many", "--out", "x.png"), "--steps"),
            (("sample",), "--out"),
            (("finetune", "--rate", "nan"), "--rate"),
        ):
            self.failed(self.ended(*arguments), USAGE, word)

    def test_a_folder_without_a_model_is_reported(self):
        ended = called(use_savedmodel.main, self.folder, "signatures")
        self.failed(ended, MODEL_CODE, str(self.folder), "is not a SavedModel")

    def test_a_broken_model_is_reported(self):
        (self.folder / "saved_model.pb").write_bytes(b"broken")
        self.failed(
            called(use_savedmodel.main, self.folder, "signatures"), MODEL_CODE, "model.json"
        )
        (self.folder / "assets").mkdir()
        card = (MODEL / "assets/model.json").read_text(encoding="utf-8")
        (self.folder / "assets/model.json").write_text(card, encoding="utf-8")
        ended = called(use_savedmodel.main, self.folder, "signatures")
        self.failed(ended, MODEL_CODE, "cannot be loaded")

    def test_of_versions_the_highest_is_chosen(self):
        for version in ("2", "10", "new"):
            (self.folder / version).mkdir()
            (self.folder / version / "saved_model.pb").touch()
        self.assertEqual("10", model_folder.find(self.folder).name)


class ProgramTest(unittest.TestCase):
    def test_help_begins_with_examples(self):
        for program in (_PROGRAM, PROGRAMS / "serving_client.py"):
            ended = started(program, "--help")
            self.assertEqual((0, ""), (ended.status, ended.err))
            self.assertTrue(ended.out.startswith(f"examples:\n  {program.name} "), ended.out)

    def test_an_error_is_one_line_and_a_status(self):
        ended = started(_PROGRAM, "nowhere", "score")
        self.assertEqual(MODEL_CODE, ended.status)
        self.assertEqual(
            ("", "error: nowhere: is not a SavedModel and has none in a folder of a version\n"),
            (ended.out, ended.err),
        )

    def test_the_whole_program_draws(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "drawn.png"
            arguments = ("--out", file, "--count", 1, "--steps", 1)
            ended = started(_PROGRAM, MODEL, "sample", *arguments)
            self.assertEqual((0, f"{file}: 1 images in 1 steps, seed 0\n", ""), ended)
            self.assertTrue(file.is_file())


if __name__ == "__main__":
    unittest.main()
