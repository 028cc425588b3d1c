"""The table as a page of the documentation."""

import json
import os

import table

_PAGE = """\
# Cross-check against the published code

Made by `scripts/crosscheck/crosscheck.py --markdown` ([how](../scripts/crosscheck/README.md)): the published code and this
program on the same weights, images and noise. Vectors of JAX {jax}, Flax {flax}, NumPy {numpy}; seed {seed}.

{count} quantities were compared; {failing} are beyond their limit. For each model, size, part of the method and
quantity the table has the row nearest to its limit, and all rows beyond it.

- *published* is the published code in double precision, *mulan* this program in float32: the number, or the L2 norm of many.
  In the rows *in double*, mulan is in double precision too; each is the worst of the quantities that it counts.
- *error* is relative: the largest difference divided by the largest number; for gradients and weights the norm of the difference
  divided by the norm. The reference is the published double precision. Where only its statistics are kept (gradients, weights), it is
  mulan's own double precision, which the row *in double* compares with the published statistics.
- *published float32* is the same error of the published code in float32.
- *limit* is 10⁻⁵ for values and 10⁻³ for gradients, weights and log p, or 3 times the published float32 error where that
  is larger. In double precision it is 10⁻⁷, or the published float32 error. The number of evaluations of the adaptive solver,
  which is not a result of the method, may differ by 10 %.
- *small* is 8×8 pixels (4×4 for log p, schedules) and 64 channels; *32x32* the true images with a narrow network; *CIFAR-10* the
  true model, 128 channels and 32 layers, on two images (one image for the twenty steps).

{rows}

## Not compared
{missing}

Networks of 32 channels have groups of one channel, which this program refuses. The loss of MuLAN's VDM in discrete time that
predicts the image is not a bound. Independent times are the draws themselves, and the inverse of the schedule is not used.
"""


def of(folder, kinds, rows, shown, missing):
    """The page. Versions are those of the first file."""
    with open(os.path.join(folder, kinds[0] + ".json"), encoding="utf-8") as file:
        about = json.load(file)
    return _PAGE.format(
        **about["versions"],
        seed=about["seed"],
        count=len(rows),
        failing=sum(not row.passes for row in rows),
        rows=table.markdown(shown),
        missing="\n".join(f"- {case}" for case in missing) or "Nothing.",
    )
