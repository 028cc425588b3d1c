import os
import subprocess
import sys
import tempfile
import unittest

import support


def run(script, *arguments):
    command = [sys.executable, os.path.join(support.SCRIPTS, script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


class CommandLineTest(unittest.TestCase):
    def one_line(self, result, code, *words):
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)

    def test_help_begins_with_examples(self):
        for script in ("crosscheck.py", "make_vectors.py", "compare_vectors.py"):
            result = run(script, "--help")
            self.assertEqual(result.returncode, 0)
            self.assertTrue(result.stdout.startswith("examples:"), result.stdout)

    def test_an_unknown_kind_is_refused(self):
        self.one_line(run("crosscheck.py", "--only", "loses"), 2, "loses", "losses")

    def test_vectors_and_checkouts_together_are_refused(self):
        self.one_line(run("crosscheck.py", "--vectors", "x", "--mulan", "y"), 2, "--vectors")

    def test_a_folder_without_vectors_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            self.one_line(run("crosscheck.py", "--vectors", folder), 3, folder)

    def test_a_kind_that_is_not_there_is_named(self):
        result = run("crosscheck.py", "--vectors", support.GOLDEN, "--only", "training-cifar10")
        self.one_line(result, 3, "training-cifar10")

    def test_a_seed_that_is_no_number_is_refused(self):
        self.one_line(run("make_vectors.py", "--seed", "-1", "--out", "x"), 2, "--seed")


if __name__ == "__main__":
    unittest.main()
