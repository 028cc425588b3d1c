import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

COMPARE = Path(__file__).resolve().parents[1] / "compare.py"

JAX = dict(framework="jax", model="mulan", precision="float32", batch=8, channels=64, layers=4,
           median_seconds=2.0, images_per_second=4.0, first_step_seconds=30.0, peak_rss_bytes=2e9)


def java(batch=8):
    step = dict(timing=dict(firstSeconds=6.0, medianSeconds=1.0), imagesPerSecond=8.0,
                flopsPerImage=1e9, processBytes=1e9)
    return dict(model="cifar10", precision="float32", batch=batch,
                machine=dict(convolutionFlopsPerSecond=32e9), columns={"XLA off": dict(step=step)})


class CompareTest(unittest.TestCase):
    def compare(self, *files):
        with tempfile.TemporaryDirectory() as folder:
            names = []
            for name, text in files:
                names.append(str(Path(folder, name)))
                Path(names[-1]).write_text(text, encoding="utf-8")
            return subprocess.run([sys.executable, COMPARE, *names], capture_output=True, text=True)

    def refused(self, part, *files):
        done = self.compare(*files)
        self.assertEqual(1, done.returncode)
        self.assertEqual("", done.stdout)
        self.assertEqual(1, len(done.stderr.splitlines()), done.stderr)
        self.assertIn(part, done.stderr)

    def test_each_program_is_next_to_the_first(self):
        done = self.compare(("mine.json", json.dumps(java())), ("others.jsonl", json.dumps(JAX)))
        self.assertEqual("", done.stderr)
        first, _, mine, jax = done.stdout.splitlines()
        self.assertEqual("a training step, batch 8; ratios to mine, XLA off", first)
        self.assertEqual("mine, XLA off 1000.0 1.00 8.00 25% 6.0 1000 1.00".split(), mine.split())
        self.assertEqual("jax mulan float32 2000.0 2.00 4.00 30.0 2000 2.00".split(), jax.split())

    def test_what_cannot_be_compared_is_one_line(self):
        self.refused("hold no line", ("empty.json", ""))
        self.refused("holds neither", ("text.json", "# text"))
        self.refused("holds neither", ("other.json", "{}"))
        self.refused("several sizes", ("a.json", json.dumps(java())), ("b.json", json.dumps(java(16))))


if __name__ == "__main__":
    unittest.main()
