import glob
import os
import re
import stat
import tempfile
import unittest
from unittest import mock

import support

import java
from kinds import KINDS


class JavaTest(unittest.TestCase):
    def run_with_a_maven_that_tells_its_arguments(self, kinds):
        with tempfile.TemporaryDirectory() as folder:
            maven = os.path.join(folder, "mvn")
            report = os.path.join(folder, "report.jsonl")
            with open(maven, "w", encoding="utf-8") as file:
                file.write('#!/bin/sh\nprintf \'["%s"]\\n\' "$*" > ' + report + "\n")
            os.chmod(maven, os.stat(maven).st_mode | stat.S_IXUSR)
            with mock.patch.dict(os.environ, MVN=maven), mock.patch.object(
                java, "REPORT", report
            ), mock.patch.object(java, "LOG", os.path.join(folder, "log")):
                lines, status = java.run(folder, kinds)
            self.assertEqual(0, status)
            return lines[0][0].split()

    def test_no_test_of_a_kind_is_left_out_by_its_tags(self):
        arguments = self.run_with_a_maven_that_tells_its_arguments(list(KINDS))
        left_out = next(a for a in arguments if a.startswith("-DexcludedGroups=")).partition("=")[2]
        tests = next(a for a in arguments if a.startswith("-Dtest=")).partition("=")[2].split(",")
        self.assertIn("TrainingGoldenTest", tests)
        for test in tests:
            (source,) = glob.glob(
                os.path.join(java.ROOT, "src", "test", "java", "**", test + ".java"), recursive=True
            )
            with open(source, encoding="utf-8") as file:
                tags = set(re.findall(r'@Tag\("(\w+)"\)', file.read()))
            self.assertFalse(tags & set(left_out.split(",")), test)

    def test_large_kinds_have_a_large_heap(self):
        self.assertIn("-Dtest.heap=3g", self.run_with_a_maven_that_tells_its_arguments(["times"]))
        self.assertIn(
            "-Dtest.heap=8g", self.run_with_a_maven_that_tells_its_arguments(["losses-cifar10"])
        )


if __name__ == "__main__":
    unittest.main()
