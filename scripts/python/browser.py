"""A headless Chromium, controlled by its DevTools protocol over a pipe."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Optional

from failure import DATA, Failure

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_SECONDS = 60

# Elements that match, those in shadow roots included.
_DEEP = """
function deep(selector, root = document) {
  const found = [...root.querySelectorAll(selector)];
  for (const element of root.querySelectorAll('*')) {
    if (element.shadowRoot) found.push(...deep(selector, element.shadowRoot));
  }
  return found;
}
"""


def chromium() -> str:
    """The program; CHROMIUM names another."""
    for name in filter(None, (os.environ.get("CHROMIUM"), *_NAMES)):
        found = shutil.which(name)
        if found:
            return found
    raise Failure(DATA, "no Chromium is found: apt-get install chromium, or set CHROMIUM to one")


class Browser:
    """One page of a browser. Errors of its scripts and of what it loads are kept."""

    def __init__(self, width: int = 1200, height: int = 900) -> None:
        program = chromium()
        self.errors: list[str] = []
        self._answers: dict[int, dict[str, Any]] = {}
        self._arrived = threading.Condition()
        self._last = 0
        self._session: Optional[str] = None
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        read, self._to = os.pipe()
        self._from, write = os.pipe()
        # It uses its file descriptors 3 and 4; ours must be others.
        read, write = _high(read), _high(write)
        self._process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{read} 4>&{write}', "-", program]
            + ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
            + ["--no-first-run", "--remote-debugging-pipe", f"--window-size={width},{height}"]
            + [f"--user-data-dir={self._folder.name}", "about:blank"],
            pass_fds=(read, write),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(read)
        os.close(write)
        threading.Thread(target=self._listen, daemon=True).start()
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self._call(f"{domain}.enable")

    def open(self, url: str) -> None:
        self._call("Page.navigate", url=url)

    def evaluate(self, script: str) -> Any:
        """The value of an expression; deep(SELECTOR) finds elements, in shadow roots too."""
        answer = self._call(
            "Runtime.evaluate",
            expression=f"(() => {{ {_DEEP} return ({script}); }})()",
            returnByValue=True,
        )
        if "exceptionDetails" in answer:
            raise AssertionError(f"{script}: {_exception(answer['exceptionDetails'])}")
        return answer["result"].get("value")

    def wait(self, script: str, seconds: float = _SECONDS) -> Any:
        """The expression's value once it is something."""
        until = time.monotonic() + seconds
        while True:
            value = self.evaluate(script)
            if value:
                return value
            if time.monotonic() > until:
                raise AssertionError(f"not so after {seconds} s: {script}; errors: {self.errors}")
            time.sleep(0.2)

    def screenshot(self, file: Path) -> None:
        file.write_bytes(base64.b64decode(self._call("Page.captureScreenshot")["data"]))

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._last += 1
        number = self._last
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        with self._arrived:
            if not self._arrived.wait_for(lambda: number in self._answers, _SECONDS):
                raise AssertionError(f"Chromium does not answer {method}")
            answer = self._answers.pop(number)
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer["result"]

    def _listen(self) -> None:
        rest = b""
        while True:
            data = os.read(self._from, 1 << 16)
            if not data:
                return
            *messages, rest = (rest + data).split(b"\0")
            for message in map(json.loads, messages):
                self._take(message)

    def _take(self, message: dict[str, Any]) -> None:
        if "id" in message:
            with self._arrived:
                self._answers[message["id"]] = message
                self._arrived.notify_all()
            return
        of = message["params"]
        if message["method"] == "Runtime.exceptionThrown":
            self.errors.append(_exception(of["exceptionDetails"]))
        elif message["method"] == "Runtime.consoleAPICalled" and of["type"] in ("error", "assert"):
            self.errors.append(" ".join(str(a.get("value", a)) for a in of["args"]))
        elif message["method"] == "Log.entryAdded" and of["entry"]["level"] == "error":
            self.errors.append(f"{of['entry']['text']} {of['entry'].get('url', '')}")

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._to)
        self._process.terminate()
        self._process.wait(_SECONDS)
        self._folder.cleanup()


def _high(descriptor: int) -> int:
    copy = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return copy


def _exception(details: dict[str, Any]) -> str:
    return str(details.get("exception", {}).get("description", details["text"]))
