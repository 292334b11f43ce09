"""How well messages are understood, on the development set that nothing was trained on.

Measures and aims are those of the design's table; intervals are Wilson's for shares (Wilson 1927)
and bootstrap percentiles for F1.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import machine
from bot.normalise import fold
from bot.pipeline.examples import SAFETY, Example, read_folder
from bot.safety import safety_words
from bot.settings import ROOT, Settings

DEVELOPMENT = ROOT / "tests" / "language"
CRISIS = ("emergency", "suicide_risk")


@dataclass(frozen=True, slots=True)
class Judged:
    """One development message and what the pipeline made of it."""

    example: Example
    found: dict[str, Any]

    @property
    def intent(self) -> str:
        return str(self.found["intent"]["name"])

    @property
    def needs(self) -> set[str]:
        return {need["slug"] for need in self.found["needs"]}

    @property
    def safety(self) -> set[str]:
        heard = {self.found["safety"]["label"], *self.found["safety"]["also"]}
        return heard - {"none"}


def wilson(hits: int, total: int) -> tuple[float, float]:
    """95 % interval of a share."""
    if total == 0:
        return (0.0, 1.0)
    z, p = 1.96, hits / total
    middle = (p + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(p * (1 - p) / total + z * z / (4 * total**2)) / (1 + z * z / total)
    return (round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4))


def share(hits: Iterable[bool]) -> dict[str, Any]:
    """A share with its interval and count."""
    values = list(hits)
    total = len(values)
    return {
        "share": round(sum(values) / total, 4) if total else None,
        "interval": wilson(sum(values), total),
        "count": total,
    }


def macro_f1(wanted: Sequence[str], found: Sequence[str]) -> float:
    """Mean F1 over the labels that are wanted."""
    scores = []
    for label in set(wanted):
        hit = sum(w == f == label for w, f in zip(wanted, found, strict=True))
        scores.append(2 * hit / (wanted.count(label) + found.count(label)))
    return float(np.mean(scores)) if scores else 0.0


def micro_f1(wanted: Sequence[set[str]], found: Sequence[set[str]]) -> float:
    hit = sum(len(w & f) for w, f in zip(wanted, found, strict=True))
    total = sum(map(len, wanted)) + sum(map(len, found))
    return 2 * hit / total if total else 1.0


def _boot(function: Any, rows: Sequence[Judged], seed: int = 5, draws: int = 60) -> list[float]:
    rng = np.random.default_rng(seed)
    count = len(rows)
    values = [function([rows[i] for i in rng.integers(0, count, count)]) for _ in range(draws)]
    return [round(float(np.quantile(values, q)), 4) for q in (0.025, 0.975)]


def intent_f1(rows: Sequence[Judged]) -> float:
    return macro_f1([r.example.intent for r in rows], [r.intent for r in rows])


def figures(rows: Sequence[Judged], intervals: bool = True) -> dict[str, Any]:
    """The table for these messages."""
    plain = [r for r in rows if r.example.file != "lookalikes.yml"]
    compounds = [r for r in rows if len(r.example.needs) >= 2]
    crisis = [r for r in rows if set(r.example.safety) & set(CRISIS)]
    alike = [r for r in rows if r.example.file == "lookalikes.yml"]
    told = [r for r in rows if r.example.intent == "disclose_abuse"]
    did = [r for r in rows if dict(r.example.need_details).get("accountability") == "self"]
    words = safety_words(tuple(sorted({r.example.language or "" for r in rows})))
    found: dict[str, Any] = {
        "messages": len(rows),
        "intent_macro_f1": round(intent_f1(rows), 4),
        "intent_accuracy": share(r.intent == r.example.intent for r in rows),
        "needs_micro_f1_compound": round(
            micro_f1([set(r.example.needs) for r in compounds], [r.needs for r in compounds]), 4
        ),
        "needs_micro_f1_all": round(
            micro_f1([set(r.example.needs) for r in plain], [r.needs for r in plain]), 4
        ),
        "crisis_recall": share(bool(r.safety & set(CRISIS)) for r in crisis),
        "crisis_recall_by_words": share(
            any(h.label in CRISIS for h in words.heard(r.example.text)) for r in crisis
        ),
        "lookalike_alarms": share(bool(r.safety & set(CRISIS)) for r in alike),
        "lookalike_alarms_by_words": share(
            any(h.label in CRISIS for h in words.heard(r.example.text)) for r in alike
        ),
        "watched_recall": share(
            "being_watched" in r.safety for r in rows if "being_watched" in r.example.safety
        ),
        "language_short": share(
            r.found["language"]["tag"] == r.example.language
            for r in rows
            if 1 <= len(fold(r.example.text).split()) <= 4 and _has_language(r)
        ),
        "language_sentence": share(
            r.found["language"]["tag"] == r.example.language
            for r in rows
            if len(fold(r.example.text).split()) > 4
        ),
        "told_read_as_did": share(_read_as_did(r) for r in told),
        "did_read_as_told": share(r.intent == "disclose_abuse" for r in did),
        **_details(rows),
    }
    if intervals:
        found["intent_macro_f1_interval"] = _boot(intent_f1, rows)
    return found


def _has_language(row: Judged) -> bool:
    """Postcodes, numbers, emoji and bare names of places say nothing of a language."""
    letters = sum(c.isalpha() for c in row.example.text)
    return letters >= 2 and row.example.intent not in ("inform_location", "change_language")


def _read_as_did(row: Judged) -> bool:
    detail = {n["slug"]: n["detail"] for n in row.found["needs"]}.get("accountability")
    return row.intent == "need_accountability" and detail == "self"


def _details(rows: Sequence[Judged]) -> dict[str, Any]:
    wanted: list[set[str]] = []
    found: list[set[str]] = []
    for r in rows:
        want: set[str] = set()
        have: set[str] = set()
        for label in SAFETY:
            if r.example.intent == label and r.example.detail and label in r.safety:
                want.add(f"{label}/{r.example.detail}")
                have.add(f"{label}/{r.found['safety']['details'].get(label)}")
        details = {n["slug"]: n["detail"] for n in r.found["needs"]}
        for slug, detail in r.example.need_details:
            if slug in details:
                want.add(f"{slug}/{detail}")
                if details[slug]:
                    have.add(f"{slug}/{details[slug]}")
        if want:
            wanted.append(want)
            found.append(have)
    signs = [(set(r.example.signs), set(r.found["signs"])) for r in rows]
    return {
        "details_f1": round(micro_f1(wanted, found), 4),
        "signs_f1": round(micro_f1([w for w, _ in signs], [f for _, f in signs]), 4),
    }


async def judge(settings: Settings, folder: Path = DEVELOPMENT) -> list[Judged]:
    """Every development message through the real pipeline."""
    from cli.assemble import rasa_brain

    brain = rasa_brain(settings)
    rows = []
    for example in read_folder(folder):
        rows.append(Judged(example, await brain.parse(example.text)))
    brain.close()
    return rows


def run(settings: Settings) -> tuple[dict[str, Any], list[Judged]]:
    """The whole table: pooled and per language, with the worst confusions."""
    rows = asyncio.run(judge(settings))
    by_language: dict[str, list[Judged]] = defaultdict(list)
    for row in rows:
        by_language[row.example.language or ""].append(row)
    wrong = Counter((r.example.intent, r.intent) for r in rows if r.intent != r.example.intent)
    return {
        "benchmark": "understanding", "encoder": settings.encoder, **machine(),
        "all": figures(rows),
        "languages": {tag: figures(mine, False) for tag, mine in sorted(by_language.items())},
        "confusions": [
            {"wanted": w, "found": f, "count": n} for (w, f), n in wrong.most_common(40)
        ],
    }, rows  # fmt: skip
