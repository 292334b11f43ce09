"""The web door on a free port, with a stub brain behind it and a neutral site beside it.

The real page, routes, connector and inbox; only the brain is played. Everything that reaches the
two servers is written down, so that a test can say what was *not* asked for.
"""

from __future__ import annotations

import asyncio
import dataclasses
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.contract import Answer, Brain, Reply, Turn
from bot.languages import registry
from bot.safety import safety_words
from bot.settings import Settings
from bot.words import Words
from channels.inbox import Inbox
from channels.web.app import create_app
from channels.web.connector import WebChannel
from handoff.queue import MemoryQueue

NEUTRAL = "<!doctype html><html lang=en><title>Weather</title><link rel=icon href='data:,'><h1>Sun"


@cache
def _words() -> Words:
    """Read once: with twelve languages of responses that takes a while."""
    return Words()


class PlayedBrain:
    """Answers the way a test needs it: ``parts`` maps what is said to what is answered; anything
    else is said back."""

    def __init__(self, parts: dict[str, Reply | tuple[str, Reply]] | None = None) -> None:
        self.parts = parts or {}
        self.turns: list[Turn] = []
        self.forgotten: list[str] = []
        self.slow_s = 0.0

    async def turn(self, turn: Turn) -> Answer:
        self.turns.append(turn)
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        found = self.parts.get(turn.text, Reply(f"heard: {turn.text}"))
        if isinstance(found, tuple):
            return Answer((found[1],), found[0])
        return Answer((found,), turn.offered_language or "en")

    def forget(self, person: str) -> None:
        self.forgotten.append(person)

    def language(self, person: str) -> str | None:
        return None

    def ready(self) -> bool:
        return True


class Written:
    """ASGI wrapper that writes down what was asked for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.asked: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            query = scope["query_string"].decode()
            self.asked.append((scope["method"], scope["path"] + ("?" + query if query else "")))
            self.headers.append({k.decode(): v.decode() for k, v in scope["headers"]})
        await self._app(scope, receive, send)


class Served:
    """An ASGI app on a loopback port of its own, in a thread."""

    def __init__(self, app: ASGIApp) -> None:
        self.written = Written(app)
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.loop: asyncio.AbstractEventLoop | None = None
        self._server = uvicorn.Server(
            uvicorn.Config(
                self.written,
                ws="none",
                loop="asyncio",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        until = time.monotonic() + 30
        while not self._server.started:
            assert time.monotonic() < until, "the test server did not start"
            time.sleep(0.01)

    def _run(self) -> None:
        async def serve() -> None:
            self.loop = asyncio.get_running_loop()
            await self._server.serve(sockets=[self._socket])

        asyncio.run(serve())

    def call(self, job: Callable[[], Any]) -> Any:
        """Do something on the server's loop."""

        async def run() -> Any:
            return job()

        assert self.loop is not None
        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(20)

    def ends(self) -> None:
        """Tell the server to stop; `stop` waits until it has."""
        self._server.force_exit = True
        self._server.should_exit = True

    def stop(self) -> None:
        self.ends()
        self._thread.join(10)
        self._socket.close()


class Stage:
    """A door with a played brain. ``url`` is the door's, ``site`` the neutral site's, whose
    ``/host?frame=PATH`` shows a page of the door in a frame."""

    def __init__(
        self, brain: Brain | None = None, widget_hosts: str = "", **settings: object
    ) -> None:
        async def weather(request: object) -> HTMLResponse:
            return HTMLResponse(NEUTRAL)

        async def host(request: Request) -> HTMLResponse:
            frame = f'<iframe src="{self.url}{request.query_params["frame"]}" title="f"></iframe>'
            return HTMLResponse(f"<!doctype html><title>Host</title>{frame}")

        self.neutral = Served(Starlette(routes=[Route("/", weather), Route("/host", host)]))
        self.site = self.neutral.url + "/"
        self.brain: Any = brain or PlayedBrain()
        chosen: dict[str, Any] = {"neutral_site": self.site, "data_folder": "", **settings}
        self.settings = dataclasses.replace(Settings(), **chosen)
        words = _words()
        self.inbox = Inbox(
            self.brain, self.settings, words, safety_words(tuple(registry())), MemoryQueue()
        )
        app = create_app(self.settings, self.inbox, words, widget_hosts)
        self.connector: WebChannel = app.state.connector
        self.door = Served(app)
        self.url = self.door.url

    @property
    def asked(self) -> list[tuple[str, str]]:
        """What reached the door: method and path."""
        return self.door.written.asked

    def tell(self, *replies: Reply, language: str = "en") -> None:
        """Somebody says something to everyone here, unasked: an advocate in a relay."""
        from channels.contract import Outbound

        async def send() -> None:
            for address in list(self.connector._sessions):
                await self.connector.send(address, Outbound(replies, language))

        assert self.door.loop is not None
        asyncio.run_coroutine_threadsafe(send(), self.door.loop).result(20)

    def hold(self, held: bool = True) -> None:
        """Everyone here waits for an advocate from now on."""
        change = self.connector.hold if held else self.connector.release
        self.door.call(lambda: [change(a) for a in list(self.connector._sessions)])

    def sessions(self) -> int:
        return int(self.door.call(self.connector.open_sessions))

    def forgets_everybody(self, within_s: float = 10.0) -> bool:
        """Whether door and inbox have nobody left, within a moment."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            if self.sessions() == 0 and self.door.call(self.inbox.open_conversations) == 0:
                return True
            time.sleep(0.02)
        return False

    def stop(self) -> None:
        self.neutral.ends()
        self.door.stop()
        self.neutral.stop()


@contextmanager
def stage(brain: Brain | None = None, **settings: Any) -> Iterator[Stage]:
    made = Stage(brain, **settings)
    try:
        yield made
    finally:
        made.stop()
