"""Stands where the trained brain stands, in tests of what lies around it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from bot.contract import Answer, Reply, Turn
from channels.contract import Outbound


@dataclass
class StubBrain:
    """Answers "heard: <text>" after ``slow_s`` seconds; remembers whom it was told to forget."""

    slow_s: float = 0.0
    turns: list[Turn] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)

    async def turn(self, turn: Turn) -> Answer:
        self.turns.append(turn)
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        return Answer((Reply(f"heard: {turn.text}"),), "en")

    def forget(self, person: str) -> None:
        self.forgotten.append(person)

    def language(self, person: str) -> str | None:
        return None

    def ready(self) -> bool:
        return True


@dataclass
class Phone:
    """A channel that keeps what arrived, by address."""

    name: str = "sms"
    got: dict[str, list[str]] = field(default_factory=dict)
    forgotten: list[str] = field(default_factory=list)

    async def send(self, address: str, outbound: Outbound) -> None:
        self.got.setdefault(address, []).extend(reply.text for reply in outbound.replies)

    async def forget(self, address: str) -> None:
        self.forgotten.append(address)

    def of(self, address: str) -> list[str]:
        return self.got.get(address, [])
