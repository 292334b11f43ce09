"""Where a directory is kept: one SQLite file, or PostgreSQL by the same tables and statements.

The SQLite file is never changed in place: an import makes a new one and moves it over the old
(`writing`). It can therefore be opened as immutable, without locks, and a reader notices by the
file's identity that there is a newer one.
"""

from __future__ import annotations

import fcntl
import json
import operator
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.pool import QueuePool, StaticPool

from bot.settings import Settings
from directory import schema
from directory.index import Made
from directory.reading import Problem, Report, Row
from directory.schema import ENTITIES, NAMES, TABLES

_CHECKED_TWICE = ("organization", "service", "location")
_ROW = {table: ("source", "owner", "id", *names, "more") for table, names in NAMES.items()}
_LOCK = 7_100_501
"""PostgreSQL advisory lock of imports; any number that nothing else takes."""


class DirectoryMissing(Exception):
    """There is no directory yet: `linden directory import` makes one."""


class DirectoryLocked(Exception):
    """Another import is at work; nothing was changed."""


class DirectoryDamaged(Exception):
    """The file is there and is no sound directory."""


def insert(table: sa.Table, dialect: str) -> Any:
    """The dialect's insert, which knows what to do with a row that is already there."""
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)


class Writer:
    """Rows into a directory, inside one transaction."""

    def __init__(self, connection: sa.engine.Connection) -> None:
        self.connection = connection
        self._dialect = connection.dialect.name
        self._statements: dict[str, Any] = {}
        self._staged: set[str] = set()
        self._compiled: dict[str, tuple[str, Any]] = {}

    def forget(self, source: str) -> None:
        """Take out all rows of a source."""
        self.forget_options(source)
        for table in TABLES.values():
            self.connection.execute(sa.delete(table).where(table.c.source == source))
        self.connection.execute(sa.delete(schema.source).where(schema.source.c.name == source))

    def forget_options(self, source: str) -> None:
        """Take out what was made from the rows of a source."""
        numbers = sa.select(schema.option.c.number).where(schema.option.c.source == source)
        low, high = self.connection.execute(
            sa.select(
                sa.func.min(schema.option.c.number), sa.func.max(schema.option.c.number)
            ).where(schema.option.c.source == source)
        ).one()
        if low is not None:
            for table in (schema.option_near, schema.option_area):
                # Numbers of one source lie together, so a range finds them without a long list.
                self.connection.execute(
                    sa.delete(table).where(table.c.number.between(low, high),
                                           table.c.number.in_(numbers))
                )  # fmt: skip
        self.connection.execute(sa.delete(schema.option).where(schema.option.c.source == source))

    def next_number(self) -> int:
        highest = self.connection.execute(sa.select(sa.func.max(schema.option.c.number))).scalar()
        return (highest or 0) + 1

    def rows(self, source: str, table: str, rows: list[Row], report: Report) -> int:
        """Store rows of one HSDS table. Things that come in parts are put together, the first
        statement winning; other repetitions are left out and reported. Returns how many are new."""
        unique: dict[tuple[str, str], dict[str, Any]] = {}
        repeated: list[Row] = []
        for row in rows:
            key = (row.owner, row.id)
            values = self._values(source, row)
            if key in unique:
                if row.repeats or table not in _CHECKED_TWICE:
                    unique[key] = _joined(unique[key], values)
                else:
                    repeated.append(row)
                    unique[key] = _joined(unique[key], values)
                continue
            unique[key] = values
        before = self._count(source, table, unique) if unique else 0
        if before and table in _CHECKED_TWICE:
            known = self._known(source, table, [id for _, id in unique])
            repeated += [r for r in rows if r.id in known and not r.repeats]
        for row in repeated:
            report(Problem(row.file, row.number, "id", "id_repeated",
                           "one row a thing; what the first left empty was filled in"))  # fmt: skip
        self._write(table, list(unique.values()))
        return len(unique) - before

    def _write(self, table: str, rows: list[dict[str, Any]]) -> None:
        if self._dialect != "postgresql":
            columns = ("source", "owner", "id", *NAMES[table], "more")
            self._many(table, self._statement(table).values(dict.fromkeys(columns)), columns, rows)
            return
        from directory import postgres

        # COPY knows no conflicts, so rows go by way of a table of the same shape.
        columns = ("source", "owner", "id", *NAMES[table], "more")
        if table not in self._staged:
            self.connection.exec_driver_sql(
                f'CREATE TEMPORARY TABLE "new_{table}" (LIKE "{table}") ON COMMIT DROP'
            )
            self._staged.add(table)
        postgres.copy(self.connection, f"new_{table}", columns, rows)
        new = sa.table(f"new_{table}", *(sa.column(c) for c in columns))
        self.connection.execute(
            self._statement(table).from_select(columns, sa.select(*(new.c[c] for c in columns)))
        )
        self.connection.exec_driver_sql(f'TRUNCATE "new_{table}"')

    def _count(self, source: str, table: str, unique: dict[tuple[str, str], Any]) -> int:
        if table in _CHECKED_TWICE:
            return len(self._known(source, table, [id for _, id in unique]))
        return 0

    def _known(self, source: str, table: str, ids: list[str]) -> set[str]:
        t = TABLES[table]
        known: set[str] = set()
        for at in range(0, len(ids), 800):
            query = sa.select(t.c.id).where(
                t.c.source == source, t.c.owner == "", t.c.id.in_(ids[at : at + 800])
            )
            known.update(self.connection.execute(query).scalars())
        return known

    @staticmethod
    def _values(source: str, row: Row) -> dict[str, Any]:
        values: dict[str, Any] = dict.fromkeys(_ROW[row.table])
        for key, value in row.values.items():
            if isinstance(value, str):
                if not value.isascii() or "\x00" in value:
                    value = value.replace("\x00", "").encode("utf-8", "replace").decode()
            elif isinstance(value, (dict, list)):
                value = json.dumps(value, ensure_ascii=False, sort_keys=True) if value else None
            elif value is not None and not isinstance(value, float):
                value = str(value)
            values[key] = value
        values["source"], values["owner"], values["id"] = source, row.owner, row.id
        return values

    def _statement(self, table: str) -> Any:
        if table not in self._statements:
            t = TABLES[table]
            statement = insert(t, self._dialect)
            key = [t.c.source, t.c.owner, t.c.id]
            if table in ENTITIES or table in ("program", "service_at_location"):
                merged = {n: sa.func.coalesce(t.c[n], statement.excluded[n]) for n in NAMES[table]}
                merged["more"] = sa.func.coalesce(t.c.more, statement.excluded.more)
                statement = statement.on_conflict_do_update(index_elements=key, set_=merged)
            else:
                statement = statement.on_conflict_do_nothing(index_elements=key)
            self._statements[table] = statement
        return self._statements[table]

    def index(self, made: Made) -> None:
        """Store index rows."""
        for table, rows in (
            (schema.option, made.options),
            (schema.option_near, made.near),
            (schema.option_area, made.area),
        ):
            if rows and self._dialect == "postgresql":
                from directory import postgres

                columns = tuple(column.name for column in table.columns)
                postgres.copy(self.connection, table.name, columns, rows)
            elif rows:
                columns = tuple(column.name for column in table.columns)
                self._many(table.name, table.insert(), columns, rows)

    def _many(
        self, name: str, statement: Any, columns: tuple[str, ...], rows: list[dict[str, Any]]
    ) -> None:
        """Many rows by one statement, compiled once: SQLAlchemy's own way looks at every value."""
        if name not in self._compiled:
            made = statement.compile(self.connection.engine, column_keys=list(columns))
            order = [key for key in made.positiontup if key in columns]
            self._compiled[name] = (str(made), operator.itemgetter(*order))
        sql, pick = self._compiled[name]
        cursor = self.connection.connection.cursor()
        cursor.executemany(sql, map(pick, rows))
        cursor.close()


