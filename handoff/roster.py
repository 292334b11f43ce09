"""Who could answer, and when somebody is next there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from handoff.contract import SURVIVOR, Availability
from handoff.hours import Hours


class Role(StrEnum):
    """``advocate`` answers; ``supervisor`` answers, helps and sees the audit list;
    ``coordinator`` sees the audit list and the roster, and answers nobody."""

    ADVOCATE = "advocate"
    SUPERVISOR = "supervisor"
    COORDINATOR = "coordinator"


@dataclass(frozen=True, slots=True)
class Advocate:
    """One advocate as the roster knows them. ``account`` is the login name, ``shown`` the name a
    person reads. ``alert_by``: ways to be alerted in order, as (kind, address)."""

    account: str
    shown: str
    role: Role
    lane: str
    languages: tuple[str, ...]
    hours: Hours
    desk_language: str = "en"
    alert_by: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    paused: bool = False
    chat_limit: int = 2

    def answers(self, lane: str) -> bool:
        return self.role is not Role.COORDINATOR and self.lane == lane

    def speaks(self, language: str) -> bool:
        return language in self.languages


def lane_of(lane: str) -> str:
    """The roster that answers a lane: helpers have survivors' advocates."""
    return SURVIVOR if lane == "helper" else lane


class Roster:
    """All advocates. ``source`` is asked each time, so that a change counts at once; ``present``
    names the accounts that have the desk open."""

    def __init__(
        self,
        source: Callable[[], Sequence[Advocate]] = lambda: (),
        present: Callable[[], frozenset[str]] = frozenset,
        closed: Callable[[], bool] = lambda: False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._source, self.present, self._closed = source, present, closed
        self._clock = clock

    def connect(self, source: Callable[[], Sequence[Advocate]], closed: Callable[[], bool]) -> None:
        """Ask these from now on: the accounts are opened after the roster is made."""
        self._source, self._closed = source, closed

    def everybody(self) -> Sequence[Advocate]:
        return self._source()

    def named(self, account: str) -> Advocate | None:
        return next((a for a in self._source() if a.account == account), None)

    def closed(self) -> bool:
        """The operator's one switch: nobody new is put through."""
        return self._closed()

    def on_call(self, lane: str) -> list[Advocate]:
        """Those who answer this lane now: in their hours or at the desk, and not paused."""
        now, present = self._clock(), self.present()
        return [
            a
            for a in self._source()
            if a.answers(lane_of(lane))
            and not a.paused
            and (a.account in present or a.hours.on_call(now))
        ]

    def next_at(self, lane: str) -> datetime | None:
        """When the hours of somebody in this lane begin next."""
        now = self._clock()
        starts = [
            start
            for a in self._source()
            if a.answers(lane_of(lane)) and (start := a.hours.next_at(now)) is not None
        ]
        return min(starts, default=None)

    def availability(self, language: str, lane: str, wait_s: float | None = None) -> Availability:
        if self.closed():
            return Availability(0, 0, paused=True)
        there = self.on_call(lane)
        return Availability(
            len(there),
            sum(a.speaks(language) for a in there),
            None if there else self.next_at(lane),
            wait_s,
        )

    def stages(self, language: str, lane: str) -> list[list[Advocate]]:
        """Whom to alert, one group after the other: on call and speaking the language, all on
        call, the lane's supervisors."""
        there = [a for a in self.on_call(lane) if a.role is Role.ADVOCATE]
        speaking = [a for a in there if a.speaks(language)]
        others = [a for a in there if a not in speaking]
        supervisors = [
            a
            for a in self._source()
            if a.role is Role.SUPERVISOR and a.answers(lane_of(lane)) and not a.paused
        ]
        return [group for group in (speaking, others, supervisors) if group]
