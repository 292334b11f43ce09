"""Alerts: real mail and web receivers on loopback, fallback, escalation, and no word of anybody."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import hmac
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from cli.desk import ChannelAlerts, open_desk
from desk.accounts import Accounts, NewAccount
from handoff.alert import Alert, Alerts, Send
from handoff.errors import AlertUndelivered
from handoff.smtp import SmtpAlerts
from handoff.webhook import WebhookAlerts
from tests.handoff.house import ANA, PERSON, House, advocate
from tests.stub import Phone

KEY = "a webhook key of more than thirty-two bytes"
CANARIES = ("zarzamora", "5555550101", "Ana Canary", "money")


class Mailbox:
    """A mail server that keeps what it gets. ``broken``: refuses every recipient."""

    def __init__(self) -> None:
        self.got: list[tuple[list[str], str]] = []
        self.broken = False
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.broken:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.got.append((envelope.rcpt_tos, envelope.content.decode()))
        return "250 OK"

    def stop(self) -> None:
        self._controller.stop()


class Hook:
    """A web server that keeps posts, and answers ``status``."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                hook.got.append((dict(self.headers.items()), body))
                self.send_response(hook.status)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                return None

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/alert"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    made = Mailbox()
    yield made
    made.stop()


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    yield made
    made.stop()


def mail_settings(mailbox: Mailbox) -> dict[str, Any]:
    return {"smtp_host": "127.0.0.1", "smtp_port": mailbox.port, "smtp_tls": "none",
            "smtp_from": "desk@example.org"}  # fmt: skip


async def until(done: Any, within_s: float = 5.0) -> float:
    """Seconds until it is so."""
    began = time.monotonic()
    while not done():
        assert time.monotonic() - began < within_s, "did not happen"
        await asyncio.sleep(0.01)
    return time.monotonic() - began


