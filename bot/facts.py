"""Facts that texts state, each with its basis and the day it runs out (``facts.yml``).

Past that day a text that states the fact is not said any more: in its place stands that rules
change and who can say what holds now. ``linden check`` names the expired ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("facts.yml")

SAFETY_TEXTS = ("utter_danger", "utter_suicide", "utter_sign_", "utter_watched")
"""Texts for danger are never taken away for an old date: help that is perhaps worded out of date is
better than none. They still fail the preflight."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. ``used_in``: names of the responses that state it."""

    id: str
    says: str
    basis: str
    checked_on: date
    expires_on: date
    used_in: tuple[str, ...]


@cache
def facts() -> tuple[Fact, ...]:
    """All facts, read once."""
    rows = yaml.safe_load(_FILE.read_text("utf-8"))["facts"]
    return tuple(
        Fact(
            name,
            row["says"],
            row["basis"],
            row["checked_on"],
            row["expires_on"],
            tuple(row["used_in"]),
        )
        for name, row in rows.items()
    )


def expired(today: date) -> tuple[Fact, ...]:
    """Facts that have run out by this day."""
    return tuple(fact for fact in facts() if fact.expires_on < today)


def withdrawn(today: date) -> frozenset[str]:
    """Responses that may not be said any more, because a fact in them has run out."""
    return frozenset(
        name
        for fact in expired(today)
        for name in fact.used_in
        if not name.startswith(SAFETY_TEXTS)
    )
