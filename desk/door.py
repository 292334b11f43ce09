"""The frame round every route of the desk: headers, posts from our own pages only, plain answers
when something breaks."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.privacy import log
from desk.headers import HEADERS

_OWN = ("same-origin", "none")
MOST_BYTES = 64 * 1024
"""A form of the desk is far smaller."""


class Door:
    """ASGI middleware. ``refuse(scope, status)`` makes a plain answer."""

    def __init__(
        self, app: ASGIApp, refuse: Callable[[Scope, int], Response], secure: bool
    ) -> None:
        self._app, self._refuse = app, refuse
        self._headers = dict(HEADERS)
        if secure:
            self._headers["strict-transport-security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_with_headers(event: Message) -> None:
            nonlocal started
            if event["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=event).update(self._headers)
            await send(event)

        try:
            if refused := _refused(scope):
                log.warning("desk.refused", status=refused)
                await self._refuse(scope, refused)(scope, receive, send_with_headers)
                return
            await self._app(scope, receive, send_with_headers)
        except ClientDisconnect:
            return
        except Exception as error:
            log.error("desk.failed", error)
            if not started:
                await self._refuse(scope, 500)(scope, receive, send_with_headers)


def _refused(scope: Scope) -> int:
    """The status to refuse a post with, 0 for none: from another site, or too large."""
    if scope["method"] in ("GET", "HEAD"):
        return 0
    headers = Headers(scope=scope)
    site = headers.get("sec-fetch-site")
    if site is not None and site not in _OWN:
        return 403
    origin = headers.get("origin")
    if origin not in (None, "null") and origin.partition("://")[2] != headers.get("host"):
        return 403
    length = headers.get("content-length", "0")
    return 0 if length.isdecimal() and int(length) <= MOST_BYTES else 413
