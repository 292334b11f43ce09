"""HSDS 3.0 and 3.1 as JSON: single records, lists, pages, lines (NDJSON) and the tabular form."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from directory.profile import made_id
from directory.reading import DirectoryUnreadable, Problem, Report, Row, row
from directory.schema import ENTITIES, FILES, owner
from directory.tabular import Tabular

_LISTS: dict[str, dict[str, str]] = {
    "organization": {
        "funding": "funding", "contacts": "contact", "phones": "phone", "locations": "location",
        "programs": "program", "organization_identifiers": "organization_identifier",
        "additional_websites": "url", "services": "service",
    },
    "service": {
        "phones": "phone", "schedules": "schedule", "service_areas": "service_area",
        "service_at_locations": "service_at_location", "languages": "language",
        "funding": "funding", "cost_options": "cost_option", "contacts": "contact",
        "required_documents": "required_document", "capacities": "service_capacity",
        "additional_urls": "url",
    },
    "service_at_location": {
        "contacts": "contact", "phones": "phone", "schedules": "schedule",
        "service_areas": "service_area",
    },
    "location": {
        "languages": "language", "addresses": "address", "contacts": "contact",
        "accessibility": "accessibility", "phones": "phone", "schedules": "schedule",
    },
    "contact": {"phones": "phone"},
    "phone": {"languages": "language"},
}  # fmt: skip
"""HSDS object -> its lists -> the table of what is in them."""
EVERYWHERE = {"attributes": "attribute", "metadata": "metadata"}
_OBJECTS = {
    "service": {"organization": "organization", "program": "program"},
    "service_at_location": {"location": "location", "service": "service"},
    "service_capacity": {"unit": "unit"},
    "attribute": {"taxonomy_term": "taxonomy_term"},
    "taxonomy_term": {"taxonomy_detail": "taxonomy"},
}
LISTS, OBJECTS = _LISTS, _OBJECTS
_BOTH = {kind: lists | EVERYWHERE for kind, lists in _LISTS.items()}
_NOTHING: dict[str, str] = {}
_FOREIGN = frozenset({
    "service_id", "organization_id", "location_id", "contact_id", "service_at_location_id",
    "phone_id", "link_id", "resource_id",
})  # fmt: skip
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class _At:
    """Where a record stands."""

    file: str
    number: int
    report: Report


class Nested:
    """One JSON file, or a folder of them."""

    def __init__(self, name: str, files: list[Path]) -> None:
        self.name = name
        self.format = "hsds-3-json"
        self.only: frozenset[str] | None = None
        """Tables that are wanted in this reading; None: all."""
        self._files = files

    def rows(self, report: Report) -> Iterator[Row]:
        for file in self._files:
            number = 0
            try:
                for number, record in enumerate(objects(file), 1):
                    yield from self._record(record, file.name, number, report)
            except json.JSONDecodeError as error:
                report(
                    Problem(
                        file.name,
                        number + 1,
                        None,
                        "json_broken",
                        f"not valid JSON near character {error.pos}",
                        kept=False,
                    )
                )

    def _record(self, record: Any, file: str, number: int, report: Report) -> Iterator[Row]:
        if not isinstance(record, dict):
            report(Problem(file, number, None, "not_a_record", "an HSDS object", kept=False))
            return
        if any(str(key).endswith(".csv") for key in record):
            yield from self._tables(record, file, report)
            return
        kind = kind_of(record)
        if kind is None:
            if not {"version", "openapi_url"} <= record.keys():
                report(
                    Problem(
                        file,
                        number,
                        None,
                        "kind_unknown",
                        "an organization, service, location or taxonomy",
                        kept=False,
                    )
                )
            return
        made: list[Row] = []
        self._thing(kind, record, "", _At(file, number, report), made)
        yield from made

    def _tables(self, record: dict[str, Any], file: str, report: Report) -> Iterator[Row]:
        tabular = Tabular(self.name, {})
        stems = {stem: table for table, stem in FILES.items()}
        for key, lines in record.items():
            stem = key.removesuffix(".csv")
            table = stems.get(stem)
            if table is None:
                report(Problem(file, None, key, "file_unknown", "an HSDS table", kept=False))
                continue
            for number, line in enumerate(lines, 1):
                cells = {k: v for k, v in line.items() if v is not None}
                yield from tabular._line(stem, table, file, number, cells, report)

    def _thing(
        self, kind: str, record: dict[str, Any], link: str, at: _At, made: list[Row]
    ) -> None:
        """One object and all that is inside it, as rows."""
        values: dict[str, Any] = {}
        inside: list[tuple[str, dict[str, Any]]] = []
        single: list[tuple[str, str, dict[str, Any]]] = []
        lists, objects_ = _BOTH.get(kind, EVERYWHERE), _OBJECTS.get(kind, _NOTHING)
        for key, value in record.items():
            if isinstance(value, list) and key in lists:
                table = lists[key]
                if self.only is None or table in self.only:
                    inside += [(table, item) for item in value if isinstance(item, dict)]
            elif isinstance(value, dict) and key in objects_:
                single.append((key, objects_[key], value))
            else:
                values[key] = value
        if kind == "funding" and "source" in values:
            values["source_of"] = values.pop("source")
        id = str(values.get("id") or "")
        if not id:
            id = made_id(self.name, kind, link, json.dumps(record, sort_keys=True))
            values["id"] = id
            if kind in ("service", "organization", "location"):
                at.report(
                    Problem(
                        at.file,
                        at.number,
                        "id",
                        "id_missing",
                        "give an id that stays the same; one was made",
                    )
                )
        if kind in ("service", "organization") and not record.get("name"):
            at.report(
                Problem(at.file, at.number, "name", "name_missing", "give it a name", kept=False)
            )
            return
        for key, table, item in single:
            link = self._single(kind, record, values, key, table, item, link, at, made)
        if kind not in ENTITIES:
            for foreign in _FOREIGN & values.keys():
                if foreign == "location_id" and kind == "service_at_location":
                    continue
                named = values.pop(foreign)
                if not link and named:
                    link = owner(foreign.removesuffix("_id"), str(named))
        if kind == "service":
            values.setdefault("status", "active")
        if self.only is None or kind in self.only:
            made.append(
                row(self.name, kind, values, link, at.file, at.number, at.report, repeats=True)
            )
        me = owner(kind, id)
        for table, item in inside:
            if kind == "organization" and table in ("location", "service"):
                item = {**item, "organization_id": item.get("organization_id") or id}
            self._thing(table, item, me, at, made)

    def _single(
        self,
        kind: str,
        record: dict[str, Any],
        values: dict[str, Any],
        key: str,
        table: str,
        item: dict[str, Any],
        link: str,
        at: _At,
        made: list[Row],
    ) -> str:
        """An object inside an object: made rows of, and named by its id in ``values``."""
        item_id = str(item.get("id") or made_id(self.name, table, json.dumps(item)))
        if "id" not in item:
            item = {**item, "id": item_id}
        if key == "service":
            self._thing("service", item, "", at, made)
            return owner("service", item_id)
        target = "taxonomy_id" if key == "taxonomy_detail" else f"{key}_id"
        if not (target == "organization_id" and values.get(target)):
            values[target] = item_id
        holder = ""
        if table == "program":
            organization = record.get("organization") or {}
            held_by = record.get("organization_id") or organization.get("id") or ""
            holder = owner("organization", str(held_by))
        self._thing(table, item, holder, at, made)
        return link


def kind_of(record: dict[str, Any]) -> str | None:
    """Which HSDS object this is, by the fields that only it has."""
    keys = record.keys()
    if "status" in keys and "name" in keys or "service_at_locations" in keys:
        return "service"
    if "location" in keys or {"service_id", "location_id"} <= keys or "service" in keys:
        return "service_at_location"
    if "location_type" in keys:
        return "location"
    if "taxonomy" in keys or "taxonomy_detail" in keys or "term_uri" in keys or "code" in keys:
        return "taxonomy_term"
    if {"name", "description"} <= keys and keys & {
        "organization_identifiers", "website", "year_incorporated", "legal_status", "locations",
        "programs", "email", "phones", "contacts", "logo", "tax_status", "funding",
    }:  # fmt: skip
        return "organization"
    if {"id", "name", "description"} <= keys:
        if keys <= {"id", "name", "description", "uri", "version", "metadata"}:
            return "taxonomy" if {"version", "uri"} & keys else "organization"
        return "organization"
    return None


def objects(file: Path) -> Iterator[Any]:
    """The records of a file, one at a time, so that memory does not grow with the file: a list, a
    page (``contents``), one a line, or a single one."""
    with file.open(encoding="utf-8-sig", errors="replace") as stream:
        head = ""
        while not head.strip():
            part = stream.read(_CHUNK)
            if not part:
                return
            head += part
        if head.lstrip()[0] == "[":
            yield from _array(head.lstrip()[1:], stream)
            return
        yield from _several(head, stream)


def _several(head: str, stream: Any) -> Iterator[Any]:
    """Objects one after the other (one, or NDJSON); pages are opened."""
    for found in _decoded(head, stream, ""):
        if isinstance(found, dict) and isinstance(found.get("contents"), list):
            yield from found["contents"]
        else:
            yield found


def _array(head: str, stream: Any) -> Iterator[Any]:
    yield from _decoded(head, stream, ",")


_BLANK = re.compile(r"[\s,]*")


def _decoded(buffer: str, stream: Any, between: str) -> Iterator[Any]:
    """Values of a stream, decoded from a window that moves along it."""
    decoder = json.JSONDecoder()
    at = 0
    while True:
        blank = _BLANK.match(buffer, at)
        at = blank.end() if blank else at
        if between and buffer[at : at + 1] == "]":
            return
        try:
            if at >= len(buffer):
                raise json.JSONDecodeError("more", buffer, at)
            found, at = decoder.raw_decode(buffer, at)
        except json.JSONDecodeError:
            part = stream.read(_CHUNK)
            if not part:
                if at >= len(buffer) and not between:
                    return
                raise
            buffer, at = buffer[at:] + part, 0
            continue
        yield found


def json_files(path: Path) -> list[Path]:
    """JSON files of a folder (without package descriptions), or the one file."""
    if path.is_dir():
        found = sorted(f for f in path.iterdir() if f.suffix in (".json", ".ndjson", ".jsonl"))
        return [f for f in found if f.name not in ("datapackage.json", "package.json")]
    if path.suffix in (".json", ".ndjson", ".jsonl"):
        return [path]
    raise DirectoryUnreadable(path.name)
