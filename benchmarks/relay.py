"""The relay under load: conversations open at once, words each way through the desk's real HTTP
door and stream, and the time from a request to its alert.

Comparison: a bare queue of the event loop between the same two tasks, without relay or HTTP.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import re
import tempfile
import threading
import time
from typing import Any

import httpx
import pyotp
import uvicorn

from benchmarks.measure import machine, spread
from bot.contract import Answer, Turn
from bot.languages import registry
from bot.safety import safety_words
from bot.settings import Settings
from bot.words import Words
from channels.contract import Inbound, Outbound
from channels.inbox import Inbox
from cli.desk import Desk, open_desk
from desk.accounts import NewAccount
from directory import open_directory
from handoff.alert import Alert
from handoff.switchboard import Switchboard

CHATS = 5
"""Conversations an advocate has at once (the most that an account may)."""

_PASSWORD = "a password of the benchmark"
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


class _NoBrain:
    """Nothing to understand: what is measured never reaches it."""

    async def turn(self, turn: Turn) -> Answer:
        return Answer()

    def forget(self, person: str) -> None:
        return None

    def language(self, person: str) -> str | None:
        return "en"

    def ready(self) -> bool:
        return True


class _Phones:
    """Every person's phone: notes when a text arrives."""

    name = "sms"

    def __init__(self) -> None:
        self.arrived: dict[str, float] = {}

    async def send(self, address: str, outbound: Outbound) -> None:
        for reply in outbound.replies:
            self.arrived[reply.text] = time.perf_counter()

    async def forget(self, address: str) -> None:
        return None


