"""Puts the advocates' desk together with the switchboard, the roster and the ways to alert."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.applications import Starlette

from bot.contract import Reply
from bot.privacy import log
from bot.settings import Settings
from bot.words import Words
from channels.contract import Outbound
from channels.errors import SendError
from channels.inbox import Inbox
from desk.accounts import Accounts
from desk.app import create_desk
from desk.audit import Audit
from directory.contract import Directory
from handoff.alert import Alert, Alerts, Send
from handoff.errors import AlertUndelivered
from handoff.smtp import SmtpAlerts
from handoff.switchboard import Audited, Switchboard
from handoff.webhook import WebhookAlerts

TICK_S = 2.0
"""Seconds between two looks at everyone who waits or talks."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk's application and what runs beside it."""

    app: Starlette
    accounts: Accounts
    switchboard: Switchboard

    async def tick(self) -> None:
        """Look after people who wait, until cancelled."""
        while True:
            await asyncio.sleep(TICK_S)
            try:
                await self.switchboard.tick()
            except Exception as error:
                # One broken look must not end all later ones.
                log.error("handoff.tick_failed", error)


class ChannelAlerts:
    """Alerts by a channel that people use too: its own sender, to an advocate's address."""

    def __init__(self, inbox: Inbox, name: str) -> None:
        self._inbox, self._name = inbox, name

    async def __call__(self, address: str, alert: Alert) -> None:
        """Raises `AlertUndelivered`."""
        channel = self._inbox.channel(self._name)
        if channel is None:
            raise AlertUndelivered
        try:
            await channel.send(address, Outbound((Reply(alert.text),), None))
        except SendError as error:
            raise AlertUndelivered from error


def senders(settings: Settings, inbox: Inbox, words: Words) -> dict[str, Send]:
    """The ways to alert that this deployment has."""
    found: dict[str, Send] = {
        "sms": ChannelAlerts(inbox, "sms"),
        "telegram": ChannelAlerts(inbox, "telegram"),
    }
    if settings.smtp_host:
        subject = words.phrase("desk_alert_subject", settings.default_language)
        found["email"] = SmtpAlerts(settings, subject)
    if settings.webhook_key:
        found["webhook"] = WebhookAlerts(settings)
    return found


def open_desk(
    settings: Settings,
    switchboard: Switchboard,
    inbox: Inbox,
    words: Words,
    directory: Directory,
) -> Desk:
    """Open accounts, join the parts, make the application. Called on the doors' event loop."""
    accounts = Accounts(settings)
    audit = Audit(accounts.engine)

    def write(entry: Audited) -> None:
        try:
            audit.add(entry.account, entry.event, entry.reference)
        except Exception as error:
            # A full disk must not keep an advocate from a person.
            log.error("desk.audit_failed", error)

    cut = audit.cut()
    switchboard.bind()
    switchboard.voice = inbox
    switchboard.audit = write
    switchboard.roster.connect(accounts.advocates, accounts.service_paused)
    if cut:
        switchboard.was_cut()
        log.warning("handoff.cut", count=cut)
    link = settings.desk_url or f"http://{settings.desk_host}:{settings.desk_port}/"
    switchboard.alerts = Alerts(
        switchboard.roster,
        words,
        senders(settings, inbox, words),
        link,
        settings.alert_next_s,
    )
    app = create_desk(settings, switchboard, accounts, words, directory, cut=cut)
    return Desk(app, accounts, switchboard)
