"""What a channel hands in and what it must be able to do.

A channel turns its provider's message into an `Inbound`, gives it to `channels.inbox.Inbox`, and
carries `Outbound` back to the address. It knows addresses; nobody else does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.contract import Reply


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message as it came in.

    ``address`` is how the channel reaches the person (a number, a chat id, a session token); it is
    never logged and never leaves the channel layer but as a keyed hash. ``message_id`` is the
    provider's, for dropping repeats; None where repeats cannot happen.
    """

    channel: str
    address: str
    text: str
    message_id: str | None = None
    language: str | None = None
    kind: str = "text"
    """``text``, or ``media`` for what we kindly refuse: pictures, voice, pins, contact cards."""


@dataclass(frozen=True, slots=True)
class Outbound:
    """All that is said in one turn. ``language`` decides direction and lang attributes."""

    replies: tuple[Reply, ...]
    language: str | None


class Channel(Protocol):
    """One way to reach people. ``name`` is its word everywhere: sms whatsapp telegram web
    terminal."""

    name: str

    async def send(self, address: str, outbound: Outbound) -> None:
        """Deliver. Raises `channels.errors.SendError`."""

    async def forget(self, address: str) -> None:
        """Erase what the channel and its provider hold of this person's session."""
