"""Old records are marked and sink; a sheet goes to partners and comes back."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from bot.settings import Settings
from directory import sheet
from directory.importer import import_directory
from directory.order import freshness
from directory.search import LindenDirectory
from directory.stale import read_back, work_list, write_sheet
from tests.directory.conftest import NOON, TODAY, Ask, asker


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, "fresh"),
        (90, "fresh"),
        (91, "aging"),
        (180, "aging"),
        (181, "stale"),
        (None, "unchecked"),
    ],
)
def test_freshness(days: int | None, expected: str) -> None:
    assured = TODAY - timedelta(days=days) if days is not None else None
    assert freshness(assured, TODAY) == expected


def test_stale_records_are_hidden_unless_there_is_nothing_else(ask: Ask) -> None:
    shelters = ask("safe_place", near="42920", limit=20)
    assert "Maple Grange shelter" not in {o.name for o in shelters.options}
    legal = ask("legal_help", near="42920", limit=20)
    assert "Elm Legal Circle" not in {o.name for o in legal.options}


def test_a_stale_record_shows_when_all_are(sample: Settings) -> None:
    later = LindenDirectory(sample, now=lambda: NOON + timedelta(days=400))
    results = asker(later)("safe_place", near="42901")
    assert "freshness" in results.relaxed
    assert all(o.freshness == "stale" for o in results.options if not o.national)
    later.close()


def test_the_work_list_holds_what_is_due_oldest_first(sample: Settings) -> None:
    due = work_list(sample, today=TODAY)
    names = [one.name for one in due]
    assert names[0] == "Grange hall pantry", "never checked comes first"
    assert names[1] == "Maple Grange shelter"
    assert "Heron House shelter" not in names
    assert len(work_list(sample, within_days=30, today=TODAY)) > len(due)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_sheet_goes_out_and_comes_back(sample: Settings, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"sheet.{kind}"
    due = work_list(sample, today=TODAY)
    assert write_sheet(sample, due, path) == len(due)
    if kind == "xlsx":
        lines = [line for _, line in sheet.workbook_lines(path)]
    else:
        lines = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    by_name = {line["service"]: line for line in lines}
    by_name["Grange hall pantry"] |= {"still_right": "yes", "phone": "555-0198"}
    by_name["Elm Legal Circle"] |= {"still_right": "closed"}
    by_name["Maple Grange shelter"] |= {
        "still_right": "yes", "checked_on": (TODAY - timedelta(days=2)).isoformat(),
        "checked_by": "ana@example.org", "hours": "24/7",
    }  # fmt: skip
    by_name["St. Brigid pastoral care"] |= {"still_right": "maybe"}
    back = tmp_path / f"back.{kind}"
    sheet.write(back, lines, tuple(lines[0]))
    done = read_back(sample, back, today=TODAY)
    assert (done.checked, done.corrected, done.closed) == (2, 2, 1)
    assert [(p.column, p.code) for p in done.problems] == [("still_right", "value_unknown")]
    directory = LindenDirectory(sample, now=lambda: NOON)
    ask = asker(directory)
    food = {o.name: o for o in ask("basic_needs", near="42930", limit=20).options}
    assert food["Grange hall pantry"].phones[0].number == "555-0198"
    assert food["Grange hall pantry"].assured_on == TODAY
    shelters = {o.name: o for o in ask("safe_place", near="42920", limit=20).options}
    assert shelters["Maple Grange shelter"].freshness == "fresh"
    assert shelters["Maple Grange shelter"].open_now is True
    legal = ask("legal_help", near="42920", limit=30)
    assert "Elm Legal Circle" not in {o.name for o in legal.options}
    directory.close()


def test_the_template_can_be_filled_and_imported(empty: Settings, tmp_path: Path) -> None:
    for kind in ("csv", "xlsx"):
        path = tmp_path / f"form.{kind}"
        path.write_bytes(sheet.template(kind))
        outcome = import_directory(empty, path, source="form", today=date(2026, 2, 1))
        assert outcome.kept["service"] == 2 and outcome.problem_counts == {}
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    assert book.active["A1"].comment is not None, "each column explains itself"


def test_a_cell_cannot_become_a_formula() -> None:
    assert sheet.harmless("=cmd()") == "'=cmd()"
    assert sheet.harmless("+1 312 555 0100") == "+1 312 555 0100"
    assert sheet.harmless("@sum") == "'@sum"
