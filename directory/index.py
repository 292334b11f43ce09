"""From stored HSDS rows to options that can be found and shown.

One option for each service at each of its locations (a service without one is an option by
itself). Everything that may be shown stands in its ``card``; what is filtered and ordered by stands
beside the key in ``option_near`` and ``option_area``. All of it can be made again from the rows.
"""

from __future__ import annotations

import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from directory import hours, phones
from directory.languages import tag, tags
from directory.mapping import Rules
from directory.places import Gazetteer
from directory.profile import (
    FLAG,
    NEEDS_TAXONOMY,
    PROFILE_TERMS,
    TAXONOMY,
    TRISTATE,
    Profile,
    ProfileValueInvalid,
    put,
)
from directory.reading import Problem
from directory.schema import NAMES, TABLES, cell, owner
from directory.sheet import day
from directory.vocabulary import bits, needs

_BATCH = 500
_HELD = ("active", "")
_TEXT_KEYS = ("featured_content",)
"""Extension fields of known sources whose words say what a service does."""


@dataclass(slots=True)
class Made:
    """Index rows of a batch, ready to be stored."""

    options: list[dict[str, Any]] = field(default_factory=list)
    near: list[dict[str, Any]] = field(default_factory=list)
    area: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Counted:
    """What became of the services of a source, for the report."""

    services: int = 0
    options: int = 0
    inactive: int = 0
    confidential: int = 0
    mapped: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """By how the needs were found: record, terms, name, description, correction."""
    needs: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    unmapped: list[tuple[str, str]] = field(default_factory=list)
    """(id, name) of services for which no need was found."""
    areas_unknown: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    languages_unknown: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    hours_unclear: int = 0
    unlocated: int = 0


