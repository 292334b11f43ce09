"""How long one message takes to be understood, beside the bare encoder in the same run."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from benchmarks.measure import machine, resident_mb, spread
from benchmarks.messages import development
from bot.settings import Settings


def run(settings: Settings, count: int = 1000) -> dict[str, Any]:
    """p50/p95 of `count` parses of the development set's mix, and of the encoder alone on the
    same texts."""
    from cli.assemble import rasa_brain

    began = time.perf_counter()
    brain = rasa_brain(settings)
    start_s = time.perf_counter() - began
    from bot.normalise import clean
    from bot.pipeline.encoder import encoder

    coder = encoder(settings.encoder, settings.encoder_threads)
    texts = development(count)
    parses: list[float] = []
    bare: list[float] = []

    async def parse_all() -> None:
        for text in texts[:20]:
            await brain.agent.parse_message(clean(text))
        for text in texts:
            began = time.perf_counter()
            await brain.agent.parse_message(clean(text))
            parses.append(time.perf_counter() - began)
            began = time.perf_counter()
            coder.encode([clean(text)])
            bare.append(time.perf_counter() - began)

    asyncio.run(parse_all())
    whole, alone = spread(parses), spread(bare)
    return {
        "benchmark": "parse", "messages": count, "encoder": coder.version, **machine(),
        "parse": whole, "bare_encoder": alone,
        "ratio_p50": round(whole["p50_ms"] / alone["p50_ms"], 2),
        "resident_mb": resident_mb(), "load_s": round(start_s, 1),
    }  # fmt: skip
