"""Promise 7 without a model: plain danger and suicidal words are answered with help first."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from bot.contract import Turn
from bot.languages import registry
from bot.runtime.words_only import WordsOnlyBrain
from bot.safety import safety_words
from bot.settings import Settings
from bot.words import Words
from tests.conversations.test_safety import SUICIDAL


@pytest.fixture(scope="module")
def brain() -> WordsOnlyBrain:
    words = Words()
    words.lines = lambda language: {
        "line_emergency_number": "911", "line_suicide": "988 Lifeline: 988",
        "line_domestic_violence": "Hotline: 555-0100", "line_caused_harm": "Change: 555-0101",
    }  # fmt: skip
    return WordsOnlyBrain(words, safety_words(tuple(registry())), "en")


def turn(text: str, language: str | None = None) -> Turn:
    return Turn("sms:1", "sms", text, 0, language)


@pytest.mark.parametrize("tag", list(registry()))
async def test_suicidal_words_get_care_and_a_line_in_every_language(
    brain: WordsOnlyBrain, tag: str
) -> None:
    answer = await brain.turn(turn(SUICIDAL[tag]))
    assert answer.replies[0].name.startswith("utter_suicide")
    assert "988" in answer.replies[0].text
    assert answer.language == tag


async def test_anything_else_gets_the_plain_truth_and_a_human(brain: WordsOnlyBrain) -> None:
    answer = await brain.turn(turn("i need a lawyer"))
    assert answer.replies[0].name == "utter_model_missing"
    assert "555-0100" in answer.replies[0].text


async def test_dont_write_back_is_kept_without_a_model(brain: WordsOnlyBrain) -> None:
    assert (await brain.turn(turn("dont text me"))).replies == ()


def test_a_missing_and_a_broken_model_leave_words_working(tmp_path: Path) -> None:
    from cli.assemble import load_brain

    words = Words()
    fallback = WordsOnlyBrain(words, safety_words(tuple(registry())), "en")
    missing = dataclasses.replace(Settings(), models_folder=str(tmp_path))
    assert load_brain(missing, words, fallback) is fallback
    broken = tmp_path / "linden-own-broken.tar.gz"
    broken.write_bytes(b"no model at all")
    chosen = dataclasses.replace(Settings(), model=str(broken))
    assert load_brain(chosen, words, fallback) is fallback
