"""Writing the directory as HSDS 3.1: JSON, lines of JSON, or CSV files, streamed.

What is confidential cannot be written since it was never stored; what is known to be a
confidential location goes out as ``virtual`` with its state only.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.settings import Settings
from directory.nested import EVERYWHERE, LISTS
from directory.profile import made_id
from directory.schema import COLUMNS, ENTITIES, FILES, NAMES, NUMBERS, OWNERS, TABLES, owner
from directory.schema import source as sources
from directory.store import Reading

_OWN_KEYS = {"funding": {"source_of": "source"}}


def export_directory(settings: Settings, path: Path, source: str | None = None) -> int:
    """Write all sources, or one; how many services there were. The file appears when complete.
    Raises `DirectoryMissing`, OSError."""
    reading = Reading(settings)
    try:
        with reading.engine().connect() as connection:
            part = path.with_name(f".{path.name}.part")
            if path.suffix in (".json", ".ndjson", ".jsonl"):
                count = _json(connection, part, source, lines=path.suffix != ".json")
            elif path.suffix == ".zip":
                count = _zip(connection, part, source)
            else:
                return _folder(connection, path, source)
            part.replace(path)
            return count
    finally:
        reading.close()


def _json(connection: sa.engine.Connection, part: Path, source: str | None, *, lines: bool) -> int:
    count = 0
    with part.open("w", encoding="utf-8") as stream:
        stream.write("" if lines else "[\n")
        first = True
        both = itertools.chain(
            (("service", record) for record in services(connection, source)),
            (("", record) for record in alone(connection, source)),
        )
        for kind, record in both:
            if not first and not lines:
                stream.write(",\n")
            first = False
            stream.write(json.dumps(record, ensure_ascii=False))
            stream.write("\n" if lines else "")
            count += kind == "service"
        stream.write("" if lines else "\n]\n")
    return count


def _of(kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """A stored row as an HSDS object without its links."""
    found: dict[str, Any] = {"id": row["id"]}
    for name in NAMES[kind]:
        value = row[name]
        if value is None:
            continue
        if name in NUMBERS[kind]:
            value = int(value) if float(value).is_integer() else value
        found[_OWN_KEYS.get(kind, {}).get(name, name)] = value
    if row["more"]:
        found |= json.loads(row["more"])
    return found


class _Nest:
    """Objects put together from their rows."""

    def __init__(self, connection: sa.engine.Connection, source: str) -> None:
        self._connection = connection
        self._source = source
        self._select: dict[str, Any] = {}

    def rows(self, table: str, link: str) -> list[Mapping[str, Any]]:
        if table not in self._select:
            t = TABLES[table]
            self._select[table] = (
                sa.select(t)
                .where(t.c.source == self._source, t.c.owner == sa.bindparam("link"))
                .order_by(t.c.id)
            )
        found = self._connection.execute(self._select[table], {"link": link})
        return list(found.mappings())

    def entity(self, table: str, id: str | None) -> dict[str, Any] | None:
        if not id:
            return None
        t = TABLES[table]
        query = sa.select(t).where(t.c.source == self._source, t.c.id == id).limit(1)
        row = self._connection.execute(query).mappings().first()
        return _of(table, row) if row else None

    def children(self, kind: str, thing: dict[str, Any], *, skip: tuple[str, ...] = ()) -> None:
        """Put the lists of an object into it."""
        link = owner(kind, thing["id"])
        for key, table in {**LISTS.get(kind, {}), **EVERYWHERE}.items():
            if key in skip or table in ENTITIES:
                continue
            items = []
            links = [link, owner("any", thing["id"])] if key in EVERYWHERE else [link]
            for row in (row for one in links for row in self.rows(table, one)):
                item = _of(table, row)
                self._finish(table, item)
                items.append(item)
            if items:
                thing[key] = items

    def _finish(self, table: str, item: dict[str, Any]) -> None:
        if table == "attribute":
            term = self.entity("taxonomy_term", item.get("taxonomy_term_id"))
            if term:
                del item["taxonomy_term_id"]
                detail = self.entity("taxonomy", term.get("taxonomy_id"))
                if detail:
                    del term["taxonomy_id"]
                    term["taxonomy_detail"] = detail
                item["taxonomy_term"] = term
        elif table == "service_capacity":
            unit = self.entity("unit", item.get("unit_id"))
            if unit:
                del item["unit_id"]
                item["unit"] = unit
        elif table == "service_at_location":
            location = self.entity("location", item.get("location_id"))
            if location:
                del item["location_id"]
                self.children("location", location)
                item["location"] = location
            self.children("service_at_location", item)
            return
        self.children(table, item)

    def service(self, row: Mapping[str, Any]) -> dict[str, Any]:
        thing = _of("service", row)
        self.children("service", thing)
        organization = self.entity("organization", thing.get("organization_id"))
        if organization:
            del thing["organization_id"]
            self.children("organization", organization)
            places = self._locations_of(organization["id"])
            if places:
                organization["locations"] = places
            thing["organization"] = organization
        program = self.entity("program", thing.get("program_id"))
        if program:
            del thing["program_id"]
            thing["program"] = program
        return thing

    def _locations_of(self, organization: str) -> list[dict[str, Any]]:
        t = TABLES["location"]
        query = (
            sa.select(t)
            .where(t.c.source == self._source, t.c.organization_id == organization)
            .order_by(t.c.id)
            .limit(50)
        )
        found = []
        for row in self._connection.execute(query).mappings():
            place = _of("location", row)
            self.children("location", place)
            found.append(place)
        return found


def _sources(connection: sa.engine.Connection, source: str | None) -> list[str]:
    t = TABLES["service"]
    query = sa.select(t.c.source).distinct().order_by(t.c.source)
    return [s for s in connection.execute(query).scalars() if source in (None, s)]


def services(
    connection: sa.engine.Connection, source: str | None = None
) -> Iterator[dict[str, Any]]:
    """Every service as HSDS 3.1 says it in full, one at a time."""
    t = TABLES["service"]
    for name in _sources(connection, source):
        nest = _Nest(connection, name)
        last = ""
        while True:
            query = (
                sa.select(t).where(t.c.source == name, t.c.owner == "", t.c.id > last)
                .order_by(t.c.id).limit(200)
            )  # fmt: skip
            rows = connection.execute(query).mappings().all()
            if not rows:
                break
            last = rows[-1]["id"]
            for row in rows:
                yield nest.service(row)


def alone(connection: sa.engine.Connection, source: str | None = None) -> Iterator[dict[str, Any]]:
    """What no service leads to: organizations, locations and taxonomies by themselves."""
    for name in _every_source(connection, source):
        nest = _Nest(connection, name)
        for kind, table, column in (
            ("organization", "service", "organization_id"),
            ("location", "service_at_location", "location_id"),
            ("taxonomy_term", "attribute", "taxonomy_term_id"),
            ("taxonomy", "taxonomy_term", "taxonomy_id"),
        ):
            t, other = TABLES[kind], TABLES[table]
            used = sa.select(other.c[column]).where(
                other.c.source == name, other.c[column].is_not(None)
            )
            query = sa.select(t).where(t.c.source == name, t.c.id.not_in(used))
            if kind == "location":
                query = query.where(t.c.organization_id.is_(None))
            for row in connection.execute(query.order_by(t.c.id)).mappings().all():
                thing = _of(kind, row)
                nest.children(kind, thing)
                if kind == "organization":
                    places = nest._locations_of(thing["id"])
                    thing |= {"locations": places} if places else {}
                elif kind == "taxonomy_term":
                    detail = nest.entity("taxonomy", thing.pop("taxonomy_id", None))
                    thing |= {"taxonomy_detail": detail} if detail else {}
                yield thing


def _every_source(connection: sa.engine.Connection, source: str | None) -> list[str]:
    query = sa.select(sources.c.name).order_by(sources.c.name)
    return [s for s in connection.execute(query).scalars() if source in (None, s)]


# --- CSV -------------------------------------------------------------------------------------


def _folder(connection: sa.engine.Connection, path: Path, source: str | None) -> int:
    path.mkdir(parents=True, exist_ok=True)

    def opened(name: str) -> io.TextIOBase:
        return (path / name).open("w", encoding="utf-8", newline="")

    return _tables(connection, source, opened)


def _zip(connection: sa.engine.Connection, part: Path, source: str | None) -> int:
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        return _tables(
            connection, source,
            lambda name: io.TextIOWrapper(archive.open(name, "w"), "utf-8", newline=""),
        )  # fmt: skip


def _heading(table: str) -> list[str]:
    names = [_OWN_KEYS.get(table, {}).get(n, n) for n in NAMES[table]]
    if table == "attribute":
        return ["id", "link_id", *names]
    if table == "metadata":
        return ["id", "resource_id", *names]
    return ["id", *(f"{kind}_id" for kind in OWNERS.get(table, ())), *names]


def _tables(
    connection: sa.engine.Connection,
    source: str | None,
    opened: Callable[[str], io.TextIOBase],
) -> int:
    """All tables as CSV. Rows of one thing that hang on several owners are joined again; where one
    id would stand for two rows, the second gets an id of its own."""
    services_written = 0
    for table in COLUMNS:
        t = TABLES[table]
        query = sa.select(t).order_by(t.c.source, t.c.id, t.c.owner)
        if source is not None:
            query = query.where(t.c.source == source)
        heading = _heading(table)
        stream = opened(f"{FILES[table]}.csv")
        count = 0
        with stream:
            writer = csv.DictWriter(stream, heading, extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            waiting: list[dict[str, Any]] = []
            result = connection.execution_options(stream_results=True).execute(query)
            for row in result.mappings():
                line = _csv_line(table, row)
                if waiting and waiting[0]["id"] != line["id"]:
                    writer.writerows(waiting)
                    count += len(waiting)
                    waiting = []
                _join(table, waiting, line)
            writer.writerows(waiting)
            count += len(waiting)
        if table == "service":
            services_written = count
    return services_written


def _csv_line(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    line = _of(table, row)
    kind, _, id = str(row["owner"]).partition("/")
    if table == "attribute":
        line["link_id"] = id
        line.setdefault("link_entity", kind)
    elif table == "metadata":
        line["resource_id"] = id
    elif kind:
        line[f"{kind}_id"] = id
    return line


def _join(table: str, waiting: list[dict[str, Any]], line: dict[str, Any]) -> None:
    links = [f"{kind}_id" for kind in OWNERS.get(table, ())]
    own = {k: v for k, v in line.items() if k not in links}
    for held in waiting:
        same = {k: v for k, v in held.items() if k not in links} == own
        free = all(held.get(k) in (None, line.get(k)) for k in links if line.get(k))
        if same and free and table not in ("attribute", "metadata"):
            held.update({k: line[k] for k in links if line.get(k)})
            return
    if waiting:
        first_id = line["id"]
        line = {**line, "id": made_id(table, first_id, *(str(line.get(k, "")) for k in links),
                                      str(line.get("link_id", "")))}  # fmt: skip
    waiting.append(line)
