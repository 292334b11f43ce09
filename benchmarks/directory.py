"""How fast the directory answers, beside a plain scan and a bare R*Tree in the same run.

Services are made up over all US postcodes: one to four needs, one to six languages, a quarter with
a county as service area. They come in through the same import as any HSDS 3.1 feed.
"""

from __future__ import annotations

import json
import math
import multiprocessing
import random
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from bot.settings import Settings
from directory import order, places, schema
from directory.contract import Query
from directory.importer import import_directory
from directory.profile import NEEDS_TAXONOMY, TAXONOMY, made_id
from directory.search import LindenDirectory
from directory.vocabulary import needs

_LANGUAGES = ("en", "es", "zh", "vi", "ar", "ko", "tl", "ht", "pt", "ru", "fr", "so")
_QUESTIONS = 300
_TODAY = date(2026, 11, 24)
_SEED = 20261124


def _term(taxonomy: str, code: str) -> dict[str, Any]:
    return {"id": made_id("term", taxonomy, code), "code": code, "name": code,
            "description": code, "taxonomy": taxonomy}  # fmt: skip


class MadeUp:
    """A feed of made-up services as lines of HSDS 3.1 JSON."""

    def __init__(self, count: int, gazetteer: Path) -> None:
        self._count = count
        with sqlite3.connect(f"file:{gazetteer}?mode=ro", uri=True) as connection:
            self._places = connection.execute(
                "SELECT substr(id, 4), town, substr(region, 4), county, latitude, longitude"
                " FROM place WHERE id LIKE 'us:%' AND region <> 'US-ZZ' ORDER BY id"
            ).fetchall()
        connection.close()

    def write(self, file: Path) -> None:
        """Write the feed, a service a line."""
        draw = random.Random(_SEED)
        slugs = list(needs())
        with file.open("w", encoding="utf-8") as stream:
            for number in range(self._count):
                stream.write(json.dumps(self._service(number, draw, slugs)) + "\n")

    def _service(self, number: int, draw: random.Random, slugs: list[str]) -> dict[str, Any]:
        code, town, state, county, latitude, longitude = draw.choice(self._places)
        own = draw.sample(slugs, draw.choice((1, 1, 2, 2, 3, 4)))
        spoken = draw.sample(_LANGUAGES, draw.choice((1, 1, 2, 2, 3, 6)))
        area = draw.random()
        said = county if area < 0.25 else state if area < 0.3 else None
        said = "nationwide" if area > 0.998 else said
        service: dict[str, Any] = {
            "id": f"s{number:08d}", "name": f"Service {number}", "status": "active",
            "description": "Help for people in the county and beyond, by appointment. " * 3,
            "assured_date": _TODAY.replace(month=draw.randint(7, 11)).isoformat(),
            "organization": {"id": f"o{number // 3:08d}", "name": f"Organization {number // 3}",
                             "description": "Helps."},
            "phones": [{"id": f"p{number}", "number": f"312-555-{number % 10000:04d}"}],
            "languages": [{"id": f"g{number}-{tag}", "code": tag} for tag in spoken],
            "schedules": [{"id": f"h{number}", "freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR",
                           "opens_at": "09:00", "closes_at": "17:00"}],
            "attributes": [
                {"id": f"n{number}-{need}", "value": need,
                 "taxonomy_term": _term(NEEDS_TAXONOMY, need)}
                for need in own
            ] + [{"id": f"c{number}", "value": "no",
                  "taxonomy_term": _term(TAXONOMY, "confidential")}],
            "service_at_locations": [{"id": f"a{number:08d}", "location": {
                "id": f"l{number:08d}", "location_type": "physical", "name": "Office",
                "latitude": round(latitude + draw.uniform(-0.02, 0.02), 5),
                "longitude": round(longitude + draw.uniform(-0.02, 0.02), 5),
                "addresses": [{"id": f"d{number}", "address_1": f"{number % 900 + 1} Main Street",
                               "city": town, "state_province": state, "postal_code": code,
                               "country": "US", "address_type": "physical"}],
            }}],
        }  # fmt: skip
        if said:
            service["service_areas"] = [{"id": f"r{number}", "name": said}]
        return service


