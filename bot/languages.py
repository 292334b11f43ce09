"""The registry of languages, read from languages.yml once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("languages.yml")


class LanguageUnknown(KeyError):
    """A tag that languages.yml does not have."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language. ``tag`` is BCP 47, ``name`` its own name, ``direction`` ``ltr`` or ``rtl``."""

    tag: str
    name: str
    direction: str
    status: str
    script: str
    register: str


@cache
def registry() -> dict[str, Language]:
    """All languages by tag, in the order of the file."""
    rows = yaml.safe_load(_FILE.read_text("utf-8"))["languages"]
    keep = Language.__dataclass_fields__.keys()
    return {row["tag"]: Language(**{key: row[key] for key in keep}) for row in rows}


def language(tag: str) -> Language:
    """Raises `LanguageUnknown`."""
    try:
        return registry()[tag]
    except KeyError:
        raise LanguageUnknown(tag) from None
