"""Training messages with what is known of them, read from Rasa's training data.

Rasa keeps intent and metadata with each example but not the file it came from, so the language of
a text is read from ``data/nlu/<tag>`` beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bot.normalise import clean
from bot.pipeline.heads import Array, Target
from bot.settings import ROOT

SAFETY = ("emergency", "suicide_risk", "being_watched")


@dataclass(frozen=True, slots=True)
class Example:
    """One message and what a careful advocate would hear in it (see intents.yml, needs.yml)."""

    text: str
    intent: str
    language: str | None
    detail: str | None
    needs: tuple[str, ...]
    need_details: tuple[tuple[str, str], ...]
    signs: tuple[str, ...]
    safety: tuple[str, ...]
    file: str = ""


def example(text: str, intent: str, metadata: dict[str, Any], language: str | None = None,
            file: str = "") -> Example:  # fmt: skip
    """An example from a text, its intent and its metadata."""
    default = [intent.removeprefix("need_")] if intent.startswith("need_") else []
    safety = metadata.get("safety")
    if safety is None:
        safety = [intent] if intent in (*SAFETY, "safety_exit") else []
    return Example(
        clean(text),
        intent,
        language,
        metadata.get("detail"),
        tuple(metadata.get("needs", default)),
        tuple((metadata.get("need_details") or {}).items()),
        tuple(metadata.get("signs") or ()),
        tuple(safety),
        file,
    )


def read_folder(folder: Path) -> Iterator[Example]:
    """All examples below ``<folder>/<tag>/<topic>.yml``, with their language."""
    for path in sorted(folder.glob("*/*.yml")):
        for item in yaml.load(path.read_text("utf-8"), Loader=_LOADER).get("nlu") or ():
            metadata = item.get("metadata") or {}
            rows = item["examples"]
            if isinstance(rows, str):
                lines = [line.strip()[2:].strip() for line in rows.splitlines() if line.strip()]
                rows = [{"text": line} for line in lines]
            for row in rows:
                merged = {**metadata, **(row.get("metadata") or {})}
                yield example(str(row["text"]), item["intent"], merged, path.parent.name, path.name)


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def _languages_of_texts() -> dict[str, str]:
    return {e.text: e.language or "" for e in read_folder(ROOT / "data" / "nlu")}


def from_rasa(messages: Iterable[Any]) -> list[Example]:
    """Examples of Rasa's `TrainingData.intent_examples`."""
    known = _languages_of_texts()
    found = []
    for message in messages:
        text, intent = message.get("text"), message.get("intent")
        if not text or not intent:
            continue
        stored = message.get("metadata") or {}
        metadata = {**(stored.get("intent") or {}), **(stored.get("example") or {})}
        found.append(example(text, intent, metadata, known.get(clean(text))))
    return found


def one_of(values: Sequence[str | None], labels: Sequence[str] | None = None) -> Target:
    """A target for one label an example; None: nothing is known."""
    names = tuple(labels) if labels is not None else tuple(sorted({v for v in values if v}))
    place = {name: column for column, name in enumerate(names)}
    wanted: Array = np.zeros((len(values), len(names)), dtype=np.float32)
    known: Array = np.zeros(len(values), dtype=np.float32)
    for row, value in enumerate(values):
        if value in place:
            wanted[row, place[value]] = 1
            known[row] = 1
    return Target("one", names, wanted, known)


def any_of(values: Sequence[Sequence[str]], labels: Sequence[str], weight: float = 1.0) -> Target:
    """A target for any number of labels an example; all examples count."""
    place = {name: column for column, name in enumerate(labels)}
    wanted: Array = np.zeros((len(values), len(labels)), dtype=np.float32)
    for row, names in enumerate(values):
        for name in names:
            if name in place:
                wanted[row, place[name]] = 1
    return Target("any", tuple(labels), wanted, np.ones(len(values), dtype=np.float32), weight)
