"""Telling advocates that somebody waits: without a word, a number, a name or a hash of one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.privacy import log
from bot.words import Words
from handoff.contract import HandoffRequest
from handoff.errors import AlertUndelivered, HandoffError
from handoff.roster import Advocate, Roster


@dataclass(frozen=True, slots=True)
class Alert:
    """All that an alert may say. ``text`` is the same in words, in the advocate's language."""

    reference: str
    language: str
    channel: str
    urgency: str
    minutes: int
    link: str
    text: str = ""


Send = Callable[[str, Alert], Awaitable[None]]
"""One way to alert: address and alert. Raises `AlertUndelivered` (or anything: it is tried
elsewhere then)."""


def make_alert(request: HandoffRequest, link: str, now: datetime, text: str = "") -> Alert:
    """The content-free form of a request."""
    minutes = int((now - request.requested_at).total_seconds() // 60)
    return Alert(
        request.reference,
        request.language,
        request.channel,
        str(request.urgency),
        minutes,
        link,
        text,
    )


class Alerts:
    """Alerts one group of advocates after the other until somebody claims.

    ``senders``: by kind (``sms``, ``telegram``, ``email``, ``webhook``), passed in by whoever puts
    the process together. ``next_s``: seconds a group has before the next one is alerted too.
    """

    def __init__(
        self,
        roster: Roster,
        words: Words,
        senders: Mapping[str, Send],
        link: str,
        next_s: float = 60.0,
        send_s: float = 20.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._roster, self._words, self.senders = roster, words, senders
        self._link, self._next_s, self._send_s, self._clock = link, next_s, send_s, clock
        self._running: dict[str, asyncio.Task[None]] = {}

    def start(self, still_waiting: Callable[[], HandoffRequest | None], reference: str) -> None:
        """Begin to alert for a request; ``still_waiting`` gives it as long as nobody claimed."""
        if reference not in self._running:
            task = asyncio.get_running_loop().create_task(self._run(still_waiting))
            self._running[reference] = task
            task.add_done_callback(lambda done: self._done(reference, done))

    def stop(self, reference: str) -> None:
        """Claimed, withdrawn, left: nobody else is alerted."""
        task = self._running.pop(reference, None)
        if task is not None:
            task.cancel()

    async def settle(self) -> None:
        """Stop all of it; used at shut-down."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _done(self, reference: str, task: asyncio.Task[None]) -> None:
        if self._running.get(reference) is task:
            del self._running[reference]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("alert.failed", error)

    async def _run(self, still_waiting: Callable[[], HandoffRequest | None]) -> None:
        request = still_waiting()
        if request is None:
            return
        reached: set[str] = set()
        for stage in self._roster.stages(request.language, request.lane):
            group = [
                a for a in stage if a.account not in reached | request.not_again and a.alert_by
            ]
            told = await asyncio.gather(*(self._alert(a, request) for a in group))
            reached |= {a.account for a, ok in zip(group, told, strict=True) if ok}
            if any(told):
                await asyncio.sleep(self._next_s)
            request = still_waiting()
            if request is None:
                return
        log.warning("alert.nobody_left", count=len(reached), language=request.language)

    async def _alert(self, advocate: Advocate, request: HandoffRequest) -> bool:
        """Try an advocate's ways in order. True when one went out."""
        for kind, address in advocate.alert_by:
            send = self.senders.get(kind)
            if send is None:
                log.warning("alert.no_sender", kind=kind)
                continue
            try:
                alert = self.wording(advocate, request)
                await asyncio.wait_for(send(address, alert), self._send_s)
            except HandoffError as error:
                log.error("alert.undelivered", error, kind=kind)
            except Exception as error:
                # A sender that breaks in its own way must not keep the next one from being tried.
                log.error("alert.undelivered", error, kind=kind)
            else:
                log.info("alert.sent", kind=kind, language=request.language)
                return True
        return False

    def wording(self, advocate: Advocate, request: HandoffRequest) -> Alert:
        """The alert in this advocate's language."""
        tag = advocate.desk_language
        bare = make_alert(request, self._link, self._clock())
        text = self._words.phrase(
            "desk_alert",
            tag,
            {
                "reference": bare.reference,
                "language": self._words.phrase(f"language_{bare.language}", tag),
                "channel": self._words.phrase(f"desk_channel_{bare.channel}", tag),
                "urgency": self._words.phrase(f"desk_urgency_{bare.urgency}", tag),
                "minutes": str(bare.minutes),
                "link": bare.link,
            },
        )
        return make_alert(request, self._link, self._clock(), text)


__all__ = ["Alert", "AlertUndelivered", "Alerts", "Send", "make_alert"]
