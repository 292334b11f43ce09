"""Conversations in memory: scrubbed on save, short, expiring, erased at once on exit.

Rasa falls back to a plain store silently in two ways; `assert_ours` refuses to start then.
"""

from __future__ import annotations

import contextvars
import copy
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from rasa.core.tracker_store import FailSafeTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bot.contract import Epochs
from bot.privacy import log
from bot.runtime.scrub import compact

turn_epoch: contextvars.ContextVar[int | None] = contextvars.ContextVar("turn_epoch", default=None)
"""Epoch under which the running turn began; a save under an older epoch than now is dropped."""


class StoreNotOurs(RuntimeError):
    """Rasa put its own store in place of ours; nothing may run on it."""


class Conversations(TrackerStore):
    """Tracker store named in endpoints.yml. Times in seconds.

    ``save`` never raises: Rasa would keep the unscrubbed tracker in a fallback store for ever.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: Any = None,
        host: Any = None,
        ttl_s: float = 1800,
        keep_turns: int = 4,
        clock: Callable[[], float] = time.monotonic,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, None)  # never an event broker: it would carry every text
        self.ttl_s = float(ttl_s)
        self.keep_turns = int(keep_turns)
        self.epochs = Epochs()
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, list[dict[str, Any]], str | None]] = {}

    @property
    def domain(self) -> Domain:
        return self._domain

    @domain.setter
    def domain(self, domain: Domain | None) -> None:
        self._domain = domain or Domain.empty()

    async def save(self, tracker: DialogueStateTracker) -> None:
        person = str(getattr(tracker, "sender_id", ""))
        try:
            epoch = turn_epoch.get()
            if epoch is not None and epoch != self.epochs.current(person):
                return
            events = compact(tracker, self.domain, self.keep_turns)
            language = tracker.get_slot("language")
            with self._lock:
                if epoch is not None and epoch != self.epochs.current(person):
                    return  # left while we were scrubbing
                self._kept[person] = (self._clock() + self.ttl_s, events, language)
        except Exception as error:
            self.erase(person)
            log.error("conversation.dropped", error)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        self.expire()
        kept = self._kept.get(sender_id)
        if kept is None:
            return None
        return DialogueStateTracker.from_dict(sender_id, copy.deepcopy(kept[1]), self.domain.slots)

    async def keys(self) -> Iterable[str]:
        return list(self._kept)

    def erase(self, person: str) -> None:
        """Forget a conversation at once; safe from any thread."""
        with self._lock:
            self._kept.pop(person, None)

    def language(self, person: str) -> str | None:
        kept = self._kept.get(person)
        return kept[2] if kept else None

    def expire(self) -> None:
        """Forget conversations past their lifetime."""
        now = self._clock()
        with self._lock:
            for person in [p for p, kept in self._kept.items() if kept[0] < now]:
                del self._kept[person]


class _Nowhere(TrackerStore):
    """Rasa's fail-safe wrapper writes here when a save fails: nowhere."""

    async def save(self, tracker: DialogueStateTracker) -> None:
        return None

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        return None

    async def keys(self) -> Iterable[str]:
        return []


def assert_ours(store: TrackerStore) -> Conversations:
    """The conversation store behind Rasa's wrapper. Raises `StoreNotOurs`."""
    inner = store._tracker_store if isinstance(store, FailSafeTrackerStore) else store
    if type(inner) is not Conversations:
        raise StoreNotOurs(f"conversations would be kept by {type(inner).__name__}")
    if isinstance(store, FailSafeTrackerStore):
        store._fallback_tracker_store = _Nowhere(inner.domain)
    return inner
