"""Every tap that is offered does something, and every walk has its words."""

from __future__ import annotations

from actions.choices import CHOICES
from actions.walks import registry
from bot.words import Words


def test_every_choice_does_something() -> None:
    words = Words()
    offered = {name for name in words.phrase_names("en") if name.startswith("choice_")}
    assert set(CHOICES) <= offered
    # Taps of the handoff are taken by actions.waiting, while the question they answer is open.
    others = offered - set(CHOICES)
    assert all(words.has(name, "en") for name in others)
    for response in words.names("en") - {n for n in words.names("en") if "handoff" in n}:
        assert not set(words.wording(response, "en").choices) & others, response


def test_every_step_of_every_walk_has_words() -> None:
    words = Words()
    names, phrases = words.names("en"), words.phrase_names("en")
    for walk, doors in registry().items():
        for door, steps in doors.items():
            assert f"door_{walk}_{door}" in phrases
            for step in range(1, steps + 1):
                assert f"utter_{walk}_{door}_{step}" in names
