"""Places as people type them, in any of the languages; coarse, and never guessed from chatter."""

from __future__ import annotations

import pytest

from directory.places import Gazetteer


@pytest.mark.parametrize(
    ("typed", "id", "why"),
    [
        ("60608", "us:60608", "a postcode"),
        ("60608-1234", "us:60608", "its long form"),
        ("my zip is 60608 please", "us:60608", "in a sentence"),
        ("Chicago", "town:4887398", "a town"),
        ("chicago il", "town:4887398", "with its state"),
        ("estoy cerca de Houston, Texas", "town:4699066", "in Spanish"),
        ("芝加哥", "town:4887398", "in Chinese"),
        ("시카고", "town:4887398", "in Korean"),
        ("Чикаго", "town:4887398", "in Russian"),
        ("Springfield, Illinois", "town:4250542", "one of many"),
        ("Illinois", "region:US-IL", "a state"),
        ("K1A 0B1", "ca:K1A", "a Canadian postcode"),
        ("M5V", "ca:M5V", "its first half"),
        ("Toronto", "town:6167865", "a Canadian town"),
        ("London", "town:2643743", "abroad"),
        ("San Juan, Puerto Rico", "town:us-pr-san-juan", "a territory"),
        ("Lindenwick", "town:us-zz-lindenwick", "the sample county"),
        ("42915", "us:42915", "a made-up postcode"),
        ("Pilsen, Chicago", "us:60608", "a neighbourhood that we know"),
    ],
)
def test_a_place_is_found(gazetteer: Gazetteer, typed: str, id: str, why: str) -> None:
    found = gazetteer.find(typed)
    assert found and found[0].id == id, why


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "help me", "i dont know", "ok", "yes", "99999", "my husband", "🙂", "x" * 5000,
     "'; DROP TABLE place; --", "\u202e", "no se donde estoy"],
)  # fmt: skip
def test_what_is_no_place_is_none(gazetteer: Gazetteer, typed: str) -> None:
    assert gazetteer.find(typed) == ()


def test_the_nearer_of_two_names_comes_first(gazetteer: Gazetteer) -> None:
    assert gazetteer.find("Aurora", near="region:US-IL")[0].region == "US-IL"
    assert gazetteer.find("Aurora", near="us:80202")[0].region == "US-CO"


def test_the_made_up_county_never_stands_for_a_real_place(gazetteer: Gazetteer) -> None:
    rows = gazetteer._all("SELECT town FROM place WHERE region = 'US-ZZ' AND town IS NOT NULL")
    for (town,) in rows:
        assert {place.region for place in gazetteer.find(town)} == {"US-ZZ"}
    assert gazetteer._all("SELECT 1 FROM place WHERE id LIKE 'us:429%' AND region <> 'US-ZZ'") == []


@pytest.mark.parametrize(
    ("text", "region", "key"),
    [
        ("Cook County", "US-IL", "US-IL/cook"),
        ("Saint Clair County", "US-IL", "US-IL/stclair"),
        ("La Salle County", "US-IL", "US-IL/lasalle"),
        ("Miami-Dade County", "US-FL", "US-FL/miamidade"),
        ("Chicago", "US-IL", "US-IL:chicago"),
        ("Illinois", None, "US-IL"),
        ("statewide", "US-FL", "US-FL"),
        ("nationwide", None, "US"),
        ("60608", None, "us:60608"),
        ("US-IL/cook", None, "US-IL/cook"),
        ("the good people of the valley", "US-IL", None),
    ],
)
def test_service_areas_as_directories_write_them(
    gazetteer: Gazetteer, text: str, region: str | None, key: str | None
) -> None:
    assert gazetteer.area(text, region) == key


def test_areas_of_a_place_go_from_narrow_to_wide(gazetteer: Gazetteer) -> None:
    place = gazetteer.find("60608")[0]
    assert gazetteer.areas(place) == ("us:60608", "US-IL:chicago", "US-IL/cook", "US-IL", "US")
    assert place.timezone == "America/Chicago"
