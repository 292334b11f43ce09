"""What is left: nothing in memory after closing, nothing on disk after a kill, and both sides learn
of the kill honestly. A server process of its own, driven over HTTP."""

from __future__ import annotations

import gc
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest

from bot.settings import ROOT

CANARY = "zarzamora"
SERVER = "tests.desk.server"


class Process:
    """Both doors in a process of their own, with the allocator as the product starts with."""

    def __init__(self, folder: Path) -> None:
        environment = {**os.environ, "PYTHONMALLOC": "malloc", "MALLOC_PERTURB_": "165"}
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", SERVER, str(folder)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, self._process.stderr.read() if self._process.stderr else ""
        self.told: dict[str, Any] = json.loads(line)
        self.person = httpx.Client(base_url=self.told["person"], timeout=20)
        self.desk = httpx.Client(base_url=self.told["desk"], timeout=20, follow_redirects=True)
        self.page = ""

    def signs_in(self) -> None:
        """A code works once: after a restart within its 30 seconds, wait for the next."""
        for _ in range(40):
            self.page = self.desk.get("/login").text
            code = pyotp.TOTP(self.told["totp"]).at(time.time() + 29)
            self.posts("/login", name="rosa", password=self.told["password"], code=code)
            if "data-desk" in self.page:
                return
            time.sleep(31)
        raise AssertionError("could not sign in")

    def posts(self, path: str, **fields: str) -> None:
        csrf = re.search(r'name="csrf" value="([^"]+)"', self.page)
        assert csrf is not None
        self.page = self.desk.post(path, data={"csrf": csrf.group(1), **fields}).text

    def texts(self, text: str) -> list[str]:
        answer = self.person.post("/", content=text)
        return [str(t) for t in answer.json()]

    def connects(self) -> str:
        """Ask, claim, say a first word. Returns the reference."""
        for text in ("hello", "no", "a person please", "1"):
            self.texts(text)
        self.page = self.desk.get("/").text
        found = re.search(r"/claim/([0-9a-f]+)", self.page)
        assert found is not None
        self.posts(f"/claim/{found.group(1)}")
        self.texts("hi")
        self.page = self.desk.get(f"/talk/{found.group(1)}").text
        return found.group(1)

    def finds(self, word: str) -> int:
        """How often a word is in the process's memory, in the encodings that Python uses."""
        count = 0
        memory = Path(f"/proc/{self._process.pid}/mem")
        maps = Path(f"/proc/{self._process.pid}/maps").read_text()
        with memory.open("rb", 0) as file:
            for line in maps.splitlines():
                span, rights = line.split()[:2]
                if not rights.startswith("rw") or "[vvar" in line:
                    continue
                start, end = (int(part, 16) for part in span.split("-"))
                try:
                    file.seek(start)
                    held = file.read(end - start)
                except (OSError, ValueError):
                    continue
                count += held.count(word.encode()) + held.count(word.encode("utf-16-le"))
        return count

    def dies(self) -> str:
        self._process.send_signal(signal.SIGKILL)
        _, errors = self._process.communicate(timeout=10)
        self.person.close()
        self.desk.close()
        return errors


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Any]:
    running: list[Process] = []

    def new() -> Process:
        running.append(Process(tmp_path))
        return running[-1]

    yield new
    for process in running:
        if process._process.poll() is None:
            process.dies()
    gc.collect()


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="reads memory through /proc")
def test_after_closing_no_word_of_the_relay_is_in_memory(start: Any) -> None:
    process = start()
    process.signs_in()
    reference = process.connects()
    for n in range(10):
        process.texts(f"{CANARY} person {n}")
        process.posts(f"/talk/{reference}/say", text=f"{CANARY} advocate {n}")
    assert process.finds(CANARY) > 10, "the scan finds what is there"
    process.posts(f"/talk/{reference}/end")
    # Requests of both doors that follow write over the raw buffers of those before.
    for _ in range(30):
        process.texts("hello again, this is something else")
        process.page = process.desk.get("/").text
    process.person.get("/collect")
    left = process.finds(CANARY)
    assert left <= 4, f"{left} copies, beyond the raw request buffers of the threat model"


def test_killed_in_the_middle_both_sides_learn_it_and_nothing_is_on_disk(
    start: Any, tmp_path: Path
) -> None:
    process = start()
    process.signs_in()
    reference = process.connects()
    process.texts(f"{CANARY} person")
    process.posts(f"/talk/{reference}/say", text=f"{CANARY} advocate")
    errors = process.dies()
    assert CANARY not in errors
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes(), path.name
    process = start()
    said = process.texts("are you still there?")
    assert re.search("cut off", " ".join(said)) and CANARY not in " ".join(said)
    process.signs_in()
    assert re.search("cut: 1", process.page) and CANARY not in process.page
