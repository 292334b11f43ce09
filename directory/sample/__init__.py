"""Linden County, which is made up: about eighty services in all rings and several languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from bot.settings import Settings
from directory import sheet
from directory.importer import Outcome, import_rows

SOURCE = "sample"
_FOLDER = Path(__file__).parent


def lines(today: date) -> Iterator[tuple[int, dict[str, str]]]:
    """Lines of the sample in the one-sheet form. ``checked`` counts days back from today, so that
    some records are always fresh, some aging and some stale."""
    content: dict[str, Any] = yaml.safe_load((_FOLDER / "services.yml").read_text("utf-8"))
    for number, item in enumerate(content["services"], 2):
        line = {**content["defaults"], **item}
        checked = line.pop("checked", None)
        if checked is not None:
            line["assured_date"] = (today - timedelta(days=int(checked))).isoformat()
        pause = line.pop("paused_for", None)
        if pause is not None:
            line["paused_until"] = (today + timedelta(days=int(pause))).isoformat()
        yield number, {key: _text(value) for key, value in line.items()}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return "" if value is None else str(value)


def import_sample(settings: Settings, today: date | None = None) -> Outcome:
    """Import the sample county."""
    today = today or datetime.now(UTC).date()
    reader = sheet.OneSheet(SOURCE, list(lines(today)), "services.yml")
    return import_rows(settings, reader, today=today)
