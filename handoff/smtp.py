"""Alerts by e-mail (SMTP, RFC 5321), with TLS unless the settings say otherwise."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from email.message import EmailMessage

from bot.settings import Settings
from handoff.alert import Alert
from handoff.errors import AlertUndelivered

_TIMEOUT_S = 15


class SmtpAlerts:
    """Sends alerts by the mail server of the settings. ``subject``: the neutral subject line."""

    def __init__(self, settings: Settings, subject: str) -> None:
        self._settings, self._subject = settings, subject

    async def __call__(self, address: str, alert: Alert) -> None:
        """Raises `AlertUndelivered`."""
        mail = EmailMessage()
        mail["From"] = self._settings.smtp_from
        mail["To"] = address
        mail["Subject"] = self._subject
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday reply comes back
        mail.set_content(alert.text)
        try:
            await asyncio.to_thread(self._deliver, mail)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise AlertUndelivered from error

    def _deliver(self, mail: EmailMessage) -> None:
        s = self._settings
        if s.smtp_tls == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                s.smtp_host, s.smtp_port, timeout=_TIMEOUT_S, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(s.smtp_host, s.smtp_port, timeout=_TIMEOUT_S)
        with server:
            if s.smtp_tls == "starttls":
                server.starttls(context=ssl.create_default_context())
            if s.smtp_user:
                server.login(s.smtp_user, s.smtp_password)
            server.send_message(mail)
