"""Routes of the web door."""

from __future__ import annotations

import asyncio
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Scope

from bot.privacy import log
from bot.settings import Settings
from bot.words import Words
from channels.inbox import Inbox
from channels.web import body
from channels.web.connector import DoorFull, Session, WebChannel
from channels.web.door import Door
from channels.web.message import clean
from channels.web.page import Page
from channels.web.tokens import TokenSpent, TokenUnknown

WIDGET = "/widget"
_STATIC = Path(__file__).parent / "static"
_KEY = 64
"""Characters of a page's own key and of a message number that are read."""


def create_app(settings: Settings, inbox: Inbox, words: Words, widget_hosts: str = "") -> Starlette:
    """The survivors' web door. ``widget_hosts``: sites that may show it in a frame (origins,
    spaces between); none: there is no widget. The channel is at ``app.state.connector``."""
    connector = WebChannel(settings, inbox)
    inbox.register(connector)
    page = Page(settings, words)
    door = _Routes(settings, connector, page, tuple(widget_hosts.split()))
    app = Starlette(
        routes=door.routes(),
        middleware=[
            Middleware(
                Door,
                refuse=door.refuse,
                style=page.style_source,
                widget_path=WIDGET,
                widget_hosts=tuple(widget_hosts.split()),
            )
        ],
        exception_handlers={HTTPException: door.refused},
    )
    # The redirect would put the Host header, which anybody may choose, into a Location.
    app.router.redirect_slashes = False
    app.state.connector = connector
    return app


