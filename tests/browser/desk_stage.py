"""Both doors on loopback, on one event loop as in the product: survivors' page, pretend SMS, and
the advocates' desk. Real but for the brain's understanding (`tests.handoff.acting`)."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyotp
import uvicorn
from playwright.sync_api import BrowserContext, Page, expect
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.settings import ROOT, Settings
from channels.contract import Inbound
from channels.web.app import create_app
from cli.desk import open_desk
from desk.accounts import NewAccount
from directory import build_sample, open_directory
from tests.handoff.acting import Meaning
from tests.handoff.house import House
from tests.stub import Phone

LIVE = re.compile("Live|En vivo")
PASSWORD = "four everyday words here"
MEANS = {
    "quiero hablar con una persona": Meaning("request_advocate"),
    "أريد التحدث مع إنسان": Meaning("request_advocate"),
    "necesito dinero": Meaning("need", needs=("money",)),
    "sí": Meaning("affirm"),
}


@cache
def sample_directory() -> str:
    """The sample county: the one that is built already, or one built for this run."""
    built = ROOT / "var" / "directory.db"
    if built.exists():
        return str(built)
    folder = tempfile.mkdtemp()
    build_sample(dataclasses.replace(Settings(), data_folder=folder))
    return f"{folder}/directory.db"


class Doors:
    """``url`` is survivors', ``desk_url`` advocates'. Everybody else's phone is ``phone``."""

    def __init__(self, **settings: Any) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self._sockets = [_free_socket(), _free_socket()]
        ports = [s.getsockname()[1] for s in self._sockets]
        self.url, self.desk_url = (f"http://127.0.0.1:{port}" for port in ports)
        chosen = {"data_folder": str(self.folder), "neutral_site": self.url + "/weather",
                  "desk_port": ports[1], **settings}  # fmt: skip
        self.house = House(channel="sms", **chosen)
        self.house.board._clock = self.house.board.queue._clock = _utc_now
        self.house.board.roster._clock = _utc_now
        self.house.brain.means |= MEANS
        directory = open_directory(
            dataclasses.replace(
                self.house.settings,
                directory_path=sample_directory(),
                # Its place names lie beside it; made anew they would take half a minute.
                data_folder=str(Path(sample_directory()).parent),
            )
        )
        self.phone: Phone = self.house.phone
        self._apps: dict[int, ASGIApp] = {}
        self._directory = directory
        self.secrets: dict[str, str] = {}
        self._used: dict[str, int] = {}
        self._ready = threading.Event()
        self._server = uvicorn.Server(
            uvicorn.Config(self._dispatch, interface="asgi3", ws="none", loop="asyncio",
                           log_config=None, access_log=False, lifespan="off",
                           timeout_graceful_shutdown=1)
        )  # fmt: skip
        self._thread = threading.Thread(target=self._run, args=(ports,), daemon=True)
        self._thread.start()
        assert self._ready.wait(20)
        until = time.monotonic() + 10
        while not self._server.started:
            assert time.monotonic() < until
            time.sleep(0.01)

    def _run(self, ports: list[int]) -> None:
        async def serve() -> None:
            self.loop = asyncio.get_running_loop()
            house = self.house
            web = create_app(house.settings, house.inbox, house.words)
            self.web = web.state.connector
            self.desk = open_desk(
                house.settings, house.board, house.inbox, house.words, self._directory
            )
            self._apps = {ports[0]: web, ports[1]: self.desk.app}
            ticking = asyncio.create_task(self._tick())
            self._ready.set()
            await self._server.serve(sockets=self._sockets)
            ticking.cancel()
            if house.board.alerts is not None:
                await house.board.alerts.settle()
            self.web.close()

        asyncio.run(serve())

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(0.2)
            await self.house.board.tick()

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._apps[scope["server"][1]](scope, receive, send)

    def run(self, job: Callable[[], Any]) -> Any:
        """Do something on the doors' loop."""

        async def now() -> Any:
            found = job()
            return await found if asyncio.iscoroutine(found) else found

        return asyncio.run_coroutine_threadsafe(now(), self.loop).result(10)

    def drop_connections(self) -> None:
        """The network hiccups: every open connection ends."""
        self.run(lambda: [c.transport.abort() for c in list(self._server.server_state.connections)])

    def texts(self, who: str, text: str, language: str = "es") -> list[str]:
        """Somebody sends a pretend SMS; what arrives in answer."""

        async def now() -> list[str]:
            before = len(self.phone.of(who))
            await self.house.inbox.receive(Inbound("sms", who, text, language=language))
            await self.house.inbox.settle()
            return self.phone.of(who)[before:]

        return list(self.run(now))

    def add(self, name: str, enrolled: bool = True, **more: Any) -> str:
        """An account on call around the clock. Returns the link's secret."""
        more.setdefault("hours", "daily 00:00-24:00")
        accounts = self.desk.accounts
        secret = accounts.add(NewAccount(name, **more))
        self.secrets[name] = accounts.pending_totp(secret)
        if enrolled:
            accounts.enrol(secret, PASSWORD, pyotp.TOTP(self.secrets[name]).at(time.time() - 30))
        return secret

    def code(self, name: str) -> str:
        """A code that was not used yet; waits for the next one when it must."""
        while int(time.time() // 30) <= self._used.get(name, -1):
            time.sleep(0.2)
        self._used[name] = int(time.time() // 30)
        return pyotp.TOTP(self.secrets[name]).now()

    def stop(self) -> None:
        self._server.force_exit = True
        self._server.should_exit = True
        self._thread.join(10)
        self.desk.accounts.engine.dispose()
        for open_socket in self._sockets:
            open_socket.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class AdvocatePage:
    """An advocate at the desk, in a browser."""

    def __init__(self, context: BrowserContext, doors: Doors, name: str) -> None:
        self.context, self.doors, self.name = context, doors, name
        context.set_default_timeout(15_000)
        self.page: Page = context.new_page()

    def signs_in(self) -> AdvocatePage:
        self.page.goto(self.doors.desk_url + "/login")
        self.page.locator("#name").fill(self.name)
        self.page.locator("#password").fill(PASSWORD)
        self.page.locator("#code").fill(self.doors.code(self.name))
        self.page.locator("button.main").click()
        expect(self.page.locator("[data-desk]")).to_be_visible()
        expect(self.page.locator("[data-state]")).to_have_text(LIVE)
        return self

    def claims(self) -> AdvocatePage:
        self.page.locator("[data-lists] form[action^='/claim/'] button").first.click()
        expect(self.page.locator("#talk")).to_be_visible()
        expect(self.page.locator("[data-state]")).to_have_text(LIVE)
        return self

    def says(self, text: str) -> None:
        box = self.page.locator("#text")
        expect(box).to_be_enabled()
        box.fill(text)
        box.press("Enter")
        expect(self.page.locator(".line.advocate .words").last).to_have_text(text)

    def reads(self, text: str) -> None:
        """Waits until the person's words are on the screen."""
        expect(self.page.locator(".line.person .words").last).to_have_text(text)

    def sees(self) -> str:
        return self.page.locator("body").inner_text()

    def can_write(self) -> None:
        expect(self.page.locator("#text")).to_be_enabled()

    def sees_it_is_over(self, words: str) -> None:
        expect(self.page.locator(".over [role=alert]")).to_contain_text(words)
        expect(self.page.locator(".line")).to_have_count(0)
        expect(self.page.locator("#text")).to_have_count(0)


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _free_socket() -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", 0))
    return made
