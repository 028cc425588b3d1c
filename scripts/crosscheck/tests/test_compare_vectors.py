import contextlib
import io
import math
import os
import sys
import tempfile
import unittest
from unittest import mock

import support
import numpy as np

import compare_vectors
import failure


def arrays(**changes):
    kept = {
        "case/in/x": np.arange(4, dtype=np.float32),
        "case/out/y": np.ones(3, np.float32),
        "case/f64/y": np.ones(3),
        "case/out/grad/large": np.full(2, 100.0, np.float32),
        "case/out/grad/small": np.full(2, 1e-6, np.float32),
    }
    kept.update({"case/" + name.replace("__", "/"): value for name, value in changes.items()})
    return kept


class CompareTest(unittest.TestCase):
    def run_main(self, kept, made):
        with tempfile.TemporaryDirectory() as folder:
            for name, values in (("kept", kept), ("made", made)):
                os.mkdir(os.path.join(folder, name))
                np.savez(os.path.join(folder, name, "losses.npz"), **values)
            command = [
                "compare",
                os.path.join(folder, "made"),
                "--with",
                os.path.join(folder, "kept"),
            ]
            out = io.StringIO()
            with mock.patch.object(sys, "argv", command), contextlib.redirect_stdout(out):
                try:
                    compare_vectors.main()
                except SystemExit as e:
                    return e.code, out.getvalue()
            return 0, out.getvalue()

    def test_equal_files_pass(self):
        self.assertEqual(self.run_main(arrays(), arrays())[0], 0)

    def test_an_input_that_differs_in_one_bit_does_not_pass(self):
        changed = np.arange(4, dtype=np.float32)
        changed[1] = np.nextafter(changed[1], 2)
        code, out = self.run_main(arrays(), arrays(in__x=changed))
        self.assertEqual(code, 1)
        self.assertIn("DIFFERS: case/in/x", out)

    def test_rounding_of_results_passes_and_more_does_not(self):
        self.assertEqual(
            self.run_main(arrays(), arrays(out__y=np.full(3, 1.0005, np.float32)))[0], 0
        )
        self.assertEqual(self.run_main(arrays(), arrays(out__y=np.full(3, 1.01, np.float32)))[0], 1)
        self.assertEqual(self.run_main(arrays(), arrays(f64__y=np.full(3, 1 + 1e-8)))[0], 1)

    def test_a_gradient_that_is_zero_but_for_rounding_is_measured_by_the_largest(self):
        made = arrays(out__grad__small=np.full(2, -1e-6, np.float32))
        self.assertEqual(self.run_main(arrays(), made)[0], 0)

    def test_not_a_number_does_not_pass(self):
        code, _ = self.run_main(arrays(), arrays(out__y=np.full(3, math.nan, np.float32)))
        self.assertEqual(code, 1)

    def test_an_array_that_is_missing_does_not_pass(self):
        made = arrays()
        del made["case/out/y"]
        code, out = self.run_main(arrays(), made)
        self.assertEqual(code, 1)
        self.assertIn("case/out/y", out)

    def test_a_file_that_is_no_archive_is_refused_in_one_line(self):
        with tempfile.NamedTemporaryFile(suffix=".npz") as file:
            file.write(b"no archive")
            file.flush()
            with self.assertRaises(failure.Failure) as caught:
                compare_vectors.read(file.name)
        self.assertEqual(caught.exception.code, failure.DATA)


if __name__ == "__main__":
    unittest.main()
