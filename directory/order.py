"""In which order options come: fit first, then area and distance, then freshness, community before
system. The one place where order is decided; every weight is a number of `order.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from math import asin, cos, radians, sin, sqrt
from typing import Any

from directory.profile import FLAG
from directory.vocabulary import bits, read_yaml

EARTH_KM = 6371.0088
"""Mean radius, for distances by haversine."""


@cache
def weights() -> Mapping[str, Any]:
    """The numbers of `order.yml`."""
    content: dict[str, Any] = read_yaml("order.yml")
    return content


@cache
def preferences() -> Mapping[str, Mapping[str, str]]:
    """Words of `preferences.yml` and what each does."""
    content: dict[str, dict[str, str]] = read_yaml("preferences.yml")["preferences"]
    return content


@cache
def rules() -> Mapping[str, Any]:
    """The other rules of `preferences.yml`."""
    content: dict[str, Any] = read_yaml("preferences.yml")
    return content


def kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Distance of two points in degrees along the earth."""
    first, second = radians(a[0]), radians(b[0])
    half = sin((second - first) / 2) ** 2
    half += cos(first) * cos(second) * sin(radians(b[1] - a[1]) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))


def freshness(assured: date | None, today: date) -> str:
    """``fresh`` to 90 days, ``aging`` to 180, then ``stale``; ``unchecked`` without a date."""
    if assured is None:
        return "unchecked"
    days = weights()["freshness_days"]
    age = (today - assured).days
    return "fresh" if age <= days["fresh"] else "aging" if age <= days["aging"] else "stale"


@dataclass(slots=True)
class Candidate:
    """An option as far as it must be known to be ordered."""

    number: int
    latitude: float | None
    longitude: float | None
    languages: str
    flags: int
    checked: int
    organization: int
    needs: int
    covers: int = 0
    """3: covers the postcode, town or county; 2: the state; 1: the country; 0: does not say;
    -1: says that it serves other areas."""
    lesser: int = 0
    """Needs (bits) that only its description names."""
    distance_km: float | None = None
    score: float = 0.0
    card: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """A query made ready for ordering."""

    needs: tuple[str, ...]
    needs_bits: int
    language: str | None
    preferences: frozenset[str]
    point: tuple[float, float] | None
    today: date

    def wants(self, word: str) -> bool:
        return word in self.preferences


def score(one: Candidate, asked: Asked) -> float:
    """Points of a candidate, without what only its card tells (`state_score`)."""
    w = weights()
    return (
        _fit(one, asked, w["fit"])
        + _area(one, asked, w)
        + _distance(one, asked, w)
        + _freshness(one, asked, w)
        + _kind(one, asked, w["kind"])
    )


def _fit(one: Candidate, asked: Asked, w: Mapping[str, float]) -> float:
    points = w["need"] * (one.needs & asked.needs_bits).bit_count()
    points += w["need_lesser"] * (one.lesser & asked.needs_bits & ~one.needs).bit_count()
    if 0 < one.needs.bit_count() <= 3:
        points += w["focus"]
    if asked.language:
        if f" {asked.language} " in one.languages:
            points += w["language"]
        elif one.flags & FLAG["interpreters"]:
            points += w["interpreters"]
    for word in asked.preferences:
        rule = preferences().get(word)
        if rule is None or "flag" not in rule or rule["kind"] == "exclude":
            continue
        yes = one.flags & FLAG[rule["flag"]]
        points += w["preference"] if yes else w["preference_silent"]
    if one.flags & FLAG["dv_trained"]:
        points += w["dv_trained"]
    if (one.flags & FLAG["youth_only"] and not asked.wants("teen")) or (
        one.flags & FLAG["elders_only"] and not asked.wants("elder")
    ):
        points += w["other_age"]
    if one.flags & FLAG["close_community"] and not _of_community(one, asked):
        points += w["other_community"]
    if not one.flags & (FLAG["has_phone"] | FLAG["online"] | FLAG["walk_in"]):
        points += w["no_phone"]
    return points


def _of_community(one: Candidate, asked: Asked) -> bool:
    """Whether anything the person said fits a place made for one community: its language, or a
    wish such as ``deaf`` or ``trans`` that it says yes to, or a need for culture itself."""
    if asked.language and f" {asked.language} " in one.languages:
        return True
    if bits(("cultural_support", "faith_support", "peer_support")) & asked.needs_bits:
        return True
    return any(
        one.flags & FLAG[rule["flag"]]
        for word in asked.preferences
        if (rule := preferences().get(word)) and rule["kind"] == "eligible"
    )


def _area(one: Candidate, asked: Asked, w: Mapping[str, Any]) -> float:
    if asked.wants("farther") and one.covers < 0:
        return 0.0
    names = {3: "covers_near", 2: "covers_region", 1: "covers_country", 0: "no_area", -1: "outside"}
    return float(w["area"][names[one.covers]])


def _distance(one: Candidate, asked: Asked, w: Mapping[str, Any]) -> float:
    if asked.point is None:
        return 0.0
    if asked.wants("farther"):
        far = w["farther"]
        if one.distance_km is None:
            return float(far["reward"] if one.covers != 3 else far["near"])
        return float(far["reward"] if one.distance_km >= far["from_km"] else far["near"])
    if one.distance_km is None:
        return float(w["distance"]["unlocated"])
    return float(max(w["distance"]["at_most"], w["distance"]["per_km"] * one.distance_km))


def _freshness(one: Candidate, asked: Asked, w: Mapping[str, Any]) -> float:
    assured = date.fromordinal(one.checked) if one.checked > 0 else None
    return float(w["freshness"][freshness(assured, asked.today)])


def _kind(one: Candidate, asked: Asked, w: Mapping[str, float]) -> float:
    system = bool(one.flags & FLAG["system"])
    points = 0.0
    if asked.wants("system"):
        points += w["asked"] if system else 0.0
    elif not system:
        points += w["asked"] if asked.wants("community") else 0.0
        known = not one.flags & FLAG["asks_first"] or one.flags & FLAG["vouched"]
        points += w["community"] if known else w["community_unknown"]
    blind = bits(tuple(rules()["police_blind"])) & asked.needs_bits & one.needs
    if asked.wants("avoid_police") and not blind:
        points += w["police"] if one.flags & FLAG["involves_police"] else 0.0
        points += w["system_avoid"] if system else 0.0
    return points


def state_score(card: Mapping[str, Any], open_now: bool | None, asked: Asked) -> float:
    """Points for what changes from day to day: a pause, no free place, open or closed now."""
    w = weights()["state"]
    points = 0.0
    paused = card.get("paused_until")
    if paused and paused >= asked.today.isoformat():
        points += w["paused"]
    if card.get("full"):
        points += w["full"]
    if asked.wants("open_now"):
        points += {True: w["open"], False: w["closed"], None: w["hours_unknown"]}[open_now]
    return points
