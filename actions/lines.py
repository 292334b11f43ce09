"""The numbers a response may name: national and emergency lines of the directory.

A response names them as ``{line_<purpose>}``; no phone number stands in any text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from directory.contract import Directory

PURPOSES = {
    "emergency": "emergency",
    "suicide": "suicide",
    "domestic_violence": "domestic_violence",
    "caused_harm": "caused_harm",
    "sexual_assault": "sexual_assault",
    "teen": "teens",
    "child_abuse": "children",
    "elder": "elders",
    "native": "native",
    "deaf": "deaf",
    "lgbtq": "lgbtq",
    "trafficking": "trafficking",
    "poison": "poison",
    "legal": "legal_help",
    "immigration": "immigration",
}
"""Names in responses and the purposes of ``directory/national.yml`` they stand for."""


def line_values(directory: Directory, country: str) -> Callable[[str], Mapping[str, str]]:
    """A function from language to ``line_<purpose>`` values: name and number of the line for each
    purpose, and ``line_<purpose>_number`` for the number alone. Read once a language."""
    known: dict[str, dict[str, str]] = {}

    def values(language: str) -> Mapping[str, str]:
        if language not in known:
            found: dict[str, str] = {}
            for name, purpose in PURPOSES.items():
                line = directory.line(purpose, country, language)
                if line is None:
                    continue
                voice = next((p for p in line.phones if p.kind == "voice"), None)
                reach = (voice or line.phones[0]).number if line.phones else line.url or ""
                found[f"line_{name}_number"] = reach
                found[f"line_{name}"] = f"{line.name}: {reach}"
            known[language] = found
        return known[language]

    return values
