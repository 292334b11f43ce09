"""What actions may use beside slots: the directory, the queue for a human, the counters.

Rasa makes actions without arguments, so the parts they use are put here once where the process is
put together (`install`); opened from settings when an action runs under Rasa's own commands.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.settings import Settings
from bot.words import Words
from coordination.contract import Counter
from directory.contract import Directory
from handoff.contract import HandoffQueue


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of one process."""

    settings: Settings
    directory: Directory
    handoff: HandoffQueue
    counter: Counter
    words: Words


_installed: Services | None = None


def install(services: Services) -> None:
    """Give the actions of this process their parts."""
    global _installed
    _installed = services


def services() -> Services:
    """The installed parts, or the embedded ones opened from settings."""
    if _installed is None:
        from coordination.nothing import NoCounter
        from directory import open_directory
        from handoff.queue import MemoryQueue

        settings = Settings.from_environment()
        words = Words(settings.default_language)
        install(Services(settings, open_directory(settings), MemoryQueue(), NoCounter(), words))
    assert _installed is not None
    return _installed
