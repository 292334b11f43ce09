"""Who claimed and closed what reference when. No content, and nothing of the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from desk.schema import audit

OPENING = ("claimed",)
ENDING = ("closed", "left", "withdrawn", "timed_out", "put_back", "declined", "lost", "cut")
_KEEP_DAYS = 90


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the audit list."""

    at: str
    account: str
    event: str
    reference: str


class Audit:
    """The list, newest first. Entries older than 90 days are deleted."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, account: str, event: str, reference: str) -> None:
        now = datetime.now(UTC)
        oldest = datetime.fromtimestamp(now.timestamp() - _KEEP_DAYS * 86400, UTC)
        with self._engine.begin() as db:
            db.execute(
                audit.insert().values(
                    at=now.isoformat(timespec="seconds"),
                    account=account,
                    event=event,
                    reference=reference,
                )
            )
            db.execute(audit.delete().where(audit.c.at < oldest.isoformat(timespec="seconds")))

    def newest(self, most: int = 200) -> Sequence[Entry]:
        with self._engine.connect() as db:
            rows = db.execute(sa.select(audit).order_by(audit.c.number.desc()).limit(most))
            return [Entry(r.at, r.account, r.event, r.reference) for r in rows]

    def cut(self) -> int:
        """At start: conversations that a former run left open were cut. Writes that down and
        returns how many."""
        with self._engine.connect() as db:
            rows = db.execute(sa.select(audit).order_by(audit.c.number)).fetchall()
        open_: dict[str, str] = {}
        for row in rows:
            if row.event in OPENING:
                open_[row.reference] = row.account
            elif row.event in ENDING:
                open_.pop(row.reference, None)
        for reference, account in open_.items():
            self.add(account, "cut", reference)
        return len(open_)
