"""Checking records against the HSDS 3.1 schema (jsonschema-rs) and the Linden profile."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from bot.settings import Settings
from directory import profile
from directory.reading import Problem
from directory.sheet import day
from directory.vocabulary import FOLDER

_SCHEMA = FOLDER / "hsds" / "3.1"
_HINTS = {"id_repeated", "several_in_a_cell", "not_utf8", "id_missing", "hours_unclear",
          "coordinate_no_degrees", "coordinate_zero", "coordinate_alone", "number_doubtful",
          "hangs_on_nothing", "address_unclear", "area_missing", "location_missing",
          "column_unknown", "language_unknown"}  # fmt: skip
"""Problems of an import after which the record is still sound."""
_MOST = 1000


@dataclass(slots=True)
class Checked:
    """What a check found. ``errors`` must be corrected, ``warnings`` should be."""

    records: int = 0
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@cache
def validator(name: str = "service") -> Any:
    """The compiled schema of an HSDS object. The files carry relative references, so they are put
    into one document."""
    definitions = {}
    for file in sorted(_SCHEMA.glob("*.json")):
        definitions[file.name] = _relinked(json.loads(file.read_text("utf-8")))
    return jsonschema_rs.Draft202012Validator(
        {"$ref": f"#/$defs/{name}.json", "$defs": definitions}
    )


def _relinked(node: Any) -> Any:
    """A schema without ``format`` where real data differ on purpose (ids that are no UUIDs stay as
    their keeper gave them), and with references into one document."""
    if isinstance(node, list):
        return [_relinked(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {}
    for key, value in node.items():
        if key == "$ref" and isinstance(value, str) and not value.startswith("#"):
            value = f"#/$defs/{value}"
        elif key in ("example", "constraints", "datapackage_metadata"):
            continue
        found[key] = _relinked(value)
    return found


def schema_errors(record: dict[str, Any], name: str = "service") -> Iterable[tuple[str, str]]:
    """(path, message) of what is wrong with a record; values are never repeated."""
    for error in validator(name).iter_errors(record):
        path = "/".join(str(part) for part in error.instance_path)
        kind = error.kind.name if hasattr(error.kind, "name") else type(error.kind).__name__
        yield path, str(kind)


def _profile_errors(record: dict[str, Any]) -> Iterable[tuple[str, str]]:
    read = profile.Profile()
    for item in record.get("attributes", ()):
        term = item.get("taxonomy_term", {})
        if term.get("taxonomy") != profile.TAXONOMY:
            continue
        try:
            profile.put(read, term.get("code", ""), item.get("value") or "")
        except KeyError:
            yield str(term.get("code")), "no such field of the profile"
        except profile.ProfileValueInvalid as error:
            yield str(term.get("code")), str(error)


def check_directory(settings: Settings) -> Checked:
    """Check every stored record. Raises `store.DirectoryMissing`."""
    from directory.export import services
    from directory.store import Reading

    found = Checked()
    seen: Counter[str] = Counter()
    reading = Reading(settings)
    try:
        with reading.engine().connect() as connection:
            for record in services(connection):
                found.records += 1
                _record(record, found, seen)
    finally:
        reading.close()
    return found


def _without_virtual(node: Any) -> Any:
    """A record without the addresses of confidential places, which have no street on purpose."""
    if isinstance(node, list):
        kept = [i for i in node if not (isinstance(i, dict) and i.get("address_type") == "virtual")]
        return [_without_virtual(item) for item in kept]
    if isinstance(node, dict):
        return {key: _without_virtual(value) for key, value in node.items()}
    return node


def _record(record: dict[str, Any], found: Checked, seen: Counter[str]) -> None:
    name = f"service {record['id']}"
    for path, message in schema_errors(_without_virtual(record)):
        seen[message] += 1
        # Something left out is worth a word, but real directories leave much out.
        kind = found.warnings if message == "required" else found.errors
        if len(kind) < _MOST:
            kind.append(Problem(name, None, path, "schema", message))
    for column, message in _profile_errors(record):
        if len(found.errors) < _MOST:
            found.errors.append(Problem(name, None, column, "profile", message))
    assured = record.get("assured_date")
    if assured and (day(assured) is None or day(assured) > date.today()):  # type: ignore[operator]
        found.warnings.append(
            Problem(name, None, "assured_date", "date_unlikely", "a past date like 2026-03-31")
        )


def check_source(path: Path) -> Checked:
    """Look at a directory before importing it: what an import would report."""
    from directory.importer import reader

    found = Checked()

    def report(problem: Problem) -> None:
        kind = found.warnings if problem.code in _HINTS and problem.kept else found.errors
        if len(kind) < _MOST:
            kind.append(problem)

    for row in reader(path).rows(report):
        if row.table == "service":
            found.records += 1
    return found
