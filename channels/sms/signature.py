"""Whether a webhook was really sent by Twilio.

The check is the official validator's, over the URL that the provider was told to call
(``public_url`` and path), never over what a proxy made of it.
Source: https://www.twilio.com/docs/usage/security#validating-requests
"""

from __future__ import annotations

from collections.abc import Mapping

from twilio.request_validator import RequestValidator


def genuine(
    url: str, body: Mapping[str, str] | str, signature: str | None, auth_token: str
) -> bool:
    """True for a request signed with our account's token.

    ``body`` is the form (a Starlette ``FormData`` keeps repeated fields) or, for JSON, its text.
    Never raises: no token, no signature and a mangled one are all False.
    """
    if not auth_token or not signature or not signature.isascii():
        return False
    try:
        return bool(RequestValidator(auth_token).validate(url, body, signature))
    except (TypeError, ValueError):
        return False
