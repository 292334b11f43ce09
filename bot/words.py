"""Everything Linden says, read from ``responses/<tag>/<topic>.yml``.

Python passes names and values, never sentences. A file holds

    language: es
    responses:            # whole messages, named utter_<topic>_<what>
      utter_greet:
        text: ["...", "..."]       # one wording or several
        sms: "..."                 # a shorter form where the channel asks for it
        choices: [choice_more]     # phrases offered as taps
        once: true                 # wordings are never repeated in a session; then nothing is said
    phrases:              # parts of messages: names of needs, reasons, labels
      need_money: dinero

Values in braces are filled by name. A value may itself be a `Phrase`, or a list of them, so that a
list of options is put together in the person's own language.
"""

from __future__ import annotations

import string
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml
from babel import Locale
from babel.dates import format_date
from babel.lists import format_list

from bot.facts import withdrawn
from bot.settings import ROOT

_FOLDER = ROOT / "bot" / "responses"
_LOCALES = {"ht": "fr", "tl": "fil", "zh-Hans": "zh_Hans", "pt-BR": "pt_BR"}
_RELOAD_S = 2.0
"""How often the files are looked at for edits; text edits go live without a restart."""


class WordsMissing(KeyError):
    """A response or phrase that no language has: a mistake in code, found by tests."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One response in one language. ``once``: never say a wording twice in a session."""

    text: tuple[str, ...]
    sms: tuple[str, ...]
    choices: tuple[str, ...]
    once: bool


@dataclass(frozen=True, slots=True)
class Said:
    """A rendered response; empty text when there is nothing left to say."""

    text: str
    choices: tuple[str, ...]


def phrase(name: str, /, **values: Any) -> dict[str, Any]:
    """A phrase by name, as a value that survives JSON between action and words."""
    return {"phrase": name, "values": values}


def lines(items: Sequence[Any], between: str = "\n") -> dict[str, Any]:
    """Several values one after the other (not as a sentence), e.g. one a line."""
    return {"items": list(items), "between": between}


def day(value: date) -> dict[str, str]:
    """A date, written as the language writes dates (CLDR), right to left where it is read so."""
    return {"day": value.isoformat()}


def _locale(language: str) -> Locale:
    return Locale.parse(_LOCALES.get(language, language))


def _tuple(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(v) for v in value) if isinstance(value, list) else (str(value),)


def _wording(value: Any) -> Wording:
    if isinstance(value, (str, list)):
        value = {"text": value}
    text = _tuple(value.get("text"))
    return Wording(
        text,
        _tuple(value.get("sms")) or text,
        _tuple(value.get("choices")),
        bool(value.get("once")),
    )


