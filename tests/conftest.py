"""What all tests share: no network but loopback, quiet logs, one trained brain a run."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
for name in [name for name in os.environ if name.startswith("LINDEN_")]:
    del os.environ[name]

LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")


class LeftTheMachine(RuntimeError):
    """A test tried to reach another host."""


@pytest.fixture(autouse=True, scope="session")
def nothing_leaves_the_machine() -> Iterator[None]:
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> Any:
        if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
            raise LeftTheMachine(str(address[0]))
        return real(self, address)

    socket.socket.connect = connect  # type: ignore[method-assign]
    yield
    socket.socket.connect = real  # type: ignore[method-assign]
