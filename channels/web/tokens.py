"""One-time tokens of start pages.

A start page costs the server nothing: its token is signed, not stored, so that a flood of page
loads fills no memory. Only a token that was used is remembered, until it would be too old anyway.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable

LIFE_S = 12 * 3600
"""How long a start page may lie open before its first message: somebody opens it in the morning
and finds the moment to write at night."""

_MOST_SPENT = 100_000
"""Used tokens remembered at once, about 15 MB. Beyond it the oldest start pages stop working
rather than becoming usable twice."""


class TokenUnknown(Exception):
    """Not ours, mangled, or too old."""


class TokenSpent(Exception):
    """Used before: the page was reloaded, gone back to, or copied."""


class StartTokens:
    """Makes and spends start tokens. The key is drawn at start and never leaves the process."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, most_spent: int = _MOST_SPENT
    ) -> None:
        self._key = secrets.token_bytes(32)
        self._clock = clock
        self._most = most_spent
        self._spent: dict[str, float] = {}
        self._not_before = 0.0

    def make(self) -> str:
        """A token for one page: time, 128 random bits, and a mark that only we can make."""
        body = f"{int(self._clock())}.{secrets.token_urlsafe(16)}"
        return f"{body}.{self._mark(body)}"

    def check(self, token: str) -> None:
        """Raises `TokenUnknown` or `TokenSpent`; changes nothing."""
        body, _, mark = token.rpartition(".")
        at = body.partition(".")[0]
        if not token.isascii() or not hmac.compare_digest(mark, self._mark(body)):
            raise TokenUnknown
        if int(at) < max(self._not_before, self._clock() - LIFE_S):
            raise TokenUnknown
        if token in self._spent:
            raise TokenSpent

    def spend(self, token: str) -> None:
        """Use a token up. Raises `TokenUnknown` or `TokenSpent`."""
        self.check(token)
        self._spent[token] = self._clock()
        if len(self._spent) > self._most:
            self._prune()

    def _prune(self) -> None:
        oldest = self._clock() - LIFE_S
        for token, at in list(self._spent.items()):
            if at < oldest or len(self._spent) > self._most:
                made_at = float(token.partition(".")[0])
                self._not_before = max(self._not_before, made_at + 1)
                del self._spent[token]
            else:
                break

    def _mark(self, body: str) -> str:
        return hmac.new(self._key, body.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]
