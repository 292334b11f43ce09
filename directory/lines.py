"""National and emergency lines, from `national.yml`: the answers that need no database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from directory.contract import Line, Option, Phone, Reason
from directory.vocabulary import needs, read_yaml


@cache
def all_lines() -> Mapping[str, tuple[Line, ...]]:
    """Lines by country. Raises KeyError or ValueError when the file breaks its own rules."""
    content = read_yaml("national.yml")
    found = {country: tuple(_line(item) for item in items)
             for country, items in content["lines"].items()}  # fmt: skip
    european = content["emergency"]
    for country in european["112"]:
        number = Phone("112", "voice", always_open=True)
        one = Line(f"{country.casefold()}-112", "112", "emergency", (number,), None, (), True,
                   european["source"], european["checked_on"], False)  # fmt: skip
        found.setdefault(country, (one,))
    return found


@cache
def _needs_of() -> Mapping[str, tuple[str, ...]]:
    return {
        item["id"]: tuple(item.get("needs", ()))
        for items in read_yaml("national.yml")["lines"].values()
        for item in items
    }


@cache
def _interpreters() -> frozenset[str]:
    return frozenset(
        item["id"]
        for items in read_yaml("national.yml")["lines"].values()
        for item in items
        if item.get("interpreters")
    )


def _line(item: dict[str, Any]) -> Line:
    checked = item["checked_on"]
    if not isinstance(checked, date) or not str(item["source"]).startswith("https://"):
        raise ValueError(item["id"])
    phones = tuple(
        Phone(str(p["number"]), p["kind"], p.get("description"), tuple(p.get("languages", ())),
              bool(p.get("always_open")))
        for p in item["phones"]
    )  # fmt: skip
    return Line(
        item["id"], item["name"], item["purpose"], phones, item.get("url"),
        tuple(item.get("languages", ())), item.get("may_send_police"), item["source"], checked,
        bool(item.get("confirmed")),
    )  # fmt: skip


def find(purpose: str, country: str = "US", language: str | None = None) -> Line | None:
    """The line for a purpose, one that speaks the language before one that does not."""
    found = [line for line in all_lines().get(country, ()) if line.purpose == purpose]
    base = (language or "").split("-")[0]
    found.sort(key=lambda line: base not in line.languages)
    return found[0] if found else None


def by_id(id: str) -> Line | None:
    """A line by its id."""
    return next((line for lines in all_lines().values() for line in lines if line.id == id), None)


_FIRST = {"survivor": ("domestic_violence",), "helper": ("domestic_violence",),
          "caused_harm": ("caused_harm", "suicide")}  # fmt: skip
_FOR_PREFERENCE = {"teen": ("teens",), "elder": ("elders",), "deaf": ("deaf",), "trans": ("trans",),
                   "men": ("men",)}  # fmt: skip


def for_needs(
    wanted: tuple[str, ...], country: str, lane: str, preferences: frozenset[str] = frozenset()
) -> list[Line]:
    """Lines that stand in for needs, best first: those made for who is asking, those of each need,
    then the lane's general one. Emergency numbers are never offered as an option."""
    lines = [line for line in all_lines().get(country, ()) if line.purpose != "emergency"]
    general = [
        line for purpose in _FIRST.get(lane, ()) for line in lines if line.purpose == purpose
    ]
    if lane == "caused_harm":
        return general
    special = {p for word in preferences for p in _FOR_PREFERENCE.get(word, ())}
    found = [line for line in lines if line.purpose in special]
    for need in wanted:
        serving = [line for line in lines if need in _needs_of().get(line.id, ())]
        # A line for few needs knows more about each of them than the general one.
        found += sorted(serving, key=lambda line: len(_needs_of()[line.id]))
    return list(dict.fromkeys(found + general))


def as_option(line: Line, wanted: tuple[str, ...] = ()) -> Option:
    """A line as it stands among options."""
    own = _needs_of().get(line.id, ())
    shown = own or tuple(need for need in wanted if need in needs())
    reasons = [Reason("need", (("need", need),)) for need in wanted if need in own][:2]
    reasons += [Reason("national"), Reason("checked", (("on", line.checked_on.isoformat()),))]
    always = any(phone.always_open for phone in line.phones)
    return Option(
        id=f"line:{line.id}", name=line.name, organization=line.name, needs=shown,
        ring="society" if line.may_send_police else "individual", system=False, description=None,
        phones=line.phones, url=line.url, address=None, area=None, distance_km=None,
        hours="24/7" if always else None, open_now=True if always else None,
        languages=line.languages, interpreters=line.id in _interpreters(), cost=None,
        eligibility=None, reports_to=(), involves_police=None,
        may_send_police=line.may_send_police, keeps_confidence="unknown", may_know_family=False,
        vouched_by=None, led_by=None, assured_on=line.checked_on, imported_on=line.checked_on,
        freshness="fresh", source=line.source, national=True, confidential=False,
        reasons=tuple(reasons),
    )  # fmt: skip
