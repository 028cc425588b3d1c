"""TensorFlow Serving's REST interface."""

from __future__ import annotations

from typing import Mapping, Optional
from urllib.parse import quote

import numpy as np
import requests

from failure import MODEL, Failure, tensorflow_message
from ports import Port, Signature
from serving import Served, VersionStatus


class RestClient:
    """Asks in the columnar format.

    The row format ("instances") does not fit here: it gives every input one value for
    each row, but steps, seed and the like are scalars next to the batch.
    """

    def __init__(self, served: Served) -> None:
        self.served = served
        version = "" if served.version is None else f"/versions/{served.version}"
        base = served.address.rstrip("/")
        self._url = f"{base}/v1/models/{quote(served.model, safe='')}{version}"

    def predict(
        self, signature: str, inputs: Mapping[str, np.ndarray], outputs: Mapping[str, type]
    ) -> dict[str, np.ndarray]:
        body = request_body(signature, inputs)
        return self._read(lambda: outputs_of(self._ask(":predict", body), outputs))

    def status(self) -> list[VersionStatus]:
        return self._read(lambda: statuses_of(self._ask("")))

    def metadata(self) -> dict[str, Signature]:
        return self._read(lambda: signatures_of(self._ask("/metadata")))

    def _ask(self, path: str, body: Optional[dict] = None) -> dict:
        method = "GET" if body is None else "POST"
        try:
            response = requests.request(
                method, self._url + path, json=body, timeout=self.served.timeout
            )
        except requests.Timeout as error:
            message = f"no answer of {self.served} within {self.served.timeout:g} s"
            raise Failure(MODEL, message) from error
        except requests.RequestException as error:
            message = f"cannot reach {self.served.address}: {_cause(error)}"
            raise Failure(MODEL, message) from error
        return self._answer(response)

    def _answer(self, response: requests.Response) -> dict:
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            message = f"HTTP {response.status_code} without JSON: is it TensorFlow Serving?"
            raise Failure(MODEL, f"{self.served.address}: {message}")
        if response.status_code != 200 or "error" in answer:
            message = tensorflow_message(answer.get("error", "no reason given"))
            raise Failure(MODEL, f"{self.served}: HTTP {response.status_code}: {message}")
        return answer

    def _read(self, read):
        try:
            return read()
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            message = f"{self.served}: the answer is not as TensorFlow Serving gives it: {error}"
            raise Failure(MODEL, message) from error


def request_body(signature: str, inputs: Mapping[str, np.ndarray]) -> dict:
    """Scalars become plain numbers, arrays nested lists."""
    values = {name: np.asarray(value).tolist() for name, value in inputs.items()}
    return {"signature_name": signature, "inputs": values}


def outputs_of(answer: Mapping[str, object], outputs: Mapping[str, type]) -> dict[str, np.ndarray]:
    """Serving leaves the name out where a signature has one output."""
    values = answer["outputs"]
    if not isinstance(values, dict):
        (name,) = outputs
        values = {name: values}
    return {name: np.asarray(values[name], kind) for name, kind in outputs.items()}


def statuses_of(answer: Mapping[str, list]) -> list[VersionStatus]:
    return [
        VersionStatus(
            int(of_version["version"]),
            of_version["state"],
            of_version["status"]["error_code"],
            of_version["status"]["error_message"],
        )
        for of_version in answer["model_version_status"]
    ]


def signatures_of(answer: Mapping[str, dict]) -> dict[str, Signature]:
    # The message SignatureDefMap has one field, which is named like its key in the answer.
    signatures = answer["metadata"]["signature_def"]["signature_def"]
    return {
        name: Signature(_ports(signature["inputs"]), _ports(signature["outputs"]))
        for name, signature in signatures.items()
    }


def _ports(infos: Mapping[str, dict]) -> dict[str, Port]:
    return {name: _port(info) for name, info in infos.items()}


def _port(info: Mapping[str, object]) -> Port:
    dtype = info["dtype"].removeprefix("DT_").lower()
    shape = info["tensor_shape"]
    if shape["unknown_rank"]:
        return Port(_numpy_name(dtype), None)
    return Port(_numpy_name(dtype), tuple(int(dim["size"]) for dim in shape["dim"]))


def _numpy_name(dtype: str) -> str:
    return {"float": "float32", "double": "float64"}.get(dtype, dtype)


def _cause(error: requests.RequestException) -> str:
    text = str(error)
    for known in ("Connection refused", "Name or service not known", "No route to host"):
        if known in text:
            return known.lower()
    return text