def _memory_mb(name: str) -> float:
    """``VmHWM`` (the most so far) or ``VmRSS`` (now) of this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return 0.0


def _import(settings: Settings, feed: Path) -> dict[str, float]:
    """Import in a process of its own, so that its memory can be told."""
    began, cpu = time.perf_counter(), time.process_time()
    import_directory(settings, feed, today=_TODAY)
    return {
        "seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time() - cpu,
        "peak_mb": _memory_mb("VmHWM"),
    }


def _in_a_process(settings: Settings, feed: Path) -> dict[str, float]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_import, (settings, feed))


def _points(gazetteer: places.Gazetteer, draw: random.Random, dense: bool) -> list[str]:
    sql = "SELECT id FROM place WHERE id LIKE 'us:%' AND region <> 'US-ZZ'"
    if dense:
        sql = ("SELECT id FROM place WHERE id LIKE 'town:%' AND region LIKE 'US-%'"
               " AND population > 100000")  # fmt: skip
    rows = [row[0] for row in gazetteer._all(sql + " ORDER BY id")]
    return [draw.choice(rows) for _ in range(_QUESTIONS)]


def _kinds(gazetteer: places.Gazetteer) -> dict[str, list[Query]]:
    draw = random.Random(7)
    slugs = list(needs())

    def spoken() -> str:
        return draw.choice(_LANGUAGES)

    wishes = frozenset({"avoid_police", "open_now"})
    towns, anywhere = _points(gazetteer, draw, True), _points(gazetteer, draw, False)
    return {
        "town, need and language": [
            Query((draw.choice(slugs),), p, spoken(), limit=5) for p in towns
        ],
        "anywhere, need and language (widening)": [
            Query((draw.choice(slugs),), p, spoken(), limit=5) for p in anywhere
        ],
        "anywhere, need": [Query((draw.choice(slugs),), p, limit=5) for p in anywhere],
        "three needs, language, two wishes": [
            Query(tuple(draw.sample(slugs, 3)), p, spoken(), wishes)
            for p in anywhere
        ],
        "a state": [
            Query((draw.choice(slugs),), f"region:{draw.choice(list(places.regions()))}", spoken())
            for _ in range(100)
        ],
    }  # fmt: skip


def _timed(ask: Callable[[Any], Any], questions: list[Any]) -> dict[str, float]:
    for question in questions[:20]:
        ask(question)
    times = []
    for question in questions:
        began = time.perf_counter()
        ask(question)
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    return {"p50_ms": statistics.median(times), "p95_ms": times[int(len(times) * 0.95)]}


class _Bare:
    """The limit: an R*Tree and two key tables in a file of their own, five nearest within 25 km,
    no ranking, no reasons, no records; and the plain scan of all that serve a need."""

    def __init__(self, settings: Settings, file: Path) -> None:
        self._connection = sqlite3.connect(file)
        c = self._connection
        c.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
            "CREATE VIRTUAL TABLE box USING rtree(id, lat0, lat1, lon0, lon1);"
            "CREATE TABLE point (id INTEGER PRIMARY KEY, lat REAL, lon REAL);"
            "CREATE TABLE serves (need INTEGER, id INTEGER, PRIMARY KEY (need, id)) WITHOUT ROWID;"
            "CREATE TABLE speaks (tag TEXT, id INTEGER, PRIMARY KEY (tag, id)) WITHOUT ROWID;"
        )
        source = sqlite3.connect(f"file:{settings.directory_file}?mode=ro", uri=True)
        rows = source.execute(
            "SELECT need, number, latitude, longitude, languages FROM option_near"
        )
        for need, number, latitude, longitude, languages in rows:
            c.execute("INSERT OR IGNORE INTO point VALUES (?,?,?)", (number, latitude, longitude))
            c.execute("INSERT INTO serves VALUES (?,?)", (need, number))
            for tag in languages.split():
                c.execute("INSERT OR IGNORE INTO speaks VALUES (?,?)", (tag, number))
        c.execute("INSERT INTO box SELECT id, lat, lat, lon, lon FROM point")
        c.execute("ANALYZE")
        c.commit()
        source.close()
        c.create_function("km", 4, lambda a, b, p, q: order.kilometres((a, b), (p, q)),
                          deterministic=True)  # fmt: skip

    def nearest(self, question: tuple[int, str, float, float]) -> list[Any]:
        need, tag, latitude, longitude = question
        high = 25 / 111.2
        wide = high / math.cos(math.radians(latitude))
        return self._connection.execute(
            "SELECT b.id, km(?, ?, p.lat, p.lon) AS far FROM box b JOIN point p ON p.id = b.id"
            " WHERE b.lat0 >= ? AND b.lat1 <= ? AND b.lon0 >= ? AND b.lon1 <= ?"
            " AND EXISTS (SELECT 1 FROM serves s WHERE s.need = ? AND s.id = b.id)"
            " AND EXISTS (SELECT 1 FROM speaks l WHERE l.tag = ? AND l.id = b.id)"
            " AND km(?, ?, p.lat, p.lon) <= 25 ORDER BY far LIMIT 5",
            (latitude, longitude, latitude - high, latitude + high, longitude - wide,
             longitude + wide, need, tag, latitude, longitude),
        ).fetchall()  # fmt: skip

    def scan(self, question: tuple[int, str, float, float]) -> list[Any]:
        need, tag, latitude, longitude = question
        return self._connection.execute(
            "SELECT p.id, km(?, ?, p.lat, p.lon) AS far FROM point p"
            " WHERE EXISTS (SELECT 1 FROM serves s WHERE s.need = ? AND s.id = p.id)"
            " AND EXISTS (SELECT 1 FROM speaks l WHERE l.tag = ? AND l.id = p.id)"
            " AND far <= 25 ORDER BY far LIMIT 5",
            (latitude, longitude, need, tag),
        ).fetchall()

    def close(self) -> None:
        self._connection.close()


def _measure(settings: Settings, feed: Path) -> dict[str, Any]:
    found: dict[str, Any] = {"import": _in_a_process(settings, feed)}
    directory = LindenDirectory(settings)
    try:
        found["questions"] = {
            kind: _timed(directory.search, questions)
            for kind, questions in _kinds(directory.gazetteer).items()
        }
        sample = _kinds(directory.gazetteer)["town, need and language"][0]
        assert not directory.search(sample).degraded
    finally:
        directory.close()
    found["resident_mb"] = _memory_mb("VmRSS")
    return found


def run(services: int = 100_000, as_json: bool = False) -> dict[str, Any]:
    """Measure SQLite, PostgreSQL (when the package pgserver is there), a bare R*Tree and a scan."""
    result: dict[str, Any] = {"services": services}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(data_folder=str(folder))
        places.build(places.file_of(settings))
        feed = folder / "benchmark.ndjson"
        MadeUp(services, places.file_of(settings)).write(feed)
        _say("sqlite")
        result["sqlite"] = _measure(settings, feed)
        result["sqlite"]["file_mb"] = settings.directory_file.stat().st_size / 1e6
        gazetteer = places.open_gazetteer(settings)
        _say("bare R*Tree and plain scan")
        bare = _Bare(settings, folder / "bare.db")
        questions = []
        for query in _kinds(gazetteer)["town, need and language"]:
            place = gazetteer.get(query.place or "")
            assert place is not None
            questions.append((needs()[query.needs[0]].number, query.language or "",
                              place.latitude, place.longitude))  # fmt: skip
        result["bare R*Tree"] = _timed(bare.nearest, questions)
        result["plain scan"] = _timed(bare.scan, questions[:30])
        bare.close()
        gazetteer.close()
        result["postgresql"] = _server(folder, feed)
    result["cells per degree"] = schema.CELL
    if as_json:
        print(json.dumps(result))
    else:
        _print(result)
    return result


def _say(stage: str) -> None:
    """Progress for who waits at a terminal; quiet on a pipe."""
    if sys.stderr.isatty():
        print(f"... {stage}", file=sys.stderr, flush=True)


def _server(folder: Path, feed: Path) -> dict[str, Any] | None:
    try:
        import pgserver
    except ImportError:
        return None
    # Run as root, PostgreSQL changes to a user of its own, who cannot enter a private folder.
    folder.chmod(0o755)
    data = folder / "postgresql"
    _say("postgresql")
    server = pgserver.get_server(str(data))
    try:
        return _measure(Settings(data_folder=str(folder), database_url=server.get_uri()), feed)
    finally:
        server.cleanup()
        shutil.rmtree(data, ignore_errors=True)


def _print(result: dict[str, Any]) -> None:
    print(f"{result['services']:,} services")
    for backend in ("sqlite", "postgresql"):
        found = result[backend]
        if found is None:
            print(f"{backend}: skipped, the package pgserver is not installed")
            continue
        took = found["import"]
        print(
            f"{backend}: import {took['seconds']:.1f} s ({took['cpu_seconds']:.1f} s of CPU),"
            f" peak {took['peak_mb']:.0f} MB"
        )
        for kind, times in found["questions"].items():
            print(f"  {kind:42} p50 {times['p50_ms']:7.2f} ms   p95 {times['p95_ms']:7.2f} ms")
    for kind in ("bare R*Tree", "plain scan"):
        times = result[kind]
        print(f"{kind:44} p50 {times['p50_ms']:7.2f} ms   p95 {times['p95_ms']:7.2f} ms")
    ours = result["sqlite"]["questions"]["town, need and language"]["p95_ms"]
    print(f"whole answer / bare R*Tree at p95: {ours / result['bare R*Tree']['p95_ms']:.2f}")
