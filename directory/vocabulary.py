"""The needs a person can bring, in their fixed order (`needs.yml`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent


def read_yaml(name: str) -> Any:
    """A data file beside the code."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((FOLDER / name).read_text("utf-8"), Loader=loader)


@dataclass(frozen=True, slots=True)
class Need:
    """One word of the vocabulary. ``number`` is its place in the file, used as key and bit."""

    number: int
    slug: str
    ring: str
    system: bool | None
    """None: depends on the record."""
    means: str


@cache
def needs() -> dict[str, Need]:
    """All needs by slug. The order of the file is part of stored directories: add at its end."""
    found = {}
    for number, item in enumerate(read_yaml("needs.yml")["needs"]):
        system = item["system"] if isinstance(item["system"], bool) else None
        found[item["slug"]] = Need(number, item["slug"], item["ring"], system, item["means"])
    return found


def bits(slugs: tuple[str, ...]) -> int:
    """Needs as a bit set."""
    known = needs()
    return sum(1 << known[slug].number for slug in set(slugs) if slug in known)