async def test_all_four_ways_carry_no_word_number_name_or_hash(
    tmp_path: Path, mailbox: Mailbox, hook: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    """The canary: a whole wait and talk, then everything that left or stayed is looked through."""
    caplog.set_level(logging.DEBUG)
    house = House(data_folder=str(tmp_path), webhook_key=KEY, **mail_settings(mailbox))
    accounts = Accounts(house.settings)
    ways = {"ann": "email:ann@example.org", "ben": f"webhook:{hook.url}", "cyd": "sms:+15555550190",
            "dot": "telegram:4455"}  # fmt: skip
    for name, way in ways.items():
        accounts.add(NewAccount(name, hours="daily 00:00-24:00", alert_by=(way,)))
    telegram = Phone("telegram")
    house.inbox.register(telegram)
    desk = open_desk(house.settings, house.board, house.inbox, house.words, house.directory)
    person = house.person(ANA)
    await house.says(ANA, "hello")
    await house.says(ANA, "no")
    await house.says(ANA, "Ana Canary zarzamora")
    await house.says(ANA, "i need money")
    began = time.monotonic()
    await house.says(ANA, PERSON)
    texts: list[str] = []

    def all_there() -> bool:
        return bool(
            mailbox.got and hook.got and house.phone.of("+15555550190") and telegram.of("4455")
        )

    await until(all_there)
    assert time.monotonic() - began < 2.0, "from request to alert"
    texts += [content for _, content in mailbox.got]
    texts += [json.dumps(headers) + body.decode() for headers, body in hook.got]
    texts += house.phone.of("+15555550190") + telegram.of("4455")
    request = house.request(ANA)
    assert request is not None and all(request.reference in text for text in texts)
    ann = accounts.advocate("ann")
    house.board.wires.open("ann")
    await house.board.claim(request.reference, ann)
    await house.says(ANA, "hello?")
    await house.says(ANA, "yes")
    await house.says(ANA, "Ana Canary zarzamora")
    await house.board.say(request.reference, "ann", "zarzamora, I hear you")
    await house.board.end(request.reference, "ann")
    accounts.engine.dispose()
    desk.accounts.engine.dispose()
    left = [path.read_bytes().decode("latin-1") for path in tmp_path.glob("desk.*")]
    logs = [r.getMessage() for r in caplog.records if r.name == "linden"]
    assert logs
    digests = {h(ANA.encode()).hexdigest() for h in (hashlib.sha256, hashlib.sha1, hashlib.md5)}
    for text in texts + left + logs:
        for canary in (*CANARIES, person, person.split(":")[1], *digests):
            assert canary.casefold() not in text.casefold(), (canary, text[:300])
    assert house.board.alerts is not None
    await house.board.alerts.settle()


async def test_the_webhook_is_signed(hook: Hook) -> None:
    house = House(webhook_key=KEY)
    alert = Alert("ab12", "es", "sms", "usual", 0, "http://127.0.0.1:8081/", "text")
    await WebhookAlerts(house.settings)(hook.url, alert)
    ((headers, body),) = hook.got
    stamp, mac = headers["x-linden-signature"].split(",")
    wanted = hmac.new(KEY.encode(), f"{stamp[2:]}.".encode() + body, hashlib.sha256).hexdigest()
    assert mac == f"v1={wanted}" and abs(int(stamp[2:]) - time.time()) < 10
    assert set(json.loads(body)) == {f.name for f in dataclasses.fields(Alert)}


async def test_an_undelivered_alert_is_said_to_be(mailbox: Mailbox, hook: Hook) -> None:
    house = House(webhook_key=KEY, **mail_settings(mailbox))
    alert = Alert("ab12", "es", "sms", "usual", 0, "link", "text")
    mailbox.broken, hook.status = True, 500
    for sender, address in (
        (SmtpAlerts(house.settings, "Desk"), "ann@example.org"),
        (WebhookAlerts(house.settings), hook.url),
        (WebhookAlerts(house.settings), "http://127.0.0.1:9/"),
        (ChannelAlerts(house.inbox, "telegram"), "4455"),
    ):
        with pytest.raises(AlertUndelivered):
            await sender(address, alert)


class Ways:
    """Senders that write down whom they reached, and fail for those in ``broken``."""

    def __init__(self, broken: tuple[str, ...] = ()) -> None:
        self.reached: list[str] = []
        self.broken = broken

    def senders(self) -> dict[str, Send]:
        async def send(address: str, alert: Alert) -> None:
            if address in self.broken:
                raise AlertUndelivered
            self.reached.append(address)

        return {"sms": send, "email": send}


def alerted(house: House, ways: Ways, next_s: float = 0.05) -> None:
    house.board.alerts = Alerts(
        house.board.roster, house.words, ways.senders(), "link", next_s, clock=house.clock
    )


def by(*ways: str) -> tuple[tuple[str, str], ...]:
    return tuple(("email" if "@" in way else "sms", way) for way in ways)


async def test_first_who_speaks_the_language_then_all_then_the_supervisor() -> None:
    team = [
        advocate("sue", role="supervisor", alert_by=by("sue")),
        advocate("lee", alert_by=by("lee")),
        advocate("rosa", languages=("es",), alert_by=by("rosa")),
    ]
    house, ways = House(team, channel="web"), Ways()
    alerted(house, ways)
    await house.says(ANA, PERSON, language="es")
    await until(lambda: len(ways.reached) == 3)
    assert ways.reached == ["rosa", "lee", "sue"]


async def test_a_failed_way_moves_on_to_the_next_and_to_the_next_advocate() -> None:
    team = [
        advocate("rosa", alert_by=by("rosa", "rosa@example.org")),
        advocate("lee", languages=("es",), alert_by=by("lee")),
    ]
    house, ways = House(team, channel="web"), Ways(broken=("rosa", "rosa@example.org"))
    alerted(house, ways, next_s=60)
    await house.says(ANA, PERSON)
    await until(lambda: ways.reached == ["lee"], within_s=1)
    ways = Ways(broken=("rosa",))
    house = House(team, channel="web")
    alerted(house, ways, next_s=60)
    await house.says(ANA, PERSON)
    await until(lambda: ways.reached == ["rosa@example.org"], within_s=1)


async def test_nobody_is_alerted_any_more_once_claimed_or_left() -> None:
    team = [
        advocate("rosa", alert_by=by("rosa")),
        advocate("sue", role="supervisor", alert_by=by("sue")),
    ]
    house, ways = House(team, channel="web"), Ways()
    alerted(house, ways, next_s=0.2)
    await house.says(ANA, PERSON)
    await until(lambda: ways.reached == ["rosa"])
    await house.desk("rosa").claims()
    await asyncio.sleep(0.4)
    assert ways.reached == ["rosa"]
    house, ways = House(team, channel="web"), Ways()
    alerted(house, ways, next_s=0.2)
    await house.says(ANA, PERSON)
    await until(lambda: ways.reached == ["rosa"])
    await house.says(ANA, "x")
    await asyncio.sleep(0.4)
    assert ways.reached == ["rosa"]


async def test_who_has_a_break_or_is_off_hours_is_not_alerted() -> None:
    from handoff.hours import read_hours

    team = [
        advocate("rosa", paused=True, alert_by=by("rosa")),
        advocate("lee", hours=read_hours("mon 03:00-04:00"), alert_by=by("lee")),
        advocate("dot", alert_by=by("dot")),
    ]
    house, ways = House(team, channel="web"), Ways()
    alerted(house, ways)
    await house.says(ANA, PERSON)
    await asyncio.sleep(0.3)
    assert ways.reached == ["dot"]
