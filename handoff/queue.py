"""People who asked for a human, in memory and in order. Nothing is ever on disk."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from handoff.contract import Availability, HandoffRequest, Notice, Shared, State, Urgency
from handoff.errors import AlreadyClaimed, NoSuchRequest

OPEN = (State.REQUESTED, State.WAITING)
"""In line and not yet claimed."""


def _now() -> datetime:
    return datetime.now(UTC)


class MemoryQueue:
    """The line of one process. Every change is one step under a lock, so that threads (the brain
    runs in its own) and advocates who press at once see one order of things.

    A `handoff.contract.HandoffQueue` by itself: one without desk, relay or roster.
    """

    def __init__(self, clock: Callable[[], datetime] = _now) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._requests: dict[str, HandoffRequest] = {}
        self._people: dict[str, str] = {}

    # -- the person's side ---------------------------------------------------------------------

    def request(
        self, person: str, language: str, channel: str, lane: str, *, urgent: bool = False
    ) -> HandoffRequest:
        """Put a person in line. Asked twice is asked once: the place in line is kept."""
        with self._lock:
            known = self._requests.get(person)
            if known is not None:
                return self.change(person, urgency=Urgency.URGENT) if urgent else known
            made = HandoffRequest(
                secrets.token_hex(4),
                language,
                channel,
                lane,
                State.REQUESTED,
                self._clock(),
                Urgency.URGENT if urgent else Urgency.USUAL,
            )
            self._requests[person] = made
            self._people[made.reference] = person
            return made

    def of(self, person: str) -> HandoffRequest | None:
        return self._requests.get(person)

    def change(self, person: str, **fields: object) -> HandoffRequest:
        """Replace fields of a request. Raises `NoSuchRequest`."""
        with self._lock:
            known = self._requests.get(person)
            if known is None:
                raise NoSuchRequest
            changed: HandoffRequest = replace(known, **fields)  # type: ignore[arg-type]
            self._requests[person] = changed
            return changed

    def agree(
        self, person: str, *, shared: Shared | None = None, text_minutes: int | None = None
    ) -> None:
        with self._lock:
            known = self._requests.get(person)
            if known is not None:
                self._requests[person] = replace(
                    known,
                    shared=shared if shared is not None else known.shared,
                    text_until=(
                        self._clock() + timedelta(minutes=text_minutes)
                        if text_minutes
                        else known.text_until
                    ),
                )

    def explained(self, person: str) -> None:
        with self._lock:
            if person in self._requests:
                self.change(person, explained=True)

    def withdraw(self, person: str) -> bool:
        return self.drop(person) is not None

    def forget(self, person: str) -> None:
        self.drop(person)

    def drop(self, person: str) -> HandoffRequest | None:
        """Take a request out, for whatever reason."""
        with self._lock:
            known = self._requests.pop(person, None)
            if known is not None:
                self._people.pop(known.reference, None)
            return known

    def urgent(self, person: str) -> None:
        with self._lock:
            if person in self._requests:
                self.change(person, urgency=Urgency.URGENT)

    def watched(self, person: str, now: bool = True) -> None:
        """Nothing goes out of a line without a desk."""

    def availability(self, language: str, lane: str) -> Availability:
        """Nobody is on call as long as no desk is connected."""
        return Availability(on_call=0, speaks_language=0)

    def listens(self, person: str) -> bool:
        return False

    async def relay(self, person: str, text: str, *, danger: bool = False) -> bool:
        return False

    def notices(self, person: str) -> Sequence[Notice]:
        return ()

    # -- the desk's side -----------------------------------------------------------------------

    def person(self, reference: str) -> str:
        """Raises `NoSuchRequest`."""
        try:
            return self._people[reference]
        except KeyError:
            raise NoSuchRequest from None

    def by_reference(self, reference: str) -> HandoffRequest:
        """Raises `NoSuchRequest`."""
        with self._lock:
            return self._requests[self.person(reference)]

    def all(self) -> list[tuple[str, HandoffRequest]]:
        """Every person with their request, whatever its state."""
        with self._lock:
            return list(self._requests.items())

    def waiting(self, lane: str | None = None) -> list[HandoffRequest]:
        """Everyone in line, the urgent first, then the longest waiting."""
        found = [
            request
            for _, request in self.all()
            if request.state in OPEN and lane in (None, request.lane)
        ]
        return sorted(found, key=lambda r: (r.urgency is not Urgency.URGENT, r.requested_at))

    def claim(self, reference: str, account: str) -> HandoffRequest:
        """Make a waiting person this advocate's, once. Raises `AlreadyClaimed`,
        `NoSuchRequest`."""
        with self._lock:
            person = self.person(reference)
            if self._requests[person].state not in OPEN:
                raise AlreadyClaimed
            return self.change(person, state=State.CLAIMED, claimed_by=account)
