"""Stands where the trained brain stands: what is meant is told by the test, everything else is
real: the actions, the agenda, the words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import (  # noqa: F401 - registers every action
    conversation,
    handoff,
    options,
    people,
    privacy,
    safety,
)
from actions.turn import _classes
from bot.contract import Answer, Epochs, Reply, Turn
from bot.words import Words

ACTIONS = {
    "request_advocate": "action_request_advocate",
    "affirm": "action_take_yes",
    "deny": "action_take_no",
    "skip": "action_skip",
    "greet": "action_greet",
    "number": "action_take_number",
    "need": "action_take_needs",
    "emergency": "action_answer_danger",
    "accountability": "action_take_accountability",
    "being_watched": "action_answer_watched",
    "nlu_fallback": "action_ask_gently",
    "start_over": "action_start_over",
    "ask_options": "action_show_menu",
}


@dataclass
class Meaning:
    """What the pipeline would have made of a message."""

    intent: str
    detail: str | None = None
    needs: tuple[str, ...] = ()
    safety: tuple[str, str] | None = None


@dataclass
class ActingBrain:
    """Runs the real actions. ``means`` maps a message to a `Meaning`; digits are numbers."""

    words: Words
    means: dict[str, Meaning] = field(default_factory=dict)
    slots: dict[str, dict[str, Any]] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)
    epochs: Epochs = field(default_factory=Epochs)

    async def turn(self, turn: Turn) -> Answer:
        self.turns.append(turn)
        slots = self.slots.setdefault(turn.person, {"language": turn.offered_language or "en"})
        meaning = self.means.get(turn.text)
        if meaning is None:
            digits = all(c.isdigit() or c.isspace() for c in turn.text)
            meaning = Meaning("number" if digits else "nlu_fallback")
        entities = (
            [{"entity": "option_number", "value": turn.text.strip()}]
            if meaning.intent == "number"
            else []
        )
        label, detail = meaning.safety or ("none", None)
        message = {
            "text": turn.text,
            "intent": {"name": meaning.intent, "detail": meaning.detail, "confidence": 0.9},
            "needs": [{"slug": slug} for slug in meaning.needs],
            "safety": {"label": label, "also": [], "details": {label: detail}},
            "entities": entities,
        }
        tracker = Tracker(
            turn.person, slots, message, _events(turn), False, None, {}, "action_listen"
        )
        dispatcher = CollectingDispatcher()
        action = _classes[ACTIONS[meaning.intent]]()
        for event in await action.run(dispatcher, tracker, {}):
            if event["event"] == "slot":
                slots[event["name"]] = event["value"]
        language = slots["language"]
        replies = []
        for said in dispatcher.messages:
            if name := said.get("response"):
                values = {k: v for k, v in said.items() if k not in ("response", "nth")}
                text = self.words.say(name, language, turn.channel, said.get("nth", 0), values)
                replies.append(Reply(text.text, text.choices, name))
        return Answer(tuple(r for r in replies if r.text), language)

    def forget(self, person: str) -> None:
        self.slots.pop(person, None)
        self.epochs.bump(person)

    def language(self, person: str) -> str | None:
        return self.slots.get(person, {}).get("language")

    def ready(self) -> bool:
        return True


def _events(turn: Turn) -> list[dict[str, Any]]:
    return [{"event": "user", "input_channel": turn.channel}]
