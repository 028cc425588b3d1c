"""Requests and answers over REST are the JSON that TensorFlow Serving documents."""

import json
import unittest
from http.server import BaseHTTPRequestHandler

import numpy as np

import requests

from support import MODEL, images, model
import measures
import serving_rest
from failure import Failure
from ports import Port
from serving import Served, VersionStatus
from serving_double import ServedModel, reply, serving_http, serving_rest as serving


def client(address, version=None, timeout=30.0):
    return serving_rest.RestClient(Served(address, "digits", version, timeout))


def served():
    return ServedModel("digits", 1, MODEL, tf_model())


def tf_model():
    return model().loaded


class RequestTest(unittest.TestCase):
    def test_a_request_has_a_signature_and_inputs_by_name(self):
        inputs = {
            "images": np.array([[[[0], [16]]]], np.uint8),
            "times": np.array([0.5], np.float32),
            "seed": np.int64(7),
        }
        self.assertEqual(
            '{"signature_name": "denoise", "inputs":'
            ' {"images": [[[[0], [16]]]], "times": [0.5], "seed": 7}}',
            json.dumps(serving_rest.request_body("denoise", inputs)),
        )

    def test_what_is_sent_is_exactly_that(self):
        double, two = served(), images(2, model().kind)
        with serving(double) as address:
            measures.score(client(address, version=1), two, times=1, seed=3, batch=2)
        (answered,) = double.rest_answers
        self.assertEqual("/v1/models/digits/versions/1:predict", answered.path)
        self.assertEqual(
            {
                "signature_name": "bits_per_dim",
                "inputs": {"images": two.tolist(), "times_per_image": 1, "seed": 3},
            },
            answered.request,
        )

    def test_the_double_answers_as_documented(self):
        double = served()
        with serving(double) as address:
            measures.sample(client(address), count=2, steps=1, seed=0)
        answer = json.loads(double.rest_answers[0].response)
        self.assertEqual({"outputs"}, set(answer))
        self.assertEqual({"images", "latents"}, set(answer["outputs"]))
        self.assertIs(int, type(answer["outputs"]["images"][0][0][0][0]))
        self.assertIs(float, type(answer["outputs"]["latents"][0][0]))


class DoubleTest(unittest.TestCase):
    """The double refuses what Serving's documents rule out; otherwise it would prove nothing."""

    def refused(self, body, words):
        double = served()
        with serving(double) as address:
            answer = requests.post(f"{address}/v1/models/digits:predict", json=body, timeout=30)
        self.assertEqual(400, answer.status_code)
        self.assertIn(words, answer.json()["error"])
        self.assertEqual([], double.rest_answers)

    def test_both_formats_at_once(self):
        self.refused({"inputs": {}, "instances": []}, "only one of")

    def test_a_missing_input(self):
        inputs = {"count": 1, "steps": 1}
        self.refused({"signature_name": "sample", "inputs": inputs}, "Missing named input: seed")

    def test_an_unknown_input(self):
        inputs = {"count": 1, "steps": 1, "seed": 0, "temperature": 1}
        self.refused({"signature_name": "sample", "inputs": inputs}, "temperature")

    def test_an_unknown_key(self):
        self.refused({"signature": "sample", "inputs": {}}, "signature")

    def test_a_fraction_or_a_word_for_a_whole_number(self):
        for steps in (1.0, "1", True, 2**40):
            inputs = {"count": 1, "steps": steps, "seed": 0}
            self.refused({"signature_name": "sample", "inputs": inputs}, "not of expected type")

    def test_a_ragged_array(self):
        inputs = {"images": [[[[0]]], [[[0], [1]]]], "times_per_image": 1, "seed": 0}
        self.refused({"inputs": inputs}, "unexpected size")


