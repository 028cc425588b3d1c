"""TensorFlow Serving can run the warm-up requests that come with the model."""

import unittest

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from support import MODEL, model

_FILE = MODEL / "assets.extra/tf_serving_warmup_requests"


def requests():
    for record in tf.data.TFRecordDataset(str(_FILE)):
        log = prediction_log_pb2.PredictionLog()
        log.ParseFromString(record.numpy())
        yield log


class WarmupTest(unittest.TestCase):
    def test_every_signature_has_a_request(self):
        signatures = {log.predict_log.request.model_spec.signature_name for log in requests()}
        self.assertEqual(set(model().signatures) - signatures, {"serving_default"})
        self.assertEqual(signatures - set(model().signatures), set())

    def test_every_record_is_a_request_to_predict(self):
        for log in requests():
            self.assertEqual("predict_log", log.WhichOneof("log_type"))
            self.assertTrue(log.predict_log.request.model_spec.name)

    def test_every_request_is_answered_in_full_with_finite_numbers(self):
        for log in requests():
            request = log.predict_log.request
            name = request.model_spec.signature_name
            inputs = {key: tf.make_ndarray(value) for key, value in request.inputs.items()}
            outputs = model().call(name, inputs)
            self.assertEqual(set(model().signatures[name].outputs), set(outputs), name)
            for key, value in outputs.items():
                self.assertTrue(np.isfinite(value.numpy()).all(), f"{name}: {key}")


if __name__ == "__main__":
    unittest.main()