def _joined(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    return {k: v if v is not None else second.get(k) for k, v in first.items()}


@contextmanager
def writing(settings: Settings) -> Iterator[Writer]:
    """A transaction on the directory that takes effect as a whole or not at all."""
    if settings.database_url:
        with _writing_server(settings) as writer:
            yield writer
        return
    with _writing_file(settings.directory_file) as writer:
        yield writer


@contextmanager
def _writing_file(path: Path) -> Iterator[Writer]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path):
        part = path.with_name(f".{path.name}.part")
        for left in (part, part.with_name(f"{part.name}-journal")):
            left.unlink(missing_ok=True)
        try:
            if path.exists() and sound(path):
                # VACUUM INTO copies live rows only: what was deleted before is really gone.
                with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as old:
                    old.execute("VACUUM INTO ?", (str(part),))
                old.close()
            engine = sa.create_engine(f"sqlite:///{part}", poolclass=StaticPool)
            try:
                _prepare(engine)
                with engine.begin() as connection:
                    yield Writer(connection)
                with engine.connect() as connection:
                    connection.exec_driver_sql("ANALYZE")
            finally:
                engine.dispose()
            if not sound(part):
                raise DirectoryDamaged(part.name)
            with part.open("rb+") as stream:
                os.fsync(stream.fileno())
            part.replace(path)
            _sync_folder(path.parent)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _prepare(engine: sa.engine.Engine) -> None:
    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: sqlite3.Connection, _: Any) -> None:
        for pragma in (
            "secure_delete=ON",  # deleted rows are overwritten, not only unlinked
            "journal_mode=OFF",  # the file is thrown away when anything goes wrong
            "synchronous=OFF",  # synchronised once, before it takes the old one's place
            "cache_size=-65536",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    schema.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) PRIMARY KEY)"
        )
        connection.exec_driver_sql(
            f"INSERT OR IGNORE INTO alembic_version VALUES ('{schema.VERSION}')"
        )


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One import at a time; the lock goes with the process that holds it, however it ends."""
    with path.with_name(f".{path.name}.lock").open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DirectoryLocked(path.name) from error
        yield


@contextmanager
def _writing_server(settings: Settings) -> Iterator[Writer]:
    from directory import migration

    engine = server(settings.database_url)
    try:
        migration.upgrade(engine)
        with engine.begin() as connection:
            taken = connection.execute(sa.select(sa.func.pg_try_advisory_xact_lock(_LOCK))).scalar()
            if not taken:
                raise DirectoryLocked("postgresql")
            yield Writer(connection)
        with engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE")
    finally:
        engine.dispose()


def server(url: str) -> sa.engine.Engine:
    """An engine for PostgreSQL by psycopg 3, which SQLAlchemy 1.4 does not know by itself."""
    from directory import postgres

    return postgres.engine(url)


def sound(path: Path) -> bool:
    """True for a complete SQLite directory."""
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
        try:
            if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                return False
            connection.execute("SELECT count(*) FROM source").fetchone()
            return bool(connection.execute("SELECT version_num FROM alembic_version").fetchone())
        finally:
            connection.close()
    except sqlite3.Error:
        return False


class Reading:
    """Connections for questions; a newer SQLite file is noticed and opened."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._engine: sa.engine.Engine | None = None
        self._file: tuple[int, int, int] | None = None

    def engine(self) -> sa.engine.Engine:
        """The engine of the directory as it is now. Raises `DirectoryMissing`."""
        if self._settings.database_url:
            with self._lock:
                if self._engine is None:
                    self._engine = server(self._settings.database_url)
                return self._engine
        path = self._settings.directory_file
        try:
            stat = path.stat()
        except OSError as error:
            raise DirectoryMissing(path.name) from error
        identity = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        with self._lock:
            if self._engine is None or identity != self._file:
                self._open(path)
                self._file = identity
            assert self._engine is not None
            return self._engine

    def _open(self, path: Path) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

        def connect() -> sqlite3.Connection:
            connection = sqlite3.connect(
                f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            connection.execute("PRAGMA cache_size=-32768")
            connection.execute("PRAGMA mmap_size=268435456")
            return connection

        self._engine = sa.create_engine(
            "sqlite://", creator=connect, poolclass=QueuePool, pool_size=4, max_overflow=8
        )

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None
                self._file = None


def server_has_directory(settings: Settings) -> bool:
    """True when the PostgreSQL database already holds one."""
    engine = server(settings.database_url)
    try:
        with engine.connect() as connection:
            if not sa.inspect(connection).has_table("source"):
                return False
            return bool(connection.execute(sa.select(schema.source.c.name).limit(1)).scalar())
    finally:
        engine.dispose()
