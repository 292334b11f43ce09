"""What the message is for, as one label of intents.yml; the gentle menu below the threshold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message

from bot.pipeline.component import HeadsComponent
from bot.pipeline.examples import Example, one_of
from bot.pipeline.heads import Array, Target

FALLBACK = "nlu_fallback"
DETAILED = ("help_someone", "avoid_police")
"""Intents whose details (intents.yml) are decided here; those of safety are in bot.pipeline.safety
and those of needs in bot.pipeline.needs."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentHead(HeadsComponent):
    """Sets ``intent`` and ``intent_ranking``."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**HeadsComponent.get_default_config(), "threshold": 0.25}

    def targets(self, examples: Sequence[Example]) -> dict[str, Target]:
        found = {"intent": one_of([e.intent for e in examples])}
        for name in DETAILED:
            found[f"detail {name}"] = one_of(
                [(e.detail or "plain") if e.intent == name else None for e in examples]
            )
        return found

    def apply(self, message: Message, text: str, found: list[dict[str, Array]]) -> None:
        exact = message.get("exact")
        if exact or not found or self.heads is None:
            intent = {"name": exact or FALLBACK, "confidence": 1.0 if exact else 0.0}
            message.set("intent", {**intent, "detail": None}, add_to_output=True)
            message.set("intent_ranking", [intent], add_to_output=True)
            return
        scores = found[0]["intent"]
        labels = self.heads.labels("intent")
        ranking = [
            {"name": labels[i], "confidence": round(float(scores[i]), 4)}
            for i in (-scores).argsort()[:5]
        ]
        best: dict[str, Any] = {**ranking[0], "detail": None}
        if best["name"] in DETAILED:
            options = self.heads.labels(f"detail {best['name']}")
            detail = options[int(found[0][f"detail {best['name']}"].argmax())]
            best["detail"] = None if detail == "plain" else detail
        if best["confidence"] < self._config["threshold"]:
            best = {"name": FALLBACK, "confidence": best["confidence"], "detail": None}
        message.set("intent", best, add_to_output=True)
        message.set("intent_ranking", ranking, add_to_output=True)
