"""Lets the tests import the scripts."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPTS = os.path.dirname(HERE)
ROOT = os.path.dirname(os.path.dirname(SCRIPTS))
GOLDEN = os.path.join(ROOT, "src", "test", "resources", "golden")
for folder in (SCRIPTS, os.path.join(SCRIPTS, "..", "python")):
    if folder not in sys.path:
        sys.path.insert(0, folder)
