"""Stands in for TensorFlow Serving in tests: its two interfaces over a SavedModel loaded here.

It follows Serving's documented formats and is stricter where Serving is lenient: an input that the
signature does not have is refused, and so is a whole number that its type cannot hold.
"""

from __future__ import annotations

import json
import re
import threading
import time
from concurrent import futures
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Iterator, Mapping, NamedTuple, Optional

import grpc
import numpy as np
import tensorflow as tf
from google.protobuf import json_format
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

Code = grpc.StatusCode
_HTTP = {Code.INVALID_ARGUMENT: 400, Code.FAILED_PRECONDITION: 400, Code.NOT_FOUND: 404}
_PATH = re.compile(r"/v1/models/([^/:]+)(?:/versions/(\d+))?(:predict|/metadata|)")


class Refusal(Exception):
    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code


class Answered(NamedTuple):
    """A request over REST and its answer, as they were sent."""

    path: str
    request: dict
    response: str


class ServedModel:
    """A SavedModel under a name and a version; keeps the requests."""

    def __init__(self, name: str, version: int, folder: Path, loaded: tf.Module) -> None:
        self.name = name
        self.version = version
        self.loaded = loaded
        graph = saved_model_pb2.SavedModel()
        graph.ParseFromString((folder / "saved_model.pb").read_bytes())
        self.signatures = graph.meta_graphs[0].signature_def
        self.grpc_requests: list[predict_pb2.PredictRequest] = []
        self.rest_answers: list[Answered] = []
        self.delay = 0.0

    def require(self, name: str, version: Optional[int]) -> None:
        if name != self.name or version not in (None, self.version):
            asked = f"Latest({name})" if version is None else f"Specific({name}, {version})"
            raise Refusal(Code.NOT_FOUND, f"Servable not found for request: {asked}")

    def signature(self, name: str):
        if name not in self.signatures:
            raise Refusal(Code.FAILED_PRECONDITION, f'Serving signature key "{name}" not found.')
        return self.signatures[name]

    def run(self, name: str, inputs: Mapping[str, tf.Tensor]) -> dict[str, np.ndarray]:
        signature = self.signature(name)
        if set(inputs) != set(signature.inputs):
            wanted, sent = sorted(signature.inputs), sorted(inputs)
            raise Refusal(Code.INVALID_ARGUMENT, f"inputs must be {wanted}, but are {sent}")
        for key, info in signature.inputs.items():
            if inputs[key].dtype != tf.as_dtype(info.dtype):
                raise Refusal(Code.INVALID_ARGUMENT, f"{key} is of the wrong type")
        time.sleep(self.delay)
        try:
            outputs = self.loaded.signatures[name](**inputs)
        except tf.errors.InvalidArgumentError as error:
            raise Refusal(Code.INVALID_ARGUMENT, error.message) from error
        return {key: value.numpy() for key, value in outputs.items()}

    def status(self) -> get_model_status_pb2.GetModelStatusResponse:
        response = get_model_status_pb2.GetModelStatusResponse()
        state = get_model_status_pb2.ModelVersionStatus.AVAILABLE
        version = response.model_version_status.add(version=self.version, state=state)
        version.status.SetInParent()
        return response

    def definitions(self) -> get_model_metadata_pb2.SignatureDefMap:
        return get_model_metadata_pb2.SignatureDefMap(signature_def=self.signatures)


