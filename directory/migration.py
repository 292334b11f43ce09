"""The database's shape by Alembic: the same revisions for PostgreSQL and SQLite."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

FOLDER = Path(__file__).parent / "migrations"


def config(connection: sa.engine.Connection | None = None) -> Any:
    """Alembic's configuration, made here rather than in an .ini file beside it."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    made.attributes["connection"] = connection
    return made


def upgrade(engine: sa.engine.Engine, revision: str = "head") -> None:
    """Bring a database to a revision; one that is there already is left alone."""
    from alembic import command

    with engine.begin() as connection:
        command.upgrade(config(connection), revision)


def downgrade(engine: sa.engine.Engine, revision: str) -> None:
    """Back to an earlier revision."""
    from alembic import command

    with engine.begin() as connection:
        command.downgrade(config(connection), revision)


def current(engine: sa.engine.Engine) -> str | None:
    """The revision a database is at."""
    from alembic.runtime.migration import MigrationContext

    with engine.connect() as connection:
        found: str | None = MigrationContext.configure(connection).get_current_revision()
        return found
