"""The graph holds what serving needs, and nothing of the machine that made it."""

import re
import unittest
from pathlib import Path

from tensorflow.core.framework import types_pb2
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow.python.framework import op_def_registry

from support import MODEL, ROOT

# What a signature may do in addition to arithmetic: read weights and refuse input.
_ALLOWED_STATE = {"VarHandleOp", "ReadVariableOp", "Assert"}
_ABSOLUTE = re.compile(rb"^(/|[A-Za-z]:[\\/])")


def read():
    saved = saved_model_pb2.SavedModel()
    saved.ParseFromString((MODEL / "saved_model.pb").read_bytes())
    (graph,) = saved.meta_graphs
    return graph


class GraphTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.meta = read()
        cls.nodes = {node.name: node for node in cls.meta.graph_def.node}
        library = cls.meta.graph_def.library.function
        cls.functions = {f.signature.name: list(f.node_def) for f in library}

    def all_nodes(self):
        yield from self.nodes.values()
        for nodes in self.functions.values():
            yield from nodes

    def needed(self, *names):
        """The nodes that these depend on, and they themselves."""
        found, open_names = {}, [re.sub(r"^\^|:\d+$", "", name) for name in names]
        while open_names:
            name = open_names.pop()
            if name not in found:
                found[name] = self.nodes[name]
                inputs = self.nodes[name].input
                open_names.extend(re.sub(r"^\^|:\d+$", "", i) for i in inputs)
        return found

    def served(self):
        """The nodes that any signature runs, in functions too."""
        outputs = [
            info.name for s in self.meta.signature_def.values() for info in s.outputs.values()
        ]
        found, nodes = set(), list(self.needed(*outputs).values())
        while nodes:
            node = nodes.pop()
            yield node
            for attribute in node.attr.values():
                name = attribute.func.name
                if name and name not in found:
                    found.add(name)
                    nodes.extend(self.functions[name])

    def test_signatures_only_read_weights(self):
        state = {n.op for n in self.served() if op_def_registry.get(n.op).is_stateful}
        self.assertIn("ReadVariableOp", state)
        self.assertEqual(set(), state - _ALLOWED_STATE)

    def test_weights_are_assigned_only_by_initialisers_and_by_restoring(self):
        assigning = {n.name for n in self.nodes.values() if n.op.startswith("Assign")}
        restoring = self.needed(self.meta.saver_def.restore_op_name)
        initialising = {f"{n.name}/Assign" for n in self.nodes.values() if n.op == "VarHandleOp"}
        self.assertTrue(assigning)
        self.assertEqual(set(), assigning - set(restoring) - initialising)

    def test_there_is_no_op_of_an_optimiser(self):
        ops = {n.op for n in self.all_nodes()}
        self.assertEqual(set(), {op for op in ops if re.search("Apply|Scatter|Adam", op)})

    def test_all_randomness_is_by_seeds_that_are_inputs(self):
        random = {n.op for n in self.all_nodes() if re.search("Random|Multinomial|Shuffle", n.op)}
        self.assertTrue(random)
        self.assertEqual(set(), {op for op in random if not op.startswith("Stateless")})

    def test_no_node_asks_for_a_device_or_for_a_compiler(self):
        self.assertEqual({""}, {n.device for n in self.all_nodes()})
        attributes = {name for n in self.all_nodes() for name in n.attr}
        attributes |= {n for f in self.meta.graph_def.library.function for n in f.attr}
        self.assertEqual(set(), {name for name in attributes if re.search("(?i)xla|compile", name)})

    def test_there_is_no_absolute_path(self):
        strings = [s for n in self.all_nodes() for a in n.attr.values() for s in texts(a)]
        self.assertTrue(strings)
        self.assertEqual([], [s for s in strings if _ABSOLUTE.match(s)])

    def test_no_file_tells_where_it_was_made(self):
        places = {str(Path.home()).encode(), str(ROOT).encode()} - {b"/"}
        for file in MODEL.rglob("*"):
            if file.is_file():
                content = file.read_bytes()
                self.assertEqual([], [place for place in places if place in content], file)
                self.assertNotRegex(content, rb"/(home|Users|root|tmp)/\w", file)


def texts(attribute):
    yield attribute.s
    if attribute.tensor.dtype == types_pb2.DT_STRING:
        yield from attribute.tensor.string_val
        yield attribute.tensor.tensor_content


if __name__ == "__main__":
    unittest.main()
