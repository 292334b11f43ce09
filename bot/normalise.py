"""One spelling for everything people type, before any word or model looks at it.

Two strengths: `clean` keeps a message readable (for the models and for place names), `fold` makes
exact words comparable (no case, accents, punctuation, elongation or emoji without meaning).
"""

from __future__ import annotations

import re
import unicodedata

MEANINGFUL_EMOJI = {
    "👍": " yes ", "👌": " yes ", "🆘": " sos help ", "👎": " no ", "✅": " yes ", "❌": " x ",
    "🙏": " please ", "👋": " hello ", "🔪": " knife ", "🔫": " gun ", "💊": " pills ",
}  # fmt: skip
"""Emoji that answer or warn by themselves, and the words they stand for."""

_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f"
                        "\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\uffff"
                        "\U000e0000-\U000e0fff]")  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_QUOTES = str.maketrans({"‘": "'", "’": "'", "‚": "'", "‛": "'", "ʼ": "'", "`": "'", "´": "'",
                         "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-",
                         "…": "...", "\u00a0": " ", "ـ": ""})  # fmt: skip
_ELONGATED = re.compile(r"(\D)\1{2,}")
_SPACE = re.compile(r"\s+")
_ARABIC_MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]")
_ARABIC_LETTERS = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه",
                                 "ؤ": "و", "ئ": "ي", "گ": "ك", "ی": "ي", "ک": "ك"})  # fmt: skip
_LETTERS = str.maketrans({"đ": "d", "ł": "l", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe",
                          "ı": "i", "ё": "е"})  # fmt: skip
# Latin letters that people (and attackers) swap for look-alikes of other scripts stay as they are:
# an exit word typed by a person comes from one keyboard.


def clean(text: str, limit: int = 2000) -> str:
    """Readable normal form: NFKC, no invisible or control characters, plain quotes, at most
    two of a repeated letter, at most ``limit`` characters. A message that is a command to some
    machine (``/restart``, ``/need_money{...}``) loses the slash and stays plain text."""
    text = text[: limit * 2]
    text = unicodedata.normalize("NFKC", text)
    text = _CONTROL.sub(" ", _INVISIBLE.sub("", text))
    for emoji, word in MEANINGFUL_EMOJI.items():
        if emoji in text:
            text = text.replace(emoji, word)
    text = text.translate(_QUOTES)
    text = _ELONGATED.sub(r"\1\1", text)
    text = _SPACE.sub(" ", text).strip()
    while text.startswith("/"):
        text = text[1:].lstrip()
    return text[:limit]


def fold(text: str) -> str:
    """Comparable form: case, accents, Arabic marks and letter variants, punctuation and emoji gone;
    letters repeated three times or more become one; words are separated by single spaces."""
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold().translate(_QUOTES)
    text = _ARABIC_MARKS.sub("", text).translate(_ARABIC_LETTERS)
    text = re.sub(r"(\D)\1{2,}", r"\1", text)
    decomposed = unicodedata.normalize("NFD", text.translate(_LETTERS))
    bare = "".join(
        c for c in decomposed if not unicodedata.combining(c) or 0x1100 <= ord(c) <= 0x11FF
    )
    bare = unicodedata.normalize("NFC", bare).translate(_LETTERS)
    bare = re.sub(r"(\D)\1{2,}", r"\1", bare)
    kept = "".join(c if c.isalnum() else ("" if c == "'" else " ") for c in bare)
    return _SPACE.sub(" ", kept).strip()


def has_words(text: str) -> bool:
    """Whether anything is left to understand (a letter or a digit)."""
    return any(c.isalnum() for c in text)
