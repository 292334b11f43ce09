"""How much one person, and all together, may send; a plain answer at the limit."""

from __future__ import annotations

import time
from collections.abc import Callable


class Rate:
    """A token bucket a person: ``per_minute`` messages, refilled evenly. Memory is bounded by
    `prune`."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, person: str) -> bool:
        """Whether this person may send one more now."""
        now = self._clock()
        tokens, then = self._buckets.get(person, (float(self._per_minute), now))
        tokens = min(self._per_minute, tokens + (now - then) * self._per_minute / 60)
        allowed = tokens >= 1
        self._buckets[person] = (tokens - 1 if allowed else tokens, now)
        return allowed

    def prune(self) -> None:
        """Forget people whose bucket is full again."""
        now = self._clock()
        for person, (tokens, then) in list(self._buckets.items()):
            if tokens + (now - then) * self._per_minute / 60 >= self._per_minute:
                del self._buckets[person]


class Repeats:
    """Message ids seen lately, so that a provider's second delivery is dropped."""

    def __init__(
        self, keep_s: float = 3600, most: int = 100_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._keep_s, self._most, self._clock = keep_s, most, clock
        self._seen: dict[str, float] = {}

    def seen(self, key: str) -> bool:
        """True when the key was given before; remembers it otherwise."""
        now = self._clock()
        if key in self._seen and now - self._seen[key] < self._keep_s:
            return True
        self._seen[key] = now
        if len(self._seen) > self._most:
            self.prune()
        return False

    def prune(self) -> None:
        now = self._clock()
        fresh = {k: t for k, t in self._seen.items() if now - t < self._keep_s}
        self._seen = dict(list(fresh.items())[-self._most :])
