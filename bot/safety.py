"""Words that work with no model at all: leaving, erasing, being watched, danger, wanting to die.

Read from ``safety/<tag>.yml`` of every language; a person in danger may write in another language
than the session's, so all are always matched. Exact and tested; no model, no I/O after loading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from bot.normalise import clean, fold

_FOLDER = Path(__file__).with_name("safety")

URGENCY = ("emergency", "suicide_risk", "being_watched", "safety_exit")
"""Safety labels of intents.yml, most urgent first."""

PHRASED = ("emergency", "suicide_risk", "being_watched")
_UNSPACED = re.compile(r"[\u3400-\u9fff\uac00-\ud7a3]")
"""Chinese has no spaces and Korean glues endings to words: phrases are matched anywhere in them."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One safety matter heard by words. ``detail`` as in intents.yml, None for exit and erase."""

    label: str
    detail: str | None
    language: str


@dataclass(frozen=True, slots=True)
class _Phrases:
    label: str
    detail: str
    language: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None

    def matches(self, folded: str, tight: str) -> bool:
        unspaced = self.language in ("zh-Hans", "ko")
        if not (self.pattern.search(folded) or (unspaced and self.pattern.search(tight))):
            return False
        return not (
            self.unless and (self.unless.search(folded) or (unspaced and self.unless.search(tight)))
        )


def _alternative(phrase: str) -> str:
    """A phrase as a pattern over folded text; ``..`` stands for up to three words (eight
    characters in Chinese and Korean)."""
    pieces = [fold(piece) for piece in phrase.split("..")]
    if _UNSPACED.search(phrase):
        return r".{0,8}".join(re.escape(piece.replace(" ", "")) for piece in pieces)
    gap = r"(?: \S+){0,3} "
    return gap.join(re.escape(piece) for piece in pieces if piece)


def phrase_pattern(phrases: Iterable[str]) -> re.Pattern[str] | None:
    """One pattern for several phrases, over text made comparable by `bot.normalise.fold`. Whole
    words only; in Chinese and Korean anywhere. The word boundary is looked at once a position and
    not once a phrase: with hundreds of phrases that decides the speed."""
    wanted = [phrase for phrase in phrases if fold(phrase)]
    spaced = {_alternative(p) for p in wanted if not _UNSPACED.search(p)}
    unspaced = {_alternative(p) for p in wanted if _UNSPACED.search(p)}
    groups = []
    if spaced:
        groups.append(rf"(?<!\S)(?:{'|'.join(sorted(spaced, key=len, reverse=True))})(?!\S)")
    if unspaced:
        groups.append("|".join(sorted(unspaced, key=len, reverse=True)))
    return re.compile("|".join(groups)) if groups else None


class SafetyWords:
    """The words of all given languages, ready to match."""

    def __init__(self, languages: Iterable[str], folder: Path = _FOLDER) -> None:
        self.exit: dict[str, str] = {}
        self.erase: dict[str, str] = {}
        self._phrases: list[_Phrases] = []
        for tag in languages:
            path = folder / f"{tag}.yml"
            if not path.exists():
                continue
            words = yaml.safe_load(path.read_text("utf-8"))
            for word in words.get("exit", ()):
                self.exit.setdefault(fold(word), tag)
            for word in words.get("erase", ()):
                self.erase.setdefault(fold(word), tag)
            for label in PHRASED:
                unless = phrase_pattern((words.get("unless") or {}).get(label) or ())
                for detail, phrases in (words.get(label) or {}).items():
                    pattern = phrase_pattern(phrases or ())
                    if pattern:
                        self._phrases.append(_Phrases(label, detail, tag, pattern, unless))

    def leaving(self, text: str) -> Heard | None:
        """Whether the whole message is a word for leaving or for erasing. Any case, accents,
        punctuation and emoji around it."""
        if len(text) > 200:
            return None
        # 👋 and the like stand for words only when something else is said; ❌ alone means leave.
        for form in (fold(text), fold(clean(text))):
            if tag := self.exit.get(form):
                return Heard("safety_exit", None, tag)
            if tag := self.erase.get(form):
                return Heard("erase", None, tag)
        return None

    def heard(self, text: str) -> tuple[Heard, ...]:
        """Safety matters said anywhere in the message, most urgent first, one a label."""
        if exit_word := self.leaving(text):
            return (exit_word,)
        folded = fold(text[:4000])
        tight = folded.replace(" ", "")
        found: dict[str, Heard] = {}
        for phrases in self._phrases:
            if phrases.label in found:
                continue
            if phrases.matches(folded, tight):
                found[phrases.label] = Heard(phrases.label, phrases.detail, phrases.language)
        return tuple(found[label] for label in PHRASED if label in found)


@cache
def safety_words(languages: tuple[str, ...]) -> SafetyWords:
    """The words of these languages, read once."""
    return SafetyWords(languages)
