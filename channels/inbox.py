"""The one path of every message, whatever channel it came by:

1. leaving and erasing (exact words, no model, no lock, also while something hangs)
2. being watched, by words: silence or one neutral line at once
3. an open handoff: to the advocate
4. the person's own queue → brain → the channel's sender

Nothing here reads or keeps what was said; it decides where it goes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace

from bot.contract import Answer, Brain, Epochs, Reply, Turn
from bot.privacy import log
from bot.runtime.queue import PersonQueue, TooManyWaiting
from bot.safety import Heard, SafetyWords
from bot.settings import Settings
from bot.words import Words
from channels.address import PersonIds
from channels.contract import Channel, Inbound, Outbound
from channels.errors import SendError
from channels.limits import Rate, Repeats
from handoff.contract import HandoffQueue, Notice

_JANITOR_S = 15.0
_DANGER = ("emergency", "suicide_risk")


@dataclass(slots=True)
class _Session:
    """What the channel layer holds of a conversation: how to reach the person, nothing said."""

    channel: str
    address: str
    language: str | None
    last_at: float


class Inbox:
    """Takes every message and exit of every channel of this process."""

    def __init__(
        self,
        brain: Brain,
        settings: Settings,
        words: Words,
        safety: SafetyWords,
        handoff: HandoffQueue,
        epochs: Epochs | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._brain, self._settings, self._words, self._safety = brain, settings, words, safety
        self._handoff = handoff
        self._clock = clock
        self.epochs = epochs if epochs is not None else Epochs()
        self._queue = PersonQueue(settings.max_waiting)
        self._rate = Rate(settings.messages_per_minute, clock)
        self._repeats = Repeats(clock=clock)
        self._ids = PersonIds(settings)
        self._channels: dict[str, Channel] = {}
        self._sessions: dict[str, _Session] = {}
        self._told_limit: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._janitor_at = clock()

    def register(self, channel: Channel) -> None:
        self._channels[channel.name] = channel

    def channel(self, name: str) -> Channel | None:
        """The channel of this name, if this process has it."""
        return self._channels.get(name)

    def person(self, channel: str, address: str) -> str:
        """The id under which everything but the channel knows this address."""
        return self._ids.of(channel, address)

    def touch(self, channel: str, address: str) -> bool:
        """Whether there is a conversation with this address; counts as activity."""
        session = self._sessions.get(self.person(channel, address))
        if session is None:
            return False
        session.last_at = self._clock()
        return True

    def receive(self, inbound: Inbound) -> asyncio.Future[None]:
        """Take a message. Returns at once; words for leaving are done by then. The future is done
        when all that is said in answer was given to the channel, or when there is nothing."""
        nothing = _done()
        self._sweep()
        person = self.person(inbound.channel, inbound.address)
        if inbound.message_id is not None and self._repeats.seen(f"{person} {inbound.message_id}"):
            log.info("inbox.repeat_dropped", channel=inbound.channel)
            return nothing

        text = inbound.text
        if leaving := self._safety.leaving(text):
            return self._left_by_word(person, inbound, leaving)

        if not self._rate.take(person) or (
            person not in self._sessions and len(self._sessions) >= self._settings.max_people
        ):
            return self._at_limit(person, inbound)

        session = self._sessions.get(person)
        if session is None:
            session = _Session(inbound.channel, inbound.address, inbound.language, 0)
            self._sessions[person] = session
        session.last_at = self._clock()
        if inbound.language:
            session.language = inbound.language

        if inbound.kind != "text":
            return self._spawn(self._say(person, inbound, "utter_media_refused", session.language))

        heard = self._safety.heard(text[: self._settings.max_text])
        silent = (
            bool(heard) and heard[0].label == "being_watched" and heard[0].detail in ("now", "hold")
        )
        danger = any(h.label in _DANGER for h in heard)
        turn = Turn(
            person,
            inbound.channel,
            text[: self._settings.max_text * 2],
            self.epochs.current(person),
            session.language,
        )
        if silent:
            self._watched(person, inbound, heard[0])
            self._handoff.watched(person)
            turn = replace(turn, epoch=self.epochs.current(person))
        elif self._handoff.listens(person):
            return self._spawn(self._relay(turn, inbound, danger))
        elif danger:
            self._handoff.urgent(person)
        return self._to_brain(turn, inbound, silent)

    def _to_brain(self, turn: Turn, inbound: Inbound, silent: bool) -> asyncio.Future[None]:
        person = turn.person
        try:
            done = self._queue.submit(person, lambda: self._answer(turn, inbound, silent))
        except TooManyWaiting:
            return self._at_limit(person, inbound)
        self._told_limit.discard(person)
        return done

    def leave(self, channel: str, address: str) -> None:
        """The exit control was pressed, or the page is gone: erase everything of this person."""
        self._erase(self.person(channel, address))
        self._spawn(self._forget_channel(channel, address))

    def expire(self) -> None:
        """Forget conversations that were silent for longer than their lifetime."""
        oldest = self._clock() - self._settings.session_ttl_s
        for person, session in list(self._sessions.items()):
            if session.last_at < oldest and self._handoff.of(person) is None:
                self._erase(person)
                self._spawn(self._forget_channel(session.channel, session.address))
        self.epochs.prune(set(self._sessions))
        self._rate.prune()
        self._repeats.prune()

    def open_conversations(self) -> int:
        return len(self._sessions)

    async def settle(self) -> None:
        """Wait for what is being sent; used at shut-down and by the terminal."""
        while self._tasks:
            await asyncio.gather(*list(self._tasks), return_exceptions=True)

    # -- inside ------------------------------------------------------------------------------

    def _sweep(self) -> None:
        now = self._clock()
        if now - self._janitor_at >= _JANITOR_S:
            self._janitor_at = now
            self.expire()

    def _erase(self, person: str) -> None:
        self.epochs.bump(person)
        self._queue.discard(person)
        self._brain.forget(person)
        self._handoff.forget(person)
        self._sessions.pop(person, None)
        self._told_limit.discard(person)

    def _left_by_word(self, person: str, inbound: Inbound, heard: Heard) -> asyncio.Future[None]:
        session = self._sessions.get(person)
        known = (session.language if session else None) or self._brain.language(person)
        self._erase(person)
        log.info("inbox.left", channel=inbound.channel)
        name = "utter_erased" if heard.label == "erase" else "utter_left"
        speaks = inbound.channel in self._settings.exit_reply.split()
        # A word shared by all languages ("x") says nothing of the person's own.
        language = known or (heard.language if len(inbound.text.strip()) > 4 else None)
        return self._spawn(self._close(person, inbound, name if speaks else None, language))

    async def _close(
        self, person: str, inbound: Inbound, name: str | None, language: str | None
    ) -> None:
        if name is not None:
            await self._say(person, inbound, name, language)
        await self._forget_channel(inbound.channel, inbound.address)

    async def _forget_channel(self, channel: str, address: str) -> None:
        try:
            await self._channels[channel].forget(address)
        except SendError as error:
            log.error("channel.forget_failed", error, channel=channel)

    def _watched(self, person: str, inbound: Inbound, heard: Heard) -> None:
        """Someone is there: what is on its way must not arrive."""
        self.epochs.bump(person)
        self._queue.discard(person)
        if heard.detail == "now":
            language = self._brain.language(person) or heard.language
            self._spawn(self._say(person, inbound, "utter_watched_now", language))

    async def _relay(self, turn: Turn, inbound: Inbound, danger: bool) -> None:
        """To the advocate; what is not for them, to the bot."""
        text = turn.text[: self._settings.max_text]
        if not await self._handoff.relay(turn.person, text, danger=danger):
            await self._to_brain(turn, inbound, False)

    # -- how the handoff reaches a person (`handoff.contract.Voice`) ---------------------------

    async def tell(self, person: str, notice: Notice) -> bool:
        """Say a response in the person's language; False when they are gone."""
        session = self._sessions.get(person)
        if session is None:
            return False
        tag = session.language or self._brain.language(person) or self._settings.default_language
        said = self._words.say(notice.name, tag, session.channel, values=notice.values)
        return await self._send(
            session, Answer((Reply(said.text, said.choices, notice.name),), tag)
        )

    async def pass_on(self, person: str, text: str) -> bool:
        """Deliver an advocate's words as they are; False when the person is gone."""
        session = self._sessions.get(person)
        if session is None:
            return False
        tag = session.language or self._settings.default_language
        return await self._send(session, Answer((Reply(text, (), "relay"),), tag))

    def hold(self, person: str, held: bool) -> None:
        """Somebody who waits for a human or talks with one is not timed out by their page."""
        session = self._sessions.get(person)
        if session is None:
            return
        session.last_at = self._clock()
        change = getattr(self._channels.get(session.channel), "hold" if held else "release", None)
        if change is not None:
            change(session.address)

    async def _send(self, session: _Session, answer: Answer) -> bool:
        try:
            await self._channels[session.channel].send(
                session.address, Outbound(answer.replies, answer.language)
            )
        except SendError as error:
            if error.loggable:
                log.error("channel.send_failed", error, channel=session.channel)
            return False
        return True

    def _at_limit(self, person: str, inbound: Inbound) -> asyncio.Future[None]:
        """One plain answer at the limit, then silence until there is room again."""
        if person in self._told_limit:
            return _done()
        self._told_limit.add(person)
        log.warning("inbox.limit", channel=inbound.channel)
        session = self._sessions.get(person)
        language = session.language if session else self._brain.language(person)
        return self._spawn(self._say(person, inbound, "utter_at_limit", language))

    async def _answer(self, turn: Turn, inbound: Inbound, silent: bool) -> None:
        if not silent:
            for notice in self._handoff.notices(turn.person):
                await self.tell(turn.person, notice)
        answer = await self._brain.turn(turn)
        if "left" in answer.notes and self.epochs.current(turn.person) == turn.epoch:
            self._erase(turn.person)
            speaks = inbound.channel in self._settings.exit_reply.split()
            if speaks:
                await self._deliver(inbound, answer)
            await self._forget_channel(inbound.channel, inbound.address)
            return
        if silent or self.epochs.current(turn.person) != turn.epoch:
            return
        session = self._sessions.get(turn.person)
        if session is not None and answer.language:
            session.language = answer.language
        await self._deliver(inbound, answer)

    async def _say(self, person: str, inbound: Inbound, name: str, language: str | None) -> None:
        tag = language or self._settings.default_language
        said = self._words.say(name, tag, inbound.channel)
        await self._deliver(inbound, Answer((Reply(said.text, said.choices, name),), tag))

    async def _deliver(self, inbound: Inbound, answer: Answer) -> None:
        replies = tuple(reply for reply in answer.replies if reply.text)
        if not replies:
            return
        try:
            await self._channels[inbound.channel].send(
                inbound.address, Outbound(replies, answer.language)
            )
        except SendError as error:
            if error.loggable:
                log.error("channel.send_failed", error, channel=inbound.channel)

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Future[None]:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("inbox.failed", error)


def _done() -> asyncio.Future[None]:
    """A future of nothing more to wait for."""
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    future.set_result(None)
    return future
