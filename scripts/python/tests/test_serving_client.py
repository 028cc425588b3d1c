"""The client gets over REST and gRPC what the model gives when it is called here."""

import socket
import tempfile
import unittest
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

import numpy as np
import tensorflow as tf
from PIL import Image

from support import MODEL, called, images, model
import measures
import serving_client
from failure import DATA, MODEL as MODEL_CODE, USAGE, Failure
from serving import Served
from serving_double import ServedModel, serving_grpc, serving_rest
from serving_grpc import GrpcClient
from serving_rest import RestClient


class ServingClientTest(unittest.TestCase):
    def setUp(self):
        self.model = model()
        self.double = ServedModel("digits", 1, MODEL, self.model.loaded)
        stack = ExitStack()
        self.addCleanup(stack.close)
        self.rest = stack.enter_context(serving_rest(self.double))
        self.grpc = stack.enter_context(serving_grpc(self.double))
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))

    def clients(self, name="digits", version=None, timeout=30.0):
        yield RestClient(Served(self.rest, name, version, timeout))
        yield GrpcClient(Served(self.grpc, name, version, timeout))

    def ways(self):
        yield "--rest", self.rest
        yield "--grpc", self.grpc

    def ended(self, *arguments):
        return called(serving_client.main, *arguments)

    def failed(self, ended, code, *words):
        self.assertEqual(code, ended.status, ended)
        self.assertEqual("", ended.out)
        self.assertRegex(ended.err, r"^error: [^\n]+\n$")
        for word in words:
            self.assertIn(word, ended.err)

    def file_of_images(self, shape=None):
        kind = self.model.kind
        file = self.folder / "images.npy"
        np.save(file, images(3, kind) if shape is None else np.zeros(shape, np.uint8))
        return file

    def levels(self):
        return "--levels", self.model.kind.levels

    def test_scores_are_the_models_own(self):
        three = images(3, self.model.kind)
        expected = measures.score(self.model, three, times=2, seed=5, batch=2)
        for client in self.clients():
            found = measures.score(client, three, times=2, seed=5, batch=2)
            self.assertEqual(set(expected), set(found))
            for term, values in expected.items():
                np.testing.assert_allclose(found[term], values, rtol=1e-5, err_msg=term)

    def test_samples_are_the_models_own(self):
        expected = measures.sample(self.model, count=3, steps=2, seed=5)
        for client in self.clients(version=1):
            np.testing.assert_array_equal(expected, measures.sample(client, 3, 2, 5))

    def test_the_signature_and_the_outputs_asked_for_are_in_the_message(self):
        (_, client) = self.clients(version=1)
        measures.sample(client, count=2, steps=1, seed=9)
        (request,) = self.double.grpc_requests
        self.assertEqual("sample", request.model_spec.signature_name)
        self.assertEqual(1, request.model_spec.version.value)
        self.assertEqual(["images"], list(request.output_filter))
        self.assertEqual(tf.int64, request.inputs["seed"].dtype)
        self.assertEqual(9, tf.make_ndarray(request.inputs["seed"]))

    def test_metadata_tells_the_models_signatures(self):
        for client in self.clients():
            self.assertEqual(self.model.signatures, client.metadata())

    def test_score_prints_the_terms(self):
        file = self.file_of_images()
        kind = self.model.kind
        values = measures.score(self.model, images(3, kind), times=1, seed=0, batch=128)
        total = measures.estimate(values["bits_per_dim"])
        for way in self.ways():
            ended = self.ended(
                *way, "score", "--images", file, *self.levels(), "--times-per-image", 1
            )
            self.assertEqual(0, ended.status, ended.err)
            lines = ended.out.splitlines()
            self.assertEqual(f"bits/dim of 3 images of {file}, 1 times each, seed 0", lines[0])
            self.assertEqual(["total", *total.split()], lines[-1].split())

    def test_sample_writes_a_picture(self):
        drawn = measures.sample(self.model, count=4, steps=1, seed=0)
        for way in self.ways():
            file = self.folder / "drawn.png"
            arguments = ("--out", file, "--count", 4, "--steps", 1, *self.levels())
            ended = self.ended(*way, "sample", *arguments)
            self.assertEqual((0, f"{file}: 4 images in 1 steps, seed 0\n", ""), ended)
            shades = np.asarray(Image.open(file))
            highest = round(int(drawn.max()) * 255 / (self.model.kind.levels - 1))
            self.assertEqual(highest, np.where(shades == 128, 0, shades).max())

    def test_status_tells_the_version(self):
        for way in self.ways():
            ended = self.ended(*way, "status")
            self.assertEqual((0, "digits version 1: AVAILABLE\n", ""), ended)

    def test_metadata_prints_the_same_both_ways(self):
        (rest, grpc) = (self.ended(*way, "metadata") for way in self.ways())
        self.assertEqual(rest, grpc)
        self.assertIn("  in   times_per_image        int32 []\n", rest.out)

    def test_an_unknown_model_or_version_is_reported(self):
        for way in self.ways():
            for more in (("--model", "numbers"), ("--version", 7)):
                for command in (("status",), ("sample", "--out", self.folder / "x.png")):
                    ended = self.ended(*way, *more, *command)
                    self.failed(ended, MODEL_CODE, "Servable not found", str(more[1]))

    def test_a_missing_signature_is_reported(self):
        for client in self.clients():
            with self.assertRaises(Failure) as caught:
                client.predict("denoize", {"x": np.int32(1)}, {"y": np.float32})
            self.assertRegex(str(caught.exception), '"denoize.*not found')

    def test_a_model_without_the_bound_is_reported_with_its_inputs(self):
        del self.double.signatures["bits_per_dim"]
        for way in self.ways():
            ended = self.ended(*way, "score")
            self.failed(ended, MODEL_CODE, "has no signature bits_per_dim", "denoise")

    def test_an_error_of_the_server_is_reported(self):
        for client in self.clients():
            with self.assertRaises(Failure) as caught:
                measures.sample(client, count=1, steps=0, seed=0)
            self.assertRegex(
                str(caught.exception), r"sample: steps must be 1 or more, but found \[0\]$"
            )

    def test_images_of_another_size_are_not_sent(self):
        file = self.file_of_images((2, 5, 7, 2))
        for way in self.ways():
            ended = self.ended(*way, "score", "--images", file)
            self.failed(ended, DATA, str(file), "[2, 5, 7, 2]")
        self.assertEqual([], self.double.grpc_requests + self.double.rest_answers)

    def test_a_server_that_is_not_there_is_reported(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{unused.getsockname()[1]}"
            for way in (("--rest", f"http://{address}"), ("--grpc", address)):
                ended = self.ended(*way, "--timeout", 10, "status")
                self.failed(ended, MODEL_CODE, address, "connection refused")

    def test_a_server_that_is_too_slow_is_reported(self):
        self.double.delay = 1.0
        for client in self.clients(timeout=0.2):
            with self.assertRaises(Failure) as caught:
                measures.sample(client, count=1, steps=1, seed=0)
            self.assertIn("within 0.2 s", str(caught.exception))

    def test_wrong_usage_is_one_line(self):
        for arguments, word in (
            (("status",), "--rest"),
            (("--rest", "localhost:8501", "status"), "http://HOST:PORT"),
            (("--grpc", "http://localhost:8500", "status"), "HOST:PORT"),
            (("--grpc", "a:1", "--rest", "http://a:1", "status"), "not allowed"),
            (("--grpc", "a:1", "--timeout", "0", "status"), "--timeout"),
            (("--grpc", "a:1", "sample", "--out", "x.png", "--count", "0"), "--count"),
            (("--grpc", "a:1"), "COMMAND"),
        ):
            self.failed(self.ended(*arguments), USAGE, word)


class OneOutputTest(unittest.TestCase):
    """A signature with one output, whose name Serving leaves out over REST."""

    def test_both_ways_give_the_output_by_its_name(self):
        module = tf.Module()
        module.f = tf.function(lambda x: {"y": 2 * x}, [tf.TensorSpec([None], tf.float32, "x")])
        with tempfile.TemporaryDirectory() as name:
            tf.saved_model.save(module, name, signatures={"double": module.f})
            double = ServedModel("m", 1, Path(name), tf.saved_model.load(name))
        x = np.array([0.1, 1 / 3, 3], np.float32)
        with serving_rest(double) as rest, serving_grpc(double) as grpc:
            clients = [
                RestClient(Served(rest, "m", None, 9.0)),
                GrpcClient(Served(grpc, "m", None, 9.0)),
            ]
            for client in clients:
                y = client.predict("double", {"x": x}, {"y": np.float32})["y"]
                np.testing.assert_array_equal(2 * x, y)
        self.assertEqual('{"outputs": [0.2, 0.666666687, 6.0]}', double.rest_answers[0].response)


class WithoutTensorFlowTest(unittest.TestCase):
    def test_rest_does_without_the_messages_of_grpc(self):
        with mock.patch.dict("sys.modules", {"serving_grpc": None}):
            ended = called(serving_client.main, "--rest", "http://127.0.0.1:1", "status")
        self.assertIn("cannot reach", ended.err)


if __name__ == "__main__":
    unittest.main()
