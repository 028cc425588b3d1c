"""scripts/gpu/setup installs what TensorFlow names."""

import re
import unittest
from importlib.metadata import requires

from support import ROOT


class GpuPackagesTest(unittest.TestCase):
    def test_they_are_those_of_tensorflow_and_cuda(self):
        named = [
            re.sub(r"[ ()]", "", requirement.split(";")[0])
            for requirement in requires("tensorflow-cpu")
            if "and-cuda" in requirement
        ]
        self.assertTrue(named)
        lines = (ROOT / "scripts/gpu/requirements.txt").read_text().splitlines()
        self.assertEqual(sorted(named), [line for line in lines if not line.startswith("#")])


if __name__ == "__main__":
    unittest.main()
