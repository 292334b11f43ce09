"""Asking for a human: what a request carries, who keeps it, how the person is reached.

A request carries language and channel only; nothing else is shared before the person agrees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

SURVIVOR, CAUSED_HARM = "survivor", "caused_harm"
"""The two rosters. Helpers are answered by survivors' advocates; someone who caused harm never."""


class State(StrEnum):
    """requested → waiting → claimed → connected → closed (or withdrawn, or timed out).

    ``requested``: in line, the person has not written since. ``claimed``: an advocate is there and
    the person has not written to them yet, so nothing was passed on."""

    REQUESTED = "requested"
    WAITING = "waiting"
    CLAIMED = "claimed"
    CONNECTED = "connected"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    TIMED_OUT = "timed_out"


class Urgency(StrEnum):
    """Moves a person up in line, never out of it."""

    USUAL = "usual"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class Shared:
    """What the person agreed that the advocate may see beside language and channel. Words of
    closed lists only. ``phone``: ``seen`` (somebody may look at it) or empty."""

    needs: tuple[str, ...] = ()
    region: str = ""
    phone: str = ""
    wishes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HandoffRequest:
    """One person waiting for an advocate. ``reference`` is random and dies with the session."""

    reference: str
    language: str
    channel: str
    lane: str
    state: State
    requested_at: datetime
    urgency: Urgency = Urgency.USUAL
    shared: Shared = field(default_factory=Shared)
    text_until: datetime | None = None
    """Until when the person allowed to be written to here; None: only when they write."""
    explained: bool = False
    """They have read who answers, what must be reported and what is shared."""
    claimed_by: str | None = None
    """Account of the advocate."""
    not_again: frozenset[str] = frozenset()
    """Accounts that the person did not want."""


@dataclass(frozen=True, slots=True)
class Availability:
    """Who could answer. ``next_at`` is when somebody is next on call, None when unknown;
    ``wait_s`` how long people waited lately, None when nobody did; ``paused``: the operator has
    closed the line for now."""

    on_call: int
    speaks_language: int
    next_at: datetime | None = None
    wait_s: float | None = None
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be told in the person's language: a response name and its values."""

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)


class HandoffQueue(Protocol):
    """What the bot and the inbox ask. ``person`` never leaves the process. All but `relay` may be
    called from any thread and return at once."""

    def request(
        self, person: str, language: str, channel: str, lane: str, *, urgent: bool = False
    ) -> HandoffRequest:
        """Put a person in line. Asked twice is asked once: the place in line is kept."""

    def of(self, person: str) -> HandoffRequest | None: ...

    def agree(
        self, person: str, *, shared: Shared | None = None, text_minutes: int | None = None
    ) -> None:
        """What may be shared, and for how long from now they may be written to; only what is
        given changes."""

    def explained(self, person: str) -> None:
        """The person has read what a handoff means."""

    def withdraw(self, person: str) -> bool: ...

    def forget(self, person: str) -> None:
        """The person left: wipe request and relay on both sides at once."""

    def urgent(self, person: str) -> None:
        """Danger was heard from this person: move them up."""

    def watched(self, person: str, now: bool = True) -> None:
        """Somebody may be looking over this person's shoulder: nothing goes out until a neutral
        check was answered. ``now`` False: not any more."""

    def availability(self, language: str, lane: str) -> Availability: ...

    def listens(self, person: str) -> bool:
        """Whether what this person writes next is for the handoff rather than for the bot."""

    async def relay(self, person: str, text: str, *, danger: bool = False) -> bool:
        """Hand the person's words to the advocate, or answer a question of the handoff; False
        when the bot should answer them."""

    def notices(self, person: str) -> Sequence[Notice]:
        """What could not be told before because the person did not allow to be written to; given
        once, when they write."""


class Voice(Protocol):
    """How the handoff reaches a person, by the channel they wrote from. The inbox is one."""

    async def tell(self, person: str, notice: Notice) -> bool:
        """Say a reviewed response in the person's language; False when they cannot be reached."""

    async def pass_on(self, person: str, text: str) -> bool:
        """Deliver an advocate's words; False when they cannot be reached."""

    def hold(self, person: str, held: bool) -> None:
        """This person waits or talks with a human: no idle blanking; or not any more."""
