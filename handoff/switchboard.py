"""Between the people who wait and the advocates at the desk: line, claim, relay, waiting honestly.

All but what `handoff.contract.HandoffQueue` lists is called on the doors' event loop; what the
brain's thread asks is answered at once under the queue's lock and followed up on the loop.
"""

from __future__ import annotations

import asyncio
import statistics
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.normalise import fold
from bot.privacy import log
from bot.settings import Settings
from bot.words import Words
from handoff.alert import Alerts
from handoff.contract import (
    Availability,
    HandoffRequest,
    Notice,
    Shared,
    State,
    Urgency,
    Voice,
)
from handoff.errors import (
    AdvocateUnavailable,
    ChatLimitReached,
    NoSuchRequest,
    NotYours,
    PersonCannotBeTold,
    WrongLane,
)
from handoff.queue import OPEN, MemoryQueue
from handoff.relay import CheckWord, Delivery, Line, Relay, Side
from handoff.roster import Advocate, Role, Roster, lane_of
from handoff.wire import Event, Wires

PAGE = ("web", "terminal")
"""Channels on which what we say shows where the person looks anyway, and nothing buzzes."""

AWAY_GIVE_UP = 5
"""After so many times `relay_away_s` without the advocate the person is back in line."""

_WAITS = 20


@dataclass(frozen=True, slots=True)
class Audited:
    """Who did what with which reference; no content."""

    account: str
    event: str
    reference: str


