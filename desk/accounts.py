"""Accounts of advocates, supervisors and coordinators: who they are, when they are on call, how
they are alerted, how they sign in."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import argon2
import pyotp
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.languages import registry
from bot.privacy import log
from bot.settings import Settings
from desk.schema import accounts, open_database, sessions, switches
from desk.vault import Vault
from handoff.contract import CAUSED_HARM, SURVIVOR
from handoff.hours import HoursUnreadable, read_hours
from handoff.roster import Advocate, Role

INVITE_S = 48 * 3600
PASSWORD_LENGTH = 12
WAYS = ("sms", "telegram", "email", "webhook")
DESK_LANGUAGES = ("en", "es")
MOST_CHATS = 5
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,38}")
_CACHE_S = 2.0


class AccountInvalid(ValueError):
    """Something about an account cannot be used; the message says what, for the one who
    entered it. ``code`` names it for the desk's phrases."""

    def __init__(self, message: str, code: str = "invalid") -> None:
        super().__init__(message)
        self.code = code


class NoSuchAccount(KeyError):
    """No account of that name."""


class InviteSpent(ValueError):
    """A link for setting a password that was used, has run out or never was."""


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What the operator says of an advocate. ``alert_by``: ``sms:+1..``, ``email:..`` and so on,
    in the order in which they are tried."""

    account: str
    shown: str = ""
    role: str = Role.ADVOCATE
    lane: str = SURVIVOR
    languages: tuple[str, ...] = ("en",)
    desk_language: str = "en"
    timezone: str = "UTC"
    hours: str = ""
    exceptions: str = ""
    alert_by: tuple[str, ...] = ()
    chat_limit: int = 2


def way(text: str) -> tuple[str, str]:
    """``sms:+15555550100`` as kind and address. Raises `AccountInvalid`."""
    kind, _, address = text.strip().partition(":")
    if kind not in WAYS or not address.strip() or "\n" in address:
        raise AccountInvalid(f"not a way to alert ({', '.join(WAYS)}): {kind}", "alert_by")
    return kind, address.strip()


class Accounts:
    """The accounts database. Reads for the roster are kept for two seconds, so that a change made
    by the command line counts at once and nobody waits for a disk."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings, self._clock = settings, clock
        self.engine = engine or open_database(settings)
        self._vault = Vault(settings)
        self._hasher = argon2.PasswordHasher()
        self._lock = threading.Lock()
        self._kept: tuple[float, tuple[Advocate, ...]] = (-_CACHE_S, ())
        self._closed: tuple[float, bool] = (-_CACHE_S, False)

    # -- the roster ----------------------------------------------------------------------------

    def advocates(self) -> Sequence[Advocate]:
        """Everybody, as the roster wants them. An account that cannot be read is left out, and
        said so in the log."""
        with self._lock:
            at, found = self._kept
            if time.monotonic() - at < _CACHE_S:
                return found
            with self.engine.connect() as db:
                rows = db.execute(sa.select(accounts).order_by(accounts.c.account)).fetchall()
            found = tuple(a for row in rows if (a := self._advocate(row)) is not None)
            self._kept = (time.monotonic(), found)
            return found

    def _advocate(self, row: Any) -> Advocate | None:
        try:
            return Advocate(
                account=row.account,
                shown=row.shown,
                role=Role(row.role),
                lane=row.lane,
                languages=tuple(row.languages.split()),
                hours=read_hours(row.hours, row.exceptions, row.timezone),
                desk_language=row.desk_language,
                alert_by=tuple(tuple(w) for w in json.loads(self._vault.open(row.alert_by))),
                paused=bool(row.paused),
                chat_limit=row.chat_limit,
            )
        except ValueError as error:
            log.error("desk.account_unreadable", error)
            return None

    def advocate(self, account: str) -> Advocate:
        """Raises `NoSuchAccount`."""
        for found in self.advocates():
            if found.account == account:
                return found
        raise NoSuchAccount(account)

    def row(self, account: str) -> Any:
        """The stored row, for what only the account's owner or the desk sees. Raises
        `NoSuchAccount`."""
        with self.engine.connect() as db:
            found = db.execute(sa.select(accounts).where(accounts.c.account == account)).first()
        if found is None:
            raise NoSuchAccount(account)
        return found

    # -- what the operator does ----------------------------------------------------------------

    def add(self, new: NewAccount) -> str:
        """Make an account; returns the secret of the link by which its owner sets a password.
        Raises `AccountInvalid`."""
        values = _checked(new)
        secret = secrets.token_urlsafe(24)
        with self.engine.begin() as db:
            if db.execute(
                sa.select(accounts.c.account).where(accounts.c.account == new.account)
            ).first():
                raise AccountInvalid(f"there is an account {new.account} already", "taken")
            db.execute(
                accounts.insert().values(
                    **values,
                    alert_by=self._seal([way(w) for w in new.alert_by]),
                    paused=False,
                    totp_step=0,
                    invite=_digest(secret),
                    invite_until=self._clock() + INVITE_S,
                )
            )
        self._forget()
        return secret

    def remove(self, account: str) -> None:
        """Raises `NoSuchAccount`."""
        with self.engine.begin() as db:
            if not db.execute(accounts.delete().where(accounts.c.account == account)).rowcount:
                raise NoSuchAccount(account)
            db.execute(sessions.delete().where(sessions.c.account == account))
        self._forget()

    def reset(self, account: str) -> str:
        """Take password, second factor and every session away; returns a new link's secret.
        Raises `NoSuchAccount`."""
        secret = secrets.token_urlsafe(24)
        self._change(
            account,
            password=None,
            totp=None,
            invite=_digest(secret),
            invite_until=self._clock() + INVITE_S,
        )
        with self.engine.begin() as db:
            db.execute(sessions.delete().where(sessions.c.account == account))
        return secret

    # -- what the owner does -------------------------------------------------------------------

    def invited(self, secret: str) -> Any:
        """The row that a link belongs to. Raises `InviteSpent`."""
        with self.engine.connect() as db:
            row = db.execute(
                sa.select(accounts).where(
                    accounts.c.invite == _digest(secret),
                    accounts.c.invite_until > self._clock(),
                )
            ).first()
        if row is None:
            raise InviteSpent
        return row

    def pending_totp(self, secret: str) -> str:
        """The second factor's secret (base32) that this link sets up; drawn the first time.
        Raises `InviteSpent`."""
        row = self.invited(secret)
        if row.totp is not None:
            return self._vault.open(row.totp)
        made = pyotp.random_base32()
        self._change(row.account, totp=self._vault.close(made))
        return made

    def enrol(self, secret: str, password: str, code: str) -> str:
        """Set password and second factor, using up the link. Returns the account. Raises
        `InviteSpent`, `AccountInvalid`."""
        row = self.invited(secret)
        if len(password) < PASSWORD_LENGTH or password.casefold() == row.account:
            raise AccountInvalid(f"at least {PASSWORD_LENGTH} characters", "password_short")
        step = totp_step(self.pending_totp(secret), code, row.totp_step, self._clock())
        if step is None:
            raise AccountInvalid("that code is not right", "code_wrong")
        self._change(
            row.account,
            password=self._hasher.hash(password),
            totp_step=step,
            invite=None,
            invite_until=None,
        )
        return str(row.account)

    def change(self, account: str, **fields: Any) -> None:
        """Change hours, exceptions, time zone, languages, ways to be alerted, chat limit, pause.
        Raises `AccountInvalid`, `NoSuchAccount`."""
        row = self.row(account)
        if fields.keys() & {"hours", "exceptions", "timezone"}:
            try:
                read_hours(
                    fields.get("hours", row.hours),
                    fields.get("exceptions", row.exceptions),
                    fields.get("timezone", row.timezone),
                )
            except HoursUnreadable as error:
                raise AccountInvalid(str(error), "hours") from None
        if "languages" in fields:
            fields["languages"] = " ".join(_languages(fields["languages"]))
        if "alert_by" in fields:
            fields["alert_by"] = self._seal([way(w) for w in fields["alert_by"]])
        if not 1 <= fields.get("chat_limit", 1) <= MOST_CHATS:
            raise AccountInvalid(f"chats at once: 1 to {MOST_CHATS}", "chat_limit")
        if "desk_language" in fields and fields["desk_language"] not in DESK_LANGUAGES:
            raise AccountInvalid("the desk speaks en and es", "desk_language")
        if "shown" in fields:
            fields["shown"] = _shown(fields["shown"])
        self._change(account, **fields)

    # -- switches ------------------------------------------------------------------------------

    def service_paused(self) -> bool:
        """The operator's one switch: the setting, or what a supervisor pressed at the desk."""
        if self._settings.handoff_paused == "yes":
            return True
        at, closed = self._closed
        if time.monotonic() - at < _CACHE_S:
            return closed
        with self.engine.connect() as db:
            value = db.execute(
                sa.select(switches.c.value).where(switches.c.name == "paused")
            ).scalar()
        self._closed = (time.monotonic(), value == "yes")
        return bool(value == "yes")

    def pause_service(self, paused: bool) -> None:
        with self.engine.begin() as db:
            db.execute(switches.delete().where(switches.c.name == "paused"))
            db.execute(switches.insert().values(name="paused", value="yes" if paused else "no"))
        self._closed = (-_CACHE_S, paused)

    # -- inside --------------------------------------------------------------------------------

    def totp_secret(self, row: Any) -> str | None:
        """The account's second factor (base32)."""
        return self._vault.open(row.totp) if row.totp is not None else None

    def use_step(self, account: str, step: int) -> bool:
        """Mark a time step of the second factor as used; False when it, or a later one, was."""
        with self.engine.begin() as db:
            done = db.execute(
                accounts.update()
                .where(accounts.c.account == account, accounts.c.totp_step < step)
                .values(totp_step=step)
            )
        return bool(done.rowcount)

    def _change(self, account: str, **fields: Any) -> None:
        with self.engine.begin() as db:
            done = db.execute(
                accounts.update().where(accounts.c.account == account).values(**fields)
            )
            if not done.rowcount:
                raise NoSuchAccount(account)
        self._forget()

    def _forget(self) -> None:
        with self._lock:
            self._kept = (-_CACHE_S, ())

    def _seal(self, ways: list[tuple[str, str]]) -> bytes:
        return self._vault.close(json.dumps(ways))


