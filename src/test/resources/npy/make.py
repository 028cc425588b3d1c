"""Makes the NumPy files next to it, which NpyTest and NpzTest read. Needs NumPy only."""

from pathlib import Path

import numpy as np

here = Path(__file__).parent
ramp = np.arange(6).reshape(2, 3)

np.save(here / "little.npy", (ramp / 4).astype("<f4"))
np.save(here / "big.npy", (ramp - 3).astype(">i4"))
np.save(here / "fortran.npy", np.asfortranarray(np.arange(24.0).reshape(2, 3, 4)))
np.save(here / "scalar.npy", np.float64(-1.5))
np.save(here / "empty.npy", np.zeros((0, 4), "i8"))
np.save(here / "text.npy", np.array(["one", "two"]))
for version in (2, 3):
    with open(here / f"version{version}.npy", "wb") as file:
        np.lib.format.write_array(file, ramp.astype("<i8"), version=(version, 0))

types = {
    "b1": ramp % 2 == 1,
    "u1": (ramp * 51).astype("u1"),
    "i1": (ramp * 51 - 128).astype("i1"),
    "i2": (ramp * 13_000 - 32_768).astype("i2"),
    "i4": ramp.astype("i4") * 400_000_000,
    "i8": ramp.astype("i8") * 10**18,
    "f4": (ramp / 3).astype("f4"),
    "f8": ramp / 3,
}
np.savez(here / "types.npz", **types)
np.savez_compressed(here / "compressed.npz", **{"a/deep": types["f8"], "scalar": np.int32(7)})
