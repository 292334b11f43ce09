"""From what an imported record says to our needs: rules in `mapping.yml`, read by a partner."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from directory.vocabulary import needs, read_yaml

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@lru_cache(maxsize=65536)
def _fold_word(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).replace("’", "'")


def words(text: str) -> list[str]:
    """Words of a text, without case and accents."""
    return [_fold_word(word) for word in _WORD.findall(text)]


class Phrases:
    """Many phrases looked up in a text at once, in time that grows with the text alone."""

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        """Pairs of (phrase, label); ``*`` at the end of a word stands for any ending."""
        self._first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._starts: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._seen: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for phrase, label in phrases:
            parts = tuple(p for p in (_fold_word(w) for w in phrase.split()) if p)
            entry = (parts, label)
            if parts[0].endswith("*"):
                self._starts.setdefault(parts[0][:-1], []).append(entry)
            else:
                self._first.setdefault(parts[0], []).append(entry)
        self._lengths = sorted({len(start) for start in self._starts})

    def _entries(self, word: str) -> list[tuple[tuple[str, ...], str]]:
        found = self._seen.get(word)
        if found is None:
            found = list(self._first.get(word, ()))
            for length in self._lengths:
                found += self._starts.get(word[:length], ()) if len(word) >= length else ()
            if len(self._seen) > 200_000:
                self._seen.clear()
            self._seen[word] = found
        return found

    @staticmethod
    def _fits(parts: tuple[str, ...], text: list[str], at: int) -> bool:
        if at + len(parts) > len(text):
            return False
        for part, word in zip(parts, text[at:], strict=False):
            if part.endswith("*"):
                if not word.startswith(part[:-1]):
                    return False
            elif part != word:
                return False
        return True

    def find(self, text: list[str]) -> list[tuple[int, int, str]]:
        """(start, end, label) of every phrase in a text of `words`."""
        found = []
        for at, word in enumerate(text):
            for parts, label in self._entries(word):
                if len(parts) == 1 or self._fits(parts, text, at):
                    found.append((at, at + len(parts), label))
        return found

    def labels(self, text: list[str]) -> set[str]:
        return {label for _, _, label in self.find(text)}


@dataclass(frozen=True, slots=True)
class Mapped:
    """Needs of a record: ``main`` from its name, terms or own words, ``other`` from its text."""

    main: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    why: str = "nothing matched"
    """``record``, ``correction``, ``terms``, ``name``, ``description``, ``nothing matched``."""

    @property
    def all(self) -> tuple[str, ...]:
        return self.main + self.other


@dataclass(slots=True)
class Rules:
    """The rules of `mapping.yml`, made ready."""

    phrases: Phrases
    not_anywhere: Phrases
    not_here: dict[str, Phrases]
    codes: dict[str, list[str]]
    names: dict[str, list[str]]
    shelter_names: Phrases
    shelter_descriptions: Phrases
    hidden_addresses: Phrases
    records: Mapping[str, list[str]] = field(default_factory=dict)
    generic_names: frozenset[str] = frozenset()

    def text(self, text: str) -> set[str]:
        """Needs named in a text."""
        if not text:
            return set()
        found = self._without(words(text))
        labels = set()
        for start, end, label in self.phrases.find(found):
            excluded = self.not_here.get(label)
            if excluded and any(s <= start and end <= e for s, e, _ in excluded.find(found)):
                continue
            labels.add(label)
        return labels

    def _without(self, found: list[str]) -> list[str]:
        spans = self.not_anywhere.find(found)
        for start, end, _ in reversed(spans):
            found[start:end] = ["\x00"] * (end - start)
        return found

    def term(self, code: str, name: str) -> list[str]:
        """Needs of a taxonomy term: by its code or a code above it, else by its name."""
        while code:
            if code in self.codes:
                return self.codes[code]
            code = code.rpartition("-")[0]
        return self.names.get(name.casefold(), [])

    def record(
        self,
        id: str,
        name: str,
        description: str,
        terms: Iterable[tuple[str, str]] = (),
        own: Iterable[str] = (),
        more: str = "",
    ) -> Mapped:
        """Needs of one service. ``own``: our slugs that the record itself states. ``more``: words
        of the record beside its description, such as problem codes or an application process."""
        known = needs()
        stated = tuple(dict.fromkeys(slug for slug in own if slug in known))
        if stated:
            return Mapped(stated, (), "record")
        fixed = self.records.get(id) or self.records.get(name)
        if fixed:
            return Mapped(tuple(fixed), (), "correction")
        by_term = [slug for code, term in terms for slug in self.term(code, term)]
        by_name = self.text(name)
        by_text = self.text(description) | self.text(more)
        order = {slug: need.number for slug, need in known.items()}
        main = tuple(sorted(set(by_term) | by_name, key=order.__getitem__))
        other = tuple(sorted(by_text - set(main), key=order.__getitem__))
        if not main:
            main, other = other, ()
        why = "terms" if by_term else "name" if by_name else "description" if main else ""
        return Mapped(main, other, why or "nothing matched")

    def shelter(self, names: str, description: str) -> bool:
        """True when a record reads like a place whose address must not be known."""
        found = self._without(words(names))
        if self.shelter_names.find(found):
            return True
        return bool(self.shelter_descriptions.find(self._without(words(description))))


@lru_cache(maxsize=1)
def load() -> Rules:
    """The shipped rules."""
    return build(read_yaml("mapping.yml"))


def build(rules: Mapping[str, Any]) -> Rules:
    """Rules from the content of a mapping file."""
    codes: dict[str, list[str]] = {}
    names: dict[str, list[str]] = {}
    phrases: list[tuple[str, str]] = []
    not_here: dict[str, Phrases] = {}
    for slug, rule in rules["needs"].items():
        phrases += [(phrase, slug) for phrase in rule.get("words", ())]
        for term in rule.get("terms", ()):
            kind = codes if re.fullmatch(r"[\d-]+", term) else names
            kind.setdefault(term if kind is codes else term.casefold(), []).append(slug)
        if rule.get("not"):
            not_here[slug] = Phrases((phrase, slug) for phrase in rule["not"])
    hidden = rules["confidential"]
    return Rules(
        Phrases(phrases),
        Phrases((phrase, "") for phrase in rules.get("not", ())),
        not_here,
        codes,
        names,
        Phrases((phrase, "") for phrase in hidden["names"]),
        Phrases((phrase, "") for phrase in hidden["descriptions"]),
        Phrases((phrase, "") for phrase in hidden["addresses"]),
        rules.get("records") or {},
        frozenset(rules.get("generic_names", ())),
    )
