"""Questions to the directory: options for needs, places by what people type, lines by purpose."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import cos, radians
from typing import Any

import sqlalchemy as sa

from bot.settings import Settings
from directory import hours, lines, order, schema
from directory.contract import Line, Option, Phone, Place, Query, Reason, Results
from directory.order import Asked, Candidate
from directory.places import Gazetteer, open_gazetteer
from directory.profile import FLAG
from directory.store import DirectoryMissing, Reading
from directory.vocabulary import bits, needs

log = logging.getLogger("linden.directory")

_KM_PER_DEGREE = 111.2
_MAIN_LANGUAGES = {"US": "en", "GB": "en", "CA": "en", "AU": "en", "NZ": "en", "IE": "en",
                   "MX": "es"}  # fmt: skip
"""What is spoken where a record says nothing about languages; never shown, only not held against
a record."""

_FACTS = (
    "o.number, o.latitude, o.longitude, o.languages, o.flags, o.checked, o.organization, o.needs"
)
_FILTER = (
    " AND (o.flags & :require) = :require AND (o.flags & :exclude) = 0"
    " AND (o.checked >= :fresh OR o.checked < 0)"
)
_LANGUAGE = (
    " AND (o.languages LIKE :language OR o.languages = :silent OR (o.flags & :interpreters) <> 0)"
)
_SQUARE = (
    "(o.latitude - :lat) * (o.latitude - :lat)"
    " + (o.longitude - :lon) * (o.longitude - :lon) * :narrow"
)
# The box drives the plan: bands of cells are key ranges of one need, so nothing else is read.
_NEAR = (
    "WITH RECURSIVE band(lo) AS (SELECT CAST(:first AS integer) UNION ALL"
    " SELECT lo + :step FROM band WHERE lo < :last)"
    f" SELECT {_FACTS} FROM band CROSS JOIN option_near o"
    " WHERE o.need = :need AND o.cell BETWEEN band.lo AND band.lo + :width"
    "{filter}"
    f" AND {_SQUARE} <= :radius"
    f" ORDER BY {_SQUARE} LIMIT :many"
)
_AREA_NEAR = (
    f"SELECT {_FACTS}, o.area FROM option_area o WHERE o.need = :need AND o.area IN :areas"
    "{filter}"
    f" ORDER BY CASE WHEN o.latitude IS NULL THEN :unlocated ELSE {_SQUARE} END, o.rank LIMIT :many"
)
_AREA = (
    f"SELECT {_FACTS}, o.area FROM option_area o WHERE o.need = :need AND o.area IN :areas"
    "{filter} ORDER BY o.rank, o.number LIMIT :many"
)


def _statement(template: str, *, language: bool) -> Any:
    text = sa.text(template.replace("{filter}", _FILTER + (_LANGUAGE if language else "")))
    if ":areas" in template:
        text = text.bindparams(sa.bindparam("areas", expanding=True))
    return text


_STATEMENTS = {
    (name, language): _statement(template, language=language)
    for name, template in (("near", _NEAR), ("area_near", _AREA_NEAR), ("area", _AREA))
    for language in (False, True)
}
_CARDS = sa.text("SELECT number, id, source, card FROM option WHERE number IN :numbers").bindparams(
    sa.bindparam("numbers", expanding=True)
)
_NUMBERS = sa.text("SELECT number FROM option WHERE id IN :ids").bindparams(
    sa.bindparam("ids", expanding=True)
)
_BY_ID = sa.text("SELECT number, id, source, card FROM option WHERE id = :id")
_FLAGS = sa.text("SELECT flags FROM option_area WHERE need = :need AND area = '@' AND number = :n")

RELAXATIONS = ("language", "preferences", "distance", "region", "freshness")
"""What is let go, in this order, until something is found."""


class LindenDirectory:
    """The directory as the dialogue knows it (`contract.Directory`). Safe to share by threads."""

    def __init__(
        self,
        settings: Settings,
        gazetteer: Gazetteer | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._settings = settings
        self._gazetteer = gazetteer
        self._now = now or (lambda: datetime.now(UTC))
        self._reading = Reading(settings)

    def close(self) -> None:
        """Close files and connections."""
        self._reading.close()
        if self._gazetteer is not None:
            self._gazetteer.close()
            self._gazetteer = None

    # places

    @property
    def gazetteer(self) -> Gazetteer:
        if self._gazetteer is None:
            self._gazetteer = open_gazetteer(self._settings)
        return self._gazetteer

    def find_place(self, text: str, near: str | None = None) -> tuple[Place, ...]:
        """Places that a typed text may mean, best first; empty when it is none."""
        try:
            return self.gazetteer.find(text, near)
        except (sqlite3.Error, OSError):
            log.exception("places.unreadable")
            return ()

    def place(self, id: str) -> Place | None:
        try:
            return self.gazetteer.get(id)
        except (sqlite3.Error, OSError):
            return None

    # lines

    def line(self, purpose: str, country: str = "US", language: str | None = None) -> Line | None:
        """The line to name for a purpose in a country."""
        return lines.find(purpose, country, language)

    # options

    def option(self, id: str, lane: str = "survivor") -> Option | None:
        """One option by its id, as the lane may see it; None when there is none."""
        if id.startswith("line:"):
            line = lines.by_id(id.removeprefix("line:"))
            return lines.as_option(line) if line else None
        try:
            with self._reading.engine().connect() as connection:
                row = connection.execute(_BY_ID, {"id": id}).first()
                if row is None:
                    return None
                card = json.loads(row.card)
                if lane == "caused_harm" and not self._may_see(connection, row.number, card):
                    return None
        except (DirectoryMissing, sa.exc.SQLAlchemyError, sqlite3.Error, ValueError):
            log.exception("directory.unreadable")
            return None
        shown = self._shown(row.id, row.source, card, None)
        return _bare(shown) if lane == "caused_harm" else shown

    @staticmethod
    def _may_see(connection: sa.engine.Connection, number: int, card: dict[str, Any]) -> bool:
        served = [*card.get("main", ()), *card.get("other", ())]
        allowed = order.rules()["caused_harm"]["needs"]
        if not served or not any(need in allowed for need in served):
            return False
        flags = connection.execute(
            _FLAGS, {"need": needs()[served[0]].number, "n": number}
        ).scalar()
        return bool(flags and flags & FLAG["caused_harm"] and not flags & FLAG["shelter"])

    def search(self, query: Query) -> Results:
        """Options for a query. Never raises and, while national lines exist, is never empty."""
        try:
            return self._search(query)
        except DirectoryMissing:
            log.warning("directory.missing")
        except Exception:
            log.exception("directory.degraded")
        return self._lines_only(query)

    def _country(self, place: Place | None) -> str:
        country = place.region[:2] if place else self._settings.country
        return country if country in lines.all_lines() else self._settings.country

    def _lines_only(self, query: Query) -> Results:
        place = self.place(query.place) if query.place else None
        wanted = tuple(need for need in query.needs if need in needs())
        options = self._fill([], query, wanted, self._country(place))
        return Results(options, (), wanted, False, degraded=True)

    def _fill(
        self, options: list[Option], query: Query, wanted: tuple[str, ...], country: str
    ) -> tuple[Option, ...]:
        """Options with national lines after them, up to the limit."""
        preferred = lines.for_needs(wanted, country, query.lane, query.preferences)
        if query.language and query.language.split("-")[0] != "en":
            base = query.language.split("-")[0]
            spoken = [line for line in preferred if base in line.languages]
            preferred = spoken + [line for line in preferred if line not in spoken]
        filled = list(options)
        for line in preferred:
            if len(filled) >= query.limit:
                break
            one = lines.as_option(line, wanted)
            if one.id not in query.exclude and all(o.name != one.name for o in filled):
                filled.append(one)
        if not filled and preferred:
            # Everything was shown already; better a line again than nothing.
            filled.append(lines.as_option(preferred[0], wanted))
        return tuple(filled)

    def _search(self, query: Query) -> Results:
        place = self.place(query.place) if query.place else None
        wanted = tuple(dict.fromkeys(need for need in query.needs if need in needs()))
        country = self._country(place)
        if query.lane == "caused_harm":
            # An allow-list, no place: nothing in this lane depends on where somebody is.
            place = None
            allowed = order.rules()["caused_harm"]["needs"]
            wanted = tuple(need for need in wanted if need in allowed) or ("accountability",)
        now = self._now()
        language = query.language.split("-")[0] if query.language else None
        point = None
        if place is not None and not place.id.startswith("region:"):
            point = (place.latitude, place.longitude)
        asked = Asked(wanted, bits(wanted), language, query.preferences, point, now.date())
        with self._reading.engine().connect() as connection:
            question = _Question(connection, query, asked, place, country, self.gazetteer)
            found, relaxed, unmet = question.answer()
            question.load(found, query.limit)
            for ranked in found.values():
                for one in ranked:
                    if one.card:
                        one.score += order.state_score(one.card, self._open(one.card, now), asked)
            chosen, left = _choose(found, query.limit)
            options = [self._option(one, asked, place, query, now) for one in chosen]
        more = left or len(chosen) < len({c.number for r in found.values() for c in r})
        options_filled = self._fill(options, query, wanted, country)
        return Results(options_filled, relaxed, unmet, bool(more))

    @staticmethod
    def _open(card: dict[str, Any], now: datetime) -> bool | None:
        return hours.open_at(card.get("rule"), now, card.get("zone"))

    def _option(
        self, one: Candidate, asked: Asked, place: Place | None, query: Query, now: datetime
    ) -> Option:
        card = one.card
        reasons = list(_reasons(one, asked, place, query, self._open(card, now), asked.today))
        shown = self._shown(card["id"], card["source"], card, one.distance_km)
        shown = replace(shown, reasons=tuple(reasons))
        return _bare(shown) if query.lane == "caused_harm" else shown

    def _shown(
        self, id: str, source: str, card: dict[str, Any], distance_km: float | None
    ) -> Option:
        now = self._now()
        assured = date.fromisoformat(card["assured_on"]) if "assured_on" in card else None
        hidden = bool(card.get("confidential"))
        return Option(
            id=id, name=card["name"], organization=card["organization"],
            needs=(*card.get("main", ()), *card.get("other", ())),
            ring=card["ring"], system=bool(card.get("system")),
            description=card.get("description"),
            phones=tuple(
                Phone(n[0], n[1], n[2], tuple(n[3]), bool(n[4])) for n in card.get("phones", ())
            ),
            url=card.get("url"), address=None if hidden else card.get("address"),
            area=card.get("area"),
            distance_km=None if hidden or distance_km is None else max(1.0, round(distance_km)),
            hours=card.get("hours"), open_now=self._open(card, now),
            languages=tuple(card.get("languages", ())),
            interpreters=bool(card.get("interpreters")), cost=card.get("cost"),
            eligibility=card.get("eligibility"), reports_to=tuple(card.get("reports_to", ())),
            involves_police=card.get("involves_police"),
            may_send_police=card.get("may_send_police"),
            keeps_confidence=card.get("keeps_confidence", "unknown"),
            may_know_family=card.get("may_know_family"), vouched_by=card.get("vouched_by"),
            led_by=card.get("led_by"), assured_on=assured,
            imported_on=date.fromisoformat(card["imported_on"]),
            freshness=order.freshness(assured, now.date()), source=source,
            national=bool(card.get("national")), confidential=hidden,
        )  # fmt: skip


def _bare(option: Option) -> Option:
    """An option without anything that says where it is."""
    kept = tuple(r for r in option.reasons if r.code not in ("area", "distance", "farther"))
    return replace(option, address=None, area=None, distance_km=None, reasons=kept)


class _Question:
    """One search, step by step."""

    def __init__(
        self, connection: sa.engine.Connection, query: Query, asked: Asked, place: Place | None,
        country: str, gazetteer: Gazetteer,
    ) -> None:  # fmt: skip
        self._connection = connection
        self._query = query
        self._asked = asked
        self._place = place
        self._areas = gazetteer.areas(place) if place else ()
        self._country = country
        self._weights = order.weights()
        self._excluded = self._numbers(query.exclude)
        limit = self._weights["freshness_days"]["aging"]
        self._fresh = (asked.today - timedelta(days=limit)).toordinal()

    def _numbers(self, ids: Iterable[str]) -> frozenset[int]:
        listed = [id for id in ids if not id.startswith("line:")]
        if not listed:
            return frozenset()
        return frozenset(self._connection.execute(_NUMBERS, {"ids": listed}).scalars())

    def answer(self) -> tuple[dict[str, list[Candidate]], tuple[str, ...], tuple[str, ...]]:
        """Candidates of each need, best first; what was let go; needs that nothing local serves."""
        found: dict[str, list[Candidate]] = {}
        relaxed: set[str] = set()
        unmet = []
        for need in self._asked.needs:
            candidates, let_go = self._need(need)
            local = [c for c in candidates if not c.flags & FLAG["national"]]
            if not local:
                unmet.append(need)
            if candidates:
                found[need] = candidates
                relaxed |= set(let_go)
        merged: dict[int, Candidate] = {}
        for candidates in found.values():
            for one in candidates:
                known = merged.setdefault(one.number, one)
                known.lesser |= one.lesser
                known.covers = max(known.covers, one.covers)
        for need, candidates in found.items():
            same = [merged[one.number] for one in candidates]
            for one in same:
                one.score = order.score(one, self._asked)
            found[need] = sorted(same, key=lambda c: (-c.score, c.number))
        return found, tuple(step for step in RELAXATIONS if step in relaxed), tuple(unmet)

    def _need(self, need: str) -> tuple[list[Candidate], list[str]]:
        let_go: list[str] = []
        for step in ("", *RELAXATIONS):
            if step == "language" and not self._asked.language:
                continue
            if step == "preferences" and not self._has_hard_preferences():
                continue
            if step in ("distance", "region") and self._place is None:
                continue
            if step:
                let_go.append(step)
            candidates = self._step(need, frozenset(let_go))
            if candidates:
                return candidates, self._really(let_go, candidates)
        return [], []

    def _really(self, let_go: list[str], found: list[Candidate]) -> list[str]:
        """Of what was let go, that which the found options really needed: a shelter two counties
        away whose staff do speak the language did not need the language let go."""
        kept = list(let_go)
        language = self._asked.language
        main = _MAIN_LANGUAGES.get(self._country)
        if language:
            matching = [c for c in found if f" {language} " in c.languages
                        or (language == main and c.languages == "  ")]  # fmt: skip
            if not matching and "language" not in kept:
                kept.insert(0, "language")  # interpreters only, and so it is said
            elif matching and "language" in kept and len(let_go) > 1:
                kept.remove("language")
                found[:] = matching
        if "preferences" in kept and len(let_go) > 1:
            require, exclude = self._masks(frozenset())
            matching = [c for c in found
                        if c.flags & require == require and not c.flags & exclude]  # fmt: skip
            if matching:
                kept.remove("preferences")
                found[:] = matching
        return kept

    def _has_hard_preferences(self) -> bool:
        rules = order.preferences()
        return any(
            rules.get(word, {}).get("kind") in ("require", "exclude", "hours")
            for word in self._asked.preferences
        )

    def _masks(self, let_go: frozenset[str], need: str | None = None) -> tuple[int, int]:
        """Bits that must and bits that must not be set."""
        require = exclude = 0
        for word in self._asked.preferences:
            rule = order.preferences().get(word)
            if rule is None:
                continue
            kind = rule["kind"]
            if kind == "eligible":
                exclude |= FLAG[f"no_{rule['flag']}"]
            elif kind == "require" and "preferences" not in let_go:
                require |= FLAG[rule["flag"]]
            elif kind == "exclude" and "preferences" not in let_go:
                exclude |= FLAG[rule["flag"]]
            elif kind == "hours" and "preferences" not in let_go:
                require |= FLAG["has_hours"]
        if self._query.lane == "caused_harm":
            require |= FLAG["caused_harm"]
            exclude |= FLAG["shelter"] | FLAG["confidential"]
        elif need is not None and need != "accountability":
            exclude |= FLAG["caused_harm"]
        return require, exclude

    def _values(self, need: str, let_go: frozenset[str]) -> tuple[dict[str, Any], bool]:
        require, exclude = self._masks(let_go, need)
        values: dict[str, Any] = {
            "need": needs()[need].number, "require": require, "exclude": exclude,
            "fresh": 1 if "freshness" in let_go else self._fresh,
            "many": self._weights["candidates"] + len(self._excluded),
        }  # fmt: skip
        language = self._asked.language if "language" not in let_go else None
        if language:
            values["language"] = f"% {language} %"
            main = _MAIN_LANGUAGES.get(self._country)
            values["silent"] = "  " if language == main else "-"
            values["interpreters"] = FLAG["interpreters"]
        return values, bool(language)

    def _step(self, need: str, let_go: frozenset[str]) -> list[Candidate]:
        values, language = self._values(need, let_go)
        found: dict[int, Candidate] = {}
        farther = self._asked.wants("farther")
        point = self._asked.point
        if point is not None:
            values |= {"lat": point[0], "lon": point[1], "narrow": cos(radians(point[0])) ** 2,
                       "unlocated": (20 / _KM_PER_DEGREE) ** 2}  # fmt: skip
        if self._place is None:
            self._areal(found, need, values, language, ("@",))
        else:
            self._areal(found, need, values, language, self._areas)
            if point is None or "region" in let_go or farther:
                self._areal(found, need, values, language, (f"@{self._place.region}",))
        if point is not None:
            stated = "distance" in let_go or farther
            radii = [self._weights["farthest_km"]] if stated else self._weights["radii_km"]
            for radius in radii:
                self._near(found, need, values, language, point, radius)
                if len(found) >= self._weights["enough"]:
                    break
        return [one for one in found.values() if one.number not in self._excluded]

    def _areal(
        self, found: dict[int, Candidate], need: str, values: dict[str, Any], language: bool,
        areas: tuple[str, ...],
    ) -> None:  # fmt: skip
        point = self._asked.point
        name = "area" if point is None else "area_near"
        rows = self._connection.execute(
            _STATEMENTS[name, language], values | {"areas": list(areas)}
        ).all()
        for row in rows:
            covers = self._covers(row[8], row[4])
            known = found.get(row[0])
            if known is not None:
                known.covers = max(known.covers, covers)
                continue
            one = found[row[0]] = Candidate(*row[:8])
            one.covers = covers
            self._place_it(one, need)

    def _covers(self, area: str, flags: int) -> int:
        if area.startswith("@"):
            if self._place is None or self._place.id.startswith("region:"):
                return 0
            return -1 if flags & FLAG["has_area"] else 0
        if len(area) == 2:
            return 1
        return 2 if self._place is not None and area == self._place.region else 3

    def _near(
        self, found: dict[int, Candidate], need: str, values: dict[str, Any], language: bool,
        point: tuple[float, float], radius_km: float,
    ) -> None:  # fmt: skip
        high = radius_km / _KM_PER_DEGREE
        wide = high / max(0.05, cos(radians(point[0])))
        first = schema.cell(point[0] - high, point[1] - wide)
        last = schema.cell(point[0] + high, point[1] - wide)
        width = int(2 * wide * schema.CELL) + 1
        box = {"first": first, "last": last, "step": schema.COLUMNS_OF_CELLS, "width": width,
               "radius": high * high}  # fmt: skip
        own = dict(values)
        if not self._asked.wants("farther"):
            # Those that say whom they serve were found by area; here they would be turned away.
            own["exclude"] |= FLAG["has_area"]
        for row in self._connection.execute(_STATEMENTS["near", language], own | box):
            if row[0] not in found:
                one = found[row[0]] = Candidate(*row[:8])
                if one.flags & FLAG["has_area"]:
                    one.covers = -1
                self._place_it(one, need)

    def _place_it(self, one: Candidate, need: str) -> None:
        one.lesser = bits((need,)) & ~one.needs
        point = self._asked.point
        if point is not None and one.latitude is not None and one.longitude is not None:
            one.distance_km = order.kilometres(point, (one.latitude, one.longitude))

    def load(self, found: dict[str, list[Candidate]], limit: int) -> None:
        """Cards of those that may be shown."""
        several = 12 if self._asked.wants("open_now") else 4
        wanted = {one.number: one for r in found.values() for one in r[: limit * 2 + several]}
        if not wanted:
            return
        for row in self._connection.execute(_CARDS, {"numbers": list(wanted)}):
            card = json.loads(row.card)
            wanted[row.number].card = card | {"id": row.id, "source": row.source}


def _choose(found: dict[str, list[Candidate]], limit: int) -> tuple[list[Candidate], bool]:
    """Turn by turn over the needs, the best of each that is not yet served; at most one of the same
    organization until all are used up. True when some are left."""
    ranked = {
        need: sorted((c for c in cands if c.card), key=lambda c: (-c.score, c.number))
        for need, cands in found.items()
    }
    chosen: list[Candidate] = []
    organizations: set[int] = set()
    several_allowed = False
    while len(chosen) < limit:
        served = 0
        progress = False
        for need, candidates in ranked.items():
            if len(chosen) >= limit:
                break
            if served & bits((need,)):
                continue
            for one in candidates:
                if one in chosen or (one.organization in organizations and not several_allowed):
                    continue
                chosen.append(one)
                organizations.add(one.organization)
                served |= one.needs
                progress = True
                break
        if not progress:
            if several_allowed:
                break
            several_allowed = True
    left = any(one not in chosen for candidates in ranked.values() for one in candidates)
    return chosen, left


def _reasons(
    one: Candidate, asked: Asked, place: Place | None, query: Query, open_now: bool | None,
    today: date,
) -> Iterable[Reason]:  # fmt: skip
    """Why an option is shown. Codes: need, need_lesser, language, interpreters, preference,
    ask_first, area, distance, farther, outside_area, community, vouched, police, no_police_report,
    open_now, paused, national, checked, unchecked."""
    card = one.card
    for need in asked.needs:
        if need in card.get("main", ()):
            yield Reason("need", (("need", need),))
        elif need in card.get("other", ()):
            yield Reason("need_lesser", (("need", need),))
    if asked.language and asked.language in card.get("languages", ()):
        yield Reason("language", (("language", query.language or asked.language),))
    elif asked.language and card.get("interpreters"):
        yield Reason("interpreters")
    for word in sorted(asked.preferences):
        rule = order.preferences().get(word, {})
        if rule.get("kind") == "hours":
            if open_now:
                yield Reason("open_now")
        elif rule.get("kind") in ("require", "eligible"):
            yes = one.flags & FLAG[rule["flag"]]
            yield Reason("preference" if yes else "ask_first", (("preference", word),))
    if one.flags & FLAG["asks_first"]:
        yield Reason("ask_first", (("preference", "confidence"),))
    yield from _where(one, asked, place)
    if not card.get("system"):
        yield Reason("community")
    if card.get("vouched_by"):
        yield Reason("vouched", (("by", card["vouched_by"]),))
    if asked.wants("avoid_police"):
        blind = set(order.rules()["police_blind"]) & set(asked.needs) & set(card.get("main", ()))
        if blind:
            yield Reason("no_police_report")
        elif card.get("involves_police"):
            yield Reason("police")
    paused = card.get("paused_until")
    if paused and paused >= today.isoformat():
        yield Reason("paused", (("until", paused),))
    if card.get("national"):
        yield Reason("national")
    if "assured_on" in card:
        yield Reason("checked", (("on", card["assured_on"]),))
    else:
        yield Reason("unchecked", (("on", card["imported_on"]),))


def _where(one: Candidate, asked: Asked, place: Place | None) -> Iterable[Reason]:
    if place is None:
        return
    if one.covers > 0 and not one.card.get("national"):
        area = one.card.get("area") if one.card.get("confidential") else None
        yield Reason("area", (("area", area or place.name),))
    elif one.covers < 0:
        yield Reason("outside_area")
    if one.distance_km is not None:
        yield Reason("distance", (("km", str(max(1, round(one.distance_km)))),))
        if asked.wants("farther") and one.distance_km >= order.weights()["farther"]["from_km"]:
            yield Reason("farther")
