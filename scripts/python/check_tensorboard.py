#!/usr/bin/env python3
"""Checks that TensorBoard shows all of a run: queries its server, and opens its pages in Chromium.

  check_tensorboard.py RUN                     prints what is there
  check_tensorboard.py RUN --screenshot FILE   and keeps a picture of its histograms
"""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator, Optional
from urllib.parse import urlencode

from browser import Browser
from failure import DATA, Failure, Parser, run

_SECONDS = 120


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """TensorBoard of a folder of runs, at a free port of this machine only."""
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(folder), "--port", "0"]
    with subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--samples_per_plugin", "text=100"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        encoding="utf-8",
    ) as process:
        try:
            yield _address(process)
        finally:
            process.terminate()


def _address(process: subprocess.Popen[str]) -> str:
    for line in process.stderr or ():
        if "http://127.0.0.1:" in line:
            return "http://127.0.0.1:" + line.split("http://127.0.0.1:")[1].split("/")[0]
    raise Failure(DATA, "TensorBoard has ended before it served anything")


class Server:
    """What TensorBoard's server returns for one run."""

    def __init__(self, address: str, name: str) -> None:
        self.address = address
        self.run = name

    def wait(self) -> None:
        until = time.monotonic() + _SECONDS
        while not (self.run in self.get("data/plugin/scalars/tags") and self._whole()):
            if time.monotonic() > until:
                raise Failure(DATA, f"TensorBoard knows no run {self.run} after {_SECONDS} s")
            time.sleep(0.5)

    def _whole(self) -> bool:
        return "test/bits_per_dim" in self.tags("scalars") and "samples" in self.tags("images")

    def get(self, path: str, body: Optional[dict[str, Any]] = None, **query: object) -> Any:
        data = self.read(path, body, **query)
        return json.loads(data)

    def read(self, path: str, body: Optional[dict[str, Any]] = None, **query: object) -> bytes:
        url = f"{self.address}/{path}" + (f"?{urlencode(query)}" if query else "")
        request = urllib.request.Request(
            url,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
            return answer.read()

    def tags(self, plugin: str) -> list[str]:
        found = self.get(f"data/plugin/{plugin}/tags").get(self.run, {})
        return sorted(found)

    def series(self, plugin: str, what: str, tag: str) -> Any:
        return self.get(f"data/plugin/{plugin}/{what}", run=self.run, tag=tag)


def described(server: Server) -> dict[str, Any]:
    """All that there is, by page."""
    images = {}
    for tag in server.tags("images"):
        entries = server.series("images", "images", tag)
        png = server.read("data/plugin/images/individualImage?" + entries[-1]["query"])
        images[tag] = {
            "steps": [entry["step"] for entry in entries],
            "size": list(struct.unpack(">II", png[16:24])) if png.startswith(b"\x89PNG") else [],
        }
    histograms = {}
    for tag in server.tags("histograms"):
        series = server.series("histograms", "histograms", tag)
        histograms[tag] = {
            "steps": [step for _, step, _ in series],
            "counts": [sum(count for _, _, count in buckets) for _, _, buckets in series],
            "least": min(buckets[0][0] for _, _, buckets in series),
            "greatest": max(buckets[-1][1] for _, _, buckets in series),
        }
    texts = {tag: server.series("text", "text", tag) for tag in server.tags("text")}
    experiment = server.get(
        "data/plugin/hparams/experiment", {"experimentName": "", "hparamsLimit": 0}
    )
    groups = server.get(
        "data/plugin/hparams/session_groups",
        {
            "experimentName": "",
            "allowedStatuses": ["STATUS_SUCCESS", "STATUS_UNKNOWN"],
            "colParams": [],
            "startIndex": 0,
            "sliceSize": 100,
        },
    )
    graph = server.read("data/plugin/graphs/graph", run=server.run).decode()
    return {
        "scalars": server.tags("scalars"),
        "images": images,
        "histograms": histograms,
        "texts": {tag: [entry["text"] for entry in entries] for tag, entries in texts.items()},
        "hparams": sorted(info["name"] for info in experiment["hparamInfos"]),
        "metrics": [info["name"]["tag"] for info in experiment["metricInfos"]],
        "sessions": groups["sessionGroups"],
        "graph": {"nodes": graph.count("node {"), "network": "score_model/" in graph},
    }


# What must be on a page; only the part of it that is in sight is drawn.
_PAGES = {
    "scalars": "deep('vz-line-chart2').filter(c => c.shadowRoot.querySelector('svg path')).length >= 3",
    "images": "deep('img').filter(i => i.naturalWidth > 100).length >= 3",
    "histograms": "deep('vz-histogram-timeseries').filter(h => h.shadowRoot.querySelector('path')).length >= 3",
    "graphs": "deep('g.node').some(n => n.textContent.includes('score_model'))",
    "text": "deep('tf-markdown-view').some(t => t.shadowRoot.textContent.includes('gamma_min'))",
    "hparams": "deep('vaadin-grid-cell-content').some(c => c.textContent.includes('data.augment'))",
}


def look(address: str, screenshot: Optional[Path]) -> None:
    """Opens every page, waits for its figures, and reports what failed."""
    with Browser(1280, 1000) as browser:
        for page, figures in _PAGES.items():
            browser.open("about:blank")  # without it, the page before would only change its view
            browser.open(f"{address}/#{page}")
            browser.wait(figures)
            if screenshot and page == "histograms":
                browser.screenshot(screenshot)
            if browser.errors:
                raise Failure(DATA, f"{page}: {'; '.join(browser.errors)}")


def main() -> None:
    parser = Parser(description=__doc__.split("\n")[0])
    parser.examples = "examples:\n" + "\n".join(__doc__.split("\n")[2:]) + "\n"
    parser.add_argument("run", type=Path, help="a run folder of mulan train")
    parser.add_argument("--json", type=Path, help="what TensorBoard's server returns for the run")
    parser.add_argument("--screenshot", type=Path, help="a PNG of its histograms")
    options = parser.parse_args()
    folder = options.run.resolve()
    if not any(folder.glob("events.out.tfevents.*")):
        raise Failure(DATA, f"{options.run} has no TensorBoard events; name a run folder")
    with served(folder.parent) as address:
        server = Server(address, folder.name)
        server.wait()
        found = described(server)
        if options.json:
            options.json.write_text(json.dumps(found))
        look(address, options.screenshot)
    for page, tags in found.items():
        print(f"{page:<11} {len(tags)}")
    print(f"opened      {', '.join(_PAGES)}: no script has failed")


if __name__ == "__main__":
    sys.exit(run(main))