class Switchboard:
    """A `handoff.contract.HandoffQueue` with everything behind it. ``voice`` reaches people and is
    set once the inbox is there; ``alerts`` may be None (nobody is alerted); ``audit`` is told who
    claimed, closed, transferred or blocked what."""

    def __init__(
        self,
        settings: Settings,
        words: Words,
        roster: Roster | None = None,
        queue: MemoryQueue | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings, self._words, self._clock = settings, words, clock
        self.roster = roster or Roster(clock=clock)
        self.queue = queue or MemoryQueue(clock)
        self.wires = Wires()
        self.roster.present = self.wires.present
        self.wires.readers = self._readers
        self.voice: Voice | None = None
        self.alerts: Alerts | None = None
        self.audit: Callable[[Audited], None] = lambda entry: None
        self.cut_at: datetime | None = None
        """When a relay was cut by a restart, if the desk found one at start."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._relays: dict[str, Relay] = {}
        self._notices: dict[str, list[Notice]] = {}
        self._offered_choice: set[str] = set()
        self._blocked: dict[str, datetime] = {}
        self._waits: deque[float] = deque(maxlen=_WAITS)
        self._tasks: set[asyncio.Task[None]] = set()
        self._told_cut: set[str] = set()
        self._quiet: set[str] = set()
        """People in line who said that somebody may be looking."""

    def was_cut(self) -> None:
        """A former run was cut in the middle of talks: whoever writes soon is told so."""
        self.cut_at = self._clock()

    def bind(self) -> None:
        """Follow up on this event loop; called once when the doors open."""
        self._loop = asyncio.get_running_loop()

    # -- what the bot and the inbox ask (any thread) -------------------------------------------

    def request(
        self, person: str, language: str, channel: str, lane: str, *, urgent: bool = False
    ) -> HandoffRequest:
        if self._is_blocked(person):
            # Answered like a line nobody answers; a blocked contact learns nothing from it.
            return MemoryQueue(self._clock).request(person, language, channel, lane)
        new = self.queue.of(person) is None
        request = self.queue.request(person, language, channel, lane, urgent=urgent)
        if new:
            log.info("handoff.requested", language=language, channel=channel)
            self._soon(lambda: self._arrived(person, request.reference))
        return request

    def of(self, person: str) -> HandoffRequest | None:
        return self.queue.of(person)

    def agree(
        self, person: str, *, shared: Shared | None = None, text_minutes: int | None = None
    ) -> None:
        self.queue.agree(person, shared=shared, text_minutes=text_minutes)
        self._soon(lambda: self._changed(person))

    def explained(self, person: str) -> None:
        self.queue.explained(person)

    def withdraw(self, person: str) -> bool:
        request = self.queue.of(person)
        if request is None:
            return False
        self._soon(lambda: self._gone(request, State.WITHDRAWN, person))
        return self.queue.drop(person) is not None

    def forget(self, person: str) -> None:
        request = self.queue.drop(person)
        self._notices.pop(person, None)
        self._offered_choice.discard(person)
        self._quiet.discard(person)
        if request is None:
            return
        relay = self._relays.pop(request.reference, None)
        if relay is not None:
            relay.wipe()
        self._soon(lambda: self._gone(request, None, person))

    def urgent(self, person: str) -> None:
        request = self.queue.of(person)
        if request is not None and request.urgency is not Urgency.URGENT:
            self.queue.urgent(person)
            self._soon(lambda: self._changed(person))

    def watched(self, person: str, now: bool = True) -> None:
        if not now:
            self._quiet.discard(person)
            return
        request = self.queue.of(person)
        relay = self._relays.get(request.reference) if request else None
        if request is not None and relay is None:
            self._quiet.add(person)
        if relay is not None:
            relay.guard()
            relay.add(Side.EVENT, "desk_event_watched")
            self._soon(lambda: self.wires.thread(relay.reference))

    def availability(self, language: str, lane: str) -> Availability:
        wait_s = statistics.median(self._waits) if self._waits else None
        return self.roster.availability(language, lane, wait_s)

    def listens(self, person: str) -> bool:
        request = self.queue.of(person)
        return request is not None and request.state in (State.CLAIMED, State.CONNECTED)

    def notices(self, person: str) -> Sequence[Notice]:
        if person in self._quiet:
            return ()
        found = tuple(
            fresh for kept in self._notices.pop(person, ()) if (fresh := self._fresh(person, kept))
        )
        if self.cut_at is not None and person not in self._told_cut:
            if self._clock() - self.cut_at < timedelta(seconds=self._settings.session_ttl_s):
                self._told_cut.add(person)
                return (Notice("utter_handoff_cut"), *found)
            self.cut_at = None
            self._told_cut.clear()
        return found

    def _fresh(self, person: str, notice: Notice) -> Notice | None:
        """A notice as it is true now: the place in line may have changed since."""
        if notice.name != "utter_handoff_still_waiting":
            return notice
        request = self.queue.of(person)
        if request is None or request.state not in OPEN:
            return None
        waited = (self._clock() - request.requested_at).total_seconds()
        return self._place_in_line(request, waited)

    # -- the person writes (loop) --------------------------------------------------------------

    async def relay(self, person: str, text: str, *, danger: bool = False) -> bool:
        """See `handoff.contract.HandoffQueue.relay`."""
        request = self.queue.of(person)
        relay = self._relays.get(request.reference) if request else None
        if request is None or relay is None:
            return False
        if danger and request.state is State.CLAIMED:
            self.queue.urgent(person)
            return False  # help first; the advocate is introduced with the next message
        if relay.guarded:
            if not await self._answered_check(person, relay, text):
                return True
            if not relay.told:
                await self._introduce(person, relay)
            return True
        if not relay.told:
            # They did not know that somebody is there: these words are not passed on.
            await self._introduce(person, relay, late=True)
            return True
        if request.state is State.CLAIMED:
            if self._says(text, "choice_someone_else", request.language, "2"):
                self._someone_else(person, request, relay)
                await self._tell(person, Notice("utter_handoff_someone_else"))
                return True
            if self._says(text, "choice_no", request.language, "3"):
                self.withdraw(person)
                await self._tell(person, Notice("utter_handoff_withdrawn"))
                return True
            if self._says(text, "choice_yes", request.language, "1"):
                self._connect(person, request)
                await self._tell(person, Notice("utter_handoff_go_ahead"))
                return True
            self._connect(person, request)
        if self._says(text, "choice_end_talk", request.language):
            await self._ended(person, "utter_handoff_you_ended", "desk_event_person_ended")
            return True
        if relay.awaits_word:
            relay.awaits_word = False
            relay.word = await asyncio.to_thread(CheckWord, text)
            relay.add(Side.EVENT, "desk_event_word_set")
            self.wires.thread(relay.reference)
            await self._tell(person, Notice("utter_handoff_word_set"))
            return True
        relay.add(Side.PERSON, text, danger=danger)
        self.wires.line(relay.reference)
        return True

    async def _answered_check(self, person: str, relay: Relay, text: str) -> bool:
        """The neutral check after quiet minutes; True when the answer opens the thread again.
        Reveals nothing, and passes nothing on, to whoever holds the phone now."""
        request = self.queue.of(person)
        assert request is not None
        if not relay.checked:
            relay.checked = True
            await self._tell(person, Notice("utter_handoff_check"))
            return False
        if relay.word is not None:
            right = await asyncio.to_thread(relay.word.matches, text)
        else:
            right = self._says(text, "choice_yes", request.language, "1")
        if not right:
            # The same neutral words again, not more often than they write.
            await self._tell(person, Notice("utter_handoff_check"))
            return False
        relay.guarded = relay.checked = False
        relay.spoke_at = self._clock()
        relay.add(Side.EVENT, "desk_event_back")
        self.wires.thread(relay.reference)
        await self._tell(person, Notice("utter_handoff_back"))
        return True

    def _says(self, text: str, phrase: str, language: str, number: str = "") -> bool:
        """Whether the whole message is this phrase (in the language or in English) or number."""
        said = fold(text)
        wanted = {fold(self._words.phrase(phrase, tag)) for tag in (language, "en")}
        return bool(said) and said in wanted | ({number} if number else set())

    async def _introduce(self, person: str, relay: Relay, late: bool = False) -> None:
        advocate = self.roster.named(relay.account)
        name = advocate.shown if advocate else ""
        relay.told = True
        if late:
            await self._tell(person, Notice("utter_handoff_not_passed_on"))
        if not await self._tell(person, Notice("utter_handoff_here", {"name": name})):
            relay.told = False
        relay.add(Side.EVENT, "desk_event_told" if relay.told else "desk_event_unreachable")
        self.wires.thread(relay.reference)

    def _connect(self, person: str, request: HandoffRequest) -> None:
        self.queue.change(person, state=State.CONNECTED)
        waited = (self._clock() - request.requested_at).total_seconds()
        log.info("handoff.connected", waited_s=round(waited), channel=request.channel)
        relay = self._relays[request.reference]
        relay.add(Side.EVENT, "desk_event_connected")
        relay.spoke_at = self._clock()
        self.wires.thread(request.reference)
        self.wires.list()

    def _someone_else(self, person: str, request: HandoffRequest, relay: Relay) -> None:
        self._relays.pop(request.reference, None)
        relay.wipe()
        self.audit(Audited(relay.account, "declined", request.reference))
        self.wires.gone(request.reference, "desk_gone_someone_else")
        self._back_in_line(person, request, not_again=relay.account)

    def _back_in_line(
        self, person: str, request: HandoffRequest, not_again: str | None = None
    ) -> None:
        """Keep the place in line; nothing that was said comes along."""
        refused = request.not_again | ({not_again} if not_again else set())
        self.queue.change(person, state=State.WAITING, claimed_by=None, not_again=refused)
        self._arrived(person, request.reference)

    # -- the desk (loop) -----------------------------------------------------------------------

    def waiting(self, advocate: Advocate) -> list[HandoffRequest]:
        """The line as this advocate may see it: their own lane, and nobody who did not want
        them. Coordinators see all, without claiming."""
        everyone = self.queue.waiting()
        if advocate.role is Role.COORDINATOR:
            return everyone
        return [
            r
            for r in everyone
            if advocate.answers(lane_of(r.lane)) and advocate.account not in r.not_again
        ]

    def mine(self, account: str) -> list[HandoffRequest]:
        """This advocate's conversations, oldest first."""
        return sorted(
            (r for _, r in self.queue.all() if r.claimed_by == account),
            key=lambda r: r.requested_at,
        )

    def asking_for_help(self, advocate: Advocate) -> list[HandoffRequest]:
        """Conversations of this lane whose advocate asked for a supervisor, or let this one in."""
        if advocate.role is not Role.SUPERVISOR:
            return []
        return [
            r
            for _, r in self.queue.all()
            if (relay := self._relays.get(r.reference)) is not None
            and r.claimed_by != advocate.account
            and advocate.answers(lane_of(r.lane))
            and (relay.helper == advocate.account or (relay.wants_help and relay.helper is None))
        ]

    async def claim(self, reference: str, advocate: Advocate) -> HandoffRequest:
        """Take a waiting person. Raises `AlreadyClaimed`, `NoSuchRequest`, `WrongLane`,
        `ChatLimitReached`."""
        request = self.queue.by_reference(reference)
        if not advocate.answers(lane_of(request.lane)) or advocate.account in request.not_again:
            raise WrongLane
        if len(self.mine(advocate.account)) >= advocate.chat_limit:
            raise ChatLimitReached
        request = self.queue.claim(reference, advocate.account)
        person = self.queue.person(reference)
        relay = Relay(reference, advocate.account, self._clock, spoke_at=self._clock())
        self._relays[reference] = relay
        if self.alerts is not None:
            self.alerts.stop(reference)
        waited = (self._clock() - request.requested_at).total_seconds()
        self._waits.append(waited)
        log.info("handoff.claimed", waited_s=round(waited), language=request.language)
        self.audit(Audited(advocate.account, "claimed", reference))
        self.wires.list()
        if person in self._quiet:
            self._quiet.discard(person)
            relay.guard()
            relay.add(Side.EVENT, "desk_event_watched")
        elif self._may_tell(request):
            await self._introduce(person, relay)
        else:
            relay.add(Side.EVENT, "desk_event_untold")
        return request

    def thread(self, reference: str, account: str) -> tuple[HandoffRequest, Relay]:
        """A conversation for its advocate or the supervisor they let in. Raises `NoSuchRequest`,
        `NotYours`."""
        request = self.queue.by_reference(reference)
        relay = self._relays.get(reference)
        if relay is None:
            raise NoSuchRequest
        if account not in (relay.account, relay.helper):
            raise NotYours
        return request, relay

    def _own(self, reference: str, account: str) -> tuple[str, HandoffRequest, Relay]:
        request, relay = self.thread(reference, account)
        if account != relay.account:
            raise NotYours
        return self.queue.person(reference), request, relay

    def can_write(self, reference: str) -> bool:
        """Whether an advocate's words would reach the person now."""
        relay = self._relays.get(reference)
        return (
            relay is not None
            and relay.told
            and not relay.guarded
            and self.queue.by_reference(reference).state is State.CONNECTED
        )

    def unread(self, reference: str, account: str) -> int:
        """Lines of the person that this advocate has not seen."""
        relay = self._relays.get(reference)
        if relay is None or relay.account != account:
            return 0
        return sum(x.side is Side.PERSON and x.number > relay.read for x in relay.lines)

    def read(self, reference: str, account: str) -> None:
        """The advocate's page shows everything up to now."""
        relay = self._relays.get(reference)
        if relay is not None and relay.account == account:
            relay.read = relay.last()

    async def say(self, reference: str, account: str, text: str) -> Line:
        """An advocate's words to the person. Raises `PersonCannotBeTold` before the person knows
        who is there, and while somebody may be looking."""
        person, _, relay = self._own(reference, account)
        if not self.can_write(reference):
            raise PersonCannotBeTold
        line = relay.add(Side.ADVOCATE, text, Delivery.SENDING)
        self.wires.line(reference)
        sent = self.voice is not None and await self.voice.pass_on(person, text)
        line.delivery = Delivery.SENT if sent else Delivery.FAILED
        self.wires.delivery(reference, line.number)
        return line

    async def ask_word(self, reference: str, account: str) -> None:
        """Ask the person for a word of their own, to know them again later."""
        person, request, relay = self._own(reference, account)
        if relay.guarded or request.state is not State.CONNECTED:
            raise PersonCannotBeTold
        relay.awaits_word = True
        relay.add(Side.EVENT, "desk_event_word_asked")
        self.wires.thread(reference)
        await self._tell(person, Notice("utter_handoff_word_ask"))

    def reveal(self, reference: str, account: str) -> None:
        """Show a hidden thread again. Raises `PersonCannotBeTold` while it is guarded."""
        _, _, relay = self._own(reference, account)
        if relay.guarded:
            raise PersonCannotBeTold
        relay.hidden = False
        self.wires.thread(reference)

    async def end(self, reference: str, account: str) -> None:
        """The advocate ends the conversation."""
        person, _, _ = self._own(reference, account)
        await self._ended(person, "utter_handoff_ended", None)

    async def put_back(self, reference: str, account: str) -> None:
        """The advocate cannot go on: back in line, in the place it had; nothing said goes along."""
        person, request, relay = self._own(reference, account)
        self._close_relay(relay)
        self.audit(Audited(account, "put_back", reference))
        self.wires.gone(reference, "desk_gone_put_back")
        self._back_in_line(person, request, not_again=account)
        if relay.told:
            await self._tell_if_allowed(person, Notice("utter_handoff_handed_on"))

    async def transfer(self, reference: str, account: str, to: Advocate) -> None:
        """Hand to a colleague who is there. The thread is not handed over: the colleague starts
        with the share card, and the person hears who it is. Raises `AdvocateUnavailable`."""
        person, request, relay = self._own(reference, account)
        if (
            not to.answers(lane_of(request.lane))
            or to.paused
            or to.account == account
            or len(self.mine(to.account)) >= to.chat_limit
            or to.account not in self.wires.present()
        ):
            raise AdvocateUnavailable
        self._close_relay(relay)
        fresh = Relay(reference, to.account, self._clock, spoke_at=self._clock())
        self._relays[reference] = fresh
        self.queue.change(person, state=State.CLAIMED, claimed_by=to.account)
        fresh.add(Side.EVENT, "desk_event_transferred")
        self.audit(Audited(account, "transferred", reference))
        self.wires.gone(reference, "desk_gone_transferred", account)
        self.wires.list()
        self.wires.ring(to.account)
        if not relay.guarded:
            await self._introduce(person, fresh)

    async def block(self, reference: str, account: str) -> None:
        """End, and let this contact reach no advocate for a while."""
        person, _, _ = self._own(reference, account)
        until = self._clock() + timedelta(seconds=self._settings.block_s)
        self._blocked[person] = until
        self.audit(Audited(account, "blocked", reference))
        await self._ended(person, "utter_handoff_ended", None)

    def ask_help(self, reference: str, account: str) -> None:
        """Let a supervisor read along and write notes that only the desk sees."""
        _, _, relay = self._own(reference, account)
        relay.wants_help = True
        relay.add(Side.EVENT, "desk_event_help_asked")
        self.audit(Audited(account, "help_asked", reference))
        self.wires.thread(reference)
        self.wires.list()

    def help(self, reference: str, supervisor: Advocate) -> None:
        """A supervisor comes in, where they were asked. Raises `NotYours`."""
        request = self.queue.by_reference(reference)
        if request not in self.asking_for_help(supervisor):
            raise NotYours
        relay = self._relays[reference]
        relay.helper, relay.wants_help = supervisor.account, False
        relay.add(Side.EVENT, "desk_event_help_here")
        self.audit(Audited(supervisor.account, "helps", reference))
        self.wires.thread(reference)
        self.wires.list()

    def note(self, reference: str, supervisor: Advocate, text: str) -> None:
        """A supervisor's note; the person never sees it. Raises `NotYours`."""
        _, relay = self.thread(reference, supervisor.account)
        if relay.helper != supervisor.account:
            raise NotYours
        relay.add(Side.SUPERVISOR, text)
        self.wires.line(reference)

    def colleagues(self, reference: str, account: str) -> list[Advocate]:
        """Who could take over right now."""
        request, _ = self.thread(reference, account)
        present = self.wires.present()
        return [
            a
            for a in self.roster.on_call(request.lane)
            if a.account != account
            and a.account in present
            and len(self.mine(a.account)) < a.chat_limit
        ]

    # -- time passes ---------------------------------------------------------------------------

    async def tick(self) -> None:
        """Look at everyone once: choices, apologies, quiet threads, advocates who are gone. Called
        every few seconds."""
        now = self._clock()
        self._blocked = {p: until for p, until in self._blocked.items() if until > now}
        for person, request in self.queue.all():
            try:
                if request.state in OPEN:
                    await self._tick_waiting(person, request, now)
                else:
                    await self._tick_relay(person, request, now)
            except NoSuchRequest:
                continue  # left in this very moment

    async def _tick_waiting(self, person: str, request: HandoffRequest, now: datetime) -> None:
        waited = (now - request.requested_at).total_seconds()
        limit = request.text_until or request.requested_at + timedelta(
            seconds=self._settings.handoff_wait_s
        )
        if now >= limit:
            self.queue.drop(person)
            self._gone(request, State.TIMED_OUT, person)
            if request.text_until is not None and person not in self._quiet:
                # The last thing that they allowed: that it is over, not silence.
                await self._tell(person, Notice("utter_handoff_sorry"))
            else:
                await self._tell_or_keep(person, request, Notice("utter_handoff_sorry"))
        elif waited >= self._settings.handoff_choice_s and person not in self._offered_choice:
            self._offered_choice.add(person)
            await self._tell_or_keep(person, request, self._place_in_line(request, waited))

    def _place_in_line(self, request: HandoffRequest, waited: float) -> Notice:
        line = [r.reference for r in self.queue.waiting(request.lane)]
        place = line.index(request.reference) + 1 if request.reference in line else 1
        return Notice(
            "utter_handoff_still_waiting",
            {"place": str(place), "minutes": str(max(1, int(waited // 60)))},
        )

    async def _tick_relay(self, person: str, request: HandoffRequest, now: datetime) -> None:
        relay = self._relays.get(request.reference)
        if relay is None:
            return
        if relay.account in self.wires.present():
            relay.away_since, relay.told_away = None, False
        elif relay.away_since is None:
            relay.away_since = now
        away = (now - relay.away_since).total_seconds() if relay.away_since else 0.0
        patience = self._settings.relay_away_s
        if away >= AWAY_GIVE_UP * patience:
            self._close_relay(relay)
            self.audit(Audited(relay.account, "lost", request.reference))
            self.wires.gone(request.reference, "desk_gone_lost")
            self._back_in_line(person, request)
            if relay.told and not relay.guarded:
                await self._tell_if_allowed(person, Notice("utter_handoff_back_in_line"))
        elif away >= patience and not relay.told_away and request.state is State.CONNECTED:
            relay.told_away = True
            if not relay.guarded:
                await self._tell(person, Notice("utter_handoff_away"))
        quiet = (now - relay.spoke_at).total_seconds()
        if (
            quiet >= self._settings.relay_quiet_s
            and not relay.guarded
            and request.state is State.CONNECTED
        ):
            relay.guard()
            relay.add(Side.EVENT, "desk_event_quiet")
            self.wires.thread(request.reference)

    def _readers(self, reference: str) -> frozenset[str]:
        relay = self._relays.get(reference)
        return frozenset({relay.account, relay.helper or relay.account}) if relay else frozenset()

    # -- inside --------------------------------------------------------------------------------

    def _is_blocked(self, person: str) -> bool:
        until = self._blocked.get(person)
        return until is not None and until > self._clock()

    def _may_tell(self, request: HandoffRequest) -> bool:
        """Whether something may be said now although the person did not just write."""
        if request.channel in PAGE:
            return True
        return request.text_until is not None and self._clock() < request.text_until

    async def _tell(self, person: str, notice: Notice) -> bool:
        return self.voice is not None and await self.voice.tell(person, notice)

    async def _tell_if_allowed(self, person: str, notice: Notice) -> None:
        request = self.queue.of(person)
        if request is not None:
            await self._tell_or_keep(person, request, notice)

    async def _tell_or_keep(self, person: str, request: HandoffRequest, notice: Notice) -> None:
        """Say it now if the person allowed that, else when they write."""
        if self._may_tell(request) and person not in self._quiet:
            await self._tell(person, notice)
        else:
            self._notices.setdefault(person, []).append(notice)

    def _close_relay(self, relay: Relay) -> None:
        self._relays.pop(relay.reference, None)
        relay.wipe()

    async def _ended(self, person: str, told: str, event: str | None) -> None:
        """One side ended: wipe both, and let the bot ask once whether to go on."""
        request = self.queue.drop(person)
        if request is None:
            return
        relay = self._relays.pop(request.reference, None)
        guarded = relay is not None and relay.guarded
        knew = relay is not None and relay.told
        if relay is not None:
            relay.wipe()
        self._gone(request, State.CLOSED, person, event or "desk_gone_ended")
        if guarded or not knew:
            # Somebody else may hold the phone, or the person never knew: say nothing now.
            return
        await self._tell(person, Notice(told))

    def _arrived(self, person: str, reference: str) -> None:
        """Somebody is in line: show it, ring, alert. On the loop."""
        request = self.queue.of(person)
        if request is None or request.reference != reference:
            return
        if self.voice is not None:
            self.voice.hold(person, True)
        self.wires.list()
        for advocate in self.roster.everybody():
            if advocate.answers(lane_of(request.lane)) and not advocate.paused:
                self.wires.ring(advocate.account)
        if self.alerts is not None and not self.roster.closed():
            self.alerts.start(lambda: self._unclaimed(person, reference), reference)

    def _unclaimed(self, person: str, reference: str) -> HandoffRequest | None:
        request = self.queue.of(person)
        if request is None or request.reference != reference or request.state not in OPEN:
            return None
        return request

    def _changed(self, person: str) -> None:
        request = self.queue.of(person)
        if request is not None:
            self.wires.list()
            if request.reference in self._relays:
                self.wires.thread(request.reference)

    def _gone(
        self,
        request: HandoffRequest,
        state: State | None,
        person: str,
        event: str = "desk_gone_left",
    ) -> None:
        """A request is over; ``state`` None: the person left. Wipes what is left of it."""
        relay = self._relays.pop(request.reference, None)
        if relay is not None:
            relay.wipe()
        self._offered_choice.discard(person)
        if self.alerts is not None:
            self.alerts.stop(request.reference)
        if self.voice is not None:
            self.voice.hold(person, False)
        kind = str(state) if state else "left"
        log.info("handoff.closed", state=kind)
        if request.claimed_by is not None:
            self.audit(Audited(request.claimed_by, kind, request.reference))
        self.wires.gone(
            request.reference, "desk_gone_withdrawn" if state is State.WITHDRAWN else event
        )
        self.wires.list()

    def _soon(self, work: Callable[[], None]) -> None:
        """Do this on the doors' loop: now when we are on it, else as soon as it turns."""
        loop = self._loop
        try:
            here = asyncio.get_running_loop()
        except RuntimeError:
            here = None
        if loop is None or here is loop:
            if here is not None:
                work()
        elif not loop.is_closed():
            loop.call_soon_threadsafe(work)


__all__ = ["Audited", "Event", "Switchboard"]
