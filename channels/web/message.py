"""How one message looks on the page: language, direction, numbers that can be tapped, choices."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.contract import Reply
from bot.languages import registry

_NUMBER = re.compile(
    r"""(?<![\w+./-])(?:
        \+\d[\d\s().-]{6,17}\d                            # international, E.164 with its spaces
      | (?:1[\s.-])?\(?[2-9]\d{2}\)?[\s.-]{0,2}[2-9]\d{2}[\s.-]?\d{4}       # North America
      | 0\d{2,4}[\s-]\d{3,4}[\s-]?\d{3,4}                 # national, with a leading zero
      | 911 | 988 | 211 | 112 | 999
    )(?![\w-]|[./]\d)""",
    re.VERBOSE | re.ASCII,  # Chinese and Korean write words up against a number
)
"""Phone numbers as directories write them. Postcodes (60608-1234), dates, years and list numbers
are left alone: a tap must never ring by mistake."""

_LEFT_OUT = {c: None for c in range(32) if chr(c) not in "\n\t"} | {127: None}


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a message; ``tel`` is what a tap on it calls, empty for plain words."""

    text: str
    tel: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message on the page. ``number`` grows within a session, so that a page can say which it
    has shown already."""

    number: int
    language: str
    direction: str
    parts: tuple[Part, ...]
    choices: tuple[str, ...]

    def for_script(self) -> dict[str, Any]:
        """The message as page.mjs reads it."""
        return {
            "number": self.number,
            "language": self.language,
            "direction": self.direction,
            "parts": [[part.text, part.tel] for part in self.parts],
            "choices": list(self.choices),
        }


def message(number: int, reply: Reply, language: str) -> Message:
    """A reply as the page shows it."""
    known = registry().get(language)
    direction = known.direction if known else "auto"
    return Message(number, language, direction, parts(reply.text), reply.choices)


def parts(text: str) -> tuple[Part, ...]:
    """Cut a text into words and phone numbers."""
    found, end = [], 0
    for match in _NUMBER.finditer(text):
        if match.start() > end:
            found.append(Part(text[end : match.start()]))
        number = match.group()
        found.append(Part(number, "tel:" + re.sub(r"[^\d+]", "", number)))
        end = match.end()
    if end < len(text):
        found.append(Part(text[end:]))
    return tuple(found)


def clean(text: str) -> str:
    """What a person wrote, without what no text can carry: lone surrogates (they cannot be
    encoded again, on the page or anywhere) and control characters."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\r\n", "\n").translate(_LEFT_OUT).strip()
