"""Runs the Java tests that compute what vectors hold, and reads what they found."""

import json
import os
import shutil
import subprocess
import sys

import failure
from kinds import KINDS

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
REPORT = os.path.join(ROOT, "target", "golden-report.jsonl")
LOG = os.path.join(ROOT, "target", "crosscheck-tests.log")


def run(folder, kinds):
    """The rows of the tests: dicts with file, name, agreement, holds."""
    maven = os.environ.get("MVN", "mvn")
    if shutil.which(maven) is None:
        raise failure.Failure(
            failure.USAGE, f"no {maven} found; set MVN to the command of Maven 3.8 or newer"
        )
    if os.path.exists(REPORT):
        os.remove(REPORT)
    tests = sorted({test for kind in kinds for test in KINDS[kind].test.split(",")})
    heap = "8g" if any(KINDS[kind].large for kind in kinds) else "3g"
    command = [
        maven,
        "--quiet",
        "test",
        f"-Dgolden={os.path.abspath(folder)}",
        f"-Dtest={','.join(tests)}",
        f"-Dtest.heap={heap}",
        "-DexcludedGroups=python,browser,fuzz",
        "-Dsurefire.failIfNoSpecifiedTests=false",
    ]
    print(
        f"running {len(tests)} Java tests on {folder}; log {os.path.relpath(LOG)}",
        file=sys.stderr,
        flush=True,
    )
    os.makedirs(os.path.dirname(LOG), exist_ok=True)
    with open(LOG, "w", encoding="utf-8") as log:
        status = subprocess.run(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT).returncode
    if not os.path.isfile(REPORT):
        raise failure.Failure(
            failure.DATA, f"the Java tests did not run (status {status}); see {LOG}"
        )
    with open(REPORT, encoding="utf-8") as file:
        return [json.loads(line) for line in file], status
