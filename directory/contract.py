"""What the rest of Linden asks the resource directory, and what it gets.

Names are HSDS 3.1's (https://docs.openreferral.org/) and those of the Linden profile. All facts
are verbatim from a record; nothing here is made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Place:
    """A coarse place that a person typed: a postcode, town or region, from the gazetteer.

    ``id`` is the gazetteer's (``us:60608``, ``town:4887398``, ``region:US-IL``) and all that a
    conversation keeps; ``name`` is fit to show; latitude and longitude in degrees (WGS 84).
    """

    id: str
    name: str
    region: str
    """ISO 3166-2 code of the state or province, e.g. US-IL."""
    county: str | None
    latitude: float
    longitude: float
    timezone: str


@dataclass(frozen=True, slots=True)
class Query:
    """What a person needs. Everything but ``needs`` may be left out."""

    needs: tuple[str, ...]
    """Slugs of needs.yml; an option should serve at least one."""
    place: str | None = None
    """A `Place.id`."""
    language: str | None = None
    """BCP 47 tag of the language to be helped in."""
    preferences: frozenset[str] = frozenset()
    """Words of directory/preferences.yml: ``avoid_police``, ``not_my_community``, ``farther``,
    ``open_now``, ``by_text``, ``walk_in``, ``online``, ``men``, ``trans``, ``teen``, ``elder``,
    ``undocumented``, ``pets``, ``children``, ``deaf``, ``wheelchair``, ``community``, ``system``,
    ``no_faith``, ``women_only``."""
    channel: str | None = None
    exclude: frozenset[str] = frozenset()
    """`Option.id`s already shown."""
    lane: str = "survivor"
    """``survivor``, ``helper`` or ``caused_harm``; the last sees an
    allow-list only, no location."""
    limit: int = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an option is shown: a word for the bot's phrases (``why_<code>``) and values."""

    code: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Phone:
    """One number of a record. ``number`` is shown as is, in the local form."""

    number: str
    kind: str
    """HSDS phone type: voice, text, fax, cell, video, textphone."""
    description: str | None = None
    languages: tuple[str, ...] = ()
    always_open: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One service (at one location) as it may be shown to a person."""

    id: str
    """Stable id of the service, or of the service at its location."""
    name: str
    organization: str
    needs: tuple[str, ...]
    ring: str
    system: bool
    description: str | None
    phones: tuple[Phone, ...]
    url: str | None
    address: str | None
    """One line, verbatim; always None for a confidential location."""
    area: str | None
    """Town or county shown instead of, or beside, the address."""
    distance_km: float | None
    """None for confidential locations and for lines; never derived from a confidential place."""
    hours: str | None
    """Verbatim hours text, or None: call first."""
    open_now: bool | None
    languages: tuple[str, ...]
    interpreters: bool
    cost: str | None
    eligibility: str | None
    reports_to: tuple[str, ...]
    """police, child_protection, adult_protection, immigration, none, ask; empty: unknown, ask."""
    involves_police: bool | None
    may_send_police: bool | None
    keeps_confidence: str
    """``law``, ``promise``, ``no`` or ``unknown``."""
    may_know_family: bool | None
    vouched_by: str | None
    led_by: str | None
    assured_on: date | None
    """Last checked; None: never, and then ``imported_on`` is what is shown."""
    imported_on: date
    freshness: str
    """``fresh`` (90 days), ``aging`` (180), ``stale`` (older), ``unchecked`` (no date at all)."""
    source: str
    national: bool
    confidential: bool
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a query; ``options`` is never empty as long as national lines exist.

    ``relaxed`` names, in the order applied, what had to be let go: ``language``, ``preferences``,
    ``distance``, ``region``, ``freshness``. ``unmet`` are needs for which only a national line,
    or nothing, was found."""

    options: tuple[Option, ...]
    relaxed: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()
    more: bool = False
    """True when a further search with these excluded would show others."""
    degraded: bool = False
    """True when the directory could not be read and only built-in national lines answer."""


@dataclass(frozen=True, slots=True)
class Line:
    """A national or emergency line of ``directory/national.yml``."""

    id: str
    name: str
    purpose: str
    """``emergency``, ``domestic_violence``, ``suicide``, ``caused_harm``,
    ``sexual_assault``, ..."""
    phones: tuple[Phone, ...]
    url: str | None
    languages: tuple[str, ...]
    may_send_police: bool | None
    source: str
    checked_on: date
    confirmed: bool


class Directory(Protocol):
    """The resource directory, usable without Rasa. Calls are synchronous and take milliseconds."""

    def find_place(self, text: str, near: str | None = None) -> tuple[Place, ...]:
        """Places that a typed text may mean, best first; empty when it is none."""

    def place(self, id: str) -> Place | None: ...

    def search(self, query: Query) -> Results:
        """Never raises and, while national lines exist, is never empty."""

    def option(self, id: str, lane: str = "survivor") -> Option | None: ...

    def line(self, purpose: str, country: str = "US", language: str | None = None) -> Line | None:
        """The line to name for a purpose in a country."""
