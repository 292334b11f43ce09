"""Responses are found by language and channel, filled by name, and never repeat comfort."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.words import Words, WordsMissing, day, join_list, lines, phrase


@pytest.fixture
def words(tmp_path: Path) -> Words:
    for tag, hello in (("en", "Hi {name}"), ("es", "Hola {name}")):
        folder = tmp_path / tag
        folder.mkdir()
        (folder / "topic.yml").write_text(
            f"language: {tag}\n"
            "responses:\n"
            f"  utter_hello: {{text: '{hello}', sms: 'S {{name}}', choices: [choice_more]}}\n"
            "  utter_comfort: {once: true, text: [one, two]}\n"
            "  utter_call: 'Call {line_dv}'\n"
            f"phrases: {{choice_more: {'More' if tag == 'en' else 'Más'}, need_x: X{tag}, "
            "row: '{number}. {need}'}\n",
            "utf-8",
        )
    return Words("en", tmp_path)


def test_each_language_and_channel_has_its_own_words(words: Words) -> None:
    assert words.say("utter_hello", "es", "web", 0, {"name": "A"}).text == "Hola A"
    assert words.say("utter_hello", "es", "sms", 0, {"name": "A"}).text == "S A"
    assert words.say("utter_hello", "es").choices == ("Más",)


def test_comfort_is_never_said_twice_the_same(words: Words) -> None:
    said = [words.say("utter_comfort", "en", "web", n).text for n in range(3)]
    assert said == ["one", "two", ""]


def test_a_language_without_a_text_gets_the_default_one(words: Words) -> None:
    assert words.say("utter_hello", "so", "web", 0, {"name": "A"}).text == "Hi A"
    with pytest.raises(WordsMissing):
        words.say("utter_nothing", "en")


def test_numbers_come_from_the_directory_only(words: Words) -> None:
    words.lines = lambda language: {"line_dv": "555-0101"}
    assert words.say("utter_call", "en").text == "Call 555-0101"


def test_values_may_be_phrases_in_the_persons_language(words: Words) -> None:
    rows = lines([phrase("row", number=str(n), need=phrase("need_x")) for n in (1, 2)])
    assert words.value(rows, "es") == "1. Xes\n2. Xes"


def test_an_edit_goes_live_and_a_broken_edit_does_no_harm(words: Words, tmp_path: Path) -> None:
    file = tmp_path / "es" / "topic.yml"
    file.write_text("language: es\nresponses: {utter_hello: Buenas}\n", "utf-8")
    words._looked = 0.0
    assert words.say("utter_hello", "es").text == "Buenas"
    file.write_text("responses: [broken: {", "utf-8")
    words._looked = 0.0
    assert words.say("utter_hello", "es").text == "Buenas"


@pytest.mark.parametrize(
    ("tag", "joined"),
    [("en", "a, b, and c"), ("es", "a, b y c"), ("ht", "a, b ak c"), ("so", "a, b iyo c"),
     ("zh-Hans", "a、b和c"), ("ko", "a, b 및 c"), ("ru", "a, b и c")],
)  # fmt: skip
def test_lists_are_joined_as_the_language_does(tag: str, joined: str) -> None:
    assert join_list(["a", "b", "c"], tag) == joined


def test_braces_reach_no_attributes(words: Words, tmp_path: Path) -> None:
    (tmp_path / "en" / "evil.yml").write_text(
        "responses: {utter_evil: '{name.__class__}'}\n", "utf-8"
    )
    words.reload()
    assert "class" not in words.say("utter_evil", "en", "web", 0, {"name": "x"}).text


def test_dates_are_written_as_the_language_writes_them(words: Words) -> None:
    when = day(date(2026, 11, 24))
    assert words.value(when, "en") == "Nov 24, 2026"
    assert words.value(when, "es") == "24 nov 2026"
    for tag in ("ar", "ko", "ht", "so", "tl", "zh-Hans"):
        assert words.value(when, tag)
