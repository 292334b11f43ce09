"""Open now or not: the clock changes, holidays, nights past midnight, and hours nobody knows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from directory import hours

CHICAGO = "America/Chicago"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "moment", "zone", "expected", "why"),
    [
        # Winter time begins on 1 November 2026 at 02:00 in Chicago, summer time on 8 March.
        ("Mo-Su 09:00-17:00", "2026-10-31 14:30", CHICAGO, True, "09:30, a day before winter time"),
        (
            "Mo-Su 09:00-17:00",
            "2026-11-01 14:30",
            CHICAGO,
            False,
            "08:30 after the clocks went back",
        ),
        ("Mo-Su 09:00-17:00", "2026-11-01 15:00", CHICAGO, True, "09:00 on the new clock"),
        (
            "Mo-Su 09:00-17:00",
            "2026-03-07 14:30",
            CHICAGO,
            False,
            "08:30, a day before summer time",
        ),
        ("Mo-Su 09:00-17:00", "2026-03-08 14:30", CHICAGO, True, "09:30 after the clocks went on"),
        ("Su 01:00-02:00", "2026-11-01 06:30", CHICAGO, True, "01:30, the first time round"),
        ("Su 01:00-02:00", "2026-11-01 07:30", CHICAGO, True, "01:30, the second time round"),
        ("Su 02:00-03:00", "2026-03-08 08:30", CHICAGO, False, "the hour that was left out"),
        ("Mo-Su 09:00-17:00", "2026-11-01 15:30", "America/Phoenix", False, "no summer time there"),
        ("Fr 20:00-04:00", "2026-11-28 08:00", CHICAGO, True, "02:00 of the night from Friday"),
        ("Fr 20:00-04:00", "2026-11-28 10:00", CHICAGO, False, "04:00 is closing time"),
        ("Fr 20:00-04:00", "2026-11-27 08:00", CHICAGO, False, "02:00 of the night from Thursday"),
        ("Mo-Fr 09:00-17:00; Nov Th[4] off", "2026-11-26 18:00", CHICAGO, False, "Thanksgiving"),
        ("Mo-Fr 09:00-17:00; Nov Th[4] off", "2026-11-25 18:00", CHICAGO, True, "the day before"),
        ("Th[2],Th[4] 10:00-13:00", "2026-11-12 17:00", CHICAGO, True, "second Thursday"),
        ("Th[2],Th[4] 10:00-13:00", "2026-11-19 17:00", CHICAGO, False, "third Thursday"),
        ("24/7", "2026-11-26 09:00", None, True, "always, wherever"),
        (
            "Mo-Fr 09:00-17:00",
            "2026-11-24 18:00",
            None,
            None,
            "a rule without a place is no answer",
        ),
        ("Mo-Fr 09:00-17:00", "2026-11-24 18:00", "Mars/Olympus", None, "no such zone"),
        ("whenever", "2026-11-24 18:00", CHICAGO, None, "no rule at all"),
        (None, "2026-11-24 18:00", CHICAGO, None, "nobody said"),
    ],
)
def test_open_now(
    rule: str | None, moment: str, zone: str | None, expected: bool | None, why: str
) -> None:
    assert hours.open_at(rule, at(moment), zone) is expected, why


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("24 hrs", "24/7"),
        ("24 hours a day, 7 days a week", "24/7"),
        ("Mon-Fri 9am-5pm", "Mo-Fr 09:00-17:00"),
        ("Mon - Fri 9-5; Sat 10:00-14:00", "Mo-Fr 09:00-17:00; Sa 10:00-14:00"),
        ("Tues & Thurs 1-5pm", "Tu,Th 13:00-17:00"),
        ("lunes a viernes 9:00-17:00", "Mo-Fr 09:00-17:00"),
        ("weekdays 8:30-12:00 and 13:00-17:00", "Mo-Fr 08:30-12:00,13:00-17:00"),
        ("Fri 20:00-04:00", "Fr 20:00-04:00"),
        ("Mo-Fr 09:00-17:00; PH off", "Mo-Fr 09:00-17:00; PH off"),
        ("Sunday: Closed Monday: 9:00-17:00", "Su off; Mo 09:00-17:00"),
        ("by appointment Mon-Fri 9-5", None),
        ("call", None),
        ("first Monday of the month", None),
        ("Il 2° e il 4° Giovedì del mese 10:00-13:00", None),
        ("", None),
    ],
)
def test_hours_as_people_type_them_are_understood_or_left_alone(
    text: str, rule: str | None
) -> None:
    assert hours.from_text(text) == rule


def week(day: str, opens: str, closes: str, **more: object) -> dict[str, object]:
    return {"freq": "WEEKLY", "byday": day, "opens_at": opens, "closes_at": closes, **more}


@pytest.mark.parametrize(
    ("rows", "rule", "why"),
    [
        ([week("MO,TU", "9:00", "12:00"), week("MO", "13:00", "17:00")],
         "Mo 09:00-12:00,13:00-17:00; Tu 09:00-12:00", "a lunch break adds up"),
        ([week("MO,TU,WE,TH,FR,SA,SU", "00:00", "23:59")], "24/7", "HSDS cannot say 24 hours"),
        ([week("FR", "20:00", "02:00")], "Fr 20:00-02:00", "past midnight"),
        ([week("TH", "10:00", "13:00", interval=2.0)], None, "every second week is for a call"),
        ([{"freq": "MONTHLY", "byday": "2TH,-1FR", "opens_at": "10:00", "closes_at": "13:00"}],
         "Th[2] 10:00-13:00; Fr[-1] 10:00-13:00", "days of the month"),
        ([week("MO", "9:00", "17:00"), {"valid_from": "2026-12-25", "valid_to": "2026-12-25"}],
         "Mo 09:00-17:00; 2026 Dec 25 off", "a closed day"),
        ([week("MO", "9:00Z", "17:00-06:00")], "Mo 09:00-17:00", "offsets are the place's own"),
        ([week("MO", "mornings", "17:00")], None, "half a statement is none"),
        ([], None, "nothing said"),
    ],
)  # fmt: skip
def test_schedules_become_one_rule_or_none(
    rows: list[dict[str, object]], rule: str | None, why: str
) -> None:
    found = hours.from_schedules(rows)
    assert found == rule, why
    assert found is None or hours.valid(found)
