"""PostgreSQL through psycopg 3, for which SQLAlchemy 1.4 has no dialect of its own.

The few differences that matter: psycopg 3 binds on the server, so the paramstyle is ``pyformat``
and types come back as Python's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.base import PGDialect


class LindenPsycopg(PGDialect):
    """The smallest dialect that runs what the directory asks."""

    driver = "psycopg"
    default_paramstyle = "pyformat"
    supports_statement_cache = True
    supports_sane_multi_rowcount = False
    supports_server_side_cursors = False

    @classmethod
    def dbapi(cls) -> Any:
        import psycopg

        return psycopg

    def create_connect_args(self, url: Any) -> tuple[list[Any], dict[str, Any]]:
        options = url.translate_connect_args(username="user", database="dbname")
        options |= dict(url.query)
        # Plans of five like questions would otherwise be made generic, blind to the box asked for.
        return [], {**options, "prepare_threshold": None}

    def get_isolation_level(self, connection: Any) -> str:
        return "READ COMMITTED"

    def _get_server_version_info(self, connection: Any) -> tuple[int, ...]:
        number = connection.connection.info.server_version
        return number // 10000, number % 10000

    def is_disconnect(self, error: Any, connection: Any, cursor: Any) -> bool:
        return connection is not None and bool(getattr(connection, "closed", False))

    def do_ping(self, connection: Any) -> bool:
        connection.execute("SELECT 1")
        return True


registry.register("postgresql.psycopg", "directory.postgres", "LindenPsycopg")


def engine(url: str) -> sa.engine.Engine:
    """An engine for a ``postgresql://`` address."""
    address = sa.engine.make_url(url)
    if address.drivername.startswith("postgres"):
        address = address.set(drivername="postgresql+psycopg")
    return sa.create_engine(address, pool_pre_ping=True, pool_size=4, max_overflow=8)


def copy(
    connection: sa.engine.Connection, table: str, columns: tuple[str, ...],
    rows: Iterable[Mapping[str, Any]],
) -> None:  # fmt: skip
    """Many rows at once, by COPY."""
    names = ", ".join(f'"{column}"' for column in columns)
    cursor = connection.connection.cursor()
    with cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as stream:
        for row in rows:
            stream.write_row([row[column] for column in columns])
