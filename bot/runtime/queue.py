"""One consumer a person at a time, order kept, nobody waiting for anybody else."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

Work = Callable[[], Awaitable[None]]


class TooManyWaiting(Exception):
    """This person has as many messages waiting as we hold."""


class PersonQueue:
    """Runs each person's work in order; different persons' side by side."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting: dict[str, deque[tuple[Work, asyncio.Future[None]]]] = {}
        self._running: dict[str, asyncio.Task[None]] = {}

    def submit(self, person: str, work: Work) -> asyncio.Future[None]:
        """Queue work; the future is done when it has run or was discarded. Raises
        `TooManyWaiting`."""
        waiting = self._waiting.setdefault(person, deque())
        if len(waiting) >= self._limit:
            raise TooManyWaiting(person)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append((work, done))
        if person not in self._running:
            self._running[person] = asyncio.create_task(self._run(person))
        return done

    async def _run(self, person: str) -> None:
        mine = asyncio.current_task()
        try:
            while waiting := self._waiting.get(person):
                work, done = waiting.popleft()
                try:
                    await work()
                finally:
                    if not done.done():
                        done.set_result(None)
        finally:
            if self._running.get(person) is mine:
                self._running.pop(person, None)
                self._waiting.pop(person, None)

    def discard(self, person: str) -> None:
        """Forget everything that waits or runs for this person, now."""
        for _, done in self._waiting.pop(person, ()):
            if not done.done():
                done.set_result(None)
        task = self._running.pop(person, None)
        if task is not None:
            task.cancel()

    def busy(self, person: str) -> bool:
        return person in self._running
