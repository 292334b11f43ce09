"""When somebody is on call: weeks, nights, time zones, changes of clocks, exceptions."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from handoff.hours import HoursUnreadable, read_hours

CHICAGO = "America/Chicago"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("week", "exceptions", "zone", "at", "there", "label"),
    [
        ("mon-fri 18:00-23:00", "", "UTC", "2026-11-24 18:00", True, "the first minute"),
        ("mon-fri 18:00-23:00", "", "UTC", "2026-11-24 23:00", False, "not the last"),
        ("mon-fri 18:00-23:00", "", CHICAGO, "2026-11-25 00:30", True, "18:30 in Chicago"),
        ("mon-fri 18:00-23:00", "", CHICAGO, "2026-07-21 23:30", True, "summer: 18:30"),
        ("sat 22:00-06:00", "", "UTC", "2026-11-29 05:59", True, "over midnight"),
        ("sat 22:00-06:00", "", "UTC", "2026-11-29 22:30", False, "not the next night"),
        ("sun-mon 10:00-12:00", "", "UTC", "2026-11-23 11:00", True, "over the week's end"),
        ("tue 08:00-09:00, 20:00-21:00", "", "UTC", "2026-11-24 20:30", True, "twice a day"),
        ("daily 00:00-24:00", "2026-11-24 off", "UTC", "2026-11-24 12:00", False, "a day off"),
        ("", "2026-11-24 10:00-14:00", "UTC", "2026-11-24 12:00", True, "only that day"),
        ("sat 22:00-06:00", "", CHICAGO, "2026-03-08 10:30", True, "05:30 after clocks went on"),
        ("", "", "UTC", "2026-11-24 12:00", False, "no hours at all"),
    ],
)
def test_on_call(week: str, exceptions: str, zone: str, at: str, there: bool, label: str) -> None:
    assert read_hours(week, exceptions, zone).on_call(utc(at)) is there, label


def test_the_next_time_is_in_their_own_zone() -> None:
    found = read_hours("mon-fri 18:00-23:00", "2026-11-24 off", CHICAGO).next_at(
        utc("2026-11-24 12:00")
    )
    assert found is not None and found.isoformat() == "2026-11-25T18:00:00-06:00"
    assert read_hours("").next_at(utc("2026-11-24 12:00")) is None


@pytest.mark.parametrize(
    ("week", "exceptions", "zone"),
    [
        ("someday 10:00-12:00", "", "UTC"),
        ("mon 10-12", "", "UTC"),
        ("mon 25:00-26:00", "", "UTC"),
        ("mon", "", "UTC"),
        ("", "24.12. off", "UTC"),
        ("", "", "Nowhere/Land"),
    ],
)
def test_what_cannot_be_read_is_said(week: str, exceptions: str, zone: str) -> None:
    with pytest.raises(HoursUnreadable):
        read_hours(week, exceptions, zone)
