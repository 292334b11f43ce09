"""Time and memory of the encoders: ``python bench.py [--messages 300]``.

Both encode the same held-out messages, one at a time and turn about in one process, so that other
work on the machine hurts both alike. Memory and start are measured in a process for each.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from bot.pipeline.encoder import OWN_FOLDER, encoder
from bot.pipeline.examples import read_folder
from bot.settings import ROOT

NAMES = ("general", "own")


def resident() -> float:
    """Memory of this process that is not backed by a file others share, and in all; MB."""
    for line in Path("/proc/self/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return float("nan")


def alone(name: str) -> None:
    """Start and memory of one encoder, for the parent to print."""
    before, begun = resident(), time.perf_counter()
    one = encoder(name, 2)
    one.encode(["hello"])
    ready = time.perf_counter() - begun
    one.encode(["where can I sleep tonight with my two kids", "quiero hablar con alguien"])
    print(f"{name}: ready in {ready:.2f} s, {resident() - before:.0f} MB more than before")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=300)
    parser.add_argument("--alone", choices=NAMES)
    options = parser.parse_args()
    if options.alone:
        alone(options.alone)
        return
    for name in NAMES:
        subprocess.run(
            [sys.executable, __file__, "--alone", name], check=True, env=dict(os.environ)
        )
    texts = [e.text for e in read_folder(ROOT / "tests" / "language")]
    texts = random.Random(7).sample(texts, min(options.messages, len(texts)))
    both = {name: encoder(name, 2) for name in NAMES}
    took: dict[str, list[float]] = {name: [] for name in NAMES}
    for text in texts[:10] + texts:
        for name, one in both.items():
            begun = time.perf_counter()
            one.encode([text])
            took[name].append(1000 * (time.perf_counter() - begun))
    for name, times in took.items():
        p50, p95 = np.quantile(times[10:], [0.5, 0.95])
        print(f"{name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms a message")
    size = sum(file.stat().st_size for file in OWN_FOLDER.iterdir() if file.is_file())
    print(f"files of our own: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
