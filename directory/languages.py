"""Spoken languages of a record: from how directories write them to BCP 47 tags."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global

_ALIASES = {
    "mandarin": "zh", "mandarin chinese": "zh", "chinese": "zh", "putonghua": "zh",
    "simplified chinese": "zh", "traditional chinese": "zh", "cantonese": "yue", "creole": "ht",
    "haitian creole": "ht", "haitian": "ht", "kreyol": "ht", "kreyòl": "ht", "castilian": "es",
    "tagalog": "tl", "filipino": "tl", "pilipino": "tl", "farsi": "fa", "dari": "prs",
    "asl": "ase", "american sign language": "ase", "sign language": "ase", "soomaali": "so",
    "burmese": "my", "karen": "kar", "hmong": "hmn", "q'anjob'al": "kjb", "k'iche'": "quc",
    "quiche": "quc", "mam": "mam", "oromo": "om", "tigrinya": "ti", "kurdish": "ku",
    "portuguese (brazil)": "pt", "brazilian portuguese": "pt", "fil": "tl", "cmn": "zh",
    "navajo": "nv", "diné": "nv", "english": "en", "spanish": "es", "lsq": "fcs", "bsl": "bfi",
}  # fmt: skip
_SPLIT = re.compile(r"\s*(?:[,;/|&\n]|\band\b|\by\b|\bet\b)\s*", re.IGNORECASE)
_INTERPRETERS = re.compile(
    r"interpret|language line|languageline|translat|other languages|upon request|all languages"
    r"|many languages|any language|multilingual|\d+\+? languages",
    re.IGNORECASE,
)


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for tag, name in Locale("en").languages.items():
        names.setdefault(name.casefold(), tag.split("_")[0])
    for tag in (
        "es",
        "vi",
        "ar",
        "ko",
        "ht",
        "pt",
        "ru",
        "fr",
        "so",
        "zh",
        "fil",
        "de",
        "hi",
        "sw",
    ):
        try:
            names.setdefault(
                str(Locale(tag).get_language_name(tag)).casefold(), _ALIASES.get(tag, tag)
            )
        except (UnknownLocaleError, ValueError):
            continue
    return names | _ALIASES


@cache
def _codes() -> dict[str, str]:
    aliases = get_global("language_aliases")
    return {old: new for old, new in aliases.items() if len(old) == 3 and "_" not in new}


@lru_cache(maxsize=4096)
def tag(text: str) -> str | None:
    """The tag of one language by name or code (``Spanish``, ``es``, ``spa``, ``es-MX``), or None.

    Kept without region and script, since that is how speech is matched: ``zh-Hans`` is ``zh``.
    """
    text = text.strip().strip(".").casefold()
    if not text:
        return None
    if text in _names():
        return _names()[text]
    base = re.split(r"[-_]", text)[0]
    base = _codes().get(base, base)
    base = _ALIASES.get(base, base)
    if re.fullmatch(r"[a-z]{2,3}", base) and (base in Locale("en").languages or len(base) == 2):
        return base
    without = re.sub(r"\s*\(.*?\)|\s+(speaking|language|spoken)$", "", text).strip()
    return _names().get(without)


@lru_cache(maxsize=8192)
def tags(text: str) -> tuple[tuple[str, ...], bool, tuple[str, ...]]:
    """Tags of a cell with one or several languages, whether interpreters are named, and what was
    not understood."""
    found: dict[str, None] = {}
    unknown: list[str] = []
    for part in _SPLIT.split(text):
        if not part:
            continue
        one = tag(part)
        if one:
            found[one] = None
        elif not _INTERPRETERS.search(part):
            unknown.append(part)
    return tuple(found), bool(_INTERPRETERS.search(text)), tuple(unknown)
