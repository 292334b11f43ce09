"""Answers with safety words alone, when there is no model or a turn broke.

Danger and suicidal words are answered with help first; everything else with the plain truth that
something is not working, a human and a line to call.
"""

from __future__ import annotations

from bot.contract import Answer, Reply, Turn
from bot.safety import SafetyWords
from bot.words import Words

ANSWERS = {
    ("emergency", "may_harm"): "utter_danger_may_harm",
    ("emergency", "other"): "utter_danger_other",
    ("emergency", None): "utter_danger_now",
    ("suicide_risk", "partner_threat"): "utter_suicide_partner_threat",
    ("suicide_risk", "other"): "utter_suicide_other",
    ("suicide_risk", "overdose"): "utter_suicide_overdose",
    ("suicide_risk", None): "utter_suicide_care",
    ("being_watched", None): "utter_watched_now",
}
"""The first thing said to each safety matter; None stands for any other detail."""


def first_answer(label: str, detail: str | None) -> str | None:
    """The response for a safety matter, by its detail if that has one of its own."""
    return ANSWERS.get((label, detail)) or ANSWERS.get((label, None))


class WordsOnlyBrain:
    """A `bot.contract.Brain` without a model."""

    def __init__(self, words: Words, safety: SafetyWords, default: str) -> None:
        self._words, self._safety, self._default = words, safety, default
        self._languages: dict[str, str] = {}

    async def turn(self, turn: Turn) -> Answer:
        return self.answer(turn)

    def answer(self, turn: Turn, otherwise: str = "utter_model_missing") -> Answer:
        """What words alone can say to this message."""
        heard = self._safety.heard(turn.text)
        language = turn.offered_language or self._languages.get(turn.person)
        if heard:
            language = heard[0].language if language is None else language
            if heard[0].label == "being_watched" and heard[0].detail == "hold":
                return Answer((), language)
            name = first_answer(heard[0].label, heard[0].detail) or otherwise
            quiet = any(h.label == "being_watched" and h.detail == "hold" for h in heard)
            if quiet:
                return Answer((), language)
        else:
            name = otherwise
        language = language or self._default
        said = self._words.say(name, language, turn.channel)
        return Answer((Reply(said.text, said.choices, name),), language)

    def forget(self, person: str) -> None:
        self._languages.pop(person, None)

    def language(self, person: str) -> str | None:
        return self._languages.get(person)

    def ready(self) -> bool:
        return False