class _Grpc(
    prediction_service_pb2_grpc.PredictionServiceServicer,
    model_service_pb2_grpc.ModelServiceServicer,
):
    def __init__(self, model: ServedModel) -> None:
        self._model = model

    def Predict(self, request, context):
        with _aborting(context):
            self._require(request.model_spec)
            self._model.grpc_requests.append(request)
            name = request.model_spec.signature_name or "serving_default"
            inputs = {key: tf.constant(tf.make_ndarray(v)) for key, v in request.inputs.items()}
            outputs = self._model.run(name, inputs)
            response = predict_pb2.PredictResponse(model_spec=request.model_spec)
            response.model_spec.version.value = self._model.version
            for key in request.output_filter or outputs:
                if key not in outputs:
                    raise Refusal(Code.INVALID_ARGUMENT, f"output tensor alias not found: {key}")
                response.outputs[key].CopyFrom(tf.make_tensor_proto(outputs[key]))
            return response

    def GetModelMetadata(self, request, context):
        with _aborting(context):
            self._require(request.model_spec)
            if list(request.metadata_field) != ["signature_def"]:
                raise Refusal(Code.INVALID_ARGUMENT, "metadata_field must be signature_def")
            response = get_model_metadata_pb2.GetModelMetadataResponse()
            response.model_spec.name = self._model.name
            response.model_spec.version.value = self._model.version
            response.metadata["signature_def"].Pack(self._model.definitions())
            return response

    def GetModelStatus(self, request, context):
        with _aborting(context):
            self._require(request.model_spec)
            return self._model.status()

    def _require(self, spec) -> None:
        version = spec.version.value if spec.HasField("version") else None
        self._model.require(spec.name, version)


@contextmanager
def _aborting(context) -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        context.abort(refusal.code, str(refusal))


@contextmanager
def serving_grpc(model: ServedModel) -> Iterator[str]:
    """The address at which the model is served."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
    servicer = _Grpc(model)
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(servicer, server)
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(grace=5).wait()


@contextmanager
def serving_rest(model: ServedModel) -> Iterator[str]:
    """The address at which the model is served."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(lambda: _get(model, self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(lambda: _predict(model, self.path, body))

        def _answer(self, answer) -> None:
            try:
                reply(self, 200, answer())
            except Refusal as refusal:
                reply(self, _HTTP[refusal.code], json.dumps({"error": str(refusal)}))

        def log_message(self, *args) -> None:
            """Keeps the output of the tests short."""

    with serving_http(Handler) as address:
        yield address


@contextmanager
def serving_http(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def reply(handler: BaseHTTPRequestHandler, status: int, text: str) -> None:
    body = text.encode()
    try:
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
    except (BrokenPipeError, ConnectionResetError):
        # A client whose time was over has gone.
        handler.close_connection = True


def _parts(model: ServedModel, path: str) -> str:
    match = _PATH.fullmatch(path)
    if match is None:
        raise Refusal(Code.INVALID_ARGUMENT, f"Malformed request: {path}")
    name, version, what = match.groups()
    model.require(name, None if version is None else int(version))
    return what


def _get(model: ServedModel, path: str) -> str:
    what = _parts(model, path)
    if what == ":predict":
        raise Refusal(Code.INVALID_ARGUMENT, f"Malformed request: GET {path}")
    if what == "":
        return json.dumps(_json(model.status()))
    spec = {"name": model.name, "signature_name": "", "version": str(model.version)}
    return json.dumps(
        {"model_spec": spec, "metadata": {"signature_def": _json(model.definitions())}}
    )


def _json(message) -> dict:
    return json_format.MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )


def _predict(model: ServedModel, path: str, body: bytes) -> str:
    if _parts(model, path) != ":predict":
        raise Refusal(Code.INVALID_ARGUMENT, f"Malformed request: POST {path}")
    request = _request(body)
    name = request.get("signature_name", "serving_default")
    if name not in model.signatures:
        message = f'Serving signature name: "{name}" not found in signature def'
        raise Refusal(Code.INVALID_ARGUMENT, message)
    signature = model.signature(name)
    if "instances" in request:
        outputs = model.run(name, _tensors(signature, _columns(signature, request["instances"])))
        response = json.dumps({"predictions": _rows(outputs)})
    else:
        outputs = model.run(name, _tensors(signature, request["inputs"]))
        response = '{"outputs": ' + _outputs_json(outputs) + "}"
    model.rest_answers.append(Answered(path, request, response))
    return response


