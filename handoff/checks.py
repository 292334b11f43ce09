"""Preflight checks of the handoff: ways to alert, keys, what is told to people who wait."""

from __future__ import annotations

from collections.abc import Iterator

from bot.checks import Finding, Level, check
from bot.settings import Settings

KEY_LENGTH = 32
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@check("handoff.alerts")
def alerts(settings: Settings) -> Iterator[Finding]:
    """A mail server needs a sender, and TLS unless it is this machine."""
    if not settings.smtp_host:
        return
    if not settings.smtp_from:
        yield Finding("handoff.alerts", Level.BLOCKER, "alerts by e-mail have no sender",
                      "set LINDEN_SMTP_FROM to a dull address")  # fmt: skip
    if settings.smtp_tls not in ("starttls", "tls", "none"):
        yield Finding("handoff.alerts", Level.BLOCKER, "LINDEN_SMTP_TLS is not one of its words",
                      "starttls, tls or none")  # fmt: skip
    if settings.smtp_tls == "none" and settings.smtp_host not in LOOPBACK:
        yield Finding("handoff.alerts", Level.BLOCKER, "alerts by e-mail go out without TLS",
                      "set LINDEN_SMTP_TLS to starttls or tls")  # fmt: skip


@check("handoff.webhook_key")
def webhook_key(settings: Settings) -> Iterator[Finding]:
    if settings.webhook_key and len(settings.webhook_key.encode()) < KEY_LENGTH:
        yield Finding("handoff.webhook_key", Level.BLOCKER, "LINDEN_WEBHOOK_KEY is too short",
                      f"give it {KEY_LENGTH} bytes or more")  # fmt: skip


@check("handoff.paused")
def paused(settings: Settings) -> Iterator[Finding]:
    if settings.handoff_paused == "yes":
        yield Finding("handoff.paused", Level.WARNING, "nobody is put through to an advocate",
                      "unset LINDEN_HANDOFF_PAUSED when advocates are back")  # fmt: skip
