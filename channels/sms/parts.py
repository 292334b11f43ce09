"""How a text becomes messages: cut where a reader would pause, and counted in billed parts.

The provider joins parts of one message on the phone, so only a text over its limit is cut.
"""

from __future__ import annotations

import unicodedata

import smsutil

MAX_MESSAGE = 1600
"""UTF-16 units the provider takes in one message (https://www.twilio.com/docs/errors/21617)."""

_ZWJ, _ENDS = "\u200d", ".!?\u3002\uff01\uff1f\u061f"


def count_parts(text: str) -> int:
    """Parts that are billed for one message."""
    return len(smsutil.split(text).parts)


def split_text(text: str, limit: int = MAX_MESSAGE) -> list[str]:
    """Messages of at most ``limit`` UTF-16 units, none empty, cut between paragraphs, else
    sentences, else words. A single word over the limit is cut between characters as read."""
    messages: list[str] = []
    rest = text.strip()
    while _units(rest) > limit:
        end = _cut(rest, _fits(rest, limit))
        messages.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*messages, rest] if rest else messages


def _units(text: str) -> int:
    return len(text) + sum(ord(c) > 0xFFFF for c in text)


def _fits(text: str, limit: int) -> int:
    """How many characters fit into ``limit`` units."""
    used = 0
    for place, character in enumerate(text):
        used += 2 if ord(character) > 0xFFFF else 1
        if used > limit:
            return place
    return len(text)


def _cut(text: str, most: int) -> int:
    places = range(most, 0, -1)
    for good in (_paragraph, _sentence, _word, _whole):
        if place := next((p for p in places if good(text, p)), 0):
            return place
    return max(most, 1)


def _paragraph(text: str, place: int) -> bool:
    return text[place : place + 2] == "\n\n"


def _sentence(text: str, place: int) -> bool:
    return text[place - 1] in _ENDS and (text[place].isspace() or text[place - 1] in _ENDS[3:6])


def _word(text: str, place: int) -> bool:
    """Between words; a telephone number with spaces in it is one word. Between Han, kana and
    fullwidth signs, which have no spaces, too."""
    before, after = text[place - 1], text[place]
    if after.isspace():
        beyond = text[place:].lstrip()[:1]
        number = (before.isdigit() or before in ")-") and (beyond.isdigit() or beyond in "(-")
        return not number
    wide = unicodedata.east_asian_width
    return wide(before) == wide(after) == "W" and before.isalpha() and after.isalpha()


def _whole(text: str, place: int) -> bool:
    """Not inside an emoji or a letter with its marks."""
    before, after = text[place - 1], text[place]
    joined = _ZWJ in (before, after) or unicodedata.category(after) in ("Mn", "Mc", "Me", "Cf")
    toned = "\U0001f3fb" <= after <= "\U0001f3ff"
    letters = 0
    while letters < place and "\U0001f1e6" <= text[place - 1 - letters] <= "\U0001f1ff":
        letters += 1
    flag = letters % 2 == 1 and "\U0001f1e6" <= after <= "\U0001f1ff"
    return not (joined or toned or flag)
