"""Rules of order by example: fit, area and distance, freshness, community before system."""

from __future__ import annotations

from typing import Any

import pytest

from bot.settings import Settings
from directory.importer import import_rows
from directory.search import LindenDirectory
from directory.sheet import OneSheet
from tests.directory.conftest import NOON, TODAY, Ask, asker

BASE = {"needs": "legal_help", "phone": "555-0100", "state": "ZZ", "city": "Lindenwick",
        "postal_code": "42901", "address": "1 Way", "assured_date": "2026-11-20",
        "service_area": "Linden County", "system": "no"}  # fmt: skip


def first_of(empty: Settings, *records: dict[str, str], **question: Any) -> list[str]:
    lines = [
        (n, BASE | {"organization": f"Org {n}", "service": f"{record.pop('name')}"} | record)
        for n, record in enumerate((dict(r) for r in records), 2)
    ]
    import_rows(empty, OneSheet("rules", lines, "rules.csv"), today=TODAY)
    directory = LindenDirectory(empty, now=lambda: NOON)
    needs = question.pop("needs", ["legal_help"])
    results = asker(directory)(*needs, near=question.pop("near", "42901"), **question)
    directory.close()
    return [option.name for option in results.options if not option.national]


@pytest.mark.parametrize(
    ("first", "second", "question", "why"),
    [
        ({"languages": "Somali"}, {"languages": "English"}, {"speaks": "so"}, "who speaks it"),
        ({"languages": "Somali"}, {"languages": "English", "interpreters": "yes"},
         {"speaks": "so"}, "a speaker before an interpreter"),
        ({}, {"city": "Tamarfell", "postal_code": "42940"}, {}, "the nearer one"),
        ({"service_area": "Linden County"}, {"service_area": "State of Linden"}, {},
         "the county's before the state's"),
        ({"assured_date": "2026-11-01"}, {"assured_date": "2026-08-01"}, {}, "the fresher one"),
        ({"assured_date": "2026-11-01"}, {"assured_date": ""}, {}, "checked before never checked"),
        ({"system": "no"}, {"system": "yes"}, {}, "community before system on equal fit"),
        ({"system": "yes"}, {"system": "no"}, {"prefer": ["system"]}, "the system, when asked for"),
        ({"system": "no", "communities": "Somali", "vouched_by": "A", "languages": "Somali"},
         {"system": "no", "communities": "Somali", "may_know_family": "yes", "languages": "Somali"},
         {"speaks": "so"}, "vouched for before nobody knows"),
        ({}, {"involves_police": "yes"}, {"prefer": ["avoid_police"]}, "no police"),
        ({"needs": "legal_help; immigration"}, {"needs": "legal_help"},
         {"needs": ["legal_help", "immigration"]}, "serves both needs"),
        ({"pets": "yes"}, {}, {"prefer": ["pets"]}, "yes before silence"),
        ({}, {"paused_until": "2027-01-31"}, {}, "open before paused"),
        ({"dv_trained": "yes"}, {}, {}, "trained first"),
        ({"hours": "Mo-Su 00:00-24:00"}, {"hours": "Sa 10:00-11:00"}, {"prefer": ["open_now"]},
         "open now"),
        ({}, {"minimum_age": "14", "maximum_age": "21"}, {}, "not a youth place unasked"),
    ],
)  # fmt: skip
def test_the_first_comes_first(
    empty: Settings, first: dict[str, str], second: dict[str, str], question: dict[str, Any],
    why: str,
) -> None:  # fmt: skip
    records = [{"name": "first"} | first, {"name": "second"} | second]
    found = first_of(empty, *records, **dict(question))
    assert found[0] == "first", why
    again = first_of(empty, *reversed(records), **dict(question))
    assert again[0] == "first", f"{why}, however they are listed"


def test_a_record_that_says_no_is_never_shown(empty: Settings) -> None:
    found = first_of(empty, {"name": "women", "men": "no"}, prefer=["men"])
    assert found == []


def test_medical_care_is_not_hidden_from_who_avoids_police(ask: Ask) -> None:
    results = ask("sexual_assault", near="42901", prefer=["avoid_police"])
    care = {o.name: o for o in results.options}["Emergency department and forensic nurses"]
    assert care.involves_police
    assert "no_police_report" in {reason.code for reason in care.reasons}


def test_one_organization_does_not_fill_the_answer(ask: Ask) -> None:
    results = ask("legal_help", near="42901")
    organizations = [option.organization for option in results.options]
    assert len(set(organizations)) == 3


def test_several_needs_are_all_looked_for(ask: Ask) -> None:
    results = ask("pets", "basic_needs", "custody", near="42901")
    served = {need for option in results.options for need in option.needs}
    assert {"pets", "basic_needs", "custody"} <= served


def test_a_language_that_nobody_speaks_is_let_go_and_said(ask: Ask) -> None:
    results = ask("pets", near="42901", speaks="ko")
    assert results.relaxed == ("language",) and not results.options[0].national


def test_a_wish_that_nobody_fulfils_is_let_go_and_said(ask: Ask) -> None:
    results = ask("police", near="42901", prefer=["by_text"])
    assert "preferences" in results.relaxed and not results.options[0].national


def test_a_place_beyond_reach_is_let_go_and_said(ask: Ask) -> None:
    results = ask("pets", near="42940")
    assert not results.options[0].national
    assert {"need", "checked"} <= {reason.code for reason in results.options[0].reasons}


def test_without_a_place_there_are_options_and_no_distance(ask: Ask) -> None:
    results = ask("safe_place")
    assert results.options and all(option.distance_km is None for option in results.options)


@pytest.mark.parametrize("needs", [(), ("no_such_need",), ("safe_place", "no_such_need")])
def test_odd_questions_get_an_answer(ask: Ask, needs: tuple[str, ...]) -> None:
    assert ask(*needs, near="42901").options
