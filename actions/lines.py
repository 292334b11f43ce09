"""The numbers a response may name: national and emergency lines of the directory.

A response names them as ``{line_<purpose>}``; no phone number stands in any text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from directory.contract import Directory

PURPOSES = (
    "emergency", "suicide", "domestic_violence", "caused_harm", "sexual_assault", "teen",
    "child_abuse", "elder", "native", "deaf", "trafficking", "poison", "legal", "immigration",
    "lgbtq", "victim_compensation", "forced_marriage", "tech",
)  # fmt: skip


def line_values(directory: Directory, country: str) -> Callable[[str], Mapping[str, str]]:
    """A function from language to ``line_<purpose>`` values: name and number of the line for each
    purpose, and ``line_<purpose>_number`` for the number alone. Read once a language."""
    known: dict[str, dict[str, str]] = {}

    def values(language: str) -> Mapping[str, str]:
        if language not in known:
            found: dict[str, str] = {}
            for purpose in PURPOSES:
                line = directory.line(purpose, country, language)
                if line is None or not line.phones:
                    continue
                voice = next((p for p in line.phones if p.kind == "voice"), line.phones[0])
                found[f"line_{purpose}_number"] = voice.number
                found[f"line_{purpose}"] = f"{line.name}: {voice.number}"
            known[language] = found
        return known[language]

    return values
