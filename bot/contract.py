"""What the parts of Linden promise each other: a turn goes in, replies come out.

Kept free of Rasa and of any channel, so that a channel can be tested with a stub brain and the
brain with no channel at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of one person, on its way to the brain.

    ``person`` is ``<channel>:<keyed hash>``, never an address. ``epoch`` is the person's epoch at
    arrival: whatever is answered or saved under an older epoch than the current one is dropped.
    """

    person: str
    channel: str
    text: str
    epoch: int
    offered_language: str | None = None
    """Language the person picked on the page or in the channel's settings, if any."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One text for the person. ``choices`` are short texts that the person may send by a tap;
    ``name`` is the response it came from, for tests and never sent."""

    text: str
    choices: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """All replies of one turn and the language they are in (BCP 47)."""

    replies: tuple[Reply, ...] = ()
    language: str | None = None
    notes: frozenset[str] = field(default_factory=frozenset)
    """What the channel must know beside the words: ``left`` (forget this person now)."""


class Brain(Protocol):
    """Whatever understands a message and decides what is said. One is made per process."""

    async def turn(self, turn: Turn) -> Answer:
        """Answer one message. Never raises; a failure inside is answered in plain words."""

    def forget(self, person: str) -> None:
        """Erase all that is known of this person, at once and without waiting for any lock."""

    def language(self, person: str) -> str | None:
        """Language of the conversation, if there is one."""

    def ready(self) -> bool:
        """False while only words and no model are there."""


class Epochs:
    """A counter per person that exit bumps, so that late work can be recognised and dropped."""

    def __init__(self) -> None:
        self._count = 0
        self._epochs: dict[str, int] = {}

    def current(self, person: str) -> int:
        return self._epochs.get(person, 0)

    def bump(self, person: str) -> int:
        """Start a new epoch. Numbers only grow over all persons, so a forgotten person's never
        comes back by chance."""
        self._count += 1
        self._epochs[person] = self._count
        return self._count

    def prune(self, keep: set[str]) -> None:
        """Forget the epochs of people without an open conversation."""
        for person in [p for p in self._epochs if p not in keep]:
            del self._epochs[person]
