"""The one path of every message, with a stub brain: what goes where, and what never arrives."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from bot.languages import registry
from bot.safety import safety_words
from bot.settings import Settings
from bot.words import Words
from channels.contract import Inbound
from channels.inbox import Inbox
from handoff.queue import MemoryQueue
from tests.stub import Phone, StubBrain

ANA, BEA = "+15555550101", "+15555550102"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Line:
    """A phone line to Linden: people say things, and see what arrives."""

    def __init__(self, slow_s: float = 0.0, **settings: object) -> None:
        self.clock = Clock()
        self.brain = StubBrain(slow_s)
        self.phone = Phone()
        self.handoff = MemoryQueue()
        chosen = dataclasses.replace(Settings(), **settings)  # type: ignore[arg-type]
        words = safety_words(tuple(registry()))
        self.inbox = Inbox(self.brain, chosen, Words(), words, self.handoff, clock=self.clock)
        self.inbox.register(self.phone)

    def text(self, who: str, words: str, **more: object) -> asyncio.Future[None]:
        return self.inbox.receive(Inbound("sms", who, words, **more))  # type: ignore[arg-type]

    async def says(self, who: str, words: str, **more: object) -> list[str]:
        before = len(self.phone.of(who))
        await self.text(who, words, **more)
        await self.inbox.settle()
        return self.phone.of(who)[before:]


async def test_a_message_is_answered() -> None:
    line = Line()
    assert await line.says(ANA, "hello") == ["heard: hello"]


async def test_the_brain_never_sees_the_number() -> None:
    line = Line()
    await line.says(ANA, "hello")
    assert ANA not in repr(line.brain.turns)
    assert line.brain.turns[0].person.startswith("sms:")


@pytest.mark.parametrize(
    "word",
    ["x", "X", "x.", " X ", "exit", "Salir", "SALIR!", "sálir", "xxx", "❌"],
    ids=["plain", "capital", "dot", "spaces", "en", "es", "shouted", "accent", "long", "emoji"],
)
async def test_leaving_takes_one_word_and_is_silent_by_sms(word: str) -> None:
    line = Line()
    await line.says(ANA, "hello")
    assert await line.says(ANA, word) == []
    assert line.inbox.open_conversations() == 0
    assert line.brain.forgotten
    assert line.phone.forgotten == [ANA]


async def test_leaving_works_while_an_answer_hangs_and_nothing_arrives_after() -> None:
    line = Line(slow_s=0.3)
    hanging = line.text(ANA, "i need help with")
    waiting = line.text(ANA, "something else")
    await asyncio.sleep(0.05)
    began = asyncio.get_running_loop().time()
    await line.text(ANA, "x")
    assert asyncio.get_running_loop().time() - began < 0.05
    await asyncio.gather(hanging, waiting)
    await asyncio.sleep(0.4)
    assert line.phone.of(ANA) == []


async def test_hold_sends_nothing_and_drops_what_was_on_its_way() -> None:
    line = Line(slow_s=0.2)
    line.text(ANA, "i need a lawyer")
    await asyncio.sleep(0.05)
    await line.text(ANA, "dont text me")
    await asyncio.sleep(0.5)
    assert line.phone.of(ANA) == []


async def test_one_who_writes_much_never_delays_another() -> None:
    line = Line(slow_s=0.05)
    flood = [line.text(ANA, f"message {n}") for n in range(200)]
    began = asyncio.get_running_loop().time()
    assert await line.says(BEA, "hello") == ["heard: hello"]
    assert asyncio.get_running_loop().time() - began < 0.5
    await asyncio.gather(*flood)
    await line.inbox.settle()
    plain = [text for text in line.phone.of(ANA) if not text.startswith("heard:")]
    assert len(plain) == 1, "one plain answer at the limit"


async def test_order_is_kept() -> None:
    line = Line(slow_s=0.01)
    await asyncio.gather(*[line.text(ANA, f"{n}") for n in range(5)])
    assert line.phone.of(ANA) == [f"heard: {n}" for n in range(5)]


async def test_a_repeated_delivery_is_answered_once() -> None:
    line = Line()
    await line.says(ANA, "hello", message_id="SM1")
    assert await line.says(ANA, "hello", message_id="SM1") == []


async def test_pictures_are_kindly_refused() -> None:
    line = Line()
    (reply,) = await line.says(ANA, "", kind="media")
    assert "only read typed words" in reply
    assert line.brain.turns == []


async def test_silence_ends_a_conversation_but_not_a_wait_for_an_advocate() -> None:
    line = Line(session_ttl_s=60)
    await line.says(ANA, "hello")
    await line.says(BEA, "hello")
    line.handoff.request(line.inbox.person("sms", BEA), "en", "sms", "survivor")
    line.clock.now += 61
    line.inbox.expire()
    assert not line.inbox.touch("sms", ANA)
    assert line.inbox.touch("sms", BEA)


async def test_too_many_people_get_a_plain_answer() -> None:
    line = Line(max_people=1)
    await line.says(ANA, "hello")
    (reply,) = await line.says(BEA, "hello")
    assert "more than I can take" in reply


async def test_leaving_takes_a_waiting_person_out_of_line() -> None:
    line = Line()
    await line.says(ANA, "hello")
    person = line.inbox.person("sms", ANA)
    line.handoff.request(person, "en", "sms", "survivor")
    await line.says(ANA, "x")
    assert line.handoff.of(person) is None
