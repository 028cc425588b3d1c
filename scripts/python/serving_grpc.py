"""TensorFlow Serving's gRPC interface, in the messages that Serving defines."""

from __future__ import annotations

import os
from typing import Callable, Mapping

import numpy as np

from failure import MODEL, Failure, tensorflow_message
from ports import Port, Signature
from serving import Served, VersionStatus

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import grpc  # noqa: E402
import tensorflow as tf  # noqa: E402
from tensorflow_serving.apis import (  # noqa: E402
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

_SIGNATURES = "signature_def"
# gRPC refuses answers of more than 4 MB otherwise, which is fewer than 1,400 images of CIFAR-10.
_OPTIONS = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))


class GrpcClient:
    """Asks over an unencrypted channel, the only kind that Serving has without a configuration."""

    def __init__(self, served: Served) -> None:
        self.served = served
        channel = grpc.insecure_channel(served.address, options=_OPTIONS)
        self._predictions = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        self._models = model_service_pb2_grpc.ModelServiceStub(channel)

    def predict(
        self, signature: str, inputs: Mapping[str, np.ndarray], outputs: Mapping[str, type]
    ) -> dict[str, np.ndarray]:
        request = predict_pb2.PredictRequest(
            model_spec=self._spec(signature), output_filter=list(outputs)
        )
        for name, value in inputs.items():
            request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
        given = self._ask(self._predictions.Predict, request).outputs
        missing = sorted(set(outputs) - set(given))
        if missing:
            raise Failure(MODEL, f"{self.served}: the answer lacks {', '.join(missing)}")
        return {name: tf.make_ndarray(given[name]).astype(kind) for name, kind in outputs.items()}

    def status(self) -> list[VersionStatus]:
        request = get_model_status_pb2.GetModelStatusRequest(model_spec=self._spec())
        answer = self._ask(self._models.GetModelStatus, request)
        return [_status(of_version) for of_version in answer.model_version_status]

    def metadata(self) -> dict[str, Signature]:
        request = get_model_metadata_pb2.GetModelMetadataRequest(
            model_spec=self._spec(), metadata_field=[_SIGNATURES]
        )
        answer = self._ask(self._predictions.GetModelMetadata, request)
        signatures = get_model_metadata_pb2.SignatureDefMap()
        if not answer.metadata[_SIGNATURES].Unpack(signatures):
            raise Failure(MODEL, f"{self.served}: the answer has no signatures in it")
        return {
            name: Signature(_ports(signature.inputs), _ports(signature.outputs))
            for name, signature in signatures.signature_def.items()
        }

    def _spec(self, signature: str = "") -> model_pb2.ModelSpec:
        spec = model_pb2.ModelSpec(name=self.served.model, signature_name=signature)
        if self.served.version is not None:
            spec.version.value = self.served.version
        return spec

    def _ask(self, method: Callable, request):
        try:
            return method(request, timeout=self.served.timeout)
        except grpc.RpcError as error:
            raise Failure(MODEL, self._message(error)) from error

    def _message(self, error: grpc.RpcError) -> str:
        details = error.details() or "no reason given"
        if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
            return f"no answer of {self.served} within {self.served.timeout:g} s"
        if error.code() is grpc.StatusCode.UNAVAILABLE:
            reason = "connection refused" if "Connection refused" in details else details
            return f"cannot reach {self.served.address}: {reason}"
        return f"{self.served}: {error.code().name}: {tensorflow_message(details)}"


def _status(of_version: get_model_status_pb2.ModelVersionStatus) -> VersionStatus:
    status = of_version.status
    return VersionStatus(
        of_version.version,
        get_model_status_pb2.ModelVersionStatus.State.Name(of_version.state),
        # The message's type of codes is TensorFlow's, whose names go with it.
        status.DESCRIPTOR.fields_by_name["error_code"]
        .enum_type.values_by_number[status.error_code]
        .name,
        status.error_message,
    )


def _ports(infos: Mapping[str, object]) -> dict[str, Port]:
    return {name: _port(info) for name, info in infos.items()}


def _port(info) -> Port:
    dtype = tf.as_dtype(info.dtype).name
    if info.tensor_shape.unknown_rank:
        return Port(dtype, None)
    return Port(dtype, tuple(dim.size for dim in info.tensor_shape.dim))
