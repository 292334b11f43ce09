"""The first conversation, in a real browser, against the real server and the imported Illinois
directory, with JavaScript and without."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.settings import ROOT, Settings
from cli.train import is_trained
from tests.browser.survivor import Survivor

TELLING = "mi esposo me quito mis papeles y no tengo donde ir con mis dos hijos"


class RealDoor:
    """Where the real server listens."""

    def __init__(self, url: str) -> None:
        self.url = url


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def real_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealDoor]:
    model = os.environ.get("TEST_MODEL", "")
    if not is_trained(Settings(model=model)):
        subprocess.run([sys.executable, "-m", "cli.main", "train"], check=True, cwd=ROOT)
    folder: Path = tmp_path_factory.mktemp("real")
    port = free_port()
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("LINDEN_")},
        "LINDEN_DATA_FOLDER": str(folder),
        "LINDEN_MODEL": model,
        "LINDEN_PORT": str(port),
        "LINDEN_NEUTRAL_SITE": f"http://127.0.0.1:{port}/nowhere",
        "LINDEN_DESK_PORT": str(free_port()),
        "PYTHONPATH": str(ROOT),
    }
    illinois = str(ROOT / "tests/data/directory/illinois")
    subprocess.run(
        [sys.executable, "-m", "cli.main", "directory", "import", illinois],
        env=environment, check=True, capture_output=True, cwd=ROOT,
    )  # fmt: skip
    server = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "serve"],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT,
    )  # fmt: skip
    for _ in range(240):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.25)
    else:
        server.kill()
        pytest.fail("the server did not open its door")
    yield RealDoor(f"http://127.0.0.1:{port}")
    server.terminate()
    server.wait(20)


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False], ids=["JavaScript", "no JavaScript"])
def test_a_person_writes_what_is_wrong_and_gets_options(
    survivor: Callable[..., Survivor], real_door: RealDoor, scripts: bool
) -> None:
    ana = survivor(real_door, scripts=scripts).opens_page()
    ana.says("hola")
    back = " ".join(ana.says(TELLING))
    assert "inmigración" in back, "the need of papers is said back"
    assert "lugar seguro" in back, "and the place to stay"
    ana.says("60608")
    seen = ana.sees()
    assert "1. " in seen
    assert "Chicago" in seen
    assert "papeles de inmigración" in seen
    assert "1-800-799-7233" in seen, "no shelter is listed there, so the national line is named"
    ana.leaves()
    ana.page.wait_for_timeout(300)
    assert "inmigración" not in ana.page.content()