class _Routes:
    """What each address answers. Holds no state of its own."""

    def __init__(
        self, settings: Settings, connector: WebChannel, page: Page, hosts: tuple[str, ...]
    ) -> None:
        self._settings, self._connector, self._page = settings, connector, page
        self._hosts = hosts
        self._files = {path.name: path.read_bytes() for path in _STATIC.glob("*.mjs")}

    def routes(self) -> list[Route]:
        found = [
            Route("/", self.start, methods=["GET"]),
            Route("/", self.answer, methods=["POST"]),
            Route("/say", self.say, methods=["POST"]),
            Route("/listen", self.listen, methods=["POST"]),
            Route("/leave", self.leave, methods=["POST"]),
            Route("/static/{name}", self.static, methods=["GET"]),
            Route("/{tag}", self.start, methods=["GET"]),
        ]
        if self._hosts:
            found[:0] = [
                Route(WIDGET, self.start, methods=["GET"]),
                Route(WIDGET, self.answer, methods=["POST"]),
                Route(WIDGET + "/{tag}", self.start, methods=["GET"]),
            ]
        return found

    # -- pages -----------------------------------------------------------------------------------

    async def start(self, request: Request) -> Response:
        """The neutral start page; the same after leaving, after a replay and for a stranger."""
        asked = request.path_params.get("tag")
        if asked is not None and asked not in self._page.languages:
            raise HTTPException(404)
        return self._start_page(request, asked)

    def _start_page(self, request: Request, asked: str | None, note: str = "") -> Response:
        tag = asked or self._page.language(request.headers.get("accept-language", ""))
        return HTMLResponse(
            self._page.render(
                tag,
                self._connector.start_token(),
                frame=_in_frame(request.scope),
                picked=asked is not None or tag != self._settings.default_language,
                note=note,
            )
        )

    async def answer(self, request: Request) -> Response:
        """A message or a language choice from a page without JavaScript."""
        try:
            sent = await body.form(request)
        except body.BodyTooLarge:
            return self._refusal(request.scope, 413)
        except body.KindUnknown:
            return self._refusal(request.scope, 415)
        except body.BodyUnreadable:
            return self._refusal(request.scope, 400)
        token = sent.get("token", "")
        picked = self._served(sent.get("language")) or self._served(sent.get("picked"))
        if (writing := self._connector.being_answered(token)) is not None:
            return HTMLResponse(await asyncio.shield(writing))
        tag = picked or self._page.language(request.headers.get("accept-language", ""))
        draft = clean(sent.get("text", ""))
        if choice := clean(sent.get("choice", "")):
            text = choice
        elif "language" in sent or "check" in sent:
            text = ""
        else:
            text, draft = draft, ""
        try:
            session = self._connector.turn_page(token, tag)
        except (TokenUnknown, TokenSpent):
            return self._start_page(request, picked or None)
        except DoorFull:
            log.warning("web.full")
            return self._start_page(request, picked or None, note="busy")
        written: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        session.answering = (token, written)
        if sent.get("language") and picked:
            session.language = picked
        try:
            done = await self._connector.say(session, text, None, picked) if text else True
            written.set_result(self._answer_page(session, text, draft, picked, done, request.scope))
        finally:
            session.answering = None
            if not written.done():
                written.set_result(self._page.render(tag, self._connector.start_token()))
        return HTMLResponse(written.result())

    def _answer_page(
        self, session: Session, said: str, draft: str, picked: str, done: bool, scope: Scope
    ) -> str:
        if session.ended:
            # Left by a word: the start page, with the one neutral line and nothing of before.
            return self._page.render(
                session.language,
                self._connector.start_token(),
                frame=_in_frame(scope),
                picked=bool(picked),
                messages=session.take(),
            )
        return self._page.render(
            session.language,
            self._connector.page_token(session),
            frame=_in_frame(scope),
            picked=bool(picked),
            talking=True,
            held=session.held,
            said=said,
            draft=draft,
            messages=session.take(),
            note="" if done else "slow",
        )

    # -- what page.mjs calls ---------------------------------------------------------------------

    async def say(self, request: Request) -> Response:
        """A message of a page with JavaScript; answered with the session's token and all that is
        said."""
        try:
            sent = await body.fields(request)
        except body.BodyTooLarge:
            return self._no(413)
        except body.KindUnknown:
            return self._no(415)
        except body.BodyUnreadable:
            return self._no(400)
        text = clean(sent.get("text", ""))
        picked = self._served(sent.get("picked"))
        try:
            if "start" in sent:
                tag = self._served(sent.get("language")) or self._settings.default_language
                key = sent.get("key", "")[:_KEY]
                session = self._connector.open(sent["start"], tag, key)
            else:
                session = self._connector.by_token(sent.get("token", ""))
        except (TokenUnknown, TokenSpent):
            return JSONResponse({"ended": True, "messages": []})
        except DoorFull:
            log.warning("web.full")
            return self._no(503)
        if text:
            await self._connector.say(session, text, sent.get("number", "")[:_KEY] or None, picked)
        return JSONResponse(
            {
                "token": "" if session.ended else session.address,
                "ended": session.ended,
                "held": session.held,
                "language": session.language,
                "messages": [m.for_script() for m in session.after(_number(sent.get("seen")))],
            }
        )

    async def listen(self, request: Request) -> Response:
        """A stream of what is said later. The token is in the body: addresses are written down in
        too many places."""
        try:
            sent = await body.fields(request)
            session = self._connector.by_token(sent.get("token", ""))
        except body.BodyTooLarge:
            return self._no(413)
        except body.KindUnknown:
            return self._no(415)
        except body.BodyUnreadable:
            return self._no(400)
        except TokenUnknown:
            return Response('{"ended":true}\n', media_type="application/x-ndjson")
        return StreamingResponse(
            self._connector.listen(session, _number(sent.get("seen"))),
            media_type="application/x-ndjson",
            headers={"x-accel-buffering": "no"},  # nginx would hold lines back
        )

    async def leave(self, request: Request) -> Response:
        """The exit control's wipe, sent by `navigator.sendBeacon`: plain text, no answer needed,
        and the same for a token that nobody has."""
        try:
            token = (await body.body(request)).decode("utf-8", "replace").strip()
        except body.BodyTooLarge:
            return self._no(413)
        self._connector.leave(token)
        return Response(status_code=204)

    async def static(self, request: Request) -> Response:
        try:
            content = self._files[request.path_params["name"]]
        except KeyError:
            raise HTTPException(404) from None
        return Response(content, media_type="text/javascript")

    # -- refusals --------------------------------------------------------------------------------

    def refuse(self, scope: Scope, status: int) -> Response:
        """A plain page for a request that is not answered."""
        phrase = {404: "nothing_here", 405: "nothing_here", 413: "too_long", 500: "broken"}
        accept = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")
        tag = self._page.language(accept)
        return HTMLResponse(
            self._page.plain(tag, phrase.get(status, "cannot_read")), status_code=status
        )

    def _refusal(self, scope: Scope, status: int) -> Response:
        log.warning("web.refused", status=status)
        return self.refuse(scope, status)

    async def refused(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return self._refusal(request.scope, status)

    def _no(self, status: int) -> Response:
        log.warning("web.refused", status=status)
        return JSONResponse({"status": status}, status_code=status)

    def _served(self, tag: str | None) -> str:
        return tag if tag is not None and tag in self._page.languages else ""


def _in_frame(scope: Scope) -> bool:
    return bool(scope["path"] == WIDGET or scope["path"].startswith(WIDGET + "/"))


def _number(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdecimal() and len(value) < 9 else 0
