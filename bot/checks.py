"""The registry of preflight checks: what is not ready for real people, each with its remedy.

Every package registers its own checks in a module ``checks`` of its own; ``linden check`` runs
them all. A check is a function from settings to findings and never raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.settings import Settings


class Level(StrEnum):
    """``blocker``: not before real people. ``warning``: know it. ``ok``: looked at and fine."""

    BLOCKER = "blocker"
    WARNING = "warning"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the preflight: what was looked at, what was found, what to do."""

    check: str
    level: Level
    found: str
    remedy: str = ""


Check = Callable[[Settings], Iterable[Finding]]
_checks: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    """Register a check under ``name`` (``topic.what``)."""

    def register(function: Check) -> Check:
        _checks[name] = function
        return function

    return register


def run_all(settings: Settings) -> Iterator[Finding]:
    """Run every registered check; one that breaks is itself a blocker."""
    for name, function in sorted(_checks.items()):
        try:
            yield from function(settings)
        except Exception as error:
            yield Finding(name, Level.BLOCKER, f"the check itself failed: {type(error).__name__}")
