"""The table: each quantity of the method, both programs' values, the error, its limit, the verdict."""

import json
import math
import os
from typing import NamedTuple

from kinds import KINDS

COLUMNS = (
    "model",
    "size",
    "part",
    "case",
    "quantity",
    "published",
    "mulan",
    "error",
    "published float32",
    "limit",
    "",
)


class Row(NamedTuple):
    model: str
    size: str
    part: str
    case: str
    quantity: str
    expected: float
    value: float
    error: float
    published_error: float
    limit: float
    passes: bool

    def nearness(self):
        """To the limit; more than 1 is beyond it, NaN is worst."""
        if math.isnan(self.error):
            return math.inf
        return self.error / self.limit if self.limit else math.inf if self.error else 0.0

    def cells(self):
        return (
            self.model,
            self.size,
            self.part,
            self.case,
            self.quantity,
            f"{self.expected:.8g}",
            f"{self.value:.8g}",
            f"{self.error:.1e}",
            f"{self.published_error:.1e}",
            f"{self.limit:.1e}",
            "pass" if self.passes else "FAIL",
        )


def model_of(name, config):
    """The model of a case, from its configuration or else its name."""
    kind, package = config.get("vdm_type"), config.get("package")
    if package == "torch" or name.startswith("torch"):
        return "VDM, PyTorch"
    if kind == "vdm" or "vdm" in name:
        return "VDM"
    if kind is None:
        return "VDM" if name.startswith("vdm") else "MuLAN"
    return "MuLAN velocity" if kind == "mulan_velocity" else "MuLAN epsilon"


def size_of(kind):
    return "CIFAR-10" if KINDS[kind].large else "32x32" if kind == "fullsize" else "small"


def rows(folder, kinds, lines):
    """The rows of what the Java tests found, and the cases that nothing was found of."""
    made, missing, found = [], [], set()
    for kind in kinds:
        with open(os.path.join(folder, kind + ".json"), encoding="utf-8") as file:
            cases = json.load(file)["cases"]
        for line in lines:
            if line["file"] != kind:
                continue
            name, a = line["name"], line["agreement"]
            found.add((kind, name))
            made.append(
                Row(
                    model_of(name, cases[name]["config"]),
                    size_of(kind),
                    KINDS[kind].part,
                    name,
                    a["quantity"],
                    number(a["expected"]),
                    number(a["value"]),
                    number(a["ours"]),
                    number(a["published"]),
                    number(a["allowed"]),
                    line["holds"],
                )
            )
        missing += [f"{kind}: {name}" for name in cases if (kind, name) not in found]
    return made, missing


def number(value):
    """JSON has no NaN; Java writes it as text."""
    return float(value)


def worst(all_rows):
    """For each model, size, part and quantity the row nearest to its limit, and each row that fails."""
    nearest = {}
    for row in all_rows:
        key = (row.model, row.size, row.part, _plain(row.quantity))
        if key not in nearest or row.nearness() > nearest[key].nearness():
            nearest[key] = row
    return [row for row in all_rows if row in nearest.values() or not row.passes]


def _plain(quantity):
    """The name of the quantity alone."""
    return quantity.split(" of ")[0]


def text(table_rows):
    cells = [COLUMNS] + [row.cells() for row in table_rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(cell.ljust(w) for cell, w in zip(line, widths)).rstrip() for line in cells
    )


def markdown(table_rows):
    lines = [COLUMNS, ["---"] * len(COLUMNS)] + [row.cells() for row in table_rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
