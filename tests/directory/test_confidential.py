"""No street and no coordinate of a confidential place: not in the file, an answer, an export, a log
or a report, whatever the record looks like."""

from __future__ import annotations

import csv
import dataclasses
import json
import logging
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.settings import Settings
from directory.contract import Query
from directory.export import export_directory
from directory.importer import import_directory, import_rows
from directory.reading import Problem, Report, Row, row
from directory.schema import owner
from directory.search import LindenDirectory
from directory.sheet import OneSheet
from directory.transformer import attribute, need_attribute
from tests.directory.conftest import NOON, TODAY

STREETS = st.sampled_from(
    [
        "4711 Quillfeather Lane",
        "88 Zephyrgate Court",
        "Rue Mirabelle-Ondine 6",
        "1207 N Xanthorrhoea Blvd",
        "9 Vellichor Terrace",
        "Calle Brisafría 33",
        "601 Umbravale Road",
        "27 Oxbowhaven St.",
    ]
)
UNITS = st.sampled_from(["", "Apt 4B", "Floor 2"])
LATITUDES = st.floats(38.10001, 38.89999).map(lambda x: round(x, 5))
LONGITUDES = st.floats(-142.89999, -142.10001).map(lambda x: round(x, 5))
LEAKS = st.sampled_from([
    "Come to {street}, ring twice. Call first.",
    "We are open every day. Our house is at {street}",
    "Take bus 9 to {street} and walk.",
    "{street}",
    "GPS {latitude}, {longitude}. Please call.",
    "Nothing about where we are.",
])  # fmt: skip
KINDS = st.sampled_from(["named shelter", "needs safe place", "marked on location",
                         "marked on service", "organization", "address says so"])  # fmt: skip


@dataclasses.dataclass
class Record:
    """A confidential service with its secrets strewn about."""

    street: str
    unit: str
    latitude: float
    longitude: float
    leak: str
    kind: str

    def text(self) -> str:
        return self.leak.format(
            street=self.street, latitude=self.latitude, longitude=self.longitude
        )

    def secrets(self) -> list[str]:
        words = self.street.replace(".", "").split()
        longest = max((word for word in words if not word.isdigit()), key=len)
        return [self.street, longest, str(self.latitude), str(self.longitude)]


RECORDS = st.builds(Record, STREETS, UNITS, LATITUDES, LONGITUDES, LEAKS, KINDS)


class Made:
    """A reader that gives the rows of one made-up record, with a public one beside it."""

    name = "made"
    format = "test"

    def __init__(self, record: Record) -> None:
        self.record = record

    def rows(self, report: Report) -> Iterator[Row]:
        r = self.record
        at = ("made.csv", 2, report)
        shelter = r.kind == "named shelter"
        organization = "Fernhill Shelter" if r.kind == "organization" else "Fernhill"
        told = r.text()

        def make(table: str, values: dict[str, Any], link: str = "") -> Row:
            return row(self.name, table, values, link, *at)

        yield make("organization", {"id": "o", "name": organization, "description": told})
        yield make("service", {
            "id": "s", "organization_id": "o", "status": "active", "description": told,
            "name": "Fernhill emergency shelter" if shelter else "Fernhill program",
            "application_process": told, "alert": told, "map": f"{r.latitude},{r.longitude}",
        })  # fmt: skip
        yield need_attribute(self.name, "safety_plan", "s", at)
        if r.kind == "needs safe place":
            yield need_attribute(self.name, "safe_place", "s", at)
        if r.kind == "marked on service":
            yield attribute(self.name, "confidential", "yes", "s", at)
        if r.kind == "marked on location":
            yield attribute(self.name, "confidential", "yes", "l", at, "location")
        yield make("location", {
            "id": "l", "organization_id": "o", "location_type": "physical", "name": told,
            "latitude": r.latitude, "longitude": r.longitude, "transportation": told,
            "url": f"https://map.example/?q={r.latitude},{r.longitude}",
            "external_identifier": "uprn-100",
        })  # fmt: skip
        street = "Confidential" if r.kind == "address says so" else r.street
        yield make(
            "address",
            {
                "address_1": street,
                "address_2": r.unit,
                "city": "Tamarfell",
                "state_province": "ZZ",
                "postal_code": "42940",
                "country": "US",
                "attention": told,
                "address_type": "physical",
            },
            owner("location", "l"),
        )
        yield make("service_at_location", {"id": "a", "location_id": "l"}, owner("service", "s"))
        for link in (owner("service", "s"), owner("location", "l"),
                     owner("service_at_location", "a")):  # fmt: skip
            yield make("phone", {"number": "555-0199", "description": told}, link)
            yield make("schedule", {"description": told, "notes": told}, link)
            yield make("contact", {"name": "Jo", "department": told}, link)
        yield make("accessibility", {"description": told}, owner("location", "l"))
        yield make("metadata", {"resource_type": "location", "field_name": "address_1",
                                "previous_value": r.street, "replacement_value": told},
                   owner("location", "l"))  # fmt: skip
        yield make(
            "service_area",
            {
                "name": "Linden County",
                "extent_type": "geojson",
                "extent": json.dumps({"type": "Point", "coordinates": [r.longitude, r.latitude]}),
            },
            owner("service", "s"),
        )
        # The organization's thrift shop, public, gives the house away in a sentence.
        yield make("service", {"id": "shop", "organization_id": "o", "name": "Thrift shop",
                               "status": "active", "description": told})  # fmt: skip
        # Somebody else's record of the same house, not marked at all.
        yield make("location", {"id": "l2", "location_type": "physical", "name": "Annex",
                                "latitude": r.latitude, "longitude": r.longitude})  # fmt: skip
        yield make("address", {"address_1": r.street, "city": "Tamarfell", "state_province": "ZZ",
                               "postal_code": "42940", "country": "US",
                               "address_type": "physical"}, owner("location", "l2"))  # fmt: skip
        report(Problem("made.csv", 2, "latitude", "coordinate_zero", "leave empty"))


