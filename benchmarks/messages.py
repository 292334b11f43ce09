"""The messages that benchmarks send: the development set, and the short answers of any
conversation."""

from __future__ import annotations

import random

from bot.settings import ROOT

SHORT_SHARE = 0.4
"""Two in five turns of a conversation are a number, a postcode, yes, no, more: stated with every
figure."""

SHORT = ("1", "2", "3", "60608", "yes", "no", "more", "skip", "back", "ok", "si", "thanks", "10001",
         "hola", "menu")  # fmt: skip


def development(count: int, seed: int = 3) -> list[str]:
    """Texts of the development set, drawn at random over all languages."""
    from bot.pipeline.examples import read_folder

    texts = [e.text for e in read_folder(ROOT / "tests" / "language")]
    if not texts:
        texts = [e.text for e in read_folder(ROOT / "data" / "nlu")]
    rng = random.Random(seed)
    return [rng.choice(texts) for _ in range(count)]


def mixed(count: int, seed: int = 3) -> list[str]:
    """Texts as conversations have them: `SHORT_SHARE` short answers, the rest full messages."""
    rng = random.Random(seed)
    full = iter(development(count, seed))
    return [rng.choice(SHORT) if rng.random() < SHORT_SHARE else next(full) for _ in range(count)]
