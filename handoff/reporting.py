"""What this deployment's advocates must report, from the operator's file.

The file (``LINDEN_REPORTING``) is YAML: a language tag each, with one or two short sentences for
people and, for the desk, a list of cases:

    en:
      people: "They must report when a child is being hurt; ask them first."
      desk: ["A child under 18 is being hurt: the county's child line, within 24 hours."]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.privacy import log
from bot.settings import Settings


class DutiesUnreadable(ValueError):
    """The operator's file is not of the form above."""


@dataclass(frozen=True, slots=True)
class Duties:
    """By language tag: words for people, and cases for the desk."""

    by_language: Mapping[str, Mapping[str, Any]]

    def people(self, language: str) -> str:
        """Words for the person, or nothing where the operator wrote none in this language."""
        return str((self.by_language.get(language) or {}).get("people") or "")

    def desk(self, language: str) -> tuple[str, ...]:
        """Cases for the advocate, in their language or else in the first one written."""
        for tag in (language, *self.by_language):
            if found := (self.by_language.get(tag) or {}).get("desk"):
                return tuple(str(case) for case in found)
        return ()


def read_duties(path: Path) -> Duties:
    """Raises `DutiesUnreadable` or OSError."""
    try:
        content = yaml.safe_load(path.read_text("utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DutiesUnreadable(path.name) from error
    if not isinstance(content, dict) or not all(isinstance(v, dict) for v in content.values()):
        raise DutiesUnreadable(path.name)
    return Duties(content)


@lru_cache(maxsize=4)
def _read(path: Path, stamp: int) -> Duties:
    return read_duties(path)


def duties(settings: Settings) -> Duties:
    """The operator's duties, read again when the file changes; none while it is unset or broken
    (the preflight says so)."""
    if not settings.reporting:
        return Duties({})
    path = settings.folder(settings.reporting)
    try:
        return _read(path, path.stat().st_mtime_ns)
    except (OSError, DutiesUnreadable) as error:
        log.error("handoff.reporting_unreadable", error)
        return Duties({})
