"""The Linden profile of HSDS: what a record says beyond the standard, as attributes.

Every field travels as an HSDS ``attribute`` of the service (or of its location, for
``confidential``) with a ``taxonomy_term`` of the taxonomy ``linden-profile`` whose ``code`` is the
field's name, and needs as attributes of the taxonomy ``linden-needs``. docs/directory/profile.md
documents it for partners. An unknown is never a no: absent means that nobody has said.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

NAMESPACE = uuid.UUID("7d9f6a52-0c6e-5e0c-9a51-6c8e1b6f2a10")
"""Ids that a record lacks are made from this and from what it says, so they stay the same."""

TAXONOMY = "linden-profile"
NEEDS_TAXONOMY = "linden-needs"

RINGS = ("individual", "relationship", "community", "society")
REPORTS = ("police", "child_protection", "adult_protection", "immigration", "none", "ask")
CONFIDENCE = ("law", "promise", "no", "unknown")
ENTER = ("public_areas", "unknown")
TRISTATE = ("men", "trans", "undocumented", "pets", "children", "teen", "elder", "deaf",
            "wheelchair")  # fmt: skip


class ProfileValueInvalid(ValueError):
    """A profile field has a value that it cannot have; the message says which it can."""


@dataclass(slots=True)
class Profile:
    """One service's profile. None everywhere means unknown."""

    ring: str | None = None
    system: bool | None = None
    confidential: bool | None = None
    reports_to: tuple[str, ...] = ()
    involves_police: bool | None = None
    enforcement_can_enter: str | None = None
    keeps_confidence: str = "unknown"
    dv_trained: bool | None = None
    vouched_by: str | None = None
    listed_with_consent: bool | None = None
    led_by: str | None = None
    may_know_family: bool | None = None
    may_send_police: bool | None = None
    paused_until: str | None = None
    communities: tuple[str, ...] = ()
    men: bool | None = None
    trans: bool | None = None
    undocumented: bool | None = None
    pets: bool | None = None
    children: bool | None = None
    teen: bool | None = None
    elder: bool | None = None
    deaf: bool | None = None
    wheelchair: bool | None = None
    women_only: bool | None = None
    faith: bool | None = None
    walk_in: bool | None = None
    online: bool | None = None
    interpreters: bool | None = None
    open_to_caused_harm: bool | None = None
    national: bool | None = None
    pair: str | None = None
    children_ages: str | None = None
    checked_until: str | None = None
    service_area: tuple[str, ...] = field(default=())
    """Areas in our own keys (``US-IL/cook``), beside HSDS' free-text service_area."""


_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "ring": RINGS,
    "reports_to": REPORTS,
    "keeps_confidence": CONFIDENCE,
    "enforcement_can_enter": ENTER,
}
_LISTS = frozenset({"reports_to", "communities", "service_area"})
_TEXTS = frozenset({
    "ring", "enforcement_can_enter", "keeps_confidence", "vouched_by", "led_by", "paused_until",
    "pair", "children_ages", "checked_until",
})  # fmt: skip
FIELDS: tuple[str, ...] = tuple(f.name for f in fields(Profile))
_YES = frozenset({"yes", "y", "true", "1", "si", "sí", "x", "ja", "oui"})
_NO = frozenset({"no", "n", "false", "0", "nein", "non"})


def boolean(text: str) -> bool | None:
    """Yes, no or (empty, ``unknown``, ``ask``) nothing. Raises `ProfileValueInvalid`."""
    value = text.strip().casefold()
    if value in _YES:
        return True
    if value in _NO:
        return False
    if value in ("", "unknown", "ask", "?", "n/a", "na"):
        return None
    raise ProfileValueInvalid("yes, no or unknown")


def put(profile: Profile, name: str, value: str) -> None:
    """Set a field from its text. Raises `ProfileValueInvalid` and KeyError for no such field."""
    if name not in FIELDS:
        raise KeyError(name)
    value = (value or "").strip()
    if name in _LISTS:
        items = tuple(part.strip() for part in value.split(";") if part.strip())
        _choose(name, items)
        setattr(profile, name, tuple(dict.fromkeys(getattr(profile, name) + items)))
    elif name in _TEXTS:
        if value:
            _choose(name, (value,))
            setattr(profile, name, value)
    else:
        setattr(profile, name, boolean(value))


def _choose(name: str, items: Iterable[str]) -> None:
    choices = _CHOICES.get(name)
    if choices and any(item not in choices for item in items):
        raise ProfileValueInvalid(", ".join(choices))


def texts(profile: Profile) -> dict[str, str]:
    """What differs from unknown, as the texts that `put` reads back."""
    found = {}
    empty = Profile()
    for name in FIELDS:
        value = getattr(profile, name)
        if value == getattr(empty, name):
            continue
        if isinstance(value, bool):
            found[name] = "yes" if value else "no"
        elif isinstance(value, tuple):
            found[name] = "; ".join(value)
        else:
            found[name] = str(value)
    return found


def made_id(*parts: str) -> str:
    """A stable id for something that came without one."""
    return str(uuid.uuid5(NAMESPACE, "\x1f".join(parts)))


TAXONOMY_ID = made_id("taxonomy", TAXONOMY)
NEEDS_TAXONOMY_ID = made_id("taxonomy", NEEDS_TAXONOMY)


def taxonomy_rows() -> list[tuple[str, dict[str, Any]]]:
    """HSDS rows of both taxonomies, so that an export stands on its own."""
    from directory.vocabulary import needs

    rows: list[tuple[str, dict[str, Any]]] = [
        (
            "taxonomy",
            {"id": TAXONOMY_ID, "name": TAXONOMY, "description": "Linden profile of HSDS"},
        ),
        (
            "taxonomy",
            {
                "id": NEEDS_TAXONOMY_ID,
                "name": NEEDS_TAXONOMY,
                "description": "Needs that a person can bring",
            },
        ),
    ]
    rows += [("taxonomy_term", term_row(name)) for name in FIELDS]
    rows += [("taxonomy_term", term_row(n.slug, n.means)) for n in needs().values()]
    return rows


def term_row(code: str, means: str | None = None) -> dict[str, Any]:
    """The HSDS taxonomy_term of a profile field, or of a need when ``means`` is given."""
    taxonomy = NEEDS_TAXONOMY if means else TAXONOMY
    taxonomy_id = NEEDS_TAXONOMY_ID if means else TAXONOMY_ID
    return {
        "id": made_id("term", taxonomy, code),
        "code": code,
        "name": code.replace("_", " "),
        "description": means or code.replace("_", " "),
        "taxonomy": taxonomy,
        "taxonomy_id": taxonomy_id,
        "language": "en",
    }


PROFILE_TERMS: dict[str, str] = {made_id("term", TAXONOMY, name): name for name in FIELDS}
"""taxonomy_term id -> field, for reading attributes without looking terms up."""

# --- what is filtered by, as bits -----------------------------------------------------------

_BITS = (
    "system", "confidential", "national", "caused_harm", "involves_police", "vouched",
    "close_community", "faith", "women_only", "text", "walk_in", "online", "interpreters",
    "dv_trained", "keeps_confidence", "relationship", "asks_first", "always_open", "has_phone",
    "shelter", "has_hours", "has_area", "located", "has_main", "youth_only", "elders_only",
    *TRISTATE, *(f"no_{name}" for name in TRISTATE),
)  # fmt: skip
FLAG: dict[str, int] = {name: 1 << number for number, name in enumerate(_BITS)}
"""Name -> bit of `option_near.flags`. The order is part of stored directories: add at the end."""
