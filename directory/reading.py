"""What every reader of a directory gives: rows of HSDS tables, and problems with their remedy."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from zipfile import ZipFile

from directory.profile import made_id
from directory.schema import ENTITIES, NAMES, NUMBERS

csv.field_size_limit(20_000_000)


_KNOWN = {table: frozenset(names) for table, names in NAMES.items()}


class DirectoryUnreadable(Exception):
    """What is to be imported is not in a form that we know. The message says which forms are."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file, where, and what to do. Never holds the value of an address or a
    coordinate: a report may be mailed around."""

    file: str
    row: int | None
    column: str | None
    code: str
    remedy: str
    kept: bool = True
    """False when the row was set aside."""


@dataclass(slots=True)
class Row:
    """One row of an HSDS table. ``owner`` is ``<table>/<id>`` or empty."""

    table: str
    id: str
    owner: str
    values: dict[str, Any]
    file: str = ""
    number: int = 0
    repeats: bool = False
    """True where the same thing may come more than once (nested JSON)."""


Report = Callable[[Problem], None]


class Reader(Protocol):
    """A directory to be imported. ``rows`` can be read more than once."""

    format: str
    name: str
    only: frozenset[str] | None
    """Tables that are wanted; a reader may give more."""

    def rows(self, report: Report) -> Iterator[Row]: ...


@dataclass(slots=True)
class Sheet:
    """One CSV file: lines as dictionaries with the number a spreadsheet shows (heading is 1)."""

    name: str
    open: Callable[[], io.BufferedReader]
    _heading: list[str] = field(default_factory=list)

    def heading(self) -> list[str]:
        """Names of the columns, as they are, trimmed."""
        if not self._heading:
            with self.open() as stream:
                reader = csv.reader(_text(stream))
                self._heading = [cell.strip() for cell in next(reader, [])]
        return self._heading

    def lines(self, report: Report) -> Iterator[tuple[int, dict[str, str]]]:
        """All lines that are not empty. Bytes that are not UTF-8 are read as Windows-1252, which
        is what they nearly always are, and reported."""
        with self.open() as stream:
            reader = csv.reader(_text(stream))
            heading = [cell.strip() for cell in next(reader, [])]
            wide = len(heading)
            number = 1
            while True:
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error:
                    number += 1
                    report(
                        Problem(
                            self.name,
                            number,
                            None,
                            "line_broken",
                            "check the quotation marks of this row",
                            kept=False,
                        )
                    )
                    continue
                number += 1
                if not any(cells):
                    continue
                if len(cells) > wide and any(cells[wide:]):
                    report(Problem(self.name, number, None, "too_many_cells",
                                   "quote cells that hold commas"))  # fmt: skip
                line = {}
                for column, cell in zip(heading, cells, strict=False):
                    if "\udc80" <= max(cell, default="") <= "\udcff" or _escaped.search(cell):
                        cell = _windows(cell)
                        report(Problem(self.name, number, column, "not_utf8",
                                       "save the file as CSV UTF-8"))  # fmt: skip
                    line[column] = cell.strip().replace("\x00", "")
                yield number, line


_escaped = re.compile("[\udc80-\udcff]")


def _windows(cell: str) -> str:
    return cell.encode("utf-8", "surrogateescape").decode("cp1252", "replace")


def _text(stream: io.BufferedReader) -> io.TextIOWrapper:
    start = stream.peek(4)[:4]
    encoding = "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    return io.TextIOWrapper(stream, encoding, "surrogateescape", newline="")


def sheets(path: Path) -> dict[str, Sheet]:
    """CSV files of a folder, a zip or a single file, by their name without ending."""
    if path.is_dir():
        return {
            file.stem.casefold(): Sheet(file.name, lambda file=file: file.open("rb"))  # type: ignore[misc]
            for file in sorted(path.iterdir())
            if file.suffix.casefold() == ".csv"
        }
    if path.suffix.casefold() == ".zip":
        with ZipFile(path) as archive:
            names = [n for n in archive.namelist() if n.casefold().endswith(".csv")]
        return {
            Path(n).stem.casefold(): Sheet(Path(n).name, lambda n=n: _member(path, n))  # type: ignore[misc]
            for n in names
        }
    if path.suffix.casefold() in (".csv", ".tsv", ".txt"):
        return {path.stem.casefold(): Sheet(path.name, lambda: path.open("rb"))}
    return {}


def _member(path: Path, name: str) -> io.BufferedReader:
    with ZipFile(path) as archive:
        member: Any = archive.open(name)  # stays readable, and closes the file with itself
    return io.BufferedReader(member)


def row(
    source: str,
    table: str,
    values: dict[str, Any],
    owner: str,
    file: str,
    number: int,
    report: Report,
    *,
    repeats: bool = False,
) -> Row:
    """A row of a table from named values: numbers made numbers, what HSDS does not know put under
    ``more``, an id made when there is none."""
    id = str(values.get("id") or "").strip()
    known = _KNOWN[table]
    kept: dict[str, Any] = {}
    more: dict[str, Any] = {}
    for key, value in values.items():
        if value is None or value == "" or key == "id":
            continue
        if key in known:
            kept[key] = value
        else:
            more[key] = value
    for key in NUMBERS[table] & kept.keys():
        found = number_of(kept[key])
        if found is None:
            report(Problem(file, number, key, "not_a_number", "a number, digits only"))
            del kept[key]
        else:
            kept[key] = found
    if table == "location":
        _coordinates(kept, file, number, report)
    if more:
        kept["more"] = more | kept.get("more", {})
    if not id:
        content = [f"{k}={kept[k]}" for k in sorted(kept)]
        id = made_id(source, table, owner, *content)
    return Row(table, id, "" if table in ENTITIES else owner, kept, file, number, repeats)


def number_of(value: Any) -> float | None:
    """A number from a cell; None when it is none."""
    if isinstance(value, (int, float)):
        return float(value)
    try:
        found = float(str(value).strip().replace(",", "."))
    except ValueError:
        return None
    return found if found == found and abs(found) != float("inf") else None


def _coordinates(values: dict[str, Any], file: str, number: int, report: Report) -> None:
    """Coordinates that cannot be degrees (projected ones, swapped ones, zeros) are left out."""
    latitude, longitude = values.get("latitude"), values.get("longitude")
    if latitude is None and longitude is None:
        return
    if latitude is None or longitude is None:
        column = "latitude" if latitude is None else "longitude"
        report(Problem(file, number, column, "coordinate_alone", "give both or neither"))
    elif (latitude, longitude) == (0, 0):
        report(Problem(file, number, "latitude", "coordinate_zero", "leave empty when unknown"))
    elif abs(latitude) > 90 or abs(longitude) > 180:
        report(Problem(file, number, "latitude", "coordinate_no_degrees",
                       "decimal degrees (WGS 84), latitude -90 to 90"))  # fmt: skip
    else:
        return
    # Kept as given for the way out, but never used for distances.
    values["more"] = {"latitude": latitude, "longitude": longitude}
    values.pop("latitude", None)
    values.pop("longitude", None)
