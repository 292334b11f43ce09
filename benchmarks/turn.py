"""Whole turns a second through the inbox: understanding, rules, action, directory, words."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from benchmarks.measure import machine, resident_mb, spread
from benchmarks.messages import SHORT_SHARE, mixed
from bot.settings import Settings
from channels.contract import Inbound, Outbound
from channels.terminal.connector import TerminalChannel


def run(settings: Settings, count: int = 600, writers: int = 8) -> dict[str, Any]:
    """Turns a second with `writers` people writing at once, and p50/p95 of a turn."""
    import dataclasses

    from cli.assemble import assemble

    settings = dataclasses.replace(settings, messages_per_minute=100_000)
    began = time.perf_counter()
    parts = assemble(settings)
    start_s = time.perf_counter() - began
    texts = mixed(count)
    took: list[float] = []
    answered = 0

    def heard(out: Outbound) -> None:
        nonlocal answered
        answered += bool(out.replies)

    parts.inbox.register(TerminalChannel(heard))

    async def writer(number: int) -> None:
        for text in texts[number::writers]:
            began = time.perf_counter()
            await parts.inbox.receive(Inbound("terminal", f"writer {number}", text))
            took.append(time.perf_counter() - began)

    async def all_writers() -> float:
        await parts.inbox.receive(Inbound("terminal", "warm up", "hello, i need a place to stay"))
        began = time.perf_counter()
        await asyncio.gather(*(writer(number) for number in range(writers)))
        return time.perf_counter() - began

    seconds = asyncio.run(all_writers())
    return {
        "benchmark": "turn", "turns": count, "writers": writers, **machine(),
        "mix": f"{int(SHORT_SHARE * 100)} % numbers, postcodes, yes/no and the like",
        "turns_per_second": round(count / seconds, 1), "turn": spread(took),
        "answered": answered, "start_s": round(start_s, 1), "resident_mb": resident_mb(),
    }  # fmt: skip
