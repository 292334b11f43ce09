"""Danger, wanting to die, being watched: by words first, by a recall-first classifier second.

Where it fires it decides what is said first, so the message's intent becomes the safety label;
needs stay for what comes after.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.languages import registry
from bot.pipeline.component import HeadsComponent
from bot.pipeline.examples import SAFETY, Example, any_of, one_of
from bot.pipeline.heads import Array, Target
from bot.safety import URGENCY, safety_words

SURE = 0.9
"""Certainty from which the classifier's own finding may go before what exact words said."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SafetyHead(HeadsComponent):
    """Sets ``safety`` and, where something is heard, ``intent``. ``thresholds``: per language
    and label, from the development set; ``threshold`` for any other."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**HeadsComponent.get_default_config(), "threshold": 0.5, "thresholds": {}}

    def targets(self, examples: Sequence[Example]) -> dict[str, Target]:
        return {
            "safety": any_of([e.safety for e in examples], SAFETY, weight=3.0),
            **{
                f"detail {label}": one_of(
                    [e.detail if e.intent == label else None for e in examples]
                )
                for label in SAFETY
            },
        }

    def apply(self, message: Message, text: str, found: list[dict[str, Array]]) -> None:
        words = safety_words(tuple(registry()))
        heard = {h.label: (1.0, h.detail) for h in words.heard(message.get(TEXT) or "")}
        said = frozenset(heard)
        if erase := heard.pop("erase", None):
            message.set("intent", {"name": "erase", "confidence": erase[0], "detail": None}, True)
        intent = message.get("intent") or {}
        if intent.get("name") in URGENCY and intent["name"] not in heard:
            heard[intent["name"]] = (float(intent["confidence"]), None)
        tag = (message.get("language") or {}).get("tag")
        if found and self.heads is not None:
            scores = found[0]["safety"]
            for label, score in zip(self.heads.labels("safety"), scores, strict=True):
                limits = self._config["thresholds"].get(tag) or {}
                if label not in heard and score >= limits.get(label, self._config["threshold"]):
                    heard[label] = (float(score), None)
            detail: str | None
            for label in SAFETY:
                if label in heard and heard[label][1] is None:
                    options = self.heads.labels(f"detail {label}")
                    detail = options[int(found[0][f"detail {label}"].argmax())]
                    heard[label] = (heard[label][0], detail)
        # What exact words say goes before what the classifier alone believes, unless that is sure.
        labels = sorted(
            (label for label in URGENCY if label in heard),
            key=lambda label: (heard[label][0] < SURE and bool(said), URGENCY.index(label)),
        )
        if not labels:
            message.set(
                "safety",
                {"label": "none", "confidence": 1.0, "detail": None, "also": [], "details": {}},
                add_to_output=True,
            )
            return
        first = labels[0]
        confidence, detail = heard[first]
        message.set(
            "safety",
            {
                "label": first,
                "confidence": round(confidence, 4),
                "detail": detail,
                "also": labels[1:],
                "details": {label: heard[label][1] for label in labels},
            },
            add_to_output=True,
        )
        message.set(
            "intent",
            {"name": first, "confidence": round(confidence, 4), "detail": detail},
            add_to_output=True,
        )
