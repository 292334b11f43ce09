"""The one-sheet form: one row a service, filled by hand, CSV or XLSX, with a template."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from directory import hours, profile
from directory.languages import tags
from directory.phones import parse
from directory.profile import made_id
from directory.reading import Problem, Report, Row, Sheet, row
from directory.schema import owner
from directory.transformer import attribute, need_attribute
from directory.vocabulary import needs, read_yaml

COLUMNS: tuple[str, ...] = tuple(read_yaml("sheet.yml")["columns"])
"""Names of the columns, in the order of the template (`sheet.yml` explains each)."""

_PROFILE = frozenset(profile.FIELDS) - {"service_area"}


def fits(files: dict[str, Sheet]) -> bool:
    """True for a single file with our columns."""
    return len(files) == 1 and {"service", "organization", "needs"} <= {
        cell.casefold() for sheet in files.values() for cell in sheet.heading()
    }


class OneSheet:
    """Rows of a one-sheet directory."""

    only: frozenset[str] | None = None

    format = "one-sheet"

    def __init__(self, name: str, lines: Iterable[tuple[int, dict[str, str]]] | Sheet, file: str):
        self.name = name
        self._lines = lines
        self._file = file

    def rows(self, report: Report) -> Iterator[Row]:
        lines = self._lines
        if isinstance(lines, Sheet):
            lines = lines.lines(report)
        unknown: set[str] = set()
        for number, line in lines:
            cells = {k.strip().casefold().replace(" ", "_"): v.strip() for k, v in line.items()}
            for column in cells.keys() - set(COLUMNS) - unknown:
                unknown.add(column)
                if column:
                    report(Problem(self._file, 1, column, "column_unknown",
                                   "see the template for the names of columns"))  # fmt: skip
            yield from self._line(number, cells, report)

    def _line(self, number: int, cells: dict[str, str], report: Report) -> Iterator[Row]:
        at = (self._file, number, report)
        name, organization = cells.get("service", ""), cells.get("organization", "")
        if not name or not organization:
            column = "service" if not name else "organization"
            report(Problem(*at[:2], column, "name_missing", "fill in this cell", kept=False))
            return
        id = cells.get("id") or made_id(self.name, "service", organization, name)
        organization_id = made_id(self.name, "organization", organization)
        yield row(self.name, "organization", {
            "id": organization_id, "name": organization, "website": cells.get("website"),
            "description": cells.get("organization_description") or organization,
        }, "", *at, repeats=True)  # fmt: skip
        yield row(self.name, "service", {
            "id": id, "organization_id": organization_id, "name": name,
            "alternate_name": cells.get("also_called"),
            "description": cells.get("description"), "url": cells.get("website"),
            "email": cells.get("email"), "status": cells.get("status") or "active",
            "application_process": cells.get("how_to_start"),
            "fees_description": cells.get("cost"),
            "interpretation_services": cells.get("interpretation"),
            "eligibility_description": cells.get("eligibility"),
            "minimum_age": cells.get("minimum_age"), "maximum_age": cells.get("maximum_age"),
            "assured_date": self._date(cells, "assured_date", at),
            "assurer_email": cells.get("assurer_email"),
            "alert": cells.get("alert"),
        }, "", *at)  # fmt: skip
        link = owner("service", id)
        yield from self._needs(id, cells, at)
        yield from self._profile(id, cells, at)
        yield from self._contacts(link, cells, at)
        yield from self._where(id, organization_id, name, cells, at)
        if cells.get("hours"):
            if hours.from_text(cells["hours"]) is None:
                report(
                    Problem(
                        *at[:2],
                        "hours",
                        "hours_unclear",
                        "like Mon-Fri 9:00-17:00; shown as it is, open or not is unknown",
                    )
                )
            yield row(self.name, "schedule", {"description": cells["hours"]}, link, *at)
        for area in _several(cells.get("service_area", "")):
            yield row(self.name, "service_area", {"name": area, "extent_type": "text",
                      "state": cells.get("state")}, link, *at)  # fmt: skip
        if cells.get("beds_free") or cells.get("beds"):
            unit = made_id("unit", "bed")
            yield row(self.name, "unit", {"id": unit, "name": "bed"}, "", *at, repeats=True)
            yield row(self.name, "service_capacity", {
                "unit_id": unit, "available": cells.get("beds_free"),
                "maximum": cells.get("beds"), "updated": cells.get("assured_date"),
            }, link, *at)  # fmt: skip

    def _needs(self, id: str, cells: dict[str, str], at: tuple[str, int, Report]) -> Iterator[Row]:
        for slug in _several(cells.get("needs", "")):
            if slug in needs():
                yield need_attribute(self.name, slug, id, at)
            else:
                at[2](Problem(*at[:2], "needs", "need_unknown", f"one of: {', '.join(needs())}"))

    def _profile(
        self, id: str, cells: dict[str, str], at: tuple[str, int, Report]
    ) -> Iterator[Row]:
        for field in profile.FIELDS:
            value = cells.get(field, "")
            if field not in _PROFILE or not value:
                continue
            try:
                profile.put(profile.Profile(), field, value)
            except profile.ProfileValueInvalid as error:
                at[2](Problem(*at[:2], field, "value_unknown", str(error)))
                continue
            yield attribute(self.name, field, value, id, at)

    def _contacts(
        self, link: str, cells: dict[str, str], at: tuple[str, int, Report]
    ) -> Iterator[Row]:
        kinds = {"phone": "voice", "text_number": "text", "videophone": "video", "tty": "textphone"}
        for column, kind in kinds.items():
            cell = cells.get(column, "")
            found = parse(cell) if cell else ()
            if cell and not any(number.sound for number in found):
                at[2](Problem(*at[:2], column, "number_doubtful",
                              "check the number; it is shown as it is"))  # fmt: skip
            for number in found:
                yield row(self.name, "phone", {
                    "number": number.shown, "extension": number.extension, "type": kind,
                    "description": number.remark,
                }, link, *at)  # fmt: skip
        cell = cells.get("languages", "")
        if cell:
            known, _, unknown = tags(cell)
            for part in unknown:
                at[2](Problem(*at[:2], "languages", "language_unknown",
                              f"not understood: {part[:40]}"))  # fmt: skip
            for code in known:
                yield row(self.name, "language", {"name": code, "code": code}, link, *at)

    def _where(
        self, id: str, organization: str, name: str, cells: dict[str, str],
        at: tuple[str, int, Report],
    ) -> Iterator[Row]:  # fmt: skip
        if not any(cells.get(c) for c in ("address", "city", "postal_code", "latitude")):
            return
        location = made_id(self.name, "location", id)
        link = owner("location", location)
        yield row(self.name, "location", {
            "id": location, "organization_id": organization, "location_type": "physical",
            "name": cells.get("location_name") or name, "latitude": cells.get("latitude"),
            "longitude": cells.get("longitude"), "transportation": cells.get("transportation"),
        }, "", *at)  # fmt: skip
        yield row(self.name, "address", {
            "address_1": cells.get("address"), "city": cells.get("city"),
            "state_province": cells.get("state"), "postal_code": cells.get("postal_code"),
            "country": cells.get("country") or "US", "address_type": "physical",
        }, link, *at)  # fmt: skip
        joint = made_id(self.name, "service_at_location", id, location)
        yield row(self.name, "service_at_location", {"id": joint, "location_id": location},
                  owner("service", id), *at)  # fmt: skip
        if cells.get("confidential"):
            yield attribute(self.name, "confidential", cells["confidential"], location, at,
                            "location")  # fmt: skip

    def _date(self, cells: dict[str, str], column: str, at: tuple[str, int, Report]) -> str | None:
        cell = cells.get(column, "")
        if not cell:
            return None
        found = day(cell)
        if found is None:
            at[2](Problem(*at[:2], column, "date_unclear", "a date like 2026-03-31"))
            return None
        return found.isoformat()


def day(text: str) -> date | None:
    """A date as people type it; day and month in doubt are no date."""
    text = text.strip()[:19]
    for form in ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%d %B %Y", "%B %d, %Y",
                 "%d %b %Y", "%b %d, %Y"):  # fmt: skip
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    if match:
        month, number, year = map(int, match.groups())
        try:
            return date(year, month, number) if number > 12 or month == number else None
        except ValueError:
            return None
    return None


def _several(cell: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;\n]", cell) if part.strip()]


def workbook_lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Lines of the first sheet of an XLSX file, cells as text."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        sheet = book.worksheets[0]
        heading: list[str] = []
        for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            texts = [_cell(cell) for cell in cells]
            if not heading:
                heading = texts
            elif any(texts):
                yield number, dict(zip(heading, texts, strict=False))
    finally:
        book.close()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def write(path: Path, lines: Iterable[dict[str, str]], columns: tuple[str, ...] = COLUMNS) -> None:
    """Write a sheet, CSV or XLSX by its ending. CSV begins with a byte-order mark, so that Excel
    reads it as UTF-8."""
    if path.suffix.casefold() == ".xlsx":
        _workbook(path, lines, columns)
        return
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows({k: harmless(v) for k, v in line.items()} for line in lines)


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula (CWE-1236)."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") and not _number(text) else text


def _number(text: str) -> bool:
    return bool(re.fullmatch(r"[+-][\d\s().-]+", text))


def _workbook(path: Path, lines: Iterable[dict[str, str]], columns: tuple[str, ...]) -> None:
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.styles import Font
    from openpyxl.worksheet.datavalidation import DataValidation

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "services"
    explained = read_yaml("sheet.yml")["columns"]
    sheet.append(list(columns))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        about = explained.get(cell.value)
        if about:
            cell.comment = Comment(about["means"], "Linden")
            if about.get("one_of"):
                listed = DataValidation("list", f'"{",".join(about["one_of"])}"', allow_blank=True)
                sheet.add_data_validation(listed)
                listed.add(f"{cell.column_letter}2:{cell.column_letter}2000")
    sheet.freeze_panes = "C2"
    for line in lines:
        sheet.append([harmless(line.get(column, "")) for column in columns])
    book.save(path)


def template(kind: str = "csv") -> bytes:
    """The empty template with its example rows, as a file's content."""
    import tempfile

    examples = read_yaml("sheet.yml")["examples"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"template.{kind}"
        write(path, ({k: str(v) for k, v in line.items()} for line in examples))
        return path.read_bytes()


def text_of(lines: Iterable[dict[str, str]], columns: tuple[str, ...] = COLUMNS) -> str:
    """A sheet as CSV text."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows({k: harmless(v) for k, v in line.items()} for line in lines)
    return stream.getvalue()
