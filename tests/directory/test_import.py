"""Real directories come in whole, dirty ones as far as they are sound, and every row is told of."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.settings import Settings
from directory import schema, store
from directory.importer import import_directory
from directory.reading import DirectoryUnreadable
from directory.search import LindenDirectory
from tests.directory.conftest import DATA, NOON, TODAY, asker


def rows_of(settings: Settings, table: str) -> int:
    reading = store.Reading(settings)
    with reading.engine().connect() as connection:
        count = connection.execute(sa.select(sa.func.count()).select_from(schema.TABLES[table]))
        found = int(count.scalar())
    reading.close()
    return found


def test_illinois_comes_in_whole(empty: Settings) -> None:
    outcome = import_directory(empty, DATA / "illinois", today=TODAY)
    assert outcome.read["service"] == 429 and outcome.set_aside == 1, "430 rows: one has no name"
    assert outcome.kept["location"] == 520
    assert outcome.kept["organization"] == 33
    assert rows_of(empty, "service") == 429 and rows_of(empty, "location") == 520
    nameless = [p for p in outcome.problems if not p.kept]
    assert [(p.file, p.row, p.column) for p in nameless] == [("services.csv", 431, "Services-ID")]
    assert outcome.counted.services == 429
    assert sum(outcome.counted.mapped.values()) + outcome.counted.inactive == 429
    assert [name for _, name in outcome.counted.unmapped] == ["Policy Services"]


def test_a_survivor_in_chicago_finds_immigration_help_and_hears_that_no_shelter_is_listed(
    empty: Settings,
) -> None:
    import_directory(empty, DATA / "illinois", today=TODAY)
    directory = LindenDirectory(empty, now=lambda: NOON)
    results = asker(directory)("immigration", "safe_place", near="60608", speaks="es")
    assert len(results.options) == 3
    for option in results.options:
        assert "immigration" in option.needs and not option.national
        assert option.distance_km is not None and option.distance_km < 40
        codes = {reason.code for reason in option.reasons}
        assert {"need", "distance", "unchecked"} <= codes
        assert option.phones
    assert results.unmet == ("safe_place",)
    line = directory.line("domestic_violence")
    assert line is not None and line.phones[0].number == "1-800-799-7233"
    directory.close()


def test_illinois_as_hsds_1_1_comes_in_whole(empty: Settings) -> None:
    outcome = import_directory(empty, DATA / "illinois_hsds_1.1", today=TODAY)
    assert outcome.format == "hsds-1.1-csv"
    assert outcome.kept["service"] == 429 and outcome.problem_counts["id_and_name_missing"] == 1
    assert outcome.kept["location"] == 520 + 33, "33 postal addresses of organizations"
    assert outcome.kept["schedule"] == 2492
    assert outcome.kept["phone"] + outcome.problem_counts["number_missing"] == 982


def test_florida_comes_in_whole(empty: Settings) -> None:
    outcome = import_directory(empty, DATA / "florida", today=TODAY)
    assert outcome.kept["service"] == 135 and outcome.kept["location"] == 378
    assert outcome.set_aside == 0
    assert sum(outcome.counted.mapped.values()) == 135
    directory = LindenDirectory(empty, now=lambda: NOON)
    results = asker(directory)("protection_order", near="Miami, Florida")
    assert results.options and not results.options[0].national
    assert results.relaxed == ()
    directory.close()


def test_an_import_renews_its_own_source_and_leaves_others_alone(empty: Settings) -> None:
    import_directory(empty, DATA / "florida", today=TODAY)
    import_directory(empty, DATA / "illinois", today=TODAY)
    before = rows_of(empty, "service"), rows_of(empty, "phone")
    import_directory(empty, DATA / "illinois", today=TODAY)
    assert (rows_of(empty, "service"), rows_of(empty, "phone")) == before
    reading = store.Reading(empty)
    with reading.engine().connect() as connection:
        numbers = connection.execute(
            sa.select(schema.option.c.source, sa.func.count()).group_by(schema.option.c.source)
        ).all()
    reading.close()
    assert dict(map(tuple, numbers)) == {"florida": 135, "illinois": 386}


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("letter.docx", b"PK\x03\x04", "not a form that we know"),
        ("notes.csv", b"a,b\n1,2\n", "a table, but of nothing"),
        ("empty.csv", b"", "an empty file"),
    ],
)
def test_what_is_no_directory_is_refused(
    empty: Settings, tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DirectoryUnreadable):
        import_directory(empty, path)
    assert not empty.directory_file.exists(), why


# A large HSDS 1.1 export with the dirt that real ones carry.

SERVICES = 4000


def dirty_export(folder: Path) -> Path:
    """4,000 services as HSDS 1.1, with known faults in known rows."""
    folder.mkdir()

    def table(name: str, rows: list[list[object]], encoding: str = "utf-8") -> None:
        with (folder / name).open("w", encoding=encoding, newline="") as stream:
            csv.writer(stream).writerows(rows)

    table("organizations.csv", [["id", "name", "description", "url"],
                                *[[f"o{n}", f"Organization {n}", "Helps", ""] for n in range(800)],
                                ["o5", "Organization 5", "Helps", "https://example.org/"],
                                ["", "Organization without id", "", ""]])  # fmt: skip
    services: list[list[object]] = [["id", "organization_id", "name", "description", "status"]]
    for n in range(SERVICES):
        name = ("Legal aid", "Food pantry", "Counseling", "Housing help")[n % 4]
        services.append([f"s{n}", f"o{n % 800}", f"{name} {n}", "Free help for everyone", "active"])
    services[10][0] = ""  # row 11: no id
    services[20][2] = ""  # row 21: no name
    services.append(list(services[31]))  # row 4002: row 32 again
    table("services.csv", services)
    text = (folder / "services.csv").read_bytes()
    text = text.replace(b"Food pantry 41", "Despensa de la niñez 41".encode("cp1252"))
    (folder / "services.csv").write_bytes(text)
    locations: list[list[object]] = [
        ["id", "organization_id", "name", "latitude", "longitude"],
        *[[f"l{n}", f"o{n % 800}", f"Office {n}", "41.88", "-87.63"] for n in range(SERVICES)],
    ]
    locations[5][3:] = ["985000.2", "196000.5"]  # row 6: projected
    locations[6][3:] = ["0", "0"]  # row 7
    locations[7][3] = "about 41"  # row 8
    table("locations.csv", locations)
    table(
        "services_at_location.csv",
        [
            ["id", "service_id", "location_id"],
            *[[f"a{n}", f"s{n}", f"l{n}"] for n in range(SERVICES)],
        ],
    )
    phones: list[list[object]] = [["id", "service_id", "number", "extension", "type"]]
    phones += [[f"p{n}", f"s{n}", f"312-555-{n:04d}", "", "voice"] for n in range(SERVICES)]
    phones[9][3] = "ask for Maria"  # row 10
    phones[12][2] = ""  # row 13
    phones[13][1] = ""  # row 14: hangs on nothing
    table("phones.csv", phones)
    table("physical_addresses.csv", [["id", "location_id", "address_1", "city", "state_province",
                                      "postal_code", "country"],
                                     *[[f"d{n}", f"l{n}", f"{n} State Street", "Chicago", "IL",
                                        "60602 ", "US"] for n in range(SERVICES)]])  # fmt: skip
    table("languages.csv", [["id", "service_id", "language"],
                            ["g1", "s1", "English, Spanish and Haitian Creole"],
                            ["g2", "s2", "Polish / Russian; Ukrainian"],
                            ["g3", "s3", "Klingonese"]])  # fmt: skip
    table("regular_schedules.csv", [["id", "service_id", "weekday", "opens_at", "closes_at"],
                                    ["h1", "s1", "Monday", "9:00", "17:00"],
                                    ["h2", "s2", "Monday", "24 hrs", "24 hrs"]])  # fmt: skip
    table("staff_birthdays.csv", [["id", "name"], ["1", "x"]])
    return folder


def test_a_dirty_export_brings_what_is_sound_and_names_every_fault(
    empty: Settings, tmp_path: Path
) -> None:
    outcome = import_directory(empty, dirty_export(tmp_path / "dirty"), today=TODAY)
    named = {(p.file, p.row, p.column, p.code) for p in outcome.problems}
    for fault in (
        ("services.csv", 11, "id", "id_missing"),
        ("services.csv", 21, "name", "name_missing"),
        ("services.csv", 43, "name", "not_utf8"),
        ("services.csv", 4002, "id", "id_repeated"),
        ("organizations.csv", 802, "id", "id_repeated"),
        ("organizations.csv", 803, "id", "id_missing"),
        ("locations.csv", 6, "latitude", "coordinate_no_degrees"),
        ("locations.csv", 7, "latitude", "coordinate_zero"),
        ("locations.csv", 8, "latitude", "not_a_number"),
        ("phones.csv", 10, "extension", "not_a_number"),
        ("phones.csv", 13, "number", "number_missing"),
        ("phones.csv", 14, "location_id/service_id/organization_id/contact_id/"
                           "service_at_location_id", "hangs_on_nothing"),
        ("regular_schedules.csv", 3, "opens_at", "hours_unclear"),
        ("languages.csv", 2, "language", "several_in_a_cell"),
        ("languages.csv", 3, "language", "several_in_a_cell"),
        ("staff_birthdays.csv", None, None, "file_unknown"),
    ):  # fmt: skip
        assert fault in named, fault
    assert all(problem.remedy for problem in outcome.problems)
    assert outcome.kept["service"] == SERVICES - 1
    assert outcome.counted.languages_unknown == {"Klingonese": 1}
    reading = store.Reading(empty)
    with reading.engine().connect() as connection:
        name, cards = connection.execute(
            sa.select(schema.TABLES["service"].c.name).where(schema.TABLES["service"].c.id == "s41")
        ).scalar(), connection.execute(
            sa.select(schema.option.c.card).where(schema.option.c.id == "dirty:a1")
        ).scalar()  # fmt: skip
    reading.close()
    assert name == "Despensa de la niñez 41"
    assert sorted(json.loads(cards)["languages"]) == ["en", "es", "ht"]


def test_a_single_json_line_that_breaks_does_not_lose_the_rest(
    empty: Settings, tmp_path: Path
) -> None:
    good = (DATA / "hsds_3.1" / "examples_json" / "service_full.json").read_text("utf-8")
    path = tmp_path / "feed.ndjson"
    path.write_text(json.dumps(json.loads(good)) + '\n{"id": "broken', "utf-8")
    outcome = import_directory(empty, path, today=TODAY)
    assert outcome.kept["service"] == 1
    assert outcome.problem_counts["json_broken"] == 1


def test_the_form_from_which_hsds_came_is_read_too(empty: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "ohana"
    shutil.copytree(DATA / "ohana_sample_san_mateo", folder)
    outcome = import_directory(empty, folder, today=TODAY)
    assert outcome.kept["organization"] == 8 and outcome.kept["location"] == 22
    assert outcome.kept["service"] == 23 and outcome.kept["service_at_location"] == 23
    directory = LindenDirectory(empty, now=lambda: NOON)
    results = asker(directory)("basic_needs", near="Redwood City, CA")
    assert not results.options[0].national
    directory.close()
