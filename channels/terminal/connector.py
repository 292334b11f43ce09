"""The terminal as a channel: what is said is handed to a function that prints or collects it."""

from __future__ import annotations

from collections.abc import Callable

from channels.contract import Outbound


class TerminalChannel:
    """A `channels.contract.Channel` for ``linden chat``. ``name`` may be another channel's, to see
    what its people would get."""

    def __init__(self, show: Callable[[Outbound], None], name: str = "terminal") -> None:
        self.name = name
        self._show = show

    async def send(self, address: str, outbound: Outbound) -> None:
        self._show(outbound)

    async def forget(self, address: str) -> None:
        return None
