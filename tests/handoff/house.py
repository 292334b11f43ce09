"""Both sides of a handoff in one place: people on a phone or a page, advocates at their desks.

Everything is real but the brain's understanding (`tests.handoff.acting`) and the phone network.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from actions.lines import line_values
from actions.services import Services, install
from bot.languages import registry
from bot.safety import safety_words
from bot.settings import Settings
from bot.words import Words
from channels.contract import Inbound
from channels.inbox import Inbox
from coordination.nothing import NoCounter
from directory import open_directory
from handoff.contract import HandoffRequest, State
from handoff.hours import read_hours
from handoff.relay import Relay, Side
from handoff.roster import Advocate, Role
from handoff.switchboard import Audited, Switchboard
from handoff.wire import Event, Wire
from tests.handoff.acting import ActingBrain, Meaning
from tests.stub import Phone

ANA, BEA, MAX = "+15555550101", "+15555550102", "+15555550103"
PERSON = "a person please"

MEANS = {
    PERSON: Meaning("request_advocate"),
    "persona": Meaning("request_advocate"),
    "yes": Meaning("affirm"),
    "no": Meaning("deny"),
    "skip": Meaning("skip"),
    "hello": Meaning("greet"),
    "i need money": Meaning("need", needs=("money",)),
    "i hit her and i want to stop": Meaning("accountability", detail="self"),
    "start over": Meaning("start_over"),
    "he has a knife": Meaning("emergency", safety=("emergency", "now")),
    "dont text me": Meaning("being_watched", safety=("being_watched", "hold")),
    "he is here": Meaning("being_watched", safety=("being_watched", "hold")),
}


class Clock:
    """Time that a test moves. Starts on a Tuesday at noon UTC."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **spans: float) -> None:
        self.now += timedelta(**spans)


def advocate(account: str, **more: Any) -> Advocate:
    """An advocate on call around the clock, unless said otherwise."""
    chosen: dict[str, Any] = {
        "shown": account.capitalize(),
        "role": Role.ADVOCATE,
        "lane": "survivor",
        "languages": ("en",),
        "hours": read_hours("daily 00:00-24:00"),
    }
    chosen |= more
    return Advocate(account, **(chosen | {"role": Role(chosen["role"])}))


class AtDesk:
    """An advocate with the desk open: claims, reads, writes, and is told what changes."""

    def __init__(self, house: House, me: Advocate) -> None:
        self.house, self.me = house, me
        self.wire: Wire | None = None
        self.opens()

    @property
    def board(self) -> Switchboard:
        return self.house.board

    def opens(self) -> None:
        self.wire = self.board.wires.open(self.me.account)

    def closes_laptop(self) -> None:
        assert self.wire is not None
        self.board.wires.close(self.wire)

    def sees_waiting(self) -> list[HandoffRequest]:
        return self.board.waiting(self.me)

    async def claims(self, request: HandoffRequest | None = None) -> HandoffRequest:
        return await self.board.claim((request or self.sees_waiting()[0]).reference, self.me)

    def thread(self, request: HandoffRequest) -> Relay:
        return self.board.thread(request.reference, self.me.account)[1]

    def reads(self, request: HandoffRequest) -> list[str]:
        """The person's words on the desk."""
        relay = self.thread(request)
        return [] if relay.hidden else [x.text for x in relay.lines if x.side is Side.PERSON]

    def events(self, request: HandoffRequest) -> list[str]:
        return [x.text for x in self.thread(request).lines if x.side is Side.EVENT]

    async def says(self, request: HandoffRequest, text: str) -> None:
        await self.board.say(request.reference, self.me.account, text)

    def told(self) -> list[Event]:
        """Everything the open page was told since last asked."""
        assert self.wire is not None
        found = []
        while not self.wire._events.empty():
            found.append(self.wire._events.get_nowait())
        return found

    def gone(self) -> list[str]:
        return [event.phrase for event in self.told() if event.kind == "gone"]


class House:
    """A process without doors. ``sms`` is everybody's phone; ``advocates`` the roster."""

    def __init__(
        self,
        advocates: Sequence[Advocate] = (),
        channel: str = "sms",
        language: str = "en",
        **settings: Any,
    ) -> None:
        self.clock = Clock()
        self.settings = dataclasses.replace(Settings(), **settings)
        self.words = Words()
        self.directory = open_directory(
            dataclasses.replace(self.settings, directory_path="/nonexistent/directory.db")
        )
        self.words.lines = line_values(self.directory, "US")
        self.board = Switchboard(self.settings, self.words, clock=self.clock)
        self.team = list(advocates)
        self.closed = False
        self.board.roster.connect(lambda: self.team, lambda: self.closed)
        self.brain = ActingBrain(self.words, dict(MEANS))
        self.channel, self.language = channel, language
        self.inbox = Inbox(
            self.brain,
            self.settings,
            self.words,
            safety_words(tuple(registry())),
            self.board,
            self.brain.epochs,
        )
        self.phone = Phone(channel)
        self.inbox.register(self.phone)
        self.board.voice = self.inbox
        self.audited: list[Audited] = []
        self.board.audit = self.audited.append
        install(Services(self.settings, self.directory, self.board, NoCounter(), self.words))

    async def says(self, who: str, text: str, language: str | None = None) -> list[str]:
        """Somebody writes; what arrives on their phone in answer."""
        before = len(self.phone.of(who))
        await self.inbox.receive(
            Inbound(self.channel, who, text, language=language or self.language)
        )
        await self.inbox.settle()
        return self.phone.of(who)[before:]

    def got(self, who: str) -> list[str]:
        """Everything that ever arrived, then forgotten."""
        return self.phone.got.pop(who, [])

    def person(self, who: str) -> str:
        return self.inbox.person(self.channel, who)

    def request(self, who: str) -> HandoffRequest | None:
        return self.board.of(self.person(who))

    def state(self, who: str) -> State | None:
        request = self.request(who)
        return request.state if request else None

    def desk(self, account: str) -> AtDesk:
        return AtDesk(self, next(a for a in self.team if a.account == account))

    async def asks(self, who: str = ANA, texts: str | None = "1") -> HandoffRequest:
        """Through the opening to the line; ``texts``: the answer to "may I text you first?"."""
        await self.says(who, "hello")
        if self.channel in ("sms", "whatsapp", "telegram"):
            await self.says(who, "no")
        await self.says(who, PERSON)
        if texts is not None:
            await self.says(who, texts)
        request = self.request(who)
        assert request is not None
        return request

    async def connected(
        self, who: str = ANA, account: str = "rosa"
    ) -> tuple[AtDesk, HandoffRequest]:
        """Ask, be claimed, say the first word to a human."""
        request = await self.asks(who)
        desk = self.desk(account)
        await desk.claims(request)
        await self.says(who, "i am here")
        assert self.state(who) is State.CONNECTED
        return desk, request

    async def time_passes(self, **spans: float) -> None:
        """The clock moves and the switchboard looks at everyone."""
        self.clock.passes(**spans)
        await self.board.tick()


def has(texts: Sequence[str], words: str) -> bool:
    """Whether the words (a pattern) are in any of the texts."""
    return any(re.search(words, text, re.I) for text in texts)