class AnswerTest(unittest.TestCase):
    """Answers written out as the documents give them."""

    def answered(self, text, ask, status=200):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                reply(self, status, text)

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                reply(self, status, text)

            def log_message(self, *args):
                """Keeps the output of the tests short."""

        with serving_http(Handler) as address:
            return ask(client(address))

    def predicted(self, text, outputs, status=200):
        return self.answered(text, lambda c: c.predict("s", {"x": np.int32(1)}, outputs), status)

    def failed(self, text, words, status=200):
        with self.assertRaises(Failure) as caught:
            self.predicted(text, {"a": np.float32}, status)
        self.assertIn(words, str(caught.exception))
        self.assertNotIn("\n", str(caught.exception))

    def test_several_outputs_come_by_name(self):
        text = '{"outputs": {"a": [0.1, 2.5e-05], "b": [[1], [2]]}}'
        found = self.predicted(text, {"a": np.float32, "b": np.uint8})
        np.testing.assert_array_equal(np.array([0.1, 2.5e-05], np.float32), found["a"])
        np.testing.assert_array_equal([[1], [2]], found["b"])

    def test_one_output_comes_without_its_name(self):
        found = self.predicted('{\n  "outputs": [\n    0.5,\n    1.0\n  ]\n}', {"a": np.float32})
        np.testing.assert_array_equal([0.5, 1], found["a"])

    def test_numbers_that_are_not_finite_are_words(self):
        found = self.predicted('{"outputs": [NaN, Infinity, -Infinity]}', {"a": np.float32})
        np.testing.assert_array_equal([np.nan, np.inf, -np.inf], found["a"])

    def test_an_error_comes_as_its_text(self):
        text = '{ "error": "JSON Value: {\\n  \\"x\\": 1\\n} Is not object" }'
        self.failed(text, 'HTTP 400: JSON Value: { "x": 1 } Is not object', status=400)

    def test_an_error_of_the_graph_comes_without_its_nodes(self):
        text = json.dumps(
            {"error": "assertion failed: [s: x must be 1; found] [0]\n\t [[{{node AssertThat}}]]"}
        )
        self.failed(text, "HTTP 400: s: x must be 1, but found [0]", status=400)

    def test_another_server_is_reported(self):
        self.failed("<html>", "is it TensorFlow Serving?")
        self.failed("[1]", "is it TensorFlow Serving?")
        self.failed('{"predictions": [1]}', "not as TensorFlow Serving gives it: 'outputs'")

    def test_a_lacking_output_is_reported(self):
        self.failed('{"outputs": {"b": [1.0], "c": [1.0]}}', "gives it: 'a'")

    def test_status(self):
        text = """{"model_version_status": [
          {"version": "2", "state": "END",
           "status": {"error_code": "UNKNOWN", "error_message": "x"}},
          {"version": "1", "state": "AVAILABLE",
           "status": {"error_code": "OK", "error_message": ""}}
        ]}"""
        self.assertEqual(
            [VersionStatus(2, "END", "UNKNOWN", "x"), VersionStatus(1, "AVAILABLE", "OK", "")],
            self.answered(text, lambda c: c.status()),
        )

    def test_metadata(self):
        text = """{
          "model_spec": {"name": "m", "signature_name": "", "version": "1"},
          "metadata": {"signature_def": {"signature_def": {"s": {
            "inputs": {"x": {"dtype": "DT_FLOAT", "name": "x:0", "tensor_shape":
              {"dim": [{"size": "-1", "name": ""}, {"size": "8", "name": ""}],
               "unknown_rank": false}}},
            "outputs": {"y": {"dtype": "DT_UINT8", "name": "y:0", "tensor_shape":
              {"dim": [], "unknown_rank": true}}},
            "method_name": "tensorflow/serving/predict"}}}}}"""
        (signature,) = self.answered(text, lambda c: c.metadata()).values()
        self.assertEqual({"x": Port("float32", (-1, 8))}, signature.inputs)
        self.assertEqual({"y": Port("uint8", None)}, signature.outputs)


if __name__ == "__main__":
    unittest.main()
