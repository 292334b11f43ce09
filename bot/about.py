"""What people say of themselves and of the one who hurts them, as words of closed lists.

Free text never enters a slot: "my hubby" becomes ``husband``, "im 15" becomes ``teen``. Words and
phrases per language stand in ``about/<tag>.yml``; preferences are those of
``directory/preferences.yml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from bot.normalise import fold
from bot.safety import phrase_pattern

_FOLDER = Path(__file__).with_name("about")
UNSPACED = ("zh-Hans", "ko")


@dataclass(frozen=True, slots=True)
class About:
    """What was heard: ``relation`` of the person who hurts, ``preferences`` to fit answers to."""

    relation: str | None
    preferences: tuple[str, ...]


class AboutWords:
    """The lists of all given languages, ready to match."""

    def __init__(self, languages: Iterable[str], folder: Path = _FOLDER) -> None:
        self._found: list[tuple[str, str, str, re.Pattern[str]]] = []
        self._unless: dict[tuple[str, str], re.Pattern[str]] = {}
        for tag in languages:
            path = folder / f"{tag}.yml"
            if not path.exists():
                continue
            content = yaml.safe_load(path.read_text("utf-8"))
            for word, phrases in (content.get("unless") or {}).items():
                if pattern := phrase_pattern(phrases or ()):
                    self._unless[tag, word] = pattern
            for kind in ("relation", "preferences"):
                for word, phrases in (content.get(kind) or {}).items():
                    pattern = phrase_pattern(phrases or ())
                    if pattern:
                        self._found.append((tag, kind, word, pattern))

    def heard(self, text: str, language: str | None) -> About:
        """What a message says, by the lists of its language (and English, which is mixed into
        all)."""
        folded = fold(text[:2000])
        tight = folded.replace(" ", "")
        relation, wishes = None, []
        for tag, kind, word, pattern in self._found:
            if tag not in (language, "en"):
                continue
            if not (pattern.search(folded) or (tag in UNSPACED and pattern.search(tight))):
                continue
            unless = self._unless.get((tag, word))
            if unless and unless.search(folded):
                continue
            if kind == "relation":
                relation = relation or word
            elif word not in wishes:
                wishes.append(word)
        return About(relation, tuple(wishes))


@cache
def about_words(languages: tuple[str, ...]) -> AboutWords:
    """The lists of these languages, read once."""
    return AboutWords(languages)
