import json
import math
import os
import tempfile
import unittest

import support

import table


def line(name, quantity, ours, allowed, holds=True, file="losses"):
    agreement = dict(
        quantity=quantity, expected=1.0, value=1.0, published=1e-7, ours=ours, allowed=allowed
    )
    return dict(file=file, name=name, agreement=agreement, holds=holds)


class TableTest(unittest.TestCase):
    def rows(self, lines, cases):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "losses.json"), "w", encoding="utf-8") as file:
                json.dump(
                    {"cases": {name: {"config": config} for name, config in cases.items()}}, file
                )
            return table.rows(folder, ["losses"], lines)

    def test_a_case_without_a_test_is_reported(self):
        _, missing = self.rows([line("a", "bpd", 0, 1)], {"a": {}, "b": {}})
        self.assertEqual(missing, ["losses: b"])

    def test_lines_of_other_files_are_left_out(self):
        rows, _ = self.rows([line("a", "bpd", 0, 1, file="times")], {"a": {}})
        self.assertEqual(rows, [])

    def test_the_worst_of_a_quantity_is_the_one_nearest_to_its_limit(self):
        lines = [
            line("a", "bpd", 2e-6, 1e-5),
            line("b", "bpd", 3e-6, 1e-4),
            line("b", "other", 0, 1),
        ]
        rows, _ = self.rows(lines, {"a": {}, "b": {}})
        self.assertEqual(
            [(r.case, r.quantity) for r in table.worst(rows)], [("a", "bpd"), ("b", "other")]
        )

    def test_failures_are_shown_next_to_the_worst(self):
        lines = [line("a", "bpd", 2, 1, holds=False), line("b", "bpd", 3, 1, holds=False)]
        rows, _ = self.rows(lines, {"a": {}, "b": {}})
        self.assertEqual(len(table.worst(rows)), 2)
        self.assertIn("FAIL", table.text(rows))

    def test_not_a_number_is_worst(self):
        lines = [line("a", "bpd", 2, 1, holds=False), line("b", "bpd", "NaN", 1, holds=False)]
        rows, _ = self.rows(lines, {"a": {}, "b": {}})
        self.assertEqual(rows[1].nearness(), math.inf)

    def test_a_model_is_named_by_its_configuration(self):
        self.assertEqual(table.model_of("x", {"vdm_type": "mulan_velocity"}), "MuLAN velocity")
        self.assertEqual(table.model_of("x", {"vdm_type": "mulan_epsilon"}), "MuLAN epsilon")
        self.assertEqual(
            table.model_of("x", {"vdm_type": "vdm", "package": "torch"}), "VDM, PyTorch"
        )
        self.assertEqual(table.model_of("original_vdm_scoreunet", {}), "VDM")


if __name__ == "__main__":
    unittest.main()
