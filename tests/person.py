"""A person who writes to Linden through the real inbox and the real, trained brain."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.contract import Reply
from channels.contract import Inbound, Outbound
from cli.assemble import Parts


@dataclass
class Said:
    """What came back for one message: texts for eyes, response names for tests in any language."""

    texts: list[str]
    names: list[str]
    choices: list[str]

    @property
    def text(self) -> str:
        return "\n\n".join(self.texts)

    def __contains__(self, words: str) -> bool:
        return words.casefold() in self.text.casefold()


@dataclass
class _Ear:
    """A channel that keeps what arrives."""

    name: str
    got: dict[str, list[Reply]] = field(default_factory=dict)

    async def send(self, address: str, outbound: Outbound) -> None:
        self.got.setdefault(address, []).extend(outbound.replies)

    async def forget(self, address: str) -> None:
        return None


class Person:
    """``await person.says("...")`` gives a `Said`. A conversation of its own per instance."""

    _count = 0

    def __init__(
        self, parts: Parts, channel: str = "terminal", language: str | None = None
    ) -> None:
        Person._count += 1
        self.parts, self.channel, self.language = parts, channel, language
        self.address = f"person {Person._count}"
        self._ear = _Ear(channel)

    async def says(self, text: str, **more: object) -> Said:
        inbox = self.parts.inbox
        inbox.register(self._ear)
        self._ear.got.pop(self.address, None)
        await inbox.receive(
            Inbound(self.channel, self.address, text, language=self.language, **more)  # type: ignore[arg-type]
        )
        await inbox.settle()
        replies = list(self._ear.got.get(self.address, []))
        return Said(
            [reply.text for reply in replies],
            [reply.name for reply in replies],
            [choice for reply in replies for choice in reply.choices],
        )

    async def tells(self, *texts: str) -> Said:
        """Several messages; what came back for the last."""
        said = Said([], [], [])
        for text in texts:
            said = await self.says(text)
        return said