def _known(record: Record) -> bool:
    """When the address is only the word "Confidential", no one could know the street is one; the
    coordinates still are."""
    return record.kind != "address says so"


@settings(max_examples=60, deadline=None, phases=(Phase.generate,),
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(record=RECORDS)
def test_nothing_tells_where_a_confidential_place_is(
    gazetteer_file: Path, tmp_path_factory: pytest.TempPathFactory, record: Record,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    folder = tmp_path_factory.mktemp("made")
    shutil.copy(gazetteer_file, folder / "gazetteer.db")
    deployment = Settings(data_folder=str(folder))
    with caplog.at_level(logging.DEBUG):
        outcome = import_rows(deployment, Made(record), today=TODAY)
        directory = LindenDirectory(deployment, now=lambda: NOON)
        place = directory.find_place("42940")[0]
        answers = [
            directory.search(Query(("safety_plan", "safe_place"), place.id)),
            directory.search(Query(("safe_place",), place.id, preferences=frozenset({"farther"}))),
            directory.option("made:a"),
            directory.option("made:shop"),
        ]
        directory.close()
        export_directory(deployment, folder / "out.json")
        export_directory(deployment, folder / "out.zip")
        export_directory(deployment, folder / "csv")
    stored = deployment.directory_file.read_bytes()
    exported = (folder / "out.json").read_text("utf-8")
    exported += "".join(f.read_text("utf-8") for f in (folder / "csv").iterdir())
    shown = repr(answers) + json.dumps(outcome.as_json()) + caplog.text
    secrets = record.secrets() if _known(record) else record.secrets()[2:]
    for secret in secrets:
        assert secret.encode() not in stored
        assert secret not in exported
        assert secret not in shown
    shutil.rmtree(folder)


@settings(max_examples=12, deadline=None, phases=(Phase.generate,),
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(first=RECORDS.filter(_known), second=RECORDS.filter(_known), data=st.data())
def test_two_directories_that_differ_in_a_secret_alone_answer_alike_wherever_one_asks(
    gazetteer_file: Path, tmp_path_factory: pytest.TempPathFactory, first: Record, second: Record,
    data: st.DataObject,
) -> None:  # fmt: skip
    """The true place is not there to be triangulated: moving it changes no answer, no order and no
    distance, from any place, in any combination of wishes."""
    second = dataclasses.replace(second, kind=first.kind, leak=first.leak, unit=first.unit)
    directories = []
    for record in (first, second):
        folder = tmp_path_factory.mktemp("moved")
        shutil.copy(gazetteer_file, folder / "gazetteer.db")
        deployment = Settings(data_folder=str(folder))
        import_rows(deployment, Made(record), today=TODAY)
        directories.append(LindenDirectory(deployment, now=lambda: NOON))
    places = ["42901", "42910", "42915", "42930", "42940", "State of Linden"]
    wishes = ["farther", "open_now", "community", "avoid_police"]
    for _ in range(8):
        near = data.draw(st.sampled_from(places))
        wanted = frozenset(data.draw(st.sets(st.sampled_from(wishes))))
        answers = []
        for directory in directories:
            place = directory.find_place(near)[0]
            answers.append(
                directory.search(Query(("safe_place", "safety_plan"), place.id, preferences=wanted))
            )
        assert answers[0] == answers[1]
    for directory in directories:
        directory.close()


def test_a_shelter_is_confidential_until_it_is_marked_public(
    empty: Settings, tmp_path: Path
) -> None:
    lines = [
        (2, {"organization": "A", "service": "Silverbrook shelter", "needs": "safe_place",
             "address": "10 Silverbrook Way", "city": "Lindenwick", "state": "ZZ",
             "postal_code": "42901", "phone": "555-0100"}),
        (3, {"organization": "B", "service": "Night shelter", "needs": "safe_place",
             "address": "20 Dockside Way", "city": "Lindenwick", "state": "ZZ",
             "postal_code": "42901", "phone": "555-0101", "confidential": "no"}),
    ]  # fmt: skip
    import_rows(empty, OneSheet("two", lines, "two.csv"), today=TODAY)
    directory = LindenDirectory(empty, now=lambda: NOON)
    place = directory.find_place("42901")[0]
    options = {o.name: o for o in directory.search(Query(("safe_place",), place.id)).options}
    assert options["Silverbrook shelter"].confidential
    assert options["Silverbrook shelter"].address is None
    assert options["Silverbrook shelter"].distance_km is None
    assert options["Night shelter"].address == "20 Dockside Way, Lindenwick, ZZ 42901"
    directory.close()


def test_a_place_that_becomes_confidential_is_gone_from_the_file_after_the_next_import(
    empty: Settings,
) -> None:
    line = {"organization": "A", "service": "Advice center", "needs": "legal_help",
            "address": "31 Candlewick Row", "city": "Lindenwick", "state": "ZZ",
            "postal_code": "42901", "phone": "555-0100"}  # fmt: skip
    import_rows(empty, OneSheet("one", [(2, line)], "one.csv"), today=TODAY)
    assert b"Candlewick" in empty.directory_file.read_bytes()
    import_rows(
        empty, OneSheet("one", [(2, line | {"confidential": "yes"})], "one.csv"), today=TODAY
    )
    assert b"Candlewick" not in empty.directory_file.read_bytes()
    assert not [f for f in empty.directory_file.parent.iterdir() if f.name.endswith(".part")]


def test_the_lane_of_those_who_caused_harm_sees_an_allow_list_and_no_place(
    sample: Settings,
) -> None:
    directory = LindenDirectory(sample, now=lambda: NOON)
    place = directory.find_place("42901")[0]
    for needs in (("accountability",), ("safe_place",), ("counseling", "housing"), ("pets",)):
        results = directory.search(Query(needs, place.id, lane="caused_harm", limit=10))
        names = {o.name for o in results.options if not o.national}
        assert names <= {"Turning Ground programme", "Circle of Return"}
        for option in results.options:
            assert option.address is None and option.area is None and option.distance_km is None
            assert not {r.code for r in option.reasons} & {"area", "distance"}
    shelter = directory.search(Query(("safe_place",), place.id)).options[0]
    assert directory.option(shelter.id) is not None
    assert directory.option(shelter.id, lane="caused_harm") is None
    directory.close()


def test_survivors_are_not_sent_to_groups_for_those_who_hurt_unless_they_ask(
    sample: Settings,
) -> None:
    directory = LindenDirectory(sample, now=lambda: NOON)
    place = directory.find_place("42930")[0]
    for need in ("peer_support", "counseling"):
        names = {o.name for o in directory.search(Query((need,), place.id, limit=10)).options}
        assert "Circle of Return" not in names
    asked = directory.search(Query(("accountability",), place.id))
    assert asked.options[0].name in ("Turning Ground programme", "Circle of Return")
    directory.close()


def test_a_correction_cannot_bring_an_address_back(sample: Settings, tmp_path: Path) -> None:
    from directory.stale import read_back, work_list, write_sheet

    due = [d for d in work_list(sample, today=TODAY + timedelta(days=100)) if d.confidential]
    path = tmp_path / "sheet.csv"
    write_sheet(sample, due[:1], path)
    text = path.read_text("utf-8-sig").splitlines()
    cells = dict(zip(text[0].split(","), next(csv.reader(text[1:])), strict=True))
    cells |= {"still_right": "yes", "description": "We moved to 5000 Brandyhill Road. Call us."}
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, cells)
        writer.writeheader()
        writer.writerow(cells)
    read_back(sample, path, today=TODAY)
    assert b"Brandyhill" not in sample.directory_file.read_bytes()


def test_a_report_of_problems_never_repeats_an_address(empty: Settings, tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(
        "organization,service,needs,address,latitude,longitude,phone,hours\n"
        "A,Shelter A,safe_place,77 Hollowmere Path,abc,also wrong,12,whenever\n", "utf-8",
    )  # fmt: skip
    outcome = import_directory(empty, path, today=TODAY)
    assert outcome.problems
    assert "Hollowmere" not in json.dumps(outcome.as_json())
