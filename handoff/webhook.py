"""Alerts by a signed webhook.

The body is JSON with the fields of `handoff.alert.Alert`. ``X-Linden-Signature: t=<unix
seconds>,v1=<hex>`` holds HMAC-SHA-256 over ``<t>.<body>`` with the key of the settings; a receiver
should refuse a ``t`` older than five minutes.
"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import time

import httpx

from bot.settings import Settings
from handoff.alert import Alert
from handoff.errors import AlertUndelivered

_TIMEOUT_S = 10.0


def signature(key: str, body: bytes, at: int) -> str:
    """The value of the signature header."""
    mac = hmac.new(key.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


class WebhookAlerts:
    """Posts alerts; redirects are not followed, any answer but 2xx is a failure."""

    def __init__(self, settings: Settings) -> None:
        self._key = settings.webhook_key

    async def __call__(self, address: str, alert: Alert) -> None:
        """Raises `AlertUndelivered`."""
        body = json.dumps(dataclasses.asdict(alert), ensure_ascii=False).encode()
        headers = {
            "content-type": "application/json",
            "x-linden-signature": signature(self._key, body, int(time.time())),
        }
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT_S) as client:
                answer = await client.post(address, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise AlertUndelivered from error
        if not answer.is_success:
            raise AlertUndelivered(f"status {answer.status_code}")
