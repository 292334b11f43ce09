"""How people really type: slips, lost accents, no punctuation, two languages in one message."""

from __future__ import annotations

import random
import unicodedata

ROMAN = {
    "ru": {
           "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh",
           "з": "z", "и": "i", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o",
           "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "ts",
           "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "_", "ы": "y", "ь": "_", "э": "e", "ю": "yu",
           "я": "ya",
    },
    "ar": {"ا": "a", "ب": "b", "ت": "t", "ث": "th", "ج": "j", "ح": "7", "خ": "5", "د": "d",
           "ذ": "th", "ر": "r", "ز": "z", "س": "s", "ش": "sh", "ص": "s", "ض": "d", "ط": "6",
           "ظ": "z", "ع": "3", "غ": "gh", "ف": "f", "ق": "q", "ك": "k", "ل": "l", "م": "m",
           "ن": "n", "ه": "h", "و": "w", "ي": "y", "ى": "a", "ة": "a", "أ": "a", "إ": "i",
           "آ": "a", "ء": "2", "ئ": "2", "ؤ": "2"},
}  # fmt: skip


def romanised(text: str, language: str | None) -> str:
    """Russian and Arabic as typed on a Latin keyboard; other languages unchanged."""
    table = ROMAN.get(language or "")
    if not table:
        return text
    return "".join(table.get(letter, letter) for letter in text.lower()).replace("_", "")


def bare(text: str) -> str:
    """Without accents; letters that are not Latin stay whole."""
    if not any("\u0041" <= c <= "\u007a" for c in text):
        return text
    split = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return unicodedata.normalize("NFC", "".join(c for c in split if not unicodedata.combining(c)))


def slipped(text: str, rng: random.Random) -> str:
    """One to three slips of the finger: a letter lost, doubled, or two swapped."""
    letters = list(text)
    for _ in range(rng.randint(1, 3)):
        if len(letters) < 6:
            break
        place = rng.randrange(1, len(letters) - 1)
        kind = rng.random()
        if kind < 0.4:
            del letters[place]
        elif kind < 0.7:
            letters.insert(place, letters[place])
        else:
            letters[place - 1], letters[place] = letters[place], letters[place - 1]
    return "".join(letters)


def noisy(text: str, language: str | None, rng: random.Random) -> str:
    """One of the ways above, or the text as it is (two in three)."""
    kind = rng.random()
    if kind < 0.10:
        return slipped(text, rng)
    if kind < 0.20:
        return bare(text)
    if kind < 0.27:
        return "".join(c for c in text if c.isalnum() or c.isspace() or c == "'") or text
    if kind < 0.31:
        return text.upper() if rng.random() < 0.3 else text.lower()
    if kind < 0.35:
        return romanised(text, language)
    return text