def _request(body: bytes) -> dict:
    try:
        request = json.loads(body)
    except ValueError as error:
        raise Refusal(Code.INVALID_ARGUMENT, f"JSON Parse error: {error}") from error
    if not isinstance(request, dict):
        raise Refusal(Code.INVALID_ARGUMENT, "JSON Value: Is not object")
    if "instances" in request and "inputs" in request:
        message = "expecting only one of 'inputs' or 'instances' keys to exist"
        raise Refusal(Code.INVALID_ARGUMENT, message)
    if "inputs" not in request and "instances" not in request:
        raise Refusal(Code.INVALID_ARGUMENT, "Missing 'inputs' or 'instances' key")
    unknown = sorted(set(request) - {"signature_name", "inputs", "instances"})
    if unknown:
        raise Refusal(Code.INVALID_ARGUMENT, f"unknown keys: {unknown}")
    return request


def _columns(signature, rows: object) -> dict:
    """The row format of a signature with one input: each instance is a row of it."""
    if not isinstance(rows, list) or not rows:
        raise Refusal(Code.INVALID_ARGUMENT, "instances must be a list with a value or more")
    if len(signature.inputs) != 1:
        names = sorted(signature.inputs)
        raise Refusal(Code.INVALID_ARGUMENT, f"this double takes rows of one input; found {names}")
    return {next(iter(signature.inputs)): rows}


def _rows(outputs: Mapping[str, np.ndarray]) -> list:
    """An object for each row; the value alone where there is one output."""
    if len(outputs) == 1:
        return next(iter(outputs.values())).tolist()
    return [dict(zip(outputs, row)) for row in zip(*(v.tolist() for v in outputs.values()))]


def _tensors(signature, values: object) -> dict[str, tf.Tensor]:
    if not isinstance(values, dict):
        raise Refusal(Code.INVALID_ARGUMENT, "inputs is a plain value/list, expecting an object")
    missing = sorted(set(signature.inputs) - set(values))
    if missing:
        message = f"Missing named input: {missing[0]} in 'inputs' object."
        raise Refusal(Code.INVALID_ARGUMENT, message)
    unknown = sorted(set(values) - set(signature.inputs))
    if unknown:
        raise Refusal(Code.INVALID_ARGUMENT, f"unknown inputs: {unknown}")
    return {name: _tensor(signature.inputs[name], value) for name, value in values.items()}


def _tensor(info, value: object) -> tf.Tensor:
    dtype = tf.as_dtype(info.dtype)
    for number in _leaves(value):
        if dtype.is_integer:
            fits = type(number) is int and dtype.min <= number <= dtype.max
        else:
            fits = type(number) in (int, float)
        if not fits:
            message = f"JSON Value: {number} is not of expected type: {dtype.name}"
            raise Refusal(Code.INVALID_ARGUMENT, message)
    try:
        return tf.constant(np.array(value, dtype.as_numpy_dtype))
    except ValueError as error:
        message = f"Encountered list at unexpected size: {error}"
        raise Refusal(Code.INVALID_ARGUMENT, message) from error


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, list):
        for part in value:
            yield from _leaves(part)
    else:
        yield value


def _outputs_json(outputs: Mapping[str, np.ndarray]) -> str:
    """An object by name, or the bare value of a single output."""
    if len(outputs) == 1:
        return _value_json(*outputs.values())
    fields = (f"{json.dumps(name)}: {_value_json(value)}" for name, value in outputs.items())
    return "{" + ", ".join(fields) + "}"


def _value_json(value: np.ndarray) -> str:
    if value.ndim:
        return "[" + ", ".join(_value_json(part) for part in value) + "]"
    return _number_json(value) if np.issubdtype(value.dtype, np.floating) else str(int(value))


def _number_json(number: np.ndarray) -> str:
    """Six digits where they determine the number, otherwise nine; NaN and Infinity as plain words."""
    if np.isnan(number):
        return "NaN"
    if np.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    text = f"{number:.6g}"
    if number.dtype.type(text) != number:
        text = f"{number:.9g}"
    return text if "." in text or "e" in text else text + ".0"