class Indexer:
    """Makes options of one source from its stored rows, in batches of constant size."""

    def __init__(
        self,
        connection: sa.engine.Connection,
        source: str,
        gazetteer: Gazetteer,
        rules: Rules,
        imported_on: date,
        first: int,
    ) -> None:
        self._connection = connection
        self._source = source
        self._gazetteer = gazetteer
        self._rules = rules
        self._imported_on = imported_on
        self._number = first
        self._terms: dict[str, tuple[str, str, str]] = {}
        self._organizations: dict[str, dict[str, Any]] = {}
        self._selects: dict[str, Any] = {}
        self.counted = Counted()
        self.problems: list[Problem] = []

    def batches(self) -> Iterator[Made]:
        """Index rows of all services of the source."""
        service = TABLES["service"]
        last = ""
        query = (
            sa.select(service)
            .where(service.c.source == self._source, service.c.owner == "",
                   service.c.id > sa.bindparam("last"))
            .order_by(service.c.id)
            .limit(_BATCH)
        )  # fmt: skip
        while True:
            found = self._connection.execute(query, {"last": last}).mappings().all()
            if not found:
                return
            last = found[-1]["id"]
            yield self._batch([dict(row) for row in found])

    def _rows(self, table: str, owners: list[str]) -> dict[str, list[Mapping[str, Any]]]:
        """Rows of a table by what they hang on."""
        grouped: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        t = TABLES[table]
        if table not in self._selects:
            columns = [t.c.owner, t.c.id, *(t.c[n] for n in NAMES[table]), t.c.more]
            listed = sa.bindparam("owners", expanding=True)
            self._selects[table] = (
                sa.select(*columns)
                .where(t.c.source == self._source, t.c.owner.in_(listed))
                .order_by(t.c.owner, t.c.id)
            )
        names = ("owner", "id", *NAMES[table], "more")
        for at in range(0, len(owners), 400):
            part = owners[at : at + 400]
            for row in self._connection.execute(self._selects[table], {"owners": part}).all():
                item = dict(zip(names, row, strict=True))
                grouped[item["owner"]].append(item)
        return grouped

    def _entities(self, table: str, ids: set[str]) -> dict[str, dict[str, Any]]:
        t = TABLES[table]
        found = {}
        listed = sorted(ids)
        for at in range(0, len(listed), 400):
            query = sa.select(t).where(
                t.c.source == self._source, t.c.owner == "", t.c.id.in_(listed[at : at + 400])
            )
            for row in self._connection.execute(query).mappings().all():
                found[row["id"]] = dict(row)
        return found

    def _batch(self, services: list[dict[str, Any]]) -> Made:
        own = [owner("service", s["id"]) for s in services]
        joints = self._rows("service_at_location", own)
        joint_owners = [owner("service_at_location", j["id"]) for v in joints.values() for j in v]
        location_ids = {j["location_id"] for v in joints.values() for j in v if j["location_id"]}
        own_locations = self._entities("location", location_ids)
        organization_ids = {s["organization_id"] for s in services if s["organization_id"]}
        organization_ids |= {
            v["organization_id"] for v in own_locations.values() if v["organization_id"]
        }
        missing = organization_ids - self._organizations.keys()
        if len(self._organizations) > 20_000:
            self._organizations.clear()
            missing = organization_ids
        self._organizations |= {i: {} for i in missing} | self._entities("organization", missing)
        bare = {s["organization_id"] for s in services
                if not joints.get(owner("service", s["id"])) and s["organization_id"]}  # fmt: skip
        offices = self._offices(bare)
        location_ids |= {id for ids in offices.values() for id in ids}
        locations = self._entities("location", location_ids)
        at = [owner("location", id) for id in sorted(location_ids)]
        held = own + joint_owners + at
        org_owners = [owner("organization", id) for id in sorted(organization_ids)]
        found = _Found(
            joints, locations, offices,
            self._rows("phone", held + org_owners), self._rows("schedule", held),
            self._rows("service_area", own + joint_owners + at), self._rows("language", own + at),
            self._rows("attribute", own + at + [owner("any", s["id"]) for s in services]),
            self._rows("address", at), self._rows("accessibility", at),
            self._rows("service_capacity", own),
        )  # fmt: skip
        phone_ids = [owner("phone", p["id"]) for v in found.phones.values() for p in v]
        found.spoken = self._rows("language", phone_ids)
        made = Made()
        for service in services:
            self._service(service, found, made)
        return made

    def _offices(self, organizations: set[str]) -> dict[str, list[str]]:
        """Locations of organizations, for services that name no location of their own."""
        grouped: dict[str, list[str]] = defaultdict(list)
        t = TABLES["location"]
        listed = sorted(organizations)
        for at in range(0, len(listed), 200):
            query = (
                sa.select(t.c.organization_id, t.c.id)
                .where(t.c.source == self._source, t.c.organization_id.in_(listed[at : at + 200]))
                .order_by(t.c.id)
            )
            for organization, id in self._connection.execute(query).all():
                if len(grouped[organization]) < 8:
                    grouped[organization].append(id)
        return grouped

    def _term(self, id: str) -> tuple[str, str, str]:
        """(taxonomy, code, name) of a taxonomy term."""
        if id not in self._terms:
            row = self._entities("taxonomy_term", {id}).get(id)
            if len(self._terms) > 50_000:
                self._terms.clear()
            self._terms[id] = (
                (row["taxonomy"] or "", row["code"] or id, row["name"] or "")
                if row else ("", id, "")
            )  # fmt: skip
        return self._terms[id]

    def _service(self, service: dict[str, Any], found: _Found, made: Made) -> None:
        self.counted.services += 1
        if (service["status"] or "").casefold() not in _HELD:
            self.counted.inactive += 1
            return
        link = owner("service", service["id"])
        more = json.loads(service["more"]) if service["more"] else {}
        profile, own_needs, terms = self._said(service, link, found)
        terms += [("", code.strip()) for code in str(more.get("problem_codes", "")).split(";")
                  if code.strip()]  # fmt: skip
        name = f"{service['name']} . {service['alternate_name'] or ''}"
        mapped = self._rules.record(
            service["id"], name, service["description"] or "", terms, own_needs,
            " . ".join(str(more[k]) for k in _TEXT_KEYS if k in more),
        )  # fmt: skip
        self.counted.mapped[mapped.why] += 1
        for slug in mapped.main:
            self.counted.needs[slug] += 1
        if not mapped.main and len(self.counted.unmapped) < 500:
            self.counted.unmapped.append((service["id"], service["name"] or ""))
        joints: list[Mapping[str, Any] | None] = [*found.joints.get(link, [])] or [None]
        for joint in joints:
            option = _Option(self, service, joint, profile, mapped.main, mapped.other, found)
            option.make(self._number, made)
            self._number += 1
            self.counted.options += 1

    def _said(
        self, service: dict[str, Any], link: str, found: _Found
    ) -> tuple[Profile, list[str], list[tuple[str, str]]]:
        """Profile, own needs and taxonomy terms of a service from its attributes."""
        profile = Profile()
        own: list[str] = []
        terms: list[tuple[str, str]] = []
        attributes = found.attributes.get(link, []) + found.attributes.get(
            owner("any", service["id"]), []
        )
        for item in attributes:
            id = item["taxonomy_term_id"] or ""
            field_name = PROFILE_TERMS.get(id)
            if field_name is None:
                taxonomy, code, name = self._term(id)
                if taxonomy == NEEDS_TAXONOMY or (
                    id not in self._terms and item["value"] in needs()
                ):
                    own.append(code)
                    continue
                if taxonomy != TAXONOMY:
                    terms.append((code, name or item["value"] or ""))
                    continue
                field_name = code
            try:
                put(profile, field_name, item["value"] or "")
            except (KeyError, ProfileValueInvalid) as error:
                if len(self.problems) < 1000:
                    self.problems.append(Problem("attributes", None, field_name, "value_unknown",
                                                 str(error).strip("'")))  # fmt: skip
        return profile, own, terms


