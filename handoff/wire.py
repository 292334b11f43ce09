"""What open desks are told: that something changed, never what was said.

A desk that is told fetches what it may see, so that no queue holds words after they are wiped.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

_MOST = 200
"""Events waiting for a desk that does not read; more means: look at everything anew."""


@dataclass(frozen=True, slots=True)
class Event:
    """``kind``: ``list``, ``thread`` (look anew), ``line`` (a new line), ``delivery`` (number),
    ``gone`` (wipe; ``phrase`` says why), ``ring`` (a new person)."""

    kind: str
    reference: str = ""
    number: int = 0
    phrase: str = ""


class Wire:
    """One open desk page of one account."""

    def __init__(self, account: str) -> None:
        self.account = account
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._list_waits = False

    def put(self, event: Event) -> None:
        if event.kind == "list":
            if self._list_waits:
                return  # the page will look at the list as it is then
            self._list_waits = True
        if self._events.qsize() < _MOST:
            self._events.put_nowait(event)
        elif self._events.qsize() == _MOST:
            self._events.put_nowait(Event("list"))

    async def next(self, timeout_s: float) -> Event | None:
        """The next event, or None after ``timeout_s`` of quiet."""
        try:
            event = await asyncio.wait_for(self._events.get(), timeout_s)
        except TimeoutError:
            return None
        if event.kind == "list":
            self._list_waits = False
        return event


class Wires:
    """All open desk pages of this process. A page without JavaScript holds no wire: its account
    counts as present for ``plain_s`` seconds after each request."""

    def __init__(self, plain_s: float = 300.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._plain_s, self._clock = plain_s, clock
        self._open: list[Wire] = []
        self._seen: dict[str, float] = {}
        self._wired: set[str] = set()
        self.readers: Callable[[str], frozenset[str]] = lambda reference: frozenset()
        """Accounts that may read a conversation: only their pages are told of its lines."""

    def open(self, account: str) -> Wire:
        wire = Wire(account)
        self._wired.add(account)
        self._open.append(wire)
        return wire

    def close(self, wire: Wire) -> None:
        if wire in self._open:
            self._open.remove(wire)

    def seen(self, account: str) -> None:
        """A request of this account came in."""
        self._seen[account] = self._clock()

    def signed_out(self, account: str) -> None:
        """Not there any more, whatever was open."""
        self._seen.pop(account, None)
        self._wired.discard(account)

    def present(self) -> frozenset[str]:
        """Accounts with a page open."""
        since = self._clock() - self._plain_s
        plain = {a for a, at in list(self._seen.items()) if at > since and a not in self._wired}
        return frozenset({wire.account for wire in list(self._open)} | plain)

    def list(self) -> None:
        self._all(Event("list"))

    def thread(self, reference: str) -> None:
        self._readers(Event("thread", reference))

    def line(self, reference: str) -> None:
        self._readers(Event("line", reference))

    def delivery(self, reference: str, number: int) -> None:
        self._readers(Event("delivery", reference, number))

    def gone(self, reference: str, phrase: str, account: str | None = None) -> None:
        """The conversation is over for everybody, or for one account."""
        for wire in self._open:
            if account in (None, wire.account):
                wire.put(Event("gone", reference, phrase=phrase))

    def ring(self, account: str) -> None:
        for wire in self._open:
            if wire.account == account:
                wire.put(Event("ring"))

    def _readers(self, event: Event) -> None:
        readers = self.readers(event.reference)
        for wire in self._open:
            if wire.account in readers:
                wire.put(event)

    def _all(self, event: Event) -> None:
        for wire in self._open:
            wire.put(event)
