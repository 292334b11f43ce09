"""Asking for a human: what a request carries and who keeps it.

A request carries language and channel only; nothing else is shared before the person agrees.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class State(StrEnum):
    """requested → waiting → connected → closed (or withdrawn, or timed out)."""

    REQUESTED = "requested"
    WAITING = "waiting"
    CONNECTED = "connected"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    TIMED_OUT = "timed_out"


@dataclass(frozen=True, slots=True)
class HandoffRequest:
    """One person waiting for an advocate. ``reference`` is random and dies with the session."""

    reference: str
    language: str
    channel: str
    lane: str
    state: State
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class Availability:
    """Who could answer. ``next_at`` is when somebody is next on call, None when unknown."""

    on_call: int
    speaks_language: int
    next_at: datetime | None = None


class HandoffQueue(Protocol):
    """People who asked for a human, in order. ``person`` never leaves the process."""

    def request(self, person: str, language: str, channel: str, lane: str) -> HandoffRequest: ...

    def of(self, person: str) -> HandoffRequest | None: ...

    def withdraw(self, person: str) -> bool: ...

    def forget(self, person: str) -> None:
        """The person left: wipe request and relay on both sides at once."""

    def availability(self, language: str, lane: str) -> Availability: ...

    async def relay(self, person: str, text: str) -> bool:
        """Hand the person's words to the advocate; False when nobody is connected."""
