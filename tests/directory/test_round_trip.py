"""The official HSDS examples go in, are found sound, and come out again saying the same."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from directory.export import export_directory
from directory.importer import import_directory
from directory.validation import check_directory, schema_errors
from tests.directory.conftest import DATA, TODAY

VERSIONS = [DATA / "hsds_3.1"]
_NEW_IN_3_1 = {"additional_urls", "additional_websites", "capacities", "label"}
WHOLE = ("service_full", "organization_full", "service_at_location_full", "location",
         "taxonomy", "taxonomy_term", "tabular")  # fmt: skip
LISTS = ("service_list", "organization_list", "service_at_location_list", "taxonomy_list",
         "taxonomy_term_list")  # fmt: skip


def _examples(names: tuple[str, ...]) -> list[Any]:
    found = []
    for version in VERSIONS:
        for name in names:
            path = version / "examples_json" / f"{name}.json"
            if path.exists():
                found.append(pytest.param(path, id=f"{version.name} {name}"))
    return found


def _same(before: Any, after: Any) -> list[str]:
    """Paths at which something was lost or changed. Ids of parents that the nesting already says
    may be added."""
    if isinstance(before, dict) and isinstance(after, dict):
        lost = []
        for key, value in before.items():
            if value is None:
                continue
            if key not in after:
                lost.append(key)
            else:
                lost += [f"{key}/{path}" for path in _same(value, after[key])]
        return lost
    if isinstance(before, list) and isinstance(after, list):
        if len(before) != len(after):
            return [f"{len(before)} became {len(after)}"]
        return [path for a, b in zip(before, after, strict=True) for path in _same(a, b)]
    return [] if before == after else [f"{before!r} became {after!r}"]


def _out(settings: Settings) -> list[dict[str, Any]]:
    path = settings.directory_file.parent / "out.json"
    export_directory(settings, path)
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return found


def _as_3_0(record: Any, kind: str = "") -> Any:
    """A 3.1 example as 3.0 would say it: without what 3.1 added."""
    if isinstance(record, list):
        return [_as_3_0(item, kind) for item in record]
    if not isinstance(record, dict):
        return record
    gone = _NEW_IN_3_1 | ({"service_areas"} if kind == "service_at_locations" else set())
    return {key: _as_3_0(value, key) for key, value in record.items() if key not in gone}


def test_a_service_in_the_form_of_3_0_comes_out_as_it_went_in(
    empty: Settings, tmp_path: Path
) -> None:
    path = DATA / "hsds_3.1" / "examples_json" / "service_full.json"
    before = _as_3_0(json.loads(path.read_text("utf-8")))
    old = tmp_path / "service.json"
    old.write_text(json.dumps(before), "utf-8")
    import_directory(empty, old, today=TODAY)
    (after,) = _out(empty)
    assert _same(before, after) == []
    assert check_directory(empty).errors == []


@pytest.mark.parametrize("path", _examples(("service_full",)))
def test_a_full_service_comes_out_as_it_went_in(empty: Settings, path: Path) -> None:
    import_directory(empty, path, today=TODAY)
    (after,) = _out(empty)
    assert _same(json.loads(path.read_text("utf-8")), after) == []
    assert list(schema_errors(after)) == []


@pytest.mark.parametrize("path", _examples(WHOLE + LISTS))
def test_every_example_is_read_checked_and_written_again_without_loss(
    empty: Settings, path: Path, tmp_path: Path
) -> None:
    outcome = import_directory(empty, path, today=TODAY)
    assert outcome.set_aside == 0
    assert check_directory(empty).errors == []
    first = _out(empty)
    again = tmp_path / "again.json"
    again.write_text(json.dumps(first), "utf-8")
    import_directory(empty, again, source=outcome.source, today=TODAY)
    assert _out(empty) == first, "what comes out goes in and comes out the same"


@pytest.mark.parametrize("path", _examples(("organization_full",)))
@pytest.mark.parametrize("services", [True, False])
def test_an_organization_comes_out_as_it_went_in(
    empty: Settings, path: Path, services: bool, tmp_path: Path
) -> None:
    before = json.loads(path.read_text("utf-8"))
    if not services:
        del before["services"]
    one = tmp_path / "organization.json"
    one.write_text(json.dumps(before), "utf-8")
    import_directory(empty, one, today=TODAY)
    (item,) = _out(empty)
    listed = before.pop("services", [])
    assert _same(before, item["organization"] if services else item) == []
    assert not listed or _same(listed[0], item) == []


@pytest.mark.parametrize("version", VERSIONS, ids=lambda v: v.name)
def test_the_csv_examples_come_out_row_by_row(
    empty: Settings, version: Path, tmp_path: Path
) -> None:
    folder = version / "examples_csv"
    import_directory(empty, folder, today=TODAY)
    assert check_directory(empty).errors == []
    out = tmp_path / "out"
    export_directory(empty, out)
    for file in sorted(folder.glob("*.csv")):
        before = list(csv.DictReader(io.StringIO(file.read_text("utf-8"))))
        after = list(csv.DictReader(io.StringIO((out / file.name).read_text("utf-8"))))
        assert len(after) >= len(before), file.name
        for row in before:
            (same,) = [other for other in after if other["id"] == row["id"]]
            for key, value in row.items():
                if value and key in same:
                    assert _cell(same[key]) == _cell(value), f"{file.name} {key}"


def _cell(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text.strip()
