"""Promise 1: no transcript is stored: not on disk, not in a database, not in a log.

The real server and the real terminal, with words that stand nowhere else in the world; an action
that raises with them, malformed requests, leaving. Then everything that was written is searched.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.settings import ROOT

CANARIES = ("kanarienvogel", "hundewelpe", "katzenauge", "pferdeapfel")
TALK = [
    "my name is kanarienvogel and my husband hundewelpe took my papers",
    "60608 katzenauge",
    "more",
    "/restart pferdeapfel",
    '/need_money{"x": "pferdeapfel"}',
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home, a temp folder and a data folder of their own, all searched afterwards."""
    folder = tmp_path_factory.mktemp("world")
    for name in ("home", "tmp", "var", "cwd"):
        (folder / name).mkdir()
    return folder


@pytest.fixture(scope="module")
def environment(world: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "CI")}
    return {
        **kept,
        "HOME": str(world / "home"),
        "TMPDIR": str(world / "tmp"),
        "LINDEN_DATA_FOLDER": str(world / "var"),
        "LINDEN_MODEL": os.environ.get("TEST_MODEL", ""),
        "LINDEN_LOG_LEVEL": "info",
        "PYTHONPATH": str(ROOT),
        "RASA_LOG_LEVEL": "DEBUG",  # debug level on by mistake
        "LOG_LEVEL": "DEBUG",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@pytest.fixture(scope="module")
def door(world: Path, environment: dict[str, str]) -> Iterator[int]:
    """The real server with the failing action, its output going to files."""
    from bot.settings import Settings
    from cli.train import is_trained

    if not is_trained(Settings(model=os.environ.get("TEST_MODEL", ""))):
        subprocess.run([sys.executable, "-m", "cli.main", "train"], check=True, cwd=ROOT)
    port = free_port()
    with (world / "stdout").open("wb") as out, (world / "stderr").open("wb") as err:
        server = subprocess.Popen(
            [sys.executable, str(ROOT / "tests/promises/serve_failing.py")],
            env={**environment, "LINDEN_PORT": str(port), "LINDEN_DESK_PORT": str(free_port())},
            stdout=out,
            stderr=err,
            cwd=world / "cwd",
        )
        for _ in range(240):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.25)
        else:
            server.kill()
            pytest.fail("the server did not open its door")
        yield port
        server.terminate()
        server.wait(20)


def field(page: str, name: str) -> str:
    """The value of an input of the page's form."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    value = re.search(r'value="([^"]*)"', found.group(0)) if found else None
    return value.group(1) if value else ""


def post(browser: httpx.Client, page: str, text: str) -> str:
    """Send the form of a page as a browser without JavaScript would."""
    fields = {"token": field(page, "token"), "picked": "", "text": text}
    return browser.post("/", files={k: (None, v) for k, v in fields.items()}).text


def written(world: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file there is, with its bytes."""
    for path in world.rglob("*"):
        if path.is_file():
            yield path, path.read_bytes()


def assert_no_canary(world: Path) -> None:
    for path, content in written(world):
        for canary in CANARIES:
            assert canary.encode() not in content, f"{canary} in {path.name}"
            assert canary.encode("utf-16-le") not in content, f"{canary} in {path.name}"


def test_nothing_said_on_the_web_page_is_written_anywhere(world: Path, door: int) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{door}", timeout=30) as browser:
        page = browser.get("/").text
        for text in TALK[:2]:
            page = post(browser, page, text)
        assert "1-800-799-7233" in page, "options came from the directory"
        for text in TALK[2:]:
            page = post(browser, page, text)
            assert "Traceback" not in page
        for body in (b"\xff\xfe kanarienvogel", b"kanarienvogel" * 9000, b"text=%ff%fekanarien"):
            assert browser.post("/", content=body).status_code < 500
        page = post(browser, page, "x")
    assert_no_canary(world)
    log = (world / "stderr").read_text()
    assert '"action.failed"' in log, "the failing action was really run and logged by place"


def test_nothing_said_in_the_terminal_is_written_anywhere(
    world: Path, environment: dict[str, str]
) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "cli.main", "chat", "--json"],
        input="\n".join([*TALK, "x"]).encode(),
        capture_output=True,
        env=environment,
        cwd=world / "cwd",
        check=True,
    )
    assert b'"in"' in said.stdout, "the conversation itself is the only thing on stdout"
    for canary in CANARIES:
        assert canary.encode() not in said.stderr
    assert_no_canary(world)
