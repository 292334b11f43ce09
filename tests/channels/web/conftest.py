"""The web door without a browser: the real routes and inbox, a stub brain, a clock we turn."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import AsyncIterator
from functools import cache
from typing import Any

import httpx
import pytest

from bot.languages import registry
from bot.safety import safety_words
from bot.settings import Settings
from bot.words import Words
from channels.inbox import Inbox
from channels.web.app import create_app
from channels.web.connector import WebChannel
from handoff.queue import MemoryQueue
from tests.stub import StubBrain

_TOKEN = re.compile(r'name="token" value="([^"]+)"')


@cache
def _words() -> Words:
    """Read once: with twelve languages of responses that takes a while."""
    return Words()


class Clock:
    def __init__(self) -> None:
        self.now = 100_000.0

    def __call__(self) -> float:
        return self.now


class Door:
    """The door and somebody who speaks HTTP to it."""

    def __init__(self, widget_hosts: str = "", slow_s: float = 0.0, **settings: Any) -> None:
        self.clock = Clock()
        self.brain = StubBrain(slow_s)
        self.settings = dataclasses.replace(Settings(), **settings)
        words = _words()
        self.inbox = Inbox(
            self.brain,
            self.settings,
            words,
            safety_words(tuple(registry())),
            MemoryQueue(),
            clock=self.clock,
        )
        app = create_app(self.settings, self.inbox, words, widget_hosts)
        self.connector: WebChannel = app.state.connector
        self.connector._clock = self.connector._starts._clock = self.clock
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app, raise_app_exceptions=True),
            base_url="http://door",
        )

    async def opens(self, path: str = "/") -> str:
        """A page's token."""
        return token(await self.http.get(path))

    async def posts(
        self, page: str, text: str = "", path: str = "/", **more: str
    ) -> httpx.Response:
        """Send the form, as a browser without JavaScript does."""
        fields = {"token": page, "text": text, **more}
        files = {name: (None, value) for name, value in fields.items()}
        return await self.http.post(path, files=files)

    async def says(self, text: str, **more: Any) -> dict[str, Any]:
        """Send a message, as page.mjs does."""
        answer = await self.http.post("/say", json={"text": text, **more})
        assert answer.status_code == 200
        return dict(answer.json())


def token(answer: httpx.Response) -> str:
    found = _TOKEN.search(answer.text)
    assert found is not None, answer.text[:300]
    return found.group(1)


def is_start_page(answer: httpx.Response) -> bool:
    """The neutral start page with no word of any conversation."""
    return answer.status_code == 200 and 'class="message' not in answer.text


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    made = Door()
    yield made
    made.connector.close()
    await made.http.aclose()
