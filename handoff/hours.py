"""When an advocate is on call: weekly hours and exceptions, written as people write them.

    mon-fri 18:00-23:00; sat,sun 22:00-06:00
    2026-12-24 off; 2026-12-31 20:00-24:00

An end at or before its start is on the next day. Times are in the advocate's own time zone, also
over a change of clocks (zoneinfo); a time that a change of clocks skips is read as the one after.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_LOOK_AHEAD_DAYS = 15


class HoursUnreadable(ValueError):
    """Hours, an exception or a time zone that cannot be read; the message says what."""


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes since midnight; ``end`` up to 48 hours when it is on the next day."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hours:
    """One advocate's week. An exception's spans stand instead of that day's own."""

    week: tuple[tuple[Span, ...], ...]
    exceptions: tuple[tuple[date, tuple[Span, ...]], ...]
    zone: ZoneInfo

    def on_call(self, at: datetime) -> bool:
        local = at.astimezone(self.zone).date()
        return any(
            start <= at < end
            for day in (local - timedelta(days=1), local)
            for start, end in self._of(day)
        )

    def next_at(self, at: datetime) -> datetime | None:
        """The next start after ``at``, in the advocate's zone, within two weeks; None: no
        hours."""
        local = at.astimezone(self.zone).date()
        for ahead in range(_LOOK_AHEAD_DAYS):
            starts = sorted(start for start, _ in self._of(local + timedelta(days=ahead)))
            for start in starts:
                if start > at:
                    return start.astimezone(self.zone)
        return None

    def _of(self, day: date) -> list[tuple[datetime, datetime]]:
        spans = dict(self.exceptions).get(day, self.week[day.weekday()])
        return [(self._at(day, span.start), self._at(day, span.end)) for span in spans]

    def _at(self, day: date, minutes: int) -> datetime:
        day += timedelta(days=minutes // 1440)
        clock = time(minutes % 1440 // 60, minutes % 60)
        return datetime.combine(day, clock, self.zone).astimezone(UTC)


def read_hours(week: str, exceptions: str = "", zone: str = "UTC") -> Hours:
    """Raises `HoursUnreadable`."""
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise HoursUnreadable(f"no such time zone: {zone}") from None
    days: list[list[Span]] = [[] for _ in DAYS]
    for part in _parts(week):
        named, _, spans = part.partition(" ")
        for index in _days(named):
            days[index] += _spans(spans)
    found: dict[date, tuple[Span, ...]] = {}
    for part in _parts(exceptions):
        named, _, spans = part.partition(" ")
        try:
            day = date.fromisoformat(named)
        except ValueError:
            raise HoursUnreadable(f"not a date (2026-12-31): {named}") from None
        found[day] = () if spans.strip() == "off" else tuple(_spans(spans))
    return Hours(tuple(tuple(d) for d in days), tuple(sorted(found.items())), place)


def _parts(text: str) -> list[str]:
    return [" ".join(p.split()) for p in re.split(r"[;\n]", text.lower()) if p.strip()]


def _days(named: str) -> list[int]:
    if named in ("daily", "always"):
        return list(range(7))
    found: list[int] = []
    for part in named.split(","):
        first, _, last = part.partition("-")
        if first[:3] not in DAYS or (last and last[:3] not in DAYS):
            raise HoursUnreadable(f"not a day (mon tue wed thu fri sat sun daily): {part}")
        a = DAYS.index(first[:3])
        b = DAYS.index(last[:3]) if last else a
        found += [(a + n) % 7 for n in range((b - a) % 7 + 1)]
    return found


def _spans(text: str) -> list[Span]:
    found = []
    for part in text.split(","):
        match = _SPAN.fullmatch(part.strip())
        if match is None:
            raise HoursUnreadable(f"not hours (18:00-23:00): {part.strip() or 'nothing'}")
        h1, m1, h2, m2 = map(int, match.groups())
        if h1 > 23 or h2 > 24 or m1 > 59 or m2 > 59 or (h2 == 24 and m2):
            raise HoursUnreadable(f"no such time: {part.strip()}")
        start, end = h1 * 60 + m1, h2 * 60 + m2
        found.append(Span(start, end if end > start else end + 1440))
    return found
