"""Messages that a provider still holds a copy of: their ids, until the copy is redacted.

Ids only, never a text or an address, in SQLite so that a restart forgets none of them. What could
not be redacted comes up again later, each time after twice the wait.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

_FIRST_WAIT_S = 5.0
_LONGEST_WAIT_S = 3600.0

_table = sa.Table(
    "provider_records",
    sa.MetaData(),
    sa.Column("channel", sa.String, primary_key=True),
    sa.Column("message_id", sa.String, primary_key=True),
    sa.Column("due_at", sa.Float, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Record:
    """One copy at a provider, and how often redacting it failed."""

    channel: str
    message_id: str
    failures: int


class ProviderRecords:
    """The list of what is still to be redacted. ``clock`` gives seconds since 1970, as the times
    outlive the process."""

    def __init__(self, file: Path, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._engine = sa.create_engine(f"sqlite:///{file}", future=True)
        _table.metadata.create_all(self._engine)

    def add(self, channel: str, message_id: str) -> None:
        """Remember a copy; due at once. Adding it again changes nothing."""
        row = {"channel": channel, "message_id": message_id, "due_at": 0.0, "failures": 0}
        with self._engine.begin() as connection:
            connection.execute(_table.insert().prefix_with("OR IGNORE"), row)

    def due(self, most: int = 100) -> list[Record]:
        """Copies whose time has come, longest due first."""
        wanted = (
            sa.select(_table.c.channel, _table.c.message_id, _table.c.failures)
            .where(_table.c.due_at <= self._clock())
            .order_by(_table.c.due_at)
            .limit(most)
        )
        with self._engine.begin() as connection:
            return [Record(*row) for row in connection.execute(wanted)]

    def done(self, record: Record) -> None:
        """The provider confirmed that the copy is redacted."""
        with self._engine.begin() as connection:
            connection.execute(_table.delete().where(_same(record)))

    def failed(self, record: Record) -> None:
        """Redacting did not work: it is due again after a wait."""
        wait = min(_FIRST_WAIT_S * 2 ** min(record.failures, 20), _LONGEST_WAIT_S)
        change = {"due_at": self._clock() + wait, "failures": record.failures + 1}
        with self._engine.begin() as connection:
            connection.execute(_table.update().where(_same(record)).values(**change))

    def close(self) -> None:
        self._engine.dispose()


def _same(record: Record) -> sa.sql.ColumnElement:
    same_channel = _table.c.channel == record.channel
    return sa.and_(same_channel, _table.c.message_id == record.message_id)
