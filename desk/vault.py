"""Encrypts what the accounts database holds of advocates themselves: second factors and the
addresses at which they are alerted."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from bot.settings import Settings


class VaultKeyWrong(RuntimeError):
    """The database was written with another LINDEN_DESK_KEY (or desk.key)."""


class Vault:
    """Fernet (AES-128-CBC and HMAC-SHA-256) under the key of the settings, or one drawn into
    ``desk.key`` beside the database."""

    def __init__(self, settings: Settings) -> None:
        key = settings.desk_key.encode() or _kept(settings.folder(settings.data_folder))
        self._fernet = Fernet(base64.urlsafe_b64encode(hashlib.sha256(key).digest()))

    def close(self, text: str) -> bytes:
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """Raises `VaultKeyWrong`."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise VaultKeyWrong("desk.db was written with another key") from None


def _kept(folder: Path) -> bytes:
    """The key beside the database, drawn the first time; only its owner may read it."""
    path = folder / "desk.key"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        key = base64.urlsafe_b64encode(os.urandom(32))
        file.write(key)
    return key