class _Fields(string.Formatter):
    """Only plain ``{name}`` fields; no attribute or index access, whatever stands in the YAML."""

    def get_field(self, field_name: str, args: Any, kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        return kwargs[field_name], field_name


_fields = _Fields()


def placeholders(text: str) -> set[str]:
    """Names in braces. Raises ValueError for broken braces."""
    return {name for _, name, _, _ in _fields.parse(text) if name is not None}


class Words:
    """All languages' responses and phrases, re-read when a file changes."""

    def __init__(self, default: str = "en", folder: Path = _FOLDER) -> None:
        self.default = default
        self._folder = folder
        self._lock = threading.Lock()
        self._stamp: tuple[tuple[str, int], ...] = ()
        self._looked = 0.0
        self._responses: dict[str, dict[str, Wording]] = {}
        self._phrases: dict[str, dict[str, str]] = {}
        self.lines: Callable[[str], Mapping[str, str]] = lambda language: {}
        """Values named ``line_<purpose>`` for a language: numbers of the directory's national
        lines, the only phone numbers a response may hold. Set where the process is put together."""
        self.today: Callable[[], date] = lambda: datetime.now(UTC).date()
        self.reload()

    def files(self) -> Iterator[Path]:
        yield from sorted(self._folder.glob("*/*.yml"))

    def reload(self) -> None:
        """Read all files again. A file that does not parse leaves the last good words in use."""
        responses: dict[str, dict[str, Wording]] = {}
        phrases: dict[str, dict[str, str]] = {}
        stamp = []
        for path in self.files():
            stamp.append((str(path), path.stat().st_mtime_ns))
            content = yaml.safe_load(path.read_text("utf-8")) or {}
            tag = path.parent.name
            for name, value in (content.get("responses") or {}).items():
                responses.setdefault(tag, {})[name] = _wording(value)
            for name, value in (content.get("phrases") or {}).items():
                phrases.setdefault(tag, {})[name] = str(value)
        self._responses, self._phrases, self._stamp = responses, phrases, tuple(stamp)

    def _refresh(self) -> None:
        now = time.monotonic()
        if now - self._looked < _RELOAD_S:
            return
        with self._lock:
            self._looked = now
            try:
                stamp = tuple((str(p), p.stat().st_mtime_ns) for p in self.files())
                if stamp != self._stamp:
                    self.reload()
            except (OSError, yaml.YAMLError):
                return

    def names(self, language: str) -> set[str]:
        return set(self._responses.get(language, ()))

    def phrase_names(self, language: str) -> set[str]:
        return set(self._phrases.get(language, ()))

    def wording(self, name: str, language: str) -> Wording:
        """Raises `WordsMissing` when neither the language nor the default has it."""
        for tag in (language, self.default, "en"):
            found = self._responses.get(tag, {}).get(name)
            if found is not None:
                return found
        raise WordsMissing(name)

    def has(self, name: str, language: str) -> bool:
        """Whether this language has the phrase itself."""
        return name in self._phrases.get(language, {})

    def phrase(self, name: str, language: str, values: Mapping[str, Any] | None = None) -> str:
        """A phrase with its values filled in. Raises `WordsMissing`."""
        self._refresh()
        for tag in (language, self.default, "en"):
            found = self._phrases.get(tag, {}).get(name)
            if found is not None:
                return self._fill(found, values or {}, language)
        raise WordsMissing(name)

    def say(
        self,
        name: str,
        language: str,
        channel: str = "web",
        nth: int = 0,
        values: Mapping[str, Any] | None = None,
    ) -> Said:
        """A response in a language for a channel. ``nth``: how many of its wordings this session
        has heard already."""
        self._refresh()
        if name in withdrawn(self.today()):
            name = "utter_rules_change"
        wording = self.wording(name, language)
        texts = wording.sms if channel == "sms" else wording.text
        if not texts or (wording.once and nth >= len(texts)):
            return Said("", ())
        text = self._fill(texts[nth % len(texts)], values or {}, language)
        text = "\n".join(line.rstrip() for line in text.splitlines()).strip()
        return Said(text, tuple(self.phrase(c, language) for c in wording.choices))

    def _fill(self, text: str, values: Mapping[str, Any], language: str) -> str:
        if "{" not in text:
            return text
        wanted = placeholders(text)
        if any(name.startswith("line_") for name in wanted):
            values = {**self.lines(language), **values}
        filled = {name: self.value(values.get(name), language) for name in wanted}
        # A line that held only what there is none of is left out, not left empty.
        rows = [
            row
            for line in text.split("\n")
            if (row := _fields.vformat(line, (), filled)).strip() or not placeholders(line)
        ]
        return "\n".join(rows)

    def value(self, value: Any, language: str) -> str:
        """A value as words: a phrase, a list of values joined as the language joins lists, or
        itself."""
        if value is None:
            return ""
        if isinstance(value, Mapping):
            if "phrase" in value:
                return self.phrase(str(value["phrase"]), language, value.get("values") or {})
            if "day" in value:
                return str(
                    format_date(
                        date.fromisoformat(str(value["day"])), "medium", locale=_locale(language)
                    )
                )
            parts = [self.value(item, language) for item in value["items"]]
            return str(value.get("between", "\n")).join(part for part in parts if part)
        if isinstance(value, (list, tuple)):
            parts = [part for item in value if (part := self.value(item, language))]
            return join_list(parts, language)
        return str(value)


def join_list(parts: Sequence[str], language: str) -> str:
    """ "a, b and c" in the language (CLDR list patterns; Kreyòl and Soomaali have none there)."""
    if language in ("ht", "so") and len(parts) > 1:
        last = {"ht": " ak ", "so": " iyo "}[language]
        return ", ".join(parts[:-1]) + last + parts[-1]
    return str(format_list(list(parts), locale=_locale(language)))
