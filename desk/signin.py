"""Signing in: password and second factor, slowed down by rate, the same for names that exist and
names that do not."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

import argon2
import pyotp
import sqlalchemy as sa

from bot.privacy import log
from bot.settings import Settings
from desk.accounts import Accounts, NoSuchAccount, totp_step
from desk.schema import sessions
from handoff.roster import Advocate

FREE_TRIES = 5
"""Wrong tries for a name, or from an address, before waiting."""

_FIRST_WAIT_S, _LONGEST_WAIT_S = 30.0, 900.0
_KEEP_S = 3600.0
_MOST_KEPT = 10_000


class SignInRefused(Exception):
    """Name, password or code are not right; which of them is not said."""


class TooManyTries(SignInRefused):
    """Wait before trying again."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in. ``token`` is in the cookie only, ``csrf`` in forms only."""

    token: str
    csrf: str
    advocate: Advocate


class Tries:
    """Wrong tries by name and by address: after `FREE_TRIES` a wait that doubles each time.
    Memory is bounded; the oldest are forgotten first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: dict[str, tuple[int, float]] = {}

    def allowed(self, *keys: str) -> bool:
        now = self._clock()
        return all(now >= self._until(key) for key in keys)

    def _until(self, key: str) -> float:
        count, at = self._wrong.get(key, (0, 0.0))
        if count < FREE_TRIES:
            return 0.0
        return at + min(_FIRST_WAIT_S * 2.0 ** (count - FREE_TRIES), _LONGEST_WAIT_S)

    def wrong(self, *keys: str) -> None:
        now = self._clock()
        for key in keys:
            count, at = self._wrong.pop(key, (0, now))
            self._wrong[key] = (count + 1 if now - at < _KEEP_S else 1, now)
        while len(self._wrong) > _MOST_KEPT:
            del self._wrong[next(iter(self._wrong))]

    def right(self, key: str) -> None:
        self._wrong.pop(key, None)


class SignIn:
    """Makes, finds and ends sessions."""

    def __init__(
        self,
        settings: Settings,
        accounts: Accounts,
        clock: Callable[[], float] = time.time,
        tries: Tries | None = None,
    ) -> None:
        self._settings, self._accounts, self._clock = settings, accounts, clock
        self._tries = tries or Tries()
        self._hasher = argon2.PasswordHasher()
        # Stands in for accounts that do not exist, so that they take as long as those that do.
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))
        self._nobody_totp = pyotp.random_base32()

    async def sign_in(self, name: str, password: str, code: str, address: str) -> Session:
        """Raises `SignInRefused`, `TooManyTries`."""
        name = name.strip().lower()[:60]
        keys = (f"name {name}", f"address {address}")
        if not self._tries.allowed(*keys):
            log.warning("desk.too_many_tries")
            raise TooManyTries
        # Counted before it is looked at: many at once may not have more tries than one by one.
        self._tries.wrong(*keys)
        account = await asyncio.to_thread(self._right, name, password[:200], code[:20])
        if account is None:
            log.warning("desk.sign_in_refused")
            raise SignInRefused
        self._tries.right(keys[0])
        self._tries.right(keys[1])
        return self._open(account)

    def _right(self, name: str, password: str, code: str) -> str | None:
        try:
            row = self._accounts.row(name)
        except NoSuchAccount:
            row = None
        enrolled = row is not None and row.password is not None and row.totp is not None
        hashed = row.password if enrolled else self._nobody
        try:
            self._hasher.verify(hashed, password)
            known = True
        except argon2.exceptions.VerificationError:
            known = False
        secret = self._accounts.totp_secret(row) if enrolled else self._nobody_totp
        used = row.totp_step if enrolled else 0
        step = totp_step(secret or self._nobody_totp, code, used, self._clock())
        if not (enrolled and known and step is not None):
            return None
        return str(row.account) if self._accounts.use_step(row.account, step) else None

    def _open(self, account: str) -> Session:
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        now = self._clock()
        with self._accounts.engine.begin() as db:
            db.execute(sessions.delete().where(sessions.c.started_at < now - self._oldest()))
            db.execute(
                sessions.insert().values(
                    token=_digest(token), account=account, csrf=csrf, started_at=now, pressed_at=now
                )
            )
        log.info("desk.signed_in")
        return Session(token, csrf, self._accounts.advocate(account))

    def find(self, token: str | None, pressed: bool = True) -> Session | None:
        """The session of a cookie, or None. ``pressed`` False: a stream asks, nobody pressed
        anything."""
        if not token:
            return None
        now, key = self._clock(), _digest(token)
        with self._accounts.engine.begin() as db:
            row = db.execute(sa.select(sessions).where(sessions.c.token == key)).first()
            if row is None:
                return None
            if (
                now - row.started_at > self._oldest()
                or now - row.pressed_at > self._settings.desk_idle_s
            ):
                db.execute(sessions.delete().where(sessions.c.token == key))
                return None
            if pressed and now - row.pressed_at > 1:
                db.execute(sessions.update().where(sessions.c.token == key).values(pressed_at=now))
        try:
            return Session(token, row.csrf, self._accounts.advocate(row.account))
        except NoSuchAccount:
            return None

    def sign_out(self, session: Session, everywhere: bool = False) -> None:
        """End this session, or all of this account's."""
        where = (
            sessions.c.account == session.advocate.account
            if everywhere
            else sessions.c.token == _digest(session.token)
        )
        with self._accounts.engine.begin() as db:
            db.execute(sessions.delete().where(where))
        log.info("desk.signed_out")

    def _oldest(self) -> float:
        return self._settings.desk_session_s


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
