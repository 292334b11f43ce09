"""Tables of the desk's own database: accounts, sessions, audit list, switches. No table has room
for anything a person said, or for a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.settings import Settings

metadata = sa.MetaData()

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("account", sa.String(40), primary_key=True),
    sa.Column("shown", sa.String(40), nullable=False),
    sa.Column("role", sa.String(12), nullable=False),
    sa.Column("lane", sa.String(12), nullable=False),
    sa.Column("languages", sa.String(200), nullable=False),
    sa.Column("desk_language", sa.String(12), nullable=False),
    sa.Column("timezone", sa.String(60), nullable=False),
    sa.Column("hours", sa.Text, nullable=False),
    sa.Column("exceptions", sa.Text, nullable=False),
    sa.Column("alert_by", sa.LargeBinary, nullable=False),
    sa.Column("paused", sa.Boolean, nullable=False),
    sa.Column("chat_limit", sa.Integer, nullable=False),
    sa.Column("password", sa.String(200)),
    sa.Column("totp", sa.LargeBinary),
    sa.Column("totp_step", sa.Integer, nullable=False),
    sa.Column("invite", sa.String(64)),
    sa.Column("invite_until", sa.Float),
)
sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token", sa.String(64), primary_key=True),
    sa.Column("account", sa.String(40), nullable=False, index=True),
    sa.Column("csrf", sa.String(64), nullable=False),
    sa.Column("started_at", sa.Float, nullable=False),
    sa.Column("pressed_at", sa.Float, nullable=False),
)
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", sa.String(25), nullable=False),
    sa.Column("account", sa.String(40), nullable=False),
    sa.Column("event", sa.String(20), nullable=False),
    sa.Column("reference", sa.String(16), nullable=False),
)
switches = sa.Table(
    "switches",
    metadata,
    sa.Column("name", sa.String(20), primary_key=True),
    sa.Column("value", sa.String(20), nullable=False),
)


def desk_file(settings: Settings) -> Path:
    """Where the desk keeps its accounts."""
    return settings.folder(settings.data_folder) / "desk.db"


def open_database(settings: Settings) -> Engine:
    """The desk's database, with its tables made."""
    if settings.database_url:
        engine = sa.create_engine(settings.database_url)
    else:
        path = desk_file(settings)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
        engine = sa.create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False})
        sa.event.listen(engine, "connect", _pragmas)
    metadata.create_all(engine)
    return engine


def _pragmas(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA busy_timeout=5000")
    connection.execute("PRAGMA secure_delete=ON")
