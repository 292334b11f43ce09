"""People who asked for a human, in memory and in order."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from handoff.contract import Availability, HandoffRequest, State


class MemoryQueue:
    """A `handoff.contract.HandoffQueue` of one process. Nothing is ever on disk."""

    def __init__(self) -> None:
        self._waiting: dict[str, HandoffRequest] = {}

    def request(self, person: str, language: str, channel: str, lane: str) -> HandoffRequest:
        """Asked twice is asked once: the place in line is kept."""
        if person not in self._waiting:
            self._waiting[person] = HandoffRequest(
                secrets.token_hex(4), language, channel, lane, State.REQUESTED, datetime.now(UTC)
            )
        return self._waiting[person]

    def of(self, person: str) -> HandoffRequest | None:
        return self._waiting.get(person)

    def waiting(self) -> list[HandoffRequest]:
        """Everyone in line, longest first."""
        return sorted(self._waiting.values(), key=lambda request: request.requested_at)

    def withdraw(self, person: str) -> bool:
        return self._waiting.pop(person, None) is not None

    def forget(self, person: str) -> None:
        self._waiting.pop(person, None)

    def availability(self, language: str, lane: str) -> Availability:
        """Nobody is on call as long as no desk is connected."""
        return Availability(on_call=0, speaks_language=0)

    async def relay(self, person: str, text: str) -> bool:
        return False
