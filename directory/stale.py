"""Keeping records fresh: what is due for a check, a sheet to send to partners, and reading it back.

Volunteer groups are not to drown in this: a partner changes one cell (``still_right``) and sends
the sheet back, or corrects what is wrong in place.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.settings import Settings
from directory import hours, mapping, order, schema, sheet, store
from directory.confidential import Secrets
from directory.importer import index_source
from directory.phones import parse
from directory.places import open_gazetteer
from directory.profile import made_id
from directory.reading import DirectoryUnreadable, Problem, sheets
from directory.schema import TABLES, owner
from directory.sheet import day

COLUMNS = ("source", "id", "organization", "service", "last_checked", "still_right", "checked_on",
           "checked_by", "phone", "hours", "website", "cost", "description")  # fmt: skip
"""``still_right``: yes, or closed; the columns after ``checked_by`` may be corrected in place."""
_CORRECTED = ("phone", "hours", "website", "cost", "description")


@dataclass(frozen=True, slots=True)
class Due:
    """One service that is due for a check."""

    source: str
    id: str
    organization: str
    name: str
    ring: str
    system: bool
    freshness: str
    assured_on: date | None
    imported_on: date
    phone: str | None
    hours: str | None
    website: str | None
    cost: str | None
    description: str | None
    confidential: bool


@dataclass(slots=True)
class ReadBack:
    """What a returned sheet did."""

    checked: int = 0
    corrected: int = 0
    closed: int = 0
    problems: list[Problem] = field(default_factory=list)


def work_list(settings: Settings, within_days: int = 0, today: date | None = None) -> list[Due]:
    """Services checked more than 90 days ago or never, the oldest first; with ``within_days`` also
    those that get there soon. Raises `store.DirectoryMissing`."""
    today = today or datetime.now(UTC).date()
    limit = today - timedelta(days=order.weights()["freshness_days"]["fresh"] - within_days)
    found: dict[tuple[str, str], Due] = {}
    reading = store.Reading(settings)
    try:
        with reading.engine().connect() as connection:
            for row in _cards(connection):
                due = _due(row.source, json.loads(row.card), today)
                if due.assured_on is None or due.assured_on < limit:
                    found.setdefault((due.source, due.id), due)
    finally:
        reading.close()
    return sorted(found.values(), key=lambda d: (d.assured_on or date.min, d.source, d.id))


def _cards(connection: sa.engine.Connection) -> Iterator[Any]:
    query = sa.select(schema.option.c.source, schema.option.c.card).order_by(schema.option.c.number)
    yield from connection.execution_options(stream_results=True).execute(query)


def _due(source: str, card: dict[str, Any], today: date) -> Due:
    assured = date.fromisoformat(card["assured_on"]) if "assured_on" in card else None
    numbers = "; ".join(n[0] for n in card.get("phones", ()) if n[1] == "voice")
    return Due(
        source, card["service"], card["organization"], card["name"], card["ring"],
        bool(card.get("system")), order.freshness(assured, today), assured,
        date.fromisoformat(card["imported_on"]), numbers or None, card.get("hours"),
        card.get("url"), card.get("cost"), card.get("description"),
        bool(card.get("confidential")),
    )  # fmt: skip


def lines(due: list[Due]) -> Iterator[dict[str, str]]:
    """Rows of the sheet."""
    for one in due:
        yield {
            "source": one.source, "id": one.id, "organization": one.organization,
            "service": one.name,
            "last_checked": one.assured_on.isoformat() if one.assured_on else "",
            "still_right": "", "checked_on": "", "checked_by": "",
            "phone": one.phone or "", "hours": one.hours or "", "website": one.website or "",
            "cost": one.cost or "", "description": one.description or "",
        }  # fmt: skip


def write_sheet(settings: Settings, due: list[Due], path: Path) -> int:
    """Write the sheet to send, CSV or XLSX; how many rows."""
    sheet.write(path, lines(due), COLUMNS)
    return len(due)


def _returned(path: Path, problems: list[Problem]) -> Iterator[tuple[int, dict[str, str]]]:
    if path.suffix.casefold() == ".xlsx":
        yield from sheet.workbook_lines(path)
        return
    files = sheets(path)
    if not files:
        raise DirectoryUnreadable(f"{path.name}: a .csv or .xlsx sheet was expected")
    yield from next(iter(files.values())).lines(problems.append)


def read_back(settings: Settings, path: Path, today: date | None = None) -> ReadBack:
    """Take a returned sheet into the directory: new dates, corrections, closures. A row without
    ``still_right`` is left alone. Raises `DirectoryUnreadable`, `store.DirectoryLocked`."""
    today = today or datetime.now(UTC).date()
    done = ReadBack()
    rows = list(_returned(path, done.problems))
    if rows and not {"source", "id", "still_right"} <= rows[0][1].keys():
        raise DirectoryUnreadable(f"{path.name}: the columns of `linden directory stale --out`")
    gazetteer = open_gazetteer(settings)
    touched: set[str] = set()
    try:
        with store.writing(settings) as writer:
            for number, cells in rows:
                row = _Row(writer.connection, path.name, number, cells, today, done)
                if row.apply():
                    touched.add(cells["source"])
            for source in sorted(touched):
                writer.forget_options(source)
                imported = writer.connection.execute(
                    sa.select(schema.source.c.imported_on).where(schema.source.c.name == source)
                ).scalar()
                index_source(writer, source, gazetteer, max(date.fromisoformat(imported), today))
    finally:
        gazetteer.close()
    return done


@dataclass(slots=True)
class _Row:
    """One returned row."""

    connection: sa.engine.Connection
    file: str
    number: int
    cells: dict[str, str]
    today: date
    done: ReadBack

    def _problem(self, column: str, code: str, remedy: str) -> None:
        self.done.problems.append(Problem(self.file, self.number, column, code, remedy))

    def apply(self) -> bool:
        """True when something changed."""
        verdict = self.cells.get("still_right", "").casefold()
        if not verdict:
            return False
        source, id = self.cells.get("source", ""), self.cells.get("id", "")
        t = TABLES["service"]
        where = (t.c.source == source, t.c.owner == "", t.c.id == id)
        if self.connection.execute(sa.select(t.c.id).where(*where)).first() is None:
            self._problem("id", "id_unknown", "keep source and id as they were sent")
            return False
        if verdict == "closed":
            self.connection.execute(sa.update(t).where(*where).values(status="defunct"))
            self.done.closed += 1
            return True
        if verdict not in ("yes", "y", "x", "si", "sí", "corrected"):
            self._problem("still_right", "value_unknown", "yes or closed; empty: not checked yet")
            return False
        cell = self.cells.get("checked_on", "")
        checked = day(cell) if cell else self.today
        if checked is None or checked > self.today:
            self._problem("checked_on", "date_unclear", "a past date like 2026-03-31")
            return False
        values: dict[str, Any] = {"assured_date": checked.isoformat()}
        if self.cells.get("checked_by"):
            values["assurer_email"] = self.cells["checked_by"]
        changes = self._changes(source, id)
        texts = {"website": "url", "cost": "fees_description", "description": "description"}
        values |= {texts[k]: v for k, v in changes.items() if k in texts}
        self.connection.execute(sa.update(t).where(*where).values(**values))
        if "phone" in changes:
            self._phone(source, id, changes["phone"])
        if "hours" in changes:
            self._hours(source, id, changes["hours"])
        self.done.checked += 1
        self.done.corrected += bool(changes)
        return True

    def _changes(self, source: str, id: str) -> dict[str, str]:
        """Cells that differ from what is stored. Texts of confidential places are gone through
        once more: nobody is to bring an address back by a correction."""
        option = schema.option
        query = sa.select(option.c.card).where(option.c.source == source)
        needle = f'%"service":{json.dumps(id, ensure_ascii=False)},%'
        card = self.connection.execute(query.where(option.c.card.like(needle)).limit(1)).scalar()
        if card is None:
            return {}
        held = json.loads(card)
        before = next(lines([_due(source, held, self.today)]))
        secrets = Secrets(mapping.load())
        changes = {}
        for name in _CORRECTED:
            cell = self.cells.get(name, "").removeprefix("'")
            if name not in self.cells or not cell or cell == before[name]:
                continue
            if held.get("confidential") and name != "phone":
                cell = secrets.scrub(cell, close=True)
            if cell:
                changes[name] = cell
        return changes

    def _phone(self, source: str, id: str, cell: str) -> None:
        found = parse(cell)
        if not found or not all(number.sound for number in found):
            self._problem("phone", "number_doubtful", "check the number; it was left as it was")
            return
        t = TABLES["phone"]
        link = owner("service", id)
        self.connection.execute(
            sa.delete(t).where(t.c.source == source, t.c.owner == link,
                               sa.or_(t.c.type == "voice", t.c.type.is_(None)))
        )  # fmt: skip
        for number in found:
            self.connection.execute(sa.insert(t).values(
                source=source, owner=link, id=made_id(source, "phone", link, number.shown),
                number=number.shown, type="voice", description=number.remark,
                extension=float(number.extension) if number.extension else None,
            ))  # fmt: skip

    def _hours(self, source: str, id: str, cell: str) -> None:
        if hours.from_text(cell) is None:
            self._problem(
                "hours",
                "hours_unclear",
                "like Mon-Fri 9:00-17:00; shown as it is, open or not is unknown",
            )
        t = TABLES["schedule"]
        link = owner("service", id)
        joints = TABLES["service_at_location"]
        ids = self.connection.execute(
            sa.select(joints.c.id).where(joints.c.source == source, joints.c.owner == link)
        ).scalars()
        owners = [link, *(owner("service_at_location", joint) for joint in ids)]
        self.connection.execute(sa.delete(t).where(t.c.source == source, t.c.owner.in_(owners)))
        self.connection.execute(sa.insert(t).values(
            source=source, owner=link, id=made_id(source, "schedule", link, cell),
            description=cell,
        ))  # fmt: skip
