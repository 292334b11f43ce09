"""HSDS 3.0 and 3.1 as JSON: single records, lists, pages, lines (NDJSON) and the tabular form."""

from __future__ import annotations

import json
from collections.abc import Iterator
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
_CHUNK = 1 << 20


class Nested:
    """One JSON file, or a folder of them."""

    def __init__(self, name: str, files: list[Path]) -> None:
        self.name = name
        self.format = "hsds-3-json"
        self._files = files

    def rows(self, report: Report) -> Iterator[Row]:
        for file in self._files:
            number = 0
            try:
                for number, record in enumerate(objects(file), 1):
                    yield from self._record(record, file.name, number, report)
            except json.JSONDecodeError as error:
                report(Problem(file.name, number + 1, None, "json_broken",
                               f"not valid JSON near character {error.pos}", kept=False))  # fmt: skip

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
                report(Problem(file, number, None, "kind_unknown",
                               "an organization, service, location or taxonomy", kept=False))  # fmt: skip
            return
        yield from self._thing(kind, record, "", file, number, report)

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
        self, kind: str, record: dict[str, Any], link: str, file: str, number: int, report: Report
    ) -> Iterator[Row]:
        """One object and all that is inside it."""
        values: dict[str, Any] = {}
        inside: list[tuple[str, dict[str, Any]]] = []
        single: list[tuple[str, str, dict[str, Any]]] = []
        lists = _LISTS.get(kind, {}) | EVERYWHERE
        objects_ = _OBJECTS.get(kind, {})
        for key, value in record.items():
            if key in lists and isinstance(value, list):
                inside += [(lists[key], item) for item in value if isinstance(item, dict)]
            elif key in objects_ and isinstance(value, dict):
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
                report(Problem(file, number, "id", "id_missing",
                               "give an id that stays the same; one was made"))  # fmt: skip
        if kind in ("service", "organization") and not record.get("name"):
            report(Problem(file, number, "name", "name_missing", "give it a name", kept=False))
            return
        for key, table, item in single:
            item_id = str(item.get("id") or made_id(self.name, table, json.dumps(item)))
            item = {**item, "id": item_id}
            if key == "service":
                link = owner("service", item_id)
                yield from self._thing("service", item, "", file, number, report)
                continue
            target = {"taxonomy_detail": "taxonomy_id"}.get(key, f"{key}_id")
            if not (target == "organization_id" and values.get(target)):
                values[target] = item_id
            holder = ""
            if table == "program":
                organization = record.get("organization") or {}
                holder = owner("organization", str(
                    record.get("organization_id") or organization.get("id") or ""))  # fmt: skip
            yield from self._thing(table, item, holder, file, number, report)
        for foreign in ("service_id", "organization_id", "location_id", "contact_id",
                        "service_at_location_id", "phone_id", "link_id", "resource_id"):  # fmt: skip
            if kind in ENTITIES or foreign not in values:
                continue
            if foreign == "location_id" and kind == "service_at_location":
                continue
            named = values.pop(foreign)
            if not link and named:
                link = owner(foreign.removesuffix("_id"), str(named))
        if kind == "service":
            values.setdefault("status", "active")
        yield row(self.name, kind, values, link, file, number, report, repeats=True)
        me = owner(kind, id)
        for table, item in inside:
            if table == "location" and kind == "organization":
                item = {**item, "organization_id": item.get("organization_id") or id}
            if table == "service" and kind == "organization":
                item = {**item, "organization_id": item.get("organization_id") or id}
            yield from self._thing(table, item, me, file, number, report)


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
    decoder = json.JSONDecoder()
    buffer = head
    while True:
        buffer = buffer.lstrip()
        if not buffer:
            buffer = stream.read(_CHUNK)
            if not buffer:
                return
            continue
        try:
            found, end = decoder.raw_decode(buffer)
        except json.JSONDecodeError:
            part = stream.read(_CHUNK)
            if not part:
                raise
            buffer += part
            continue
        buffer = buffer[end:]
        if isinstance(found, dict) and isinstance(found.get("contents"), list):
            yield from found["contents"]
        else:
            yield found


def _array(buffer: str, stream: Any) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    while True:
        buffer = buffer.lstrip().removeprefix(",").lstrip()
        if buffer.startswith("]"):
            return
        try:
            if not buffer:
                raise json.JSONDecodeError("more", buffer, 0)
            found, end = decoder.raw_decode(buffer)
        except json.JSONDecodeError:
            part = stream.read(_CHUNK)
            if not part:
                raise
            buffer += part
            continue
        buffer = buffer[end:]
        yield found


def json_files(path: Path) -> list[Path]:
    """JSON files of a folder (without package descriptions), or the one file."""
    if path.is_dir():
        found = sorted(f for f in path.iterdir() if f.suffix in (".json", ".ndjson", ".jsonl"))
        return [f for f in found if f.name not in ("datapackage.json", "package.json")]
    if path.suffix in (".json", ".ndjson", ".jsonl"):
        return [path]
    raise DirectoryUnreadable(path.name)
