"""How the rest of Linden names a person: a keyed hash of the address, different in every run
unless the operator sets a key. The address itself stays in the channel's memory."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from bot.settings import Settings


class PersonIds:
    """Makes person ids. The key comes from settings or is drawn at start."""

    def __init__(self, settings: Settings) -> None:
        self._key = settings.hash_key.encode() or secrets.token_bytes(32)

    def of(self, channel: str, address: str) -> str:
        """``channel:`` + 32 hex digits (HMAC-SHA-256, 128 bits of it)."""
        message = f"{channel}\0{address}".encode("utf-8", "surrogatepass")
        return f"{channel}:{hmac.new(self._key, message, hashlib.sha256).hexdigest()[:32]}"
