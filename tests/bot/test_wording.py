"""The editors' checks find each kind of mistake, and the texts as they stand have none."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import wording
from bot.words import Words

GOOD = "language: en\nresponses:\n  utter_danger_now: 'Call {line_emergency_number} if you can.'\n"

MISTAKES = {
    "exclamation mark": ("utter_x: 'Stay calm!'", "exclamation"),
    "phone number": ("utter_x: 'Call 1-800-555-0100 now.'", "phone number"),
    "order": ("utter_x: 'You must leave him today.'", "you must"),
    "false promise": ("utter_x: 'This chat is anonymous.'", "anonymous"),
    "claim to understand": ("utter_x: 'I understand how you feel.'", "understand"),
    "long sentence": ("utter_x: '" + "word " * 40 + "'", "long sentence"),
    "safety text without its number": ("utter_danger_now: 'Run if you can.'", "lacks"),
    "hard to read": (
        "utter_x: 'Comprehensive jurisdictional considerations necessitate individualized "
        "consultation regarding administrative authorization procedures.'",
        "grade",
    ),
}


@pytest.mark.parametrize(("line", "found"), MISTAKES.values(), ids=MISTAKES.keys())
def test_each_kind_of_mistake_is_found(tmp_path: Path, line: str, found: str) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "t.yml").write_text(f"language: en\nresponses:\n  {line}\n", "utf-8")
    problems = [str(p) for p in wording.problems(Words("en", tmp_path)) if p.file.startswith("en")]
    assert any(found in problem for problem in problems), problems


def test_a_missing_key_and_a_foreign_placeholder_are_found(tmp_path: Path) -> None:
    for tag, lines in (("en", "  utter_a: 'Hi {name}.'\n  utter_b: 'Yes.'"),
                       ("es", "  utter_a: 'Hola {nombre}.'")):  # fmt: skip
        (tmp_path / tag).mkdir()
        (tmp_path / tag / "t.yml").write_text(f"language: {tag}\nresponses:\n{lines}\n", "utf-8")
    problems = [str(p) for p in wording.problems(Words("en", tmp_path))]
    assert any("es/t.yml: utter_b: is missing" in p for p in problems)
    assert any("unknown placeholders ['nombre']" in p for p in problems)
    assert any("lacks ['name']" in p for p in problems)


def test_parts_of_an_sms_are_counted_as_the_network_counts() -> None:
    assert wording.parts("a" * 160) == ("gsm", 1)
    assert wording.parts("a" * 161) == ("gsm", 2)
    assert wording.parts("á" + "a" * 69) == ("ucs2", 1)
    assert wording.parts("á" + "a" * 70) == ("ucs2", 2)


def test_the_texts_as_they_stand_are_clean() -> None:
    found = [str(p) for p in wording.problems()]
    assert found == []