@dataclass(slots=True)
class _Found:
    """Rows of a batch by what they hang on."""

    joints: dict[str, list[Mapping[str, Any]]]
    locations: dict[str, dict[str, Any]]
    offices: dict[str, list[str]]
    phones: dict[str, list[Mapping[str, Any]]]
    schedules: dict[str, list[Mapping[str, Any]]]
    areas: dict[str, list[Mapping[str, Any]]]
    languages: dict[str, list[Mapping[str, Any]]]
    attributes: dict[str, list[Mapping[str, Any]]]
    addresses: dict[str, list[Mapping[str, Any]]]
    accessibility: dict[str, list[Mapping[str, Any]]]
    capacity: dict[str, list[Mapping[str, Any]]]
    spoken: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)


@lru_cache(maxsize=65536)
def _hash(text: str) -> int:
    return zlib.crc32(text.encode())


class _Option:
    """One option in the making."""

    def __init__(
        self,
        indexer: Indexer,
        service: dict[str, Any],
        joint: Mapping[str, Any] | None,
        profile: Profile,
        main: tuple[str, ...],
        other: tuple[str, ...],
        found: _Found,
    ) -> None:
        self._indexer = indexer
        self._gazetteer = indexer._gazetteer
        self._service = service
        self._joint = joint
        self._profile = profile
        self._main, self._other = main, other
        self._found = found
        self._link = owner("service", service["id"])
        self._joint_link = owner("service_at_location", joint["id"]) if joint else ""
        location_id = joint["location_id"] if joint else None
        self._office = False
        if location_id is None:
            offices = found.offices.get(service["organization_id"] or "", [])
            with_street = [o for o in offices if self._address_of(o).get("address_1")]
            if len(with_street) == 1:
                location_id, self._office = with_street[0], True
        self._location: Mapping[str, Any] = found.locations.get(location_id or "", {})
        self._place = owner("location", location_id) if location_id else ""
        self._organization_id = (
            service["organization_id"] or self._location.get("organization_id") or ""
        )
        self._organization = indexer._organizations.get(self._organization_id, {})
        self._address = self._address_of(location_id) if location_id else {}
        told = [boolean_of(a["value"]) for a in found.attributes.get(self._place, [])
                if PROFILE_TERMS.get(a["taxonomy_term_id"] or "") == "confidential"]  # fmt: skip
        self.confidential = (
            any(told)
            or bool(profile.confidential)
            or (self._location.get("location_type") == "virtual"
                and self._address.get("address_type") == "virtual"
                and not self._address.get("address_1"))
            or ("safe_place" in main and profile.confidential is not False and False not in told
                and not self._location.get("latitude") and not self._address.get("address_1"))
        )  # fmt: skip

    def _address_of(self, location: str | None) -> Mapping[str, Any]:
        rows = self._found.addresses.get(owner("location", location or ""), [])
        physical = [r for r in rows if r["address_type"] != "postal"]
        return (physical or rows or [{}])[0]

    @property
    def _region(self) -> str | None:
        state = (self._address.get("state_province") or "").strip()
        country = (self._address.get("country") or "US").strip() or "US"
        if re.fullmatch(r"[A-Za-z]{2,3}", state):
            return f"{country[:2].upper()}-{state.upper()}"
        return None

    def make(self, number: int, made: Made) -> None:
        """Append the option's rows."""
        if self.confidential:
            self._indexer.counted.confidential += 1
        latitude, longitude, where = self._point()
        areas, shown_areas = self._areas()
        region = (where.region if where else None) or self._region
        zone = (where.timezone if where else None) or (
            self._gazetteer.region_zone(region) if region else None
        )
        if zone is None and areas:
            zone = self._zone_of(areas)
        rule, hours_text = self._hours()
        spoken, interpreters = self._languages()
        numbers = self._phones(rule)
        profile = self._profile
        system = self._system()
        checked = self._checked()
        flags = self._flags(system, interpreters, numbers, rule, bool(areas), latitude is not None)
        national = bool(profile.national) or areas == ["US"]
        if national:
            flags |= FLAG["national"]
        card = {
            "service": self._service["id"], "name": self._service["name"],
            "organization": self._organization.get("name") or self._by_place(),
            "main": self._main, "other": self._other,
            "ring": profile.ring or self._ring(), "system": system,
            "description": self._service["description"], "phones": numbers,
            "url": self._service["url"] or self._organization.get("website"),
            "address": self._line(), "area": self._area(shown_areas, where),
            "areas": areas, "region": region, "latitude": latitude, "longitude": longitude,
            "hours": hours_text, "rule": rule, "zone": zone, "languages": spoken,
            "interpreters": interpreters, "cost": self._cost(),
            "eligibility": self._eligibility(), "reports_to": profile.reports_to,
            "involves_police": profile.involves_police,
            "may_send_police": profile.may_send_police,
            "enforcement_can_enter": profile.enforcement_can_enter,
            "keeps_confidence": profile.keeps_confidence,
            "may_know_family": profile.may_know_family, "vouched_by": profile.vouched_by,
            "led_by": profile.led_by, "communities": profile.communities,
            "assured_on": checked.isoformat() if checked else None,
            "imported_on": self._indexer._imported_on.isoformat(),
            "confidential": self.confidential, "national": national,
            "paused_until": profile.paused_until, "full": self._full(),
            "alert": self._service["alert"], "pair": profile.pair,
            "children_ages": profile.children_ages, "process": self._service["application_process"],
        }  # fmt: skip
        kept = {k: v for k, v in card.items() if v not in (None, "", [], ())}
        id = self._joint["id"] if self._joint else self._service["id"]
        source = self._indexer._source
        made.options.append({
            "number": number, "id": f"{source}:{id}", "source": source,
            "card": json.dumps(kept, ensure_ascii=False, separators=(",", ":")),
        })  # fmt: skip
        facts = {
            "number": number, "latitude": latitude, "longitude": longitude,
            "languages": f" {' '.join(spoken)} ", "flags": flags,
            "checked": checked.toordinal() if checked else -self._indexer._imported_on.toordinal(),
            "organization": _hash(str(card["organization"])), "needs": bits(self._main),
        }  # fmt: skip
        rank = self._rank(flags, checked)
        keys = list(areas)
        keys += [f"@{region}"] if region else []
        keys += [f"@{a[:5]}" for a in areas if len(a) > 4 and a[2] == "-" and a[:5] != region]
        keys.append("@")
        known = needs()
        for slug in self._main + self._other:
            need = known[slug].number
            if latitude is not None and longitude is not None:
                made.near.append({"need": need, "cell": cell(latitude, longitude), **facts})
            for key in dict.fromkeys(keys):
                made.area.append({"need": need, "area": key, "rank": rank, **facts})

    def _by_place(self) -> str:
        """A name for a service whose organization the source left out: that of its location,
        unless that is a word like "main office"."""
        name = self._location.get("name") or ""
        if name.casefold().strip() in self._indexer._rules.generic_names:
            name = ""
        return str(name or self._service["name"])

    def _zone_of(self, areas: list[str]) -> str | None:
        for area in areas:
            zone = self._gazetteer.region_zone(area[:5]) if "-" in area[:3] else None
            if zone:
                return zone
        return None

    def _point(self) -> tuple[float | None, float | None, Any]:
        """Coordinates and gazetteer place; nothing at all for a confidential location."""
        if self.confidential or not self._place:
            return None, None, None
        where = None
        code = self._address.get("postal_code")
        if code:
            where = self._gazetteer.postcode(code, self._address.get("country") or "US")
        region = self._region
        if where is None and region and self._address.get("city"):
            where = self._gazetteer.town(region, self._address["city"])
        latitude, longitude = self._location.get("latitude"), self._location.get("longitude")
        if latitude is None or longitude is None:
            if where is None or (self._office and not self._address.get("address_1")):
                self._indexer.counted.unlocated += 1
                return None, None, where
            latitude, longitude = where.latitude, where.longitude
        return latitude, longitude, where

    def _areas(self) -> tuple[list[str], list[str]]:
        rows = [*self._found.areas.get(self._link, []),
                *self._found.areas.get(self._joint_link, []),
                *self._found.areas.get(self._place, [])]  # fmt: skip
        keys: dict[str, None] = dict.fromkeys(self._profile.service_area)
        shown: list[str] = []
        for row in rows:
            more = json.loads(row["more"]) if row["more"] else {}
            state = more.get("state")
            region = f"US-{state}" if state else self._region
            text = row["name"] or row["description"] or ""
            for part in re.split(r"\s*;\s*", text):
                key = self._gazetteer.area(part, region) if part else None
                if key:
                    keys[key] = None
                    shown.append(part)
                elif part:
                    self._indexer.counted.areas_unknown[part[:60]] += 1
        if self.confidential and not keys and self._region:
            # Its own place must not decide who finds it: without a stated area it serves its state.
            keys[self._region] = None
        return list(keys), shown

    def _hours(self) -> tuple[str | None, str | None]:
        """(rule, verbatim text): of the service, else at this location, else of the location."""
        for link in (self._joint_link, self._link, self._place):
            rows = self._found.schedules.get(link, [])
            if not rows:
                continue
            texts = [r["description"] for r in rows if r["description"]]
            texts += [r["notes"] for r in rows if r["notes"]]
            timed = [r for r in rows if r["opens_at"] or r["closes_at"] or r["byday"]
                     or r["valid_from"]]  # fmt: skip
            rule = hours.from_schedules(timed) if timed else None
            alone = len(rows) == 1 and rows[0]["description"] and not rows[0]["notes"]
            if rule is None and alone:
                rule = hours.from_text(rows[0]["description"])
            if rule and rule != hours.ALWAYS:
                named = [json.loads(r["more"]).get("holidays", "") for r in rows if r["more"]]
                closed = hours.holidays("\n".join(filter(None, named)))
                rule = f"{rule}; {closed}" if closed else rule
            shown = "\n".join(dict.fromkeys(texts)) or rule
            if rule is None and shown:
                self._indexer.counted.hours_unclear += 1
            if rule or shown:
                return rule, shown
        return None, None

    def _languages(self) -> tuple[list[str], bool]:
        spoken: dict[str, None] = {}
        interpreters = bool(self._profile.interpreters)
        for link in (self._link, self._place):
            for row in self._found.languages.get(link, []):
                one = tag(row["code"] or "") or tag(row["name"] or "")
                if one:
                    spoken[one] = None
                    continue
                several, called, unknown = tags(row["name"] or "")
                spoken |= dict.fromkeys(several)
                interpreters |= called
                for part in unknown:
                    self._indexer.counted.languages_unknown[part[:40]] += 1
        text = self._service["interpretation_services"]
        if text and "no" not in text.casefold().split()[:1]:
            interpreters = True
        return list(spoken), interpreters

    def _phones(self, rule: str | None) -> list[list[Any]]:
        links = [self._joint_link, self._link, self._place,
                 owner("organization", self._organization_id)]  # fmt: skip
        if not self._joint:
            links += [
                owner("location", o)
                for o in self._found.offices.get(self._service["organization_id"] or "", [])
            ]
        country = self._address.get("country") or "US"
        numbers: dict[str, list[Any]] = {}
        for link in links:
            rows = self._found.phones.get(link, [])
            for row in rows:
                spoken = [t for r in self._found.spoken.get(owner("phone", row["id"]), [])
                          if (t := tag(r["code"] or "") or tag(r["name"] or ""))]  # fmt: skip
                for one in phones.parse(row["number"] or "", country):
                    extension = one.extension or (
                        str(int(row["extension"])) if row["extension"] else None
                    )
                    shown = f"{one.shown} x{extension}" if extension else one.shown
                    described = row["description"] or one.remark
                    always = bool(described and hours.from_text(described) == hours.ALWAYS)
                    numbers.setdefault(shown, [
                        shown, row["type"] or "voice", described, spoken,
                        always or rule == hours.ALWAYS,
                    ])  # fmt: skip
            if numbers:
                break
        return list(numbers.values())[:6]

    def _system(self) -> bool:
        if self._profile.system is not None:
            return self._profile.system
        known = [needs()[slug].system for slug in self._main]
        return bool(known) and all(value is True for value in known)

    def _ring(self) -> str:
        return needs()[self._main[0]].ring if self._main else "community"

    def _checked(self) -> date | None:
        found = day(self._service["assured_date"] or "")
        return found if found and found <= self._indexer._imported_on else None

    def _line(self) -> str | None:
        if self.confidential or not self._address.get("address_1"):
            return None
        a = self._address
        street = ", ".join(x for x in (a["address_1"], a.get("address_2")) if x)
        state = " ".join(x for x in (a.get("state_province"), a.get("postal_code")) if x)
        return ", ".join(x for x in (street, a.get("city"), state) if x)

    def _area(self, shown: list[str], where: Any) -> str | None:
        if self.confidential:
            state = self._address.get("state_province")
            return "; ".join(shown[:3]) or (str(state) if state else None)
        if self._address.get("city"):
            return str(self._address["city"])
        if where is not None:
            return str(where.name)
        return "; ".join(shown[:3]) or None

    def _cost(self) -> str | None:
        text = self._service["fees_description"] or self._service["fees"]
        return str(text) if text else None

    def _eligibility(self) -> str | None:
        text = self._service["eligibility_description"]
        return str(text) if text else None

    def _full(self) -> bool:
        rows = self._found.capacity.get(self._link, [])
        return bool(rows) and all(row["available"] == 0 for row in rows)

    def _rank(self, flags: int, checked: date | None) -> int:
        """A first order for lists that no distance orders: lower comes first."""
        age = (self._indexer._imported_on - checked).days if checked else 120
        rank = min(age, 400) // 30
        rank += 4 if flags & FLAG["system"] else 0
        return rank - (2 if flags & FLAG["dv_trained"] else 0) + 8

    def _flags(
        self, system: bool, interpreters: bool, numbers: list[list[Any]], rule: str | None,
        has_area: bool, located: bool,
    ) -> int:  # fmt: skip
        profile = self._profile
        oldest, youngest = self._service["maximum_age"], self._service["minimum_age"]
        values: dict[str, bool | None] = {name: getattr(profile, name) for name in TRISTATE}
        if youngest is not None and values["teen"] is None:
            values["teen"] = youngest < 18
        if oldest is not None and oldest < 60 and values["elder"] is None:
            values["elder"] = False
        for row in self._found.accessibility.get(self._place, []):
            named = "wheelchair" in f"{row['description']} {row['details']}".casefold()
            if named and values["wheelchair"] is None:
                values["wheelchair"] = True
        if any(kind == "video" for _, kind, *_ in numbers) and values["deaf"] is None:
            values["deaf"] = True
        close = bool(profile.may_know_family or profile.communities or profile.led_by)
        private = profile.keeps_confidence in ("law", "promise") or bool(profile.vouched_by)
        told = {
            "system": system, "confidential": self.confidential,
            "caused_harm": profile.open_to_caused_harm, "involves_police": profile.involves_police,
            "vouched": bool(profile.vouched_by), "close_community": close, "faith": profile.faith,
            "women_only": profile.women_only,
            "text": any(kind in ("text", "sms") for _, kind, *_ in numbers),
            "walk_in": profile.walk_in, "online": profile.online, "interpreters": interpreters,
            "dv_trained": profile.dv_trained,
            "keeps_confidence": profile.keeps_confidence in ("law", "promise"),
            "relationship": (profile.ring or self._ring()) == "relationship",
            "asks_first": close and not private, "always_open": rule == hours.ALWAYS,
            "has_phone": bool(numbers), "shelter": "safe_place" in self._main,
            "has_hours": rule is not None, "has_area": has_area, "located": located,
            "has_main": bool(self._main),
            "youth_only": oldest is not None and oldest < 26,
            "elders_only": youngest is not None and youngest >= 50,
        }  # fmt: skip
        flags = sum(FLAG[name] for name, yes in told.items() if yes)
        for name, value in values.items():
            if value is not None:
                flags |= FLAG[name if value else f"no_{name}"]
        return flags


def boolean_of(text: str | None) -> bool | None:
    """A flag's text; what cannot be read counts as yes, the safe side for confidentiality."""
    from directory.profile import boolean

    try:
        return boolean(text or "")
    except ProfileValueInvalid:
        return True
