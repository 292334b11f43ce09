"""One conversation between a person and an advocate, in memory for as long as it lasts."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from bot.normalise import fold

MOST_LINES = 500
"""Lines kept of one conversation; older ones go first."""


class Side(StrEnum):
    """Who a line is from. ``supervisor``: seen by the desk only. ``event``: a phrase of the
    desk's, no words of anybody."""

    PERSON = "person"
    ADVOCATE = "advocate"
    SUPERVISOR = "supervisor"
    EVENT = "event"


class Delivery(StrEnum):
    """What became of an advocate's words."""

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


@dataclass(slots=True)
class Line:
    """One line of the thread. For an event, ``text`` is the name of a desk phrase."""

    number: int
    side: Side
    text: str
    at: datetime
    delivery: Delivery | None = None
    danger: bool = False
    """Words of danger or of wanting to die were heard in it."""


class CheckWord:
    """A word that the person chose, to know them again; kept as a salted hash only."""

    def __init__(self, word: str) -> None:
        self._salt = secrets.token_bytes(16)
        self._digest = self._of(word)

    def _of(self, word: str) -> bytes:
        return hashlib.scrypt(fold(word).encode(), salt=self._salt, n=2**12, r=8, p=1)

    def matches(self, word: str) -> bool:
        return hmac.compare_digest(self._digest, self._of(word))


@dataclass(slots=True)
class Relay:
    """The thread and what surrounds it. ``guarded``: quiet for long, or somebody may be looking;
    nothing passes either way until a neutral check was answered. ``hidden``: the desk does not
    show the thread until the advocate asks for it."""

    reference: str
    account: str
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    lines: list[Line] = field(default_factory=list)
    told: bool = False
    """The person has read the advocate's name."""
    guarded: bool = False
    checked: bool = False
    """The neutral check was sent since the thread was guarded."""
    hidden: bool = False
    word: CheckWord | None = None
    awaits_word: bool = False
    helper: str | None = None
    """Account of a supervisor whom the advocate let in."""
    wants_help: bool = False
    spoke_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When either side last wrote."""
    away_since: datetime | None = None
    told_away: bool = False
    read: int = 0
    """Number of the last line that the advocate's page showed."""
    _count: int = 0

    def add(
        self,
        side: Side,
        text: str,
        delivery: Delivery | None = None,
        *,
        danger: bool = False,
    ) -> Line:
        self._count += 1
        line = Line(self._count, side, text, self.clock(), delivery, danger)
        self.lines.append(line)
        del self.lines[:-MOST_LINES]
        if side in (Side.PERSON, Side.ADVOCATE):
            self.spoke_at = line.at
        return line

    def last(self) -> int:
        """Number of the newest line."""
        return self._count

    def guard(self) -> None:
        """Quiet for long, or somebody may be looking: hide the thread, ask before going on."""
        self.guarded, self.hidden, self.checked = True, True, False

    def wipe(self) -> None:
        """Let go of every word at once, also where somebody still holds this object."""
        for line in self.lines:
            line.text = ""
        self.lines.clear()
        self.word = None