class _Process:
    """A process with the desk's door, on a thread and an event loop of its own."""

    def __init__(self, people: int) -> None:
        folder = tempfile.mkdtemp()
        self.settings = dataclasses.replace(
            Settings(), data_folder=folder, max_people=people + 10, messages_per_minute=100_000
        )
        self.words = Words()
        self.board = Switchboard(self.settings, self.words)
        self.inbox = Inbox(
            _NoBrain(), self.settings, self.words, safety_words(tuple(registry())), self.board
        )
        self.phones = _Phones()
        self.inbox.register(self.phones)
        self.alerted: dict[str, float] = {}
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        self._ready.wait()

    async def _run(self) -> None:
        self.loop = asyncio.get_running_loop()
        directory = open_directory(
            dataclasses.replace(self.settings, directory_path="/nonexistent/directory.db")
        )
        self.desk: Desk = open_desk(self.settings, self.board, self.inbox, self.words, directory)
        assert self.board.alerts is not None
        self.board.alerts.senders = {"webhook": self._alert}
        config = uvicorn.Config(self.desk.app, host="127.0.0.1", port=0, ws="none", lifespan="off",
                                log_config=None, access_log=False,
                                timeout_graceful_shutdown=1)  # fmt: skip
        self.server = uvicorn.Server(config)
        serving = asyncio.create_task(self.server.serve())
        while not self.server.started:
            await asyncio.sleep(0.01)
        self.port: int = self.server.servers[0].sockets[0].getsockname()[1]
        self._ready.set()
        await serving

    async def _alert(self, address: str, alert: Alert) -> None:
        self.alerted.setdefault(alert.reference, time.perf_counter())

    async def on(self, work: Any) -> Any:
        """Run a coroutine function on the process's loop."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work(), self.loop))

    def stop(self) -> None:
        self.server.should_exit = self.server.force_exit = True
        self._thread.join(10)


class _Advocate:
    """Signed in over HTTP, one live page a conversation."""

    def __init__(self, process: _Process, name: str) -> None:
        self.process, self.name = process, name
        self.http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{process.port}", timeout=60)
        self.csrf = ""
        self.seen: dict[str, float] = {}
        self.streams: list[asyncio.Task[None]] = []

    async def sign_in(self) -> None:
        accounts = self.process.desk.accounts
        secret = accounts.add(
            NewAccount(self.name, hours="daily 00:00-24:00", chat_limit=CHATS,
                       alert_by=("webhook:bench",))
        )  # fmt: skip
        key = accounts.pending_totp(secret)
        accounts.enrol(secret, _PASSWORD, pyotp.TOTP(key).at(time.time() - 30))
        page = await self.http.get("/login")
        await self.http.post(
            "/login",
            data={"csrf": _found(page.text), "name": self.name, "password": _PASSWORD,
                  "code": pyotp.TOTP(key).now()},
        )  # fmt: skip
        self.csrf = _found((await self.http.get("/")).text)

    async def listen(self, reference: str) -> None:
        data = {"csrf": self.csrf, "talk": reference, "seen": "0"}
        async with self.http.stream("POST", "/stream", data=data) as answer:
            async for line in answer.aiter_lines():
                if '"line"' in line:
                    now = time.perf_counter()
                    for mark in re.findall(r"mark-\d+-\d+", json.loads(line).get("line", "")):
                        self.seen.setdefault(mark, now)

    async def say(self, reference: str, text: str) -> None:
        await self.http.post(
            f"/talk/{reference}/say",
            data={"csrf": self.csrf, "text": text},
            headers={"x-desk": "live"},
        )


def _found(page: str) -> str:
    match = _CSRF.search(page)
    assert match is not None
    return match.group(1)


async def _measure(conversations: int, messages: int) -> dict[str, Any]:
    process = _Process(conversations)
    advocates = [_Advocate(process, f"advocate{n}") for n in range(-(-conversations // CHATS))]
    for one in advocates:
        await one.sign_in()
    asked: dict[str, float] = {}
    open_: list[tuple[_Advocate, str, str]] = []
    for n in range(conversations):
        who, advocate = f"+1555{n:07}", advocates[n // CHATS]
        reference = await process.on(lambda who=who: _ask(process, who, asked))
        until = time.perf_counter() + 5
        while reference not in process.alerted and time.perf_counter() < until:
            await asyncio.sleep(0.001)
        me = process.desk.accounts.advocate(advocate.name)
        await process.on(lambda r=reference, a=me: process.board.claim(r, a))
        for text in ("hello", "yes"):
            await process.on(lambda who=who, text=text: _text(process, who, text))
        open_.append((advocate, reference, who))
        advocate.streams.append(asyncio.create_task(advocate.listen(reference)))
    await asyncio.sleep(2)
    to_desk: list[float] = []
    to_person: list[float] = []
    for n in range(messages):
        advocate, reference, who = open_[n % len(open_)]
        mark, back = f"mark-{n}-1", f"mark-{n}-2"
        began = time.perf_counter()
        await process.on(lambda who=who, mark=mark: _text(process, who, mark))
        while mark not in advocate.seen:
            await asyncio.sleep(0.0005)
        to_desk.append(advocate.seen[mark] - began)
        began = time.perf_counter()
        await advocate.say(reference, back)
        to_person.append(process.phones.arrived[back] - began)
    for one in advocates:
        for stream in one.streams:
            stream.cancel()
        await one.http.aclose()
    process.stop()
    alerts = [process.alerted[r] - asked[r] for r in asked if r in process.alerted]
    return {
        "conversations": conversations,
        "messages": messages,
        "to_desk": spread(to_desk),
        "to_person": spread(to_person),
        "alert": spread(alerts),
        "alerts_missed": len(asked) - len(alerts),
        "bare_queue": spread(await _bare(messages)),
        "machine": machine(),
    }


async def _ask(process: _Process, who: str, asked: dict[str, float]) -> str:
    await process.inbox.receive(Inbound("sms", who, "hello"))
    person = process.inbox.person("sms", who)
    began = time.perf_counter()
    reference = process.board.request(person, "en", "sms", "survivor").reference
    asked[reference] = began
    process.board.agree(person, text_minutes=120)
    return reference


async def _text(process: _Process, who: str, text: str) -> None:
    await process.inbox.receive(Inbound("sms", who, text))


async def _bare(messages: int) -> list[float]:
    """The same number of words through nothing but a queue."""
    queue: asyncio.Queue[float] = asyncio.Queue()
    spans: list[float] = []

    async def take() -> None:
        for _ in range(messages):
            spans.append(time.perf_counter() - await queue.get())

    taking = asyncio.create_task(take())
    for _ in range(messages):
        queue.put_nowait(time.perf_counter())
        await asyncio.sleep(0)
    await taking
    return spans


def run(conversations: int = 200, messages: int = 400) -> dict[str, Any]:
    """Figures in milliseconds."""
    return asyncio.run(_measure(conversations, messages))
