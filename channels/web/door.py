"""The frame of the web door, round every route: headers on every answer, plain pages for
refusals, no traceback and no text for anybody, posts from our own pages only."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.privacy import log
from channels.web.headers import headers

_OWN = ("same-origin", "none")


class Door:
    """ASGI middleware. ``refuse(scope, status)`` makes a plain answer."""

    def __init__(
        self,
        app: ASGIApp,
        refuse: Callable[[Scope, int], Response],
        style: str,
        widget_path: str,
        widget_hosts: tuple[str, ...],
    ) -> None:
        self._app, self._refuse = app, refuse
        self._headers = headers(style)
        self._widget_headers = headers(style, widget_hosts)
        self._widget_path = widget_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        in_frame = scope["path"].partition(self._widget_path)[0] == ""
        kept = self._widget_headers if in_frame else self._headers
        started = False

        async def send_with_headers(event: Message) -> None:
            nonlocal started
            if event["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=event).update(kept)
            await send(event)

        try:
            if self._foreign(scope):
                # A form on another site that posts here could put words into a person's mouth.
                log.warning("web.refused", status=403)
                await self._refuse(scope, 403)(scope, receive, send_with_headers)
                return
            await self._app(scope, receive, send_with_headers)
        except ClientDisconnect:
            return
        except Exception as error:
            log.error("web.failed", error)
            if not started:
                await self._refuse(scope, 500)(scope, receive, send_with_headers)

    def _foreign(self, scope: Scope) -> bool:
        site = Headers(scope=scope).get("sec-fetch-site", "same-origin")
        return bool(scope["method"] == "POST") and site not in _OWN
