"""A desk with real accounts, and a browser-less advocate who signs in to it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest

from desk.accounts import Accounts, NewAccount
from desk.app import create_desk
from desk.audit import Audit
from desk.signin import SignIn, Tries
from tests.handoff.house import House

PASSWORD = "four everyday words here"
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


class Moment:
    """Unix time that a test moves, for codes and sessions."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Browser:
    """Somebody at the desk, without JavaScript: cookies and forms."""

    def __init__(self, place: Place, address: str = "127.0.0.1") -> None:
        self.place = place
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=place.app, client=(address, 1)),
            base_url="http://desk",
        )
        self.page = ""

    async def opens(self, path: str) -> httpx.Response:
        answer = await self.http.get(path, follow_redirects=True)
        self.page = answer.text
        return answer

    @property
    def csrf(self) -> str:
        found = _CSRF.search(self.page)
        assert found is not None, self.page[:500]
        return found.group(1)

    async def posts(self, path: str, **fields: str) -> httpx.Response:
        answer = await self.http.post(path, data={"csrf": self.csrf, **fields})
        if answer.is_redirect:
            return await self.opens(answer.headers["location"])
        self.page = answer.text
        return answer

    async def signs_in(
        self, name: str, password: str = PASSWORD, code: str | None = None
    ) -> httpx.Response:
        await self.opens("/login")
        if code is None:
            code = self.place.code(name)
        return await self.posts("/login", name=name, password=password, code=code)

    @property
    def cookie(self) -> str | None:
        return self.http.cookies.get("desk")


class Place:
    """The desk over a `House`, with accounts in a real database."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.clock = Moment()
        self.house = House(data_folder=str(folder), **settings)
        self.accounts = Accounts(self.house.settings, clock=self.clock)
        audit = Audit(self.accounts.engine)
        self.house.board.audit = lambda e: audit.add(e.account, e.event, e.reference)
        self.house.board.roster.connect(self.accounts.advocates, self.accounts.service_paused)
        self.tries = Tries(clock=self.clock)
        self.sign_in = SignIn(self.house.settings, self.accounts, self.clock, self.tries)
        self.app = create_desk(
            self.house.settings,
            self.house.board,
            self.accounts,
            self.house.words,
            self.house.directory,
            self.sign_in,
        )
        self.secrets: dict[str, str] = {}

    def add(self, name: str, **more: Any) -> None:
        """An advocate with password and second factor set up."""
        more.setdefault("hours", "daily 00:00-24:00")
        secret = self.accounts.add(NewAccount(name, **more))
        self.secrets[name] = self.accounts.pending_totp(secret)
        self.accounts.enrol(secret, PASSWORD, self.code(name))
        self.clock.now += 60

    def code(self, name: str) -> str:
        return (
            pyotp.TOTP(self.secrets[name]).at(self.clock.now) if name in self.secrets else "000000"
        )

    async def at_desk(self, name: str, **more: Any) -> Browser:
        """A new advocate, signed in."""
        self.add(name, **more)
        browser = Browser(self)
        await browser.signs_in(name)
        self.clock.now += 60
        return browser


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.accounts.engine.dispose()


@pytest.fixture
async def rosa(place: Place) -> AsyncIterator[Browser]:
    browser = await place.at_desk("rosa", languages=("en", "es"))
    yield browser
    await browser.http.aclose()


__all__ = ["PASSWORD", "Browser", "Place"]