def totp_step(secret: str, code: str, used: int, now: float) -> int | None:
    """The time step (RFC 6238, 30 s) a code belongs to: this one, the one before or the next, and
    never one that was used; None: not right."""
    code = "".join(code.split())
    totp = pyotp.TOTP(secret)
    found = None
    for step in (int(now // 30) + d for d in (-1, 0, 1)):
        # All three are compared, so that the time taken says nothing.
        if secrets.compare_digest(totp.at(step * 30).encode(), code.encode()) and step > used:
            found = step
    return found


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _shown(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 40:
        raise AccountInvalid("the shown name has 1 to 40 characters", "shown")
    return name


def _languages(tags: Sequence[str]) -> list[str]:
    for tag in tags:
        if tag not in registry():
            raise AccountInvalid(f"not a language of Linden: {tag}", "languages")
    if not tags:
        raise AccountInvalid("at least one language", "languages")
    return list(dict.fromkeys(tags))


def _checked(new: NewAccount) -> dict[str, Any]:
    if not _NAME.fullmatch(new.account):
        raise AccountInvalid(
            "a name has 2 to 39 of a-z 0-9 . _ - and starts with a letter or digit"
        )
    if new.role not in set(Role):
        raise AccountInvalid(f"no such role: {new.role} (advocate, supervisor, coordinator)")
    if new.lane not in (SURVIVOR, CAUSED_HARM):
        raise AccountInvalid(f"no such lane: {new.lane} ({SURVIVOR}, {CAUSED_HARM})")
    if new.desk_language not in DESK_LANGUAGES:
        raise AccountInvalid("the desk speaks en and es")
    if not 1 <= new.chat_limit <= MOST_CHATS:
        raise AccountInvalid(f"chats at once: 1 to {MOST_CHATS}")
    try:
        read_hours(new.hours, new.exceptions, new.timezone)
    except HoursUnreadable as error:
        raise AccountInvalid(str(error)) from None
    return {
        "account": new.account,
        "shown": _shown(new.shown or new.account.capitalize()),
        "role": str(new.role),
        "lane": new.lane,
        "languages": " ".join(_languages(new.languages)),
        "desk_language": new.desk_language,
        "timezone": new.timezone,
        "hours": new.hours,
        "exceptions": new.exceptions,
        "chat_limit": new.chat_limit,
    }
