"""Routes of the desk: an application of its own, on a port of its own."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyotp
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route
from starlette.types import Scope

from bot.languages import registry
from bot.privacy import log
from bot.settings import Settings
from bot.words import Words
from desk.accounts import DESK_LANGUAGES, AccountInvalid, Accounts, InviteSpent, NoSuchAccount
from desk.audit import Audit
from desk.body import FormUnreadable, form
from desk.door import Door
from desk.option import option_text
from desk.page import QUICK, Page, notice
from desk.signin import Session, SignIn, SignInRefused, TooManyTries
from desk.stream import Live
from directory.contract import Directory, Query
from directory.vocabulary import needs
from handoff.contract import HandoffRequest
from handoff.errors import (
    AdvocateUnavailable,
    AlreadyClaimed,
    ChatLimitReached,
    HandoffError,
    NoSuchRequest,
    NotYours,
    PersonCannotBeTold,
    WrongLane,
)
from handoff.roster import Advocate, Role
from handoff.switchboard import Switchboard

_STATIC = Path(__file__).parent / "static"
_KINDS = {".css": "text/css", ".mjs": "text/javascript", ".svg": "image/svg+xml"}
_OPTIONS = 5
STILL_S = 2.0
"""Seconds for which an open page is not asked again whether its session still holds."""
CODES = {
    AlreadyClaimed: "already",
    WrongLane: "wrong_lane",
    ChatLimitReached: "chat_limit",
    PersonCannotBeTold: "not_told",
    AdvocateUnavailable: "colleague_gone",
    NoSuchRequest: "gone_unknown",
    NotYours: "gone_unknown",
}
"""What an advocate reads when the switchboard refuses."""

Handler = Callable[[Request, Session, dict[str, str]], Awaitable[Response]]


def create_desk(
    settings: Settings,
    switchboard: Switchboard,
    accounts: Accounts,
    words: Words,
    directory: Directory,
    sign_in: SignIn | None = None,
    cut: int = 0,
) -> Starlette:
    """The desk. ``cut``: conversations that a former run left open, told to everyone once."""
    page = Page(settings, words, switchboard, directory)
    routes = _Routes(
        settings,
        switchboard,
        accounts,
        words,
        directory,
        page,
        sign_in or SignIn(settings, accounts),
        cut,
    )
    app = Starlette(
        routes=routes.routes(),
        middleware=[Middleware(Door, refuse=routes.refuse, secure=routes.secure)],
        exception_handlers={HTTPException: routes.refused},
    )
    app.router.redirect_slashes = False
    return app


class _Routes:
    """What each address answers."""

    def __init__(
        self,
        settings: Settings,
        board: Switchboard,
        accounts: Accounts,
        words: Words,
        directory: Directory,
        page: Page,
        sign_in: SignIn,
        cut: int,
    ) -> None:
        self._settings, self._board, self._accounts = settings, board, accounts
        self._words, self._directory, self._page = words, directory, page
        self._sign_in, self._cut = sign_in, cut
        self._audit = Audit(accounts.engine)
        self._key = secrets.token_bytes(32)
        self._told_cut: set[str] = set()
        self.secure = settings.desk_url.startswith("https://")
        prefix = "__Host-" if self.secure else ""
        self._cookie, self._before = f"{prefix}desk", f"{prefix}desk_before"
        self._files = {
            path.name: (path.read_bytes(), _KINDS[path.suffix])
            for path in _STATIC.iterdir()
            if path.suffix in _KINDS
        }

    def routes(self) -> list[Route]:
        talk = {
            "say": self.say,
            "quick": self.quick,
            "option": self.option,
            "search": self.search,
            "word": self.word,
            "help": self.help,
            "join": self.join,
            "note": self.note,
            "reveal": self.reveal,
            "transfer": self.transfer,
            "put_back": self.put_back,
            "end": self.end,
            "block": self.block,
        }
        return [
            Route("/", self._signed_in(self.desk), methods=["GET"]),
            Route("/login", self.login_page, methods=["GET"]),
            Route("/login", self.login, methods=["POST"]),
            Route("/logout", self._posted(self.logout), methods=["POST"]),
            Route("/enrol/{secret}", self.enrol_page, methods=["GET"]),
            Route("/enrol/{secret}", self.enrol, methods=["POST"]),
            Route("/claim/{reference}", self._posted(self.claim), methods=["POST"]),
            Route("/talk/{reference}", self._signed_in(self.talk), methods=["GET"]),
            *(
                Route(f"/talk/{{reference}}/{name}", self._posted(handler), methods=["POST"])
                for name, handler in talk.items()
            ),
            Route("/break", self._posted(self.take_break), methods=["POST"]),
            Route("/language", self._posted(self.language), methods=["POST"]),
            Route("/settings", self._signed_in(self.settings_page), methods=["GET"]),
            Route("/settings", self._posted(self.change_settings), methods=["POST"]),
            Route("/team", self._signed_in(self.team), methods=["GET"]),
            Route("/team/service", self._posted(self.service), methods=["POST"]),
            Route("/stream", self._posted(self.stream, pressed=False), methods=["POST"]),
            Route("/static/{name}", self.static, methods=["GET"]),
        ]

    # -- signing in ----------------------------------------------------------------------------

    def _session(self, request: Request, pressed: bool = True) -> Session | None:
        return self._sign_in.find(request.cookies.get(self._cookie), pressed)

    def _signed_in(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            session = self._session(request)
            if session is None:
                return RedirectResponse("/login", 303)
            self._board.wires.seen(session.advocate.account)
            return await handler(request, session, {})

        return guarded

    def _posted(
        self, handler: Handler, pressed: bool = True
    ) -> Callable[[Request], Awaitable[Response]]:
        """A post by somebody signed in, from a page of this session."""

        async def guarded(request: Request) -> Response:
            session = self._session(request, pressed)
            if session is None:
                return self._live(request, {"out": True}) or RedirectResponse("/login", 303)
            try:
                sent = await form(request)
            except FormUnreadable:
                return self._refusal(request.scope, 400)
            if not hmac.compare_digest(sent.pop("csrf", "").encode(), session.csrf.encode()):
                return self._refusal(request.scope, 403)
            if pressed:
                self._board.wires.seen(session.advocate.account)
            try:
                return await handler(request, session, sent)
            except HandoffError as error:
                return self._back(request, session, CODES.get(type(error), "gone_unknown"))

        return guarded

    async def login_page(self, request: Request) -> Response:
        return self._login(request, notice(request.query_params))

    def _login(self, request: Request, say: str = "", status: int = 200) -> Response:
        before = secrets.token_urlsafe(24)
        tag = self._tag(request.scope)
        html = self._page.render("login.html", tag, say=say, csrf=self._before_token(before))
        answer = HTMLResponse(html, status_code=status)
        self._set(answer, self._before, before)
        return answer

    def _before_token(self, cookie: str) -> str:
        return hmac.new(self._key, cookie.encode(), hashlib.sha256).hexdigest()

    def _own_form(self, request: Request, sent: dict[str, str]) -> bool:
        """Whether a form before signing in came from a page that we gave to this browser."""
        cookie = request.cookies.get(self._before, "")
        return bool(cookie) and hmac.compare_digest(
            self._before_token(cookie).encode(), sent.get("csrf", "").encode()
        )

    async def login(self, request: Request) -> Response:
        try:
            sent = await form(request)
        except FormUnreadable:
            return self._refusal(request.scope, 400)
        if not self._own_form(request, sent):
            return self._login(request, "expired", 403)
        address = request.client.host if request.client else ""
        try:
            session = await self._sign_in.sign_in(
                sent.get("name", ""), sent.get("password", ""), sent.get("code", ""), address
            )
        except TooManyTries:
            return self._login(request, "too_many", 429)
        except SignInRefused:
            return self._login(request, "refused", 401)
        if old := self._session(request):
            self._sign_in.sign_out(old)  # a cookie somebody else put there ends with this
        answer = RedirectResponse("/", 303)
        self._set(answer, self._cookie, session.token)
        answer.delete_cookie(self._before, path="/", secure=self.secure, httponly=True)
        return answer

    async def logout(self, request: Request, session: Session, sent: dict[str, str]) -> Response:
        self._sign_in.sign_out(session, everywhere="everywhere" in sent)
        self._board.wires.signed_out(session.advocate.account)
        answer = RedirectResponse("/login?say=signed_out", 303)
        answer.delete_cookie(self._cookie, path="/", secure=self.secure, httponly=True)
        answer.headers["clear-site-data"] = '"cache", "storage"'
        return answer

    async def enrol_page(self, request: Request) -> Response:
        return self._enrol(request)

    def _enrol(self, request: Request, say: str = "", status: int = 200) -> Response:
        secret = request.path_params["secret"]
        tag = self._tag(request.scope)
        try:
            row = self._accounts.invited(secret)
            key = self._accounts.pending_totp(secret)
        except InviteSpent:
            return HTMLResponse(self._page.render("plain.html", tag, say="enrol_spent"), 404)
        issuer = self._settings.name or self._page.translator(tag)("title")
        uri = pyotp.TOTP(key).provisioning_uri(name=row.account, issuer_name=issuer)
        before = secrets.token_urlsafe(24)
        html = self._page.render(
            "enrol.html",
            tag,
            who=row.account,
            key=" ".join(key[i : i + 4] for i in range(0, len(key), 4)),
            qr=self._page.qr(uri),
            csrf=self._before_token(before),
            say=say,
        )
        answer = HTMLResponse(html, status_code=status)
        self._set(answer, self._before, before)
        return answer

    async def enrol(self, request: Request) -> Response:
        try:
            sent = await form(request)
        except FormUnreadable:
            return self._refusal(request.scope, 400)
        if not self._own_form(request, sent):
            return self._enrol(request, "expired", 403)
        try:
            self._accounts.enrol(
                request.path_params["secret"], sent.get("password", ""), sent.get("code", "")
            )
        except AccountInvalid as error:
            return self._enrol(request, f"invalid_{error.code}", 422)
        except InviteSpent:
            return self._enrol(request)
        return RedirectResponse("/login?say=enrol_done", 303)

    def _set(self, answer: Response, name: str, value: str) -> None:
        answer.set_cookie(name, value, path="/", secure=self.secure, httponly=True, samesite="lax")

    # -- the desk ------------------------------------------------------------------------------

    async def desk(self, request: Request, session: Session, sent: dict[str, str]) -> Response:
        return self._desk(request, session, say=notice(request.query_params))

    async def talk(self, request: Request, session: Session, sent: dict[str, str]) -> Response:
        return self._talk(request, session, say=notice(request.query_params))

    def _desk(self, request: Request, session: Session, say: str = "") -> Response:
        return self._show(session, say)

    def _talk(self, request: Request, session: Session, say: str = "", **more: Any) -> Response:
        reference = request.path_params["reference"]
        try:
            found, relay = self._board.thread(reference, session.advocate.account)
        except HandoffError:
            return RedirectResponse("/?say=gone_unknown", 303)
        values = self._page.talk(found, relay, session.advocate)
        self._board.read(reference, session.advocate.account)
        return self._show(session, say, reference=reference, talk=values, **more)

    def _show(
        self,
        session: Session,
        say: str,
        reference: str = "",
        talk: dict[str, Any] | None = None,
        **more: Any,
    ) -> Response:
        me = session.advocate
        cut = self._cut if me.account not in self._told_cut else 0
        self._told_cut.add(me.account)
        html = self._page.render(
            "desk.html",
            me.desk_language,
            csrf=session.csrf,
            here=reference,
            talk=talk,
            say=say,
            cut=cut,
            found=more.get("found"),
            asked=more.get("asked", {}),
            **self._page.desk(me),
        )
        return HTMLResponse(html)

    async def claim(self, request: Request, session: Session, sent: dict[str, str]) -> Response:
        reference = request.path_params["reference"]
        await self._board.claim(reference, session.advocate)
        return RedirectResponse(f"/talk/{reference}", 303)

    async def say(self, request: Request, session: Session, sent: dict[str, str]) -> Response:
        text = sent.get("text", "").replace("\r\n", "\n").strip()
        if len(text) > self._settings.max_text:
            return self._back(request, session, "too_long")
        if text:
            await self._board.say(request.path_params["reference"], session.advocate.account, text)
        return self._back(request, session)

    async def quick(self, request: Request, session: Session, sent: dict[str, str]) -> Response:
        """A reviewed reply, in the person's language."""
        reference, me = request.path_params["reference"], session.advocate
        found, _ = self._board.thread(reference, me.account)
        name = sent.get("name", "")
        if name not in QUICK:
            return self._refusal(request.scope, 400)
        text = self._words.say(f"utter_quick_{name}", found.language, found.channel).text
        await self._board.say(reference, me.account, text)
        return self._back(request, session)

    async def search(self, request: Request, session: Session, sent: dict[str, str]) -> Response:
        """Options beside the conversation, searched in the person's lane and language."""
        me = session.advocate
        found, _ = self._board.thread(request.path_params["reference"], me.account)
        results, say = self._search(found, sent)
        live = self._live(request, None)
        if live is not None:
            html = self._page.render(
                "_options.html",
                me.desk_language,
                found=results,
                csrf=session.csrf,
                here=found.reference,
                can_write=self._board.can_write(found.reference),
            )
            text = self._page.translator(me.desk_language)(say) if say else ""
            return JSONResponse({"options": html, "say": text})
        return self._talk(request, session, say=say, found=results, asked=sent)

    def _search(
        self, found: HandoffRequest, sent: dict[str, str]
    ) -> tuple[list[dict[str, str]], str]:
        need, near = sent.get("need", ""), sent.get("near", "").strip()[:80]
        if need not in needs():
            return [], "options_none"
        place = None
        if near:
            places = self._directory.find_place(near)
            if not places:
                return [], "options_place_unknown"
            place = places[0].id
        results = self._directory.search(
            Query(
                needs=(need,),
                place=place,
                language=found.language,
                preferences=frozenset(found.shared.wishes),
                channel=found.channel,
                lane=found.lane,
                limit=_OPTIONS,
            )
        )
        options = [
            {"id": o.id, "name": o.name, "text": option_text(o, self._words, found.language)}
            for o in results.options
        ]
        return options, "" if options else "options_none"

    async def option(self, request: Request, session: Session, sent: dict[str, str]) -> Response:
        """Send an option: the text is made anew from the directory, in the person's language."""
        reference, me = request.path_params["reference"], session.advocate
        found, _ = self._board.thread(reference, me.account)
        option = self._directory.option(sent.get("id", ""), found.lane)
        if option is None:
            return self._back(request, session, "invalid_invalid")
        text = option_text(option, self._words, found.language)
        await self._board.say(reference, me.account, text)
        return self._back(request, session)

    async def word(self, request: Request, session: Session, sent: dict[str, str]) -> Response:
        await self._board.ask_word(request.path_params["reference"], session.advocate.account)
        return self._back(request, session)

    async def help(self, request: Request, session: Session, sent: dict[str, str]) -> Response:
        self._board.ask_help(request.path_params["reference"], session.advocate.account)
        return self._back(request, session)

    async def join(self, request: Request, session: Session, sent: dict[str, str]) -> Response:
        self._board.help(request.path_params["reference"], session.advocate)
        return RedirectResponse(f"/talk/{request.path_params['reference']}", 303)

    async def note(self, request: Request, session: Session, sent: dict[str, str]) -> Response:
        text = sent.get("text", "").strip()[: self._settings.max_text]
        if text:
            self._board.note(request.path_params["reference"], session.advocate, text)
        return self._back(request, session)

    async def reveal(self, request: Request, session: Session, sent: dict[str, str]) -> Response:
        self._board.reveal(request.path_params["reference"], session.advocate.account)
        return self._back(request, session)

    async def transfer(self, request: Request, session: Session, sent: dict[str, str]) -> Response:
        try:
            to = self._accounts.advocate(sent.get("to", ""))
        except NoSuchAccount:
            raise AdvocateUnavailable from None
        reference = request.path_params["reference"]
        await self._board.transfer(reference, session.advocate.account, to)
        return self._home(request, "gone_transferred")

    async def put_back(self, request: Request, session: Session, sent: dict[str, str]) -> Response:
        await self._board.put_back(request.path_params["reference"], session.advocate.account)
        return self._home(request, "gone_put_back")

    async def end(self, request: Request, session: Session, sent: dict[str, str]) -> Response:
        await self._board.end(request.path_params["reference"], session.advocate.account)
        return self._home(request, "gone_ended")

    async def block(self, request: Request, session: Session, sent: dict[str, str]) -> Response:
        await self._board.block(request.path_params["reference"], session.advocate.account)
        return self._home(request, "gone_ended")

    # -- oneself and the team ------------------------------------------------------------------

    async def take_break(
        self, request: Request, session: Session, sent: dict[str, str]
    ) -> Response:
        self._accounts.change(session.advocate.account, paused=not session.advocate.paused)
        self._board.wires.list()
        return RedirectResponse("/", 303)

    async def language(self, request: Request, session: Session, sent: dict[str, str]) -> Response:
        if sent.get("language") in DESK_LANGUAGES:
            self._accounts.change(session.advocate.account, desk_language=sent["language"])
        return RedirectResponse("/", 303)

    async def settings_page(
        self, request: Request, session: Session, sent: dict[str, str]
    ) -> Response:
        return self._settings_page(session, notice(request.query_params))

    def _settings_page(
        self, session: Session, say: str, sent: dict[str, str] | None = None, status: int = 200
    ) -> Response:
        me = session.advocate
        row = self._accounts.row(me.account)
        values = {
            "shown": row.shown,
            "hours": row.hours,
            "exceptions": row.exceptions,
            "timezone": row.timezone,
            "alert_by": "\n".join(f"{kind}:{address}" for kind, address in me.alert_by),
            "chat_limit": str(row.chat_limit),
            "languages": row.languages,
        } | (sent or {})
        html = self._page.render(
            "settings.html",
            me.desk_language,
            csrf=session.csrf,
            me=me,
            say=say,
            values=values,
            chosen=values["languages"].split(),
            languages=[(tag, self._page.language(tag, me.desk_language)) for tag in registry()],
        )
        return HTMLResponse(html, status_code=status)

    async def change_settings(
        self, request: Request, session: Session, sent: dict[str, str]
    ) -> Response:
        limit = sent.get("chat_limit", "")
        try:
            self._accounts.change(
                session.advocate.account,
                shown=sent.get("shown", ""),
                hours=sent.get("hours", ""),
                exceptions=sent.get("exceptions", ""),
                timezone=sent.get("timezone", "UTC").strip(),
                languages=sent.get("languages", "").split(),
                alert_by=[w for w in sent.get("alert_by", "").splitlines() if w.strip()],
                chat_limit=int(limit) if limit.isascii() and limit.isdecimal() else 0,
            )
        except AccountInvalid as error:
            return self._settings_page(session, f"invalid_{error.code}", sent, 422)
        return RedirectResponse("/settings?say=saved", 303)

    def _may_lead(self, session: Session) -> bool:
        return session.advocate.role in (Role.SUPERVISOR, Role.COORDINATOR)

    async def team(self, request: Request, session: Session, sent: dict[str, str]) -> Response:
        """Who is there, the one switch, and the audit list; supervisors and coordinators only."""
        if not self._may_lead(session):
            return self._refusal(request.scope, 403)
        me = session.advocate
        t = self._page.translator(me.desk_language)
        present = self._board.wires.present()
        team = [
            {
                "who": a.shown,
                "role": t(f"role_{a.role}"),
                "answers": t(f"lane_{a.lane}") if a.role is not Role.COORDINATOR else "-",
                "languages": [self._page.language(tag, me.desk_language) for tag in a.languages],
                "there": t("break") if a.paused else t("yes" if a.account in present else "no"),
                "next": self._page.when(self._next(a), me),
            }
            for a in self._accounts.advocates()
        ]
        entries = [
            {"at": e.at[:16].replace("T", " "), "account": e.account,
             "event": t(f"audit_{e.event}"), "reference": e.reference}
            for e in self._audit.newest()
        ]  # fmt: skip
        html = self._page.render(
            "team.html",
            me.desk_language,
            csrf=session.csrf,
            me=me,
            say="",
            team=team,
            entries=entries,
            paused=self._accounts.service_paused(),
        )
        return HTMLResponse(html)

    def _next(self, advocate: Advocate) -> Any:
        return advocate.hours.next_at(datetime.now(UTC))

    async def service(self, request: Request, session: Session, sent: dict[str, str]) -> Response:
        if not self._may_lead(session):
            return self._refusal(request.scope, 403)
        paused = sent.get("paused") == "yes"
        self._accounts.pause_service(paused)
        self._board.wires.list()
        log.warning("desk.service_paused" if paused else "desk.service_open")
        return RedirectResponse("/team", 303)

    # -- live ----------------------------------------------------------------------------------

    async def stream(self, request: Request, session: Session, sent: dict[str, str]) -> Response:
        """A stream of pieces of the page; ends when the session does."""
        account = session.advocate.account

        kept: list[tuple[float, Advocate | None]] = []

        def still() -> Advocate | None:
            """Looked up every other second, not for every line: many pages are open at once."""
            now = time.monotonic()
            if not kept or now - kept[-1][0] > STILL_S:
                found = self._session(request, pressed=False)
                kept[:] = [(now, found.advocate if found is not None else None)]
            return kept[-1][1]

        seen = sent.get("seen", "0")
        live = Live(
            self._page,
            self._board,
            still,
            sent.get("talk", ""),
            int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 9 else 0,
        )
        return StreamingResponse(
            live.lines(account),
            media_type="application/x-ndjson",
            headers={"x-accel-buffering": "no"},  # nginx would hold lines back
        )

    async def static(self, request: Request) -> Response:
        try:
            content, kind = self._files[request.path_params["name"]]
        except KeyError:
            raise HTTPException(404) from None
        return Response(content, media_type=kind)

    # -- answers -------------------------------------------------------------------------------

    def _live(self, request: Request, value: dict[str, Any] | None) -> Response | None:
        """JSON for a page with JavaScript, None for one without."""
        if request.headers.get("x-desk") != "live":
            return None
        return JSONResponse(value or {})

    def _back(self, request: Request, session: Session, code: str = "") -> Response:
        """To where the form was, with one line if something was refused."""
        t = self._page.translator(session.advocate.desk_language)
        if live := self._live(request, {"say": t(code)} if code else {}):
            return live
        reference = request.path_params.get("reference", "")
        try:
            self._board.thread(reference, session.advocate.account)
            path = f"/talk/{reference}"
        except HandoffError:
            path = "/"
        return RedirectResponse(f"{path}?say={code}" if code else path, 303)

    def _home(self, request: Request, code: str) -> Response:
        return RedirectResponse(f"/?say={code}", 303)

    def _tag(self, scope: Scope) -> str:
        """The desk language before anybody signed in."""
        accept = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")
        return "es" if accept.strip().lower().startswith("es") else "en"

    def refuse(self, scope: Scope, status: int) -> Response:
        say = {403: "forbidden", 404: "not_found", 405: "not_found"}.get(status, "broken")
        html = self._page.render("plain.html", self._tag(scope), say=say)
        return HTMLResponse(html, status_code=status)

    def _refusal(self, scope: Scope, status: int) -> Response:
        log.warning("desk.refused", status=status)
        return self.refuse(scope, status)

    async def refused(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return self._refusal(request.scope, status)
