"""Importing a directory: all or nothing, by source, and never losing the last good one.

On SQLite a new file is made beside the old one and takes its place in one step when it is complete
and sound; whoever is asking meanwhile goes on reading the old one. On PostgreSQL the same rows go
through one transaction. A killed import, a full disk or an error leave everything as it was.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bot.settings import Settings
from directory import mapping, nested, schema, sheet, store, tabular, transformer
from directory.confidential import Secrets
from directory.index import Counted, Indexer
from directory.places import Gazetteer, open_gazetteer
from directory.profile import NEEDS_TAXONOMY_ID, TAXONOMY_ID, taxonomy_rows
from directory.reading import DirectoryUnreadable, Problem, Reader, Report, Row, row, sheets

_BATCH = 4000
_SHOWN = 2000
"""Problems kept one by one; beyond it they are only counted, so that memory stays flat."""

Progress = Callable[[str, int], None]
"""Called with a stage (``reading``, ``storing``, ``indexing``) and how many rows so far."""


@dataclass(slots=True)
class Outcome:
    """What an import did, row by row accounted for."""

    source: str
    format: str
    imported_on: date
    read: dict[str, int] = field(default_factory=dict)
    """HSDS table -> rows read."""
    kept: dict[str, int] = field(default_factory=dict)
    """HSDS table -> rows stored."""
    problems: list[Problem] = field(default_factory=list)
    problem_counts: dict[str, int] = field(default_factory=dict)
    set_aside: int = 0
    counted: Counted = field(default_factory=Counted)
    confidential_locations: int = 0

    def as_json(self) -> dict[str, Any]:
        """For ``--json`` and the stored report; holds no address."""
        counted = {f.name: getattr(self.counted, f.name) for f in fields(self.counted)}
        for name in ("mapped", "needs", "areas_unknown", "languages_unknown"):
            counted[name] = dict(sorted(counted[name].items(), key=lambda i: -i[1])[:200])
        return {
            "source": self.source, "format": self.format,
            "imported_on": self.imported_on.isoformat(), "read": self.read, "kept": self.kept,
            "set_aside": self.set_aside, "problem_counts": self.problem_counts,
            "problems": [asdict(p) for p in self.problems],
            "confidential_locations": self.confidential_locations, **counted,
        }  # fmt: skip


def reader(path: Path, source: str | None = None) -> Reader:
    """The reader for a path. Raises `DirectoryUnreadable` when its form is not known."""
    if not path.exists():
        raise DirectoryUnreadable(f"{path} does not exist")
    name = source or _name(path)
    if path.suffix.casefold() == ".xlsx":
        return sheet.OneSheet(name, _Workbook(path), path.name)
    files = sheets(path)
    if files:
        kind = transformer.fits(files)
        if kind:
            return transformer.Transformed(name, kind, files)
        if sheet.fits(files):
            only = next(iter(files.values()))
            return sheet.OneSheet(name, only, only.name)
        if tabular.fits(files):
            return tabular.Tabular(name, files)
    try:
        found = nested.json_files(path)
    except DirectoryUnreadable:
        found = []
    if found:
        return nested.Nested(name, found)
    raise DirectoryUnreadable(
        f"{path.name}: HSDS 3.x JSON, a folder or zip of HSDS 3.x or 1.1 CSV files, or the"
        " one-sheet CSV or XLSX (linden directory template) was expected"
    )


class _Workbook:
    """An XLSX file that can be read more than once."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __iter__(self) -> Iterator[tuple[int, dict[str, str]]]:
        return sheet.workbook_lines(self._path)


def _name(path: Path) -> str:
    stem = path.stem if path.is_file() else path.name
    if stem in ("input", "hsds_1.1_output", "csv", "json", "data"):
        stem = path.resolve().parent.name
    return "".join(c if c.isalnum() or c in "._-" else "-" for c in stem)[:60] or "directory"


def import_directory(
    settings: Settings,
    path: Path,
    source: str | None = None,
    progress: Progress | None = None,
    today: date | None = None,
) -> Outcome:
    """Import a directory from a path. Raises `DirectoryUnreadable`, `store.DirectoryLocked` when
    another import is at work, OSError and SQLAlchemy errors; whatever it raises, the last good
    directory is still in place."""
    return import_rows(settings, reader(path, source), progress, today)


