"""Preflight checks of the desk: reached by TLS, somebody has an account, somebody is reachable."""

from __future__ import annotations

from collections.abc import Iterator

from bot.checks import Finding, Level, check
from bot.settings import Settings
from desk.accounts import Accounts
from desk.schema import desk_file
from handoff.contract import CAUSED_HARM, SURVIVOR
from handoff.roster import Role

LOOPBACK = ("127.0.0.1", "localhost", "::1")
KEY_LENGTH = 32


@check("desk.url")
def desk_url(settings: Settings) -> Iterator[Finding]:
    """Sign-in and conversations travel under TLS."""
    if settings.desk_url and not settings.desk_url.startswith("https://"):
        yield Finding("desk.url", Level.BLOCKER, "the desk's address is not https",
                      "put a TLS proxy in front; LINDEN_DESK_URL=https://...")  # fmt: skip
    elif not settings.desk_url:
        yield Finding("desk.url", Level.BLOCKER, "the desk's address is not set",
                      "set LINDEN_DESK_URL to the https address that advocates open; it stands "
                      "in every alert")  # fmt: skip
    if settings.desk_host not in LOOPBACK:
        yield Finding("desk.url", Level.WARNING, "the desk listens beyond this machine",
                      "fence LINDEN_DESK_PORT off; only the TLS proxy needs it")  # fmt: skip


@check("desk.key")
def desk_key(settings: Settings) -> Iterator[Finding]:
    if settings.desk_key and len(settings.desk_key.encode()) < KEY_LENGTH:
        yield Finding("desk.key", Level.BLOCKER, "LINDEN_DESK_KEY is too short",
                      f"give it {KEY_LENGTH} bytes or more, or unset it")  # fmt: skip


@check("desk.advocates")
def advocates(settings: Settings) -> Iterator[Finding]:
    """Somebody answers, somebody is alerted, and people who caused harm have their own."""
    if not settings.database_url and not desk_file(settings).exists():
        yield Finding("desk.advocates", Level.BLOCKER, "there are no advocates",
                      "linden advocate add NAME")  # fmt: skip
        return
    everybody = [a for a in Accounts(settings).advocates() if a.role is not Role.COORDINATOR]
    survivors = [a for a in everybody if a.lane == SURVIVOR]
    if not survivors:
        yield Finding("desk.advocates", Level.BLOCKER, "there are no advocates for survivors",
                      "linden advocate add NAME")  # fmt: skip
    elif not any(a.alert_by for a in survivors):
        yield Finding("desk.advocates", Level.BLOCKER, "no advocate has a way to be alerted",
                      "linden advocate add NAME --alert sms:+1...")  # fmt: skip
    if not any(a.role is Role.SUPERVISOR for a in survivors):
        yield Finding("desk.advocates", Level.WARNING, "there is no supervisor",
                      "linden advocate add NAME --role supervisor")  # fmt: skip
    if not any(a.lane == CAUSED_HARM for a in everybody):
        yield Finding("desk.advocates", Level.WARNING,
                      "nobody answers people who caused harm; they are given a line",
                      "linden advocate add NAME --lane caused_harm")  # fmt: skip
    missing = [t for t in settings.served_languages if not any(a.speaks(t) for a in survivors)]
    if missing:
        yield Finding("desk.advocates", Level.WARNING,
                      f"no advocate writes {' '.join(missing)}; an interpreter line is named",
                      "linden advocate add NAME --language TAG")  # fmt: skip
