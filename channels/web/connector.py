"""The web channel: one conversation a page, in memory, reached by a token only the page knows.

A page starts with a one-time start token (tokens.py). Its first message opens a session, whose
address is a random token. With JavaScript the page keeps that token in a variable; without, each
page carries a token for one answer, and using such a token twice (reload, Back and send again, a
copied page) ends the session: whoever does that is shown the empty start page.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from bot.settings import Settings
from channels.contract import Inbound, Outbound
from channels.errors import AddressGone
from channels.web.message import Message, message
from channels.web.tokens import StartTokens, TokenSpent, TokenUnknown

if TYPE_CHECKING:
    from channels.inbox import Inbox

NAME = "web"
BEAT_S = 15.0
"""Seconds between signs of life on an open stream, so that middle boxes keep it and a closed page
is noticed."""

STREAM_S = 600.0
"""Seconds after which a stream ends and the page asks again: no stream outlives a dead page."""

_SWEEP_S = 15.0
_MOST_UNSEEN = 50
"""Messages held for a page that does not fetch them; older ones are dropped."""


class DoorFull(Exception):
    """As many conversations are open as the settings allow."""


class Session:
    """What the channel holds of one page. No word of the person is in it; ``messages`` are ours,
    until the page has said that it shows them."""

    def __init__(self, address: str, now: float, *, plain: bool, key: str, language: str) -> None:
        loop = asyncio.get_running_loop()
        self.address = address
        self.plain = plain
        """Without JavaScript: nothing tells us that the page is still open."""
        self.key = key
        """Drawn by the page: with it, and only with it, a start token may be sent again when the
        first answer was lost on the way."""
        self.language = language
        self.told_language: str | None = None
        self.active_at = now
        self.held = False
        self.messages: deque[Message] = deque(maxlen=_MOST_UNSEEN)
        self.said = 0
        self.over: asyncio.Future[None] = loop.create_future()
        self.news = asyncio.Event()
        self.listener: object | None = None
        self.pages: list[str] = []
        self.live: str | None = None
        """The one page token that may be used next."""
        self.answering: tuple[str, asyncio.Future[str]] | None = None
        """The page token whose answer is being written: a second press of Send in that moment
        gets the same answer instead of ending the session."""

    @property
    def ended(self) -> bool:
        return self.over.done()

    def after(self, number: int) -> list[Message]:
        """Messages that the page has not shown, given the last number it has."""
        while self.messages and self.messages[0].number <= number:
            self.messages.popleft()
        return list(self.messages)

    def take(self) -> list[Message]:
        """All messages, for a page that is written anew."""
        found = list(self.messages)
        self.messages.clear()
        return found


class WebChannel:
    """Implements `channels.contract.Channel` for the web page."""

    name = NAME

    def __init__(
        self, settings: Settings, inbox: Inbox, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings, self._inbox, self._clock = settings, inbox, clock
        self._starts = StartTokens(clock)
        self._sessions: dict[str, Session] = {}
        self._pages: dict[str, str] = {}
        """Page and start tokens, unused and used, of open sessions, to the session's address."""
        self._timer: asyncio.TimerHandle | None = None

    # -- what the inbox calls ------------------------------------------------------------------

    async def send(self, address: str, outbound: Outbound) -> None:
        """Give messages to the page. Raises `AddressGone` for a closed one."""
        session = self._sessions.get(address)
        if session is None:
            raise AddressGone
        if outbound.language in self._settings.served_languages:
            session.language = outbound.language or session.language
        for reply in outbound.replies:
            session.said += 1
            session.messages.append(
                message(session.said, reply, outbound.language or session.language)
            )
        session.news.set()

    async def forget(self, address: str) -> None:
        """The conversation is over: close the page's session and wipe it."""
        self._drop(address)

    # -- what the handoff calls ----------------------------------------------------------------

    def hold(self, address: str) -> None:
        """This person waits for an advocate or talks with one: do not time them out."""
        self._set_held(address, True)

    def release(self, address: str) -> None:
        """The wait or the talk is over; quiet minutes count again from now."""
        self._set_held(address, False)

    # -- what the routes call ------------------------------------------------------------------

    def start_token(self) -> str:
        return self._starts.make()

    def page_token(self, session: Session) -> str:
        """A token for the next answer of a page without JavaScript."""
        token = secrets.token_urlsafe(32)
        if not session.ended:
            session.live = token
            session.pages.append(token)
            self._pages[token] = session.address
        return token

    def by_token(self, address: str) -> Session:
        """The session of a page with JavaScript. Raises `TokenUnknown`."""
        session = self._sessions.get(address)
        if session is None or session.plain:
            raise TokenUnknown
        session.active_at = self._clock()
        return session

    def open(self, start: str, language: str, key: str) -> Session:
        """A new session for a start page with JavaScript, or the one it opened already with the
        same key, or the one of an answer page on which JavaScript woke up late (a slow phone:
        the first message went as a plain form). Raises `TokenUnknown`, `TokenSpent` (and ends the
        session), `DoorFull`."""
        known = self._sessions.get(self._pages.get(start, ""))
        if known is not None:
            if known.live == start and key:
                known.live, known.plain, known.key = None, False, key
            if not key or not hmac.compare_digest(known.key.encode(), key.encode()):
                self.leave(known.address)
                raise TokenSpent
            known.active_at = self._clock()
            return known
        return self._open(start, language, key, plain=False)

    def turn_page(self, token: str, language: str) -> Session:
        """The session of a page without JavaScript; its token is used up by this. Raises
        `TokenUnknown`, `TokenSpent` (and ends the session), `DoorFull`."""
        address = self._pages.get(token)
        if address is None:
            return self._open(token, language, "", plain=True)
        session = self._sessions[address]
        if session.live == token:
            session.live = None
            session.active_at = self._clock()
            return session
        self.leave(address)
        raise TokenSpent

    def being_answered(self, token: str) -> asyncio.Future[str] | None:
        """The page that is being written in answer to this token, if it is."""
        session = self._sessions.get(self._pages.get(token, ""))
        if session is None or session.answering is None or session.answering[0] != token:
            return None
        return session.answering[1]

    async def say(self, session: Session, text: str, number: str | None, picked: str) -> bool:
        """Hand a message to the inbox and wait until all is said in answer, the session ends, or
        a turn's time is over: then False, and what comes later waits for the page. ``picked``:
        the language chosen on the page, if any; told once, so that a person may go on in another
        language without changing the page."""
        offered = picked if picked and picked != session.told_language else None
        session.told_language = picked or session.told_language
        answered = self._inbox.receive(
            Inbound(NAME, session.address, text, message_id=number, language=offered)
        )
        limit_s = self._settings.turn_timeout_s + 2  # the brain's own limit answers first
        await asyncio.wait({answered, session.over}, timeout=limit_s, return_when="FIRST_COMPLETED")
        if answered.done() and not answered.cancelled():
            answered.exception()
        return answered.done() or session.ended

    def leave(self, token: str) -> None:
        """The exit control, a closed page, a page used twice: wipe here first, then everywhere.
        Takes any token of the page, since leaving may overtake the answer to its first message."""
        address = self._pages.get(token, token)
        if self._drop(address):
            self._inbox.leave(NAME, address)
            return
        with suppress(TokenUnknown, TokenSpent):
            self._starts.spend(token)  # a first message still on its way must not open anything

    async def listen(self, session: Session, seen: int) -> AsyncIterator[str]:
        """Lines of JSON for an open page: messages as they come, whether the person is held, and
        the end. A second stream of the same page takes over from the first."""
        me = session.listener = object()
        session.news.set()
        until, held = self._clock() + STREAM_S, False
        while session.listener is me and not session.ended and self._clock() < until:
            session.news.clear()  # set again by a message, by being held, and by the end
            for item in session.after(seen):
                seen = item.number
                yield _line({"message": item.for_script()})
            if session.held is not held:
                held = session.held
                yield _line({"held": held})
            session.active_at = self._clock()
            self._inbox.touch(NAME, session.address)
            try:
                await asyncio.wait_for(session.news.wait(), BEAT_S)
            except TimeoutError:
                yield "\n"
        if session.ended:
            yield _line({"ended": True})

    def open_sessions(self) -> int:
        return len(self._sessions)

    def close(self) -> None:
        """The server stops: end every stream, keep nothing."""
        for address in list(self._sessions):
            self._drop(address)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def sweep(self) -> None:
        """End sessions of pages that are closed or were left alone, but not of those who wait."""
        now = self._clock()
        for session in list(self._sessions.values()):
            idle_s = self._settings.session_ttl_s if session.plain else self._settings.web_blank_s
            if not session.held and session.active_at < now - idle_s - BEAT_S:
                self.leave(session.address)

    # -- inside ----------------------------------------------------------------------------------

    def _open(self, start: str, language: str, key: str, *, plain: bool) -> Session:
        self._starts.check(start)
        if len(self._sessions) >= self._settings.max_people:
            self.sweep()
            if len(self._sessions) >= self._settings.max_people:
                raise DoorFull
        self._starts.spend(start)
        address = secrets.token_urlsafe(32)
        session = Session(address, self._clock(), plain=plain, key=key, language=language)
        self._sessions[address] = session
        session.pages.append(start)
        self._pages[start] = address
        self._tick()
        return session

    def _set_held(self, address: str, held: bool) -> None:
        session = self._sessions.get(address)
        if session is not None:
            session.held = held
            session.active_at = self._clock()
            session.news.set()

    def _drop(self, address: str) -> bool:
        session = self._sessions.pop(address, None)
        if session is None:
            return False
        for token in session.pages:
            self._pages.pop(token, None)
        session.pages.clear()
        if not session.over.done():
            session.over.set_result(None)
        session.news.set()
        return True

    def _tick(self) -> None:
        """Look for closed pages now and then, as long as there is any."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_SWEEP_S, self._tock)

    def _tock(self) -> None:
        self._timer = None
        self.sweep()
        if self._sessions:
            self._tick()


def _line(value: dict[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"