def import_rows(
    settings: Settings,
    source: Reader,
    progress: Progress | None = None,
    today: date | None = None,
) -> Outcome:
    """Import what a reader gives."""
    told = progress or (lambda stage, rows: None)
    today = today or datetime.now(UTC).date()
    rules = mapping.load()
    gazetteer = open_gazetteer(settings)
    try:
        secrets = Secrets(rules)
        source.only = secrets.tables
        secrets.learn(_counting(source.rows(lambda problem: None), "reading", told))
        source.only = None
        outcome = Outcome(source.name, source.format, today)
        outcome.confidential_locations = len(secrets.locations)
        with store.writing(settings) as writer:
            writer.forget(source.name)
            _store(writer, source, secrets, outcome, told)
            indexer = index_source(writer, source.name, gazetteer, today, told)
            outcome.counted = indexer.counted
            _account(outcome, indexer.problems)
            writer.connection.execute(schema.source.insert(), {
                "name": source.name, "format": source.format, "imported_on": today.isoformat(),
                "report": json.dumps(outcome.as_json(), ensure_ascii=False),
            })  # fmt: skip
        return outcome
    finally:
        gazetteer.close()


def index_source(
    writer: store.Writer,
    name: str,
    gazetteer: Gazetteer,
    imported_on: date,
    told: Progress = lambda stage, rows: None,
) -> Indexer:
    """Make the options of a source from its stored rows."""
    indexer = Indexer(
        writer.connection, name, gazetteer, mapping.load(), imported_on, writer.next_number()
    )
    done = 0
    for made in indexer.batches():
        writer.index(made)
        done += len(made.options)
        told("indexing", done)
    return indexer


def _counting(rows: Iterable[Row], stage: str, told: Progress) -> Iterator[Row]:
    for count, item in enumerate(rows):
        if count % _BATCH == 0:
            told(stage, count)
        yield item


def _account(outcome: Outcome, problems: Iterable[Problem]) -> None:
    counts = Counter(outcome.problem_counts)
    for problem in problems:
        counts[problem.code] += 1
        if len(outcome.problems) < _SHOWN:
            outcome.problems.append(problem)
    outcome.problem_counts = dict(counts)


def _store(
    writer: store.Writer, source: Reader, secrets: Secrets, outcome: Outcome, told: Progress
) -> None:
    counts: Counter[str] = Counter()

    def report(problem: Problem) -> None:
        counts[problem.code] += 1
        if not problem.kept:
            outcome.set_aside += 1
        if len(outcome.problems) < _SHOWN:
            outcome.problems.append(problem)

    waiting: dict[str, list[Row]] = defaultdict(list)
    read: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    total = 0

    def flush(table: str) -> None:
        rows = waiting.pop(table)
        kept[table] += writer.rows(source.name, table, rows, report)

    uses: set[str] = set()
    for item in secrets.apply(_read(source, report, read)):
        if item.table == "attribute":
            uses.add(item.values.get("taxonomy_term_id", ""))
        waiting[item.table].append(item)
        total += 1
        if len(waiting[item.table]) >= _BATCH:
            flush(item.table)
            told("storing", total)
        if len(uses) > 5000:
            uses = set(list(uses)[:1000])
    for table in list(waiting):
        flush(table)
    ours = _vocabulary(source.name, uses, report)
    for table in ("taxonomy", "taxonomy_term"):
        rows = [item for item in ours if item.table == table]
        if rows:
            writer.rows(source.name, table, rows, lambda problem: None)
    told("storing", total)
    outcome.read, outcome.kept = dict(read), dict(kept)
    outcome.problem_counts = dict(counts)


def _read(source: Reader, report: Report, read: Counter[str]) -> Iterator[Row]:
    for item in source.rows(report):
        read[item.table] += 1
        yield item


def _vocabulary(source: str, uses: set[str], report: Report) -> list[Row]:
    """Rows of our own taxonomies, as far as the source uses their terms."""
    made = []
    taxonomies = set()
    for table, values in taxonomy_rows():
        if table == "taxonomy_term" and values["id"] in uses:
            taxonomies.add(values["taxonomy_id"])
            made.append(row(source, table, values, "", "", 0, report, repeats=True))
    for table, values in taxonomy_rows():
        if values["id"] in taxonomies & {TAXONOMY_ID, NEEDS_TAXONOMY_ID}:
            made.append(row(source, table, values, "", "", 0, report, repeats=True))
    return made
