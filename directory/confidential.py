"""Confidential places: decided before anything is stored, and never stored.

A directory is read twice. The first reading finds out which locations are confidential; the second
hands on rows from which their street, town, postcode, coordinates, directions, contacts and every
sentence that repeats the street are gone. Nothing after this module has ever seen them, so order,
distance, hours and exports cannot give them away.

The rule fails safe: a location is confidential when it says so, when a service at it, it or its
organization is named like a shelter, when its address is a word like "confidential", or when it
shares street or coordinates with such a one; unless it is marked public (and shares with none).
Background: https://github.com/openreferral/specification/issues/166
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from typing import Any

from directory.mapping import Rules, words
from directory.profile import NEEDS_TAXONOMY, PROFILE_TERMS, boolean, made_id
from directory.reading import Row

_SAFE_PLACE_TERM = made_id("term", NEEDS_TAXONOMY, "safe_place")
_CONFIDENTIAL_TERM = next(k for k, v in PROFILE_TERMS.items() if v == "confidential")
_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"[.!?;\n。！？]")
_STREET = re.compile(
    r"\b\d{1,6}[A-Za-z]?\s+(?:[NSEW]\.?\s+|[NS][EW]\.?\s+)?(?:[^\W\d_][\w'’.-]*\s+){1,4}"
    r"(?:street|st|avenue|ave|road|rd|drive|dr|lane|ln|court|ct|boulevard|blvd|way|place|pl|"
    r"circle|cir|terrace|highway|hwy|parkway|pkwy|square|trail|route|calle|rue|via|strasse)\b",
    re.IGNORECASE,
)
_COORDINATES = re.compile(r"-?\d{1,3}\.\d{3,}")
_POSTCODE = re.compile(r"\b\d{5}(?:-\d{4})?\b|\b[A-Z]\d[A-Z]\s?\d[A-Z]\d\b")
_KEPT_OF_LOCATION = {"organization_id"}
_KEPT_OF_ADDRESS = {"state_province", "country"}
_DROPPED = {"contact", "accessibility", "metadata"}


class Secrets:
    """What a directory must not tell: filled by one reading, applied in the next."""

    tables = frozenset({
        "organization", "service", "attribute", "taxonomy_term", "service_at_location",
        "location", "address",
    })  # fmt: skip
    """What the first reading needs."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._shelters: set[int] = set()
        self._shelter_organizations: set[int] = set()
        self._shelter_locations: set[int] = set()
        self._shelter_terms: set[int] = set()
        self._marked: dict[int, bool] = {}
        self._marked_services: dict[int, bool] = {}
        self._termed = array("q")
        self._at = array("q")
        self._of = array("q")
        self._service_of = array("q")
        self._streets: list[tuple[int, tuple[str, ...]]] = []
        self._points: list[tuple[int, float, float]] = []
        self._phrases: dict[str, list[tuple[str, ...]]] = {}
        self._organizations: set[int] = set()
        self._services: set[int] = set()
        self.locations: set[int] = set()

    def learn(self, rows: Iterable[Row]) -> None:
        """The first reading."""
        learners = {table: getattr(self, f"_learn_{table}") for table in self.tables}
        for row in rows:
            if row.table in learners:
                learners[row.table](row)
        self._decide()

    def _learn_organization(self, row: Row) -> None:
        names = f"{row.values.get('name', '')} . {row.values.get('alternate_name', '')}"
        if self._rules.shelter(names, ""):
            self._shelter_organizations.add(hash(row.id))

    def _learn_service(self, row: Row) -> None:
        values = row.values
        names = f"{values.get('name', '')} . {values.get('alternate_name', '')}"
        description = str(values.get("description", ""))
        if reads_like_shelter(self._rules, names, description):
            self._shelters.add(hash(row.id))
        if values.get("organization_id"):
            self._service_of.extend((hash(row.id), hash(values["organization_id"])))

    def _learn_attribute(self, row: Row) -> None:
        kind, _, id = row.owner.partition("/")
        term = row.values.get("taxonomy_term_id")
        if term == _SAFE_PLACE_TERM:
            self._shelters.add(hash(id))
        elif term == _CONFIDENTIAL_TERM:
            try:
                told = boolean(str(row.values.get("value", "")))
            except ValueError:
                told = True
            if told is not None:
                # One "yes" outweighs any "no": the safer of two statements is taken.
                marked = self._marked_services if kind == "service" else self._marked
                marked[hash(id)] = marked.get(hash(id), False) or told
        elif term:
            self._termed.extend((hash(id), hash(str(term))))

    def _learn_taxonomy_term(self, row: Row) -> None:
        code = str(row.values.get("code") or row.id)
        if "safe_place" in self._rules.term(code, str(row.values.get("name", ""))):
            self._shelter_terms.add(hash(row.id))

    def _learn_service_at_location(self, row: Row) -> None:
        service = row.owner.partition("/")[2]
        self._at.extend((hash(str(row.values.get("location_id"))), hash(service)))

    def _learn_location(self, row: Row) -> None:
        values = row.values
        names = f"{values.get('name', '')} . {values.get('alternate_name', '')}"
        if self._rules.shelter(names, str(values.get("description", ""))):
            self._shelter_locations.add(hash(row.id))
        if values.get("organization_id"):
            self._of.extend((hash(row.id), hash(values["organization_id"])))
        if values.get("latitude") is not None:
            self._points.append((hash(row.id), values["latitude"], values["longitude"]))

    def _learn_address(self, row: Row) -> None:
        location = hash(row.owner.partition("/")[2])
        for key in ("address_1", "address_2"):
            text = str(row.values.get(key, ""))
            if text and self._rules.hidden_addresses.find(words(text)):
                self._shelter_locations.add(location)
        street = _tokens(str(row.values.get("address_1", "")))
        if street:
            self._streets.append((location, street))

    def _decide(self) -> None:
        suspects = set(self._shelter_locations)
        for at in range(0, len(self._termed), 2):
            if self._termed[at + 1] in self._shelter_terms:
                self._shelters.add(self._termed[at])
        self._shelters -= {key for key, told in self._marked_services.items() if not told}
        self._shelters |= {key for key, told in self._marked_services.items() if told}
        for at in range(0, len(self._at), 2):
            location, service = self._at[at], self._at[at + 1]
            if service in self._shelters:
                suspects.add(location)
                if self._marked_services.get(service):
                    self._marked[location] = True
        for at in range(0, len(self._of), 2):
            if self._of[at + 1] in self._shelter_organizations:
                suspects.add(self._of[at])
        public = {key for key, told in self._marked.items() if not told}
        found = {location for location in suspects if location not in public}
        found |= {key for key, told in self._marked.items() if told}
        streets = {street for location, street in self._streets if location in found}
        points = {(round(a, 4), round(b, 4)) for where, a, b in self._points if where in found}
        found |= {location for location, street in self._streets if street in streets}
        found |= {where for where, a, b in self._points if (round(a, 4), round(b, 4)) in points}
        self.locations = found
        for location, street in self._streets:
            if location in found:
                self._forbid(street)
        for where, latitude, longitude in self._points:
            if where in found:
                self._forbid(_tokens(repr(abs(latitude))))
                self._forbid(_tokens(repr(abs(longitude))))
        for at in range(0, len(self._at), 2):
            if self._at[at] in found:
                self._services.add(self._at[at + 1])
        self._services |= self._shelters
        for at in range(0, len(self._of), 2):
            if self._of[at] in found:
                self._organizations.add(self._of[at + 1])
        for at in range(0, len(self._service_of), 2):
            if self._service_of[at] in self._services:
                self._organizations.add(self._service_of[at + 1])
        self._streets.clear()
        self._points.clear()
        self._at, self._of, self._service_of = array("q"), array("q"), array("q")
        self._termed = array("q")

    def _forbid(self, street: tuple[str, ...]) -> None:
        # "12 Elm" gives it away as well as "12 Elm Street": the last word is not needed.
        short = street[: max(2, len(street) - 1)]
        if len(short) < 2 and len(short[0]) < 4:
            return
        entries = self._phrases.setdefault(short[0], [])
        if short not in entries:
            entries.append(short)

    def __bool__(self) -> bool:
        return bool(self.locations or self._services)

    def confidential(self, location: str) -> bool:
        """True for a location whose place must not be known."""
        return hash(location) in self.locations

    def close(self, row: Row) -> bool:
        """True for rows of a service, organization or location that has to do with one."""
        kind, _, id = row.owner.partition("/")
        if row.table in ("service", "organization", "location"):
            kind, id = row.table, row.id
        known = hash(id)
        return (
            (kind == "service" and known in self._services)
            or (kind == "organization" and known in self._organizations)
            or (kind == "location" and known in self.locations)
        )

    def apply(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The second reading: the same rows without what must not be told."""
        for row in rows:
            if not self:
                yield row
                continue
            kept = self._row(row)
            if kept is not None:
                yield kept

    def _row(self, row: Row) -> Row | None:
        kind, _, id = row.owner.partition("/")
        if row.table == "location" and hash(row.id) in self.locations:
            values = {k: v for k, v in row.values.items() if k in _KEPT_OF_LOCATION}
            row.values = values | {"location_type": "virtual"}
            return row
        inside = kind in ("location", "any") and hash(id) in self.locations
        close = self.close(row)
        if inside and row.table in _DROPPED:
            return None
        if row.table == "attribute" and inside:
            return row if row.values.get("taxonomy_term_id") in PROFILE_TERMS else None
        if row.table == "address" and inside:
            values = {k: v for k, v in row.values.items() if k in _KEPT_OF_ADDRESS}
            row.values = values | {"address_type": "virtual"}
            return row
        if (close or inside) and row.table in ("metadata", "contact"):
            return None
        drawn = row.table == "service_area" and row.values.get("extent_type") != "text"
        if drawn and (close or inside):
            row.values.pop("extent", None)
            row.values.pop("extent_type", None)
        if close and row.table in ("service", "location", "organization"):
            row.values.pop("more", None)
        self._scrub_row(row, close or inside)
        return row

    def _scrub_row(self, row: Row, close: bool) -> None:
        for key, value in list(row.values.items()):
            if isinstance(value, str) and len(value) > 3 and not key.endswith("_id"):
                cleaned = self.scrub(value, close=close and key not in ("number", "code", "value"))
                if cleaned == value:
                    continue
                if cleaned or key == "name":
                    row.values[key] = cleaned
                else:
                    del row.values[key]
            elif key == "more":
                row.values[key] = {
                    k: v for k, v in value.items() if self.scrub(str(v), close=close) == str(v)
                }

    def scrub(self, text: str, *, close: bool = False) -> str:
        """A text without the sentences that hold a confidential street. ``close``: the text speaks
        of such a place, so anything like a street, a postcode or coordinates goes as well."""
        spans = self._known(text)
        if close:
            for pattern in (_STREET, _COORDINATES, _POSTCODE):
                spans += [match.span() for match in pattern.finditer(text)]
        if not spans:
            return text
        if "\n" not in text and not _SENTENCE_END.search(text.strip()[:-1]):
            return ""
        keep = [True] * len(text)
        for start, end in spans:
            while start > 0 and not _SENTENCE_END.match(text[start - 1]):
                start -= 1
            while end < len(text) and not _ends(text, end):
                end += 1
            for at in range(start, min(end + 1, len(text))):
                keep[at] = False
        left = "".join(c for c, kept in zip(text, keep, strict=True) if kept)
        return self.scrub(left.strip(), close=close)

    def _known(self, text: str) -> list[tuple[int, int]]:
        if not self._phrases:
            return []
        found: list[tuple[int, int]] = []
        matches: list[re.Match[str]] = list(_WORD.finditer(text))
        tokens = [_plain(match.group()) for match in matches]
        for at, token in enumerate(tokens):
            for phrase in self._phrases.get(token, ()):
                if tuple(tokens[at : at + len(phrase)]) == phrase:
                    found.append((matches[at].start(), matches[at + len(phrase) - 1].end()))
        return found


def _ends(text: str, at: int) -> bool:
    """Whether a sentence ends here; the dot of "St., ring twice" is none."""
    if not _SENTENCE_END.match(text[at]):
        return False
    rest = text[at + 1 :].lstrip()
    return not (text[at] == "." and rest and (rest[0] == "," or rest[0].islower()))


def reads_like_shelter(rules: Rules, names: str, description: str) -> bool:
    """True for a service that is, by its own words, a place to sleep safely."""
    if rules.shelter(names, description):
        return True
    named = rules.text(names)
    return "safe_place" in (named or rules.text(description))


def _plain(word: str) -> str:
    return "".join(words(word)) or word.casefold()


def _tokens(text: Any) -> tuple[str, ...]:
    return tuple(_plain(word) for word in _WORD.findall(str(text)))
