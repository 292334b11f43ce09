"""Opening hours: from HSDS schedules and plain text to one rule, and whether it is open now.

The rule is an OpenStreetMap ``opening_hours`` value (https://wiki.openstreetmap.org/wiki/Key:
opening_hours), evaluated by the opening-hours library in the place's own time zone, so daylight
saving, nights past midnight and holidays are right. HSDS' numeric ``timezone`` knows no daylight
saving and is only used when nothing better is known. Hours that cannot be understood are no rule:
they are shown verbatim and the answer to "open now?" is None, call first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import opening_hours

from directory.mapping import words
from directory.vocabulary import read_yaml

ALWAYS = "24/7"
_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_WEEK = {d.upper(): d for d in _DAYS}
_TIME = re.compile(
    r"(\d{1,2})(?::?(\d{2}))?(?::\d{2})?\s*(?:([ap])\.?\s?m?\.?)?\s*(?:z|[+-]\d{2}:?\d{2})?"
)
"""A time of day, with seconds, half of the day and offset from UTC where they are given. The offset
is left aside: it is the place's own, and the place's zone knows daylight saving."""
_RANGE = re.compile(
    r"(\d{1,2}(?::\d{2})?(?:\s*[ap](?:\.?\s?m\b\.?)?(?![a-z]))?|noon|midnight)\s*(?:-|–|—|to|a|until)\s*"
    r"(\d{1,2}(?::\d{2})?(?:\s*[ap](?:\.?\s?m\b\.?)?(?![a-z]))?|noon|midnight)",
    re.IGNORECASE,
)
_DAY_WORD = re.compile(r"[^\W\d_]+\.?")


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = read_yaml("hours.yml")
    return data


@cache
def _day_words() -> dict[str, str]:
    return {word: day for day, names in _data()["days"].items() for word in names}


def valid(rule: str) -> bool:
    """True when the rule is one that the library understands."""
    return bool(opening_hours.validate(rule))


def holidays(text: str) -> str:
    """Rules for the holidays named in a cell, one a line: ``Dec 25 off``. Unknown names are left
    out: the verbatim text is shown beside the hours."""
    known = _data()["holidays"]
    found = [known[name.strip()] for name in re.split(r"[\n;]+", text) if name.strip() in known]
    return "; ".join(f"{when} off" for when in dict.fromkeys(found))


def time_of_day(text: str | None) -> str | None:
    """``HH:MM`` of an HSDS time such as ``9:00``, ``17:00Z``, ``10:00:00+01:00``, ``5:30 pm``."""
    if not text:
        return None
    lowered = text.strip().casefold()
    if lowered in ("noon", "mediodia"):
        return "12:00"
    if lowered in ("midnight", "medianoche"):
        return "24:00"
    match = _TIME.fullmatch(lowered)
    if not match:
        return None
    hour, minute, half = int(match.group(1)), int(match.group(2) or 0), match.group(3)
    if half == "p" and hour < 12:
        hour += 12
    elif half == "a" and hour == 12:
        hour = 0
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    return f"{hour:02d}:{minute:02d}"


def _span(opens: str, closes: str) -> str:
    # HSDS cannot say 24 hours; its guidance is 00:00-23:59.
    if closes in ("23:59", "00:00") and opens == "00:00":
        return "00:00-24:00"
    if closes == "00:00":
        closes = "24:00"
    return f"{opens}-{closes}"


def _byday(value: str) -> list[str] | None:
    """``MO,TU`` or ``2TH,-1FR`` (RFC 5545) as opening_hours days."""
    found = []
    for part in re.split(r"[,\s]+", value.strip().upper()):
        match = re.fullmatch(r"([+-]?\d)?(MO|TU|WE|TH|FR|SA|SU)", part)
        if not match:
            return None
        nth, day = match.groups()
        found.append(_WEEK[day] + (f"[{int(nth)}]" if nth else ""))
    return found


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _date(value: str) -> str | None:
    match = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", value)
    if not match:
        return None
    return f"{match.group(1)} {_MONTHS[int(match.group(2)) - 1]} {match.group(3)}"


def _rule(row: Mapping[str, Any]) -> str | None:
    """One HSDS schedule row as a rule, or None when it says more than we can say safely."""
    opens, closes = time_of_day(row.get("opens_at")), time_of_day(row.get("closes_at"))
    if str(row.get("opens_at") or "").strip().casefold() in _data()["always"]:
        opens, closes = "00:00", "24:00"
    interval = row.get("interval") or 1
    # Every second week, week numbers, days of the year, counts: left to the text and to a call.
    if interval != 1 or row.get("byweekno") or row.get("byyearday") or row.get("count"):
        return None
    selector = ""
    starts = row.get("valid_from") or row.get("dtstart")
    ends = row.get("valid_to") or row.get("until")
    if ends:
        first, last = _date(str(starts or "2000-01-01")[:10]), _date(str(ends)[:10])
        if not first or not last:
            return None
        selector = f"{first}-{last} " if first != last else f"{first} "
    days = row.get("byday")
    if row.get("bymonthday"):
        numbers = [n for n in str(row["bymonthday"]).split(",") if n.strip().isdigit()]
        if days or selector or not numbers:
            return None
        months = ",".join(f"{month} {int(n):02d}" for month in _MONTHS for n in numbers)
        selector = months + " "
    elif days:
        named = _byday(str(days))
        if named is None:
            return None
        selector += ",".join(named) + " "
    elif str(row.get("freq") or "").upper() in ("WEEKLY", "MONTHLY", "YEARLY") and not selector:
        return None
    if opens is None and closes is None:
        return f"{selector}off" if selector else None
    if opens is None or closes is None:
        return None
    return f"{selector}{_span(opens, closes)}"


def from_schedules(rows: Iterable[Mapping[str, Any]]) -> str | None:
    """One rule from the HSDS schedule rows of a service, or None when any of them is unclear.

    Rows of the same day add up (a lunch break), rows with dates are exceptions and win over the
    week, a row with dates and no times is closed.
    """
    return _from_schedules(tuple(tuple(row.get(name) for name in _READ) for row in rows))


_READ = ("opens_at", "closes_at", "interval", "byweekno", "byyearday", "count", "valid_from",
         "dtstart", "valid_to", "until", "byday", "bymonthday", "freq")  # fmt: skip


@lru_cache(maxsize=16384)
def _from_schedules(stated_rows: tuple[tuple[Any, ...], ...]) -> str | None:
    week: dict[str, list[str]] = {}
    dated: list[str] = []
    for values in stated_rows:
        row = dict(zip(_READ, values, strict=True))
        rule = _rule(row)
        if rule is None:
            if row.get("opens_at") or row.get("closes_at"):
                return None
            continue
        selector, _, times = rule.rpartition(" ")
        if re.match(r"\d{4} ", selector):
            dated.append(rule)
        else:
            for day in selector.split(",") if selector and " " not in selector else [selector]:
                week.setdefault(day, []).append(times)
    parts = []
    for selector, stated in week.items():
        spans = sorted({t for t in stated if t != "off"})
        parts.append(f"{selector} {','.join(spans) if spans else 'off'}".strip())
    if not parts and not dated:
        return None
    if parts and all(part.endswith(" off") for part in parts) and not dated:
        return None
    text = "; ".join(_merged(parts) + dated)
    if text == "00:00-24:00" or text == "Mo-Su 00:00-24:00":
        return ALWAYS
    return text if valid(text) else None


def _merged(parts: list[str]) -> list[str]:
    """Days with the same times side by side, shorter to read and to evaluate."""
    same: dict[str, list[str]] = {}
    others = []
    for part in parts:
        selector, _, times = part.rpartition(" ")
        days = selector.split(",")
        if selector and all(day in _DAYS for day in days):
            same.setdefault(times, []).extend(days)
        else:
            others.append(part)
    merged = []
    for times, days in same.items():
        if times == "off":
            continue
        numbers = sorted({_DAYS.index(day) for day in days})
        runs: list[list[int]] = []
        for number in numbers:
            if runs and runs[-1][-1] == number - 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        named = ",".join(
            _DAYS[run[0]] if len(run) == 1 else f"{_DAYS[run[0]]}-{_DAYS[run[-1]]}" for run in runs
        )
        merged.append(f"{named} {times}")
    return merged + others


@lru_cache(maxsize=16384)
def from_text(text: str) -> str | None:
    """A rule from hours as people type them (``Mon-Fri 9am-5pm``, ``24 hrs``, ``Sat closed``), or
    None: then they are shown verbatim and nobody guesses."""
    cleaned = re.sub(r"\s+", " ", text.strip().casefold()).strip(" .")
    if not cleaned:
        return None
    if cleaned in _data()["always"]:
        return ALWAYS
    if valid(text.strip()) and (re.search(r"\d", text) and re.search(r"[:/]", text)):
        return text.strip()
    days = _day_words()
    rules: list[str] = []
    rest = re.sub(r"([ap])\.\s?m\.?", r"\1m", cleaned)
    position = 0
    pending: str | None = None
    for match in re.finditer(_RANGE.pattern + r"|closed|cerrado|chiuso|ferme", rest):
        before = rest[position : match.start()].strip(" ,;:&.()")
        position = match.end()
        if before and before not in ("and", "y", "e", "et", "from", "de", "dalle", "alle"):
            pending = _days(before, days)
            if pending is None:
                return None
        elif not rules:
            pending = "Mo-Su" if not before else None
        if pending is None:
            return None
        if match.group(1) is None:
            rules.append(f"{pending} off")
            continue
        opens, closes = _both(match.group(1), match.group(2))
        if opens is None or closes is None:
            return None
        same = rules and rules[-1].startswith(f"{pending} ") and not rules[-1].endswith("off")
        if same and not before.replace("and", "").strip():
            rules[-1] += f",{_span(opens, closes)}"
        else:
            rules.append(f"{pending} {_span(opens, closes)}")
    if not rules or rest[position:].strip(" .,;"):
        return None
    rule = "; ".join(rules)
    return rule if valid(rule) else None


def _both(first: str, last: str) -> tuple[str | None, str | None]:
    """Both ends of a span; "9-5" is read as morning to afternoon, "1-5pm" as afternoon."""
    first, last = first.strip(), last.strip()
    half_first, half_last = (
        re.search(r"[ap]", t) if t[0].isdigit() else None for t in (first, last)
    )
    opens, closes = time_of_day(first), time_of_day(last)
    if opens is None or closes is None:
        return None, None
    if half_last and not half_first and first[0].isdigit() and ":" not in first[3:]:
        guess = time_of_day(first + half_last.group())
        opens = guess if guess and guess < closes else opens
    if not half_last and not half_first and closes <= opens and int(closes[:2]) < 12:
        if ":" in last or ":" in first:
            return opens, closes
        closes = f"{int(closes[:2]) + 12:02d}{closes[2:]}"
    return opens, closes


def _days(text: str, known: Mapping[str, str]) -> str | None:
    """Days named before a time: ``mon-fri``, ``tues & thurs``, ``weekdays``, ``daily``."""
    text = re.sub(r"\b(from|open|hours|de|dal|del|al dia)\b", " ", text).strip(" ,;:")
    plain = " ".join(words(text)) if not re.search(r"[-–/&,]", text) else text
    if plain in ("daily", "every day", "everyday", "7 days a week", "todos los dias"):
        return "Mo-Su"
    if plain in ("weekdays", "weekday", "dias habiles"):
        return "Mo-Fr"
    if plain in ("weekends", "weekend"):
        return "Sa-Su"
    tokens = re.findall(r"[^\W\d_]+|[-–]", text)
    named: list[str] = []
    joined = False
    for token in tokens:
        token = "".join(words(token)) or token
        if token in ("-", "–", "to", "a", "through", "thru", "al"):
            joined = True
        elif token in ("and", "y", "e", "et"):
            continue
        elif token in known:
            if joined and named:
                named[-1] = f"{named[-1]}-{known[token]}"
            else:
                named.append(known[token])
            joined = False
        else:
            return None
    return ",".join(named) or None


_NOT_A_RULE: type[Exception] = getattr(opening_hours, "ParserError", ValueError)


@lru_cache(maxsize=512)
def zone(name: str) -> tzinfo:
    """A time zone by name. Raises LookupError for an unknown one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise LookupError(name) from error


def fixed_zone(hours: float) -> tzinfo:
    """HSDS' own numeric time zone: hours from UTC."""
    return timezone(timedelta(hours=hours))


@lru_cache(maxsize=16384)
def _parsed(rule: str) -> Any:
    return opening_hours.OpeningHours(rule)


def open_at(rule: str | None, now: datetime, timezone_name: str | None) -> bool | None:
    """Whether a rule is open at a moment (aware datetime); None when nobody can say.

    Times in rules are wall-clock times of the place: the moment is taken there first, so the hour
    that daylight saving repeats or leaves out follows the clock on the wall.
    """
    if not rule:
        return None
    if rule == ALWAYS:
        return True
    if not timezone_name:
        return None
    try:
        local = now.astimezone(zone(timezone_name)).replace(tzinfo=None)
        parsed = _parsed(rule)
        if parsed.is_unknown(local):
            return None
        return bool(parsed.is_open(local))
    except (LookupError, ValueError, _NOT_A_RULE):
        return None
