"""Every need that a careful advocate would hear in the message, and the danger signs in passing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import yaml
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message

from bot.pipeline.component import HeadsComponent
from bot.pipeline.examples import Example, any_of, one_of
from bot.pipeline.heads import Array, Target
from bot.settings import ROOT

SIGNS = ("strangled", "gun", "threat_to_kill", "escalating", "stalked", "forced_sex", "pregnant",
         "just_left")  # fmt: skip


def slugs() -> list[str]:
    """Slugs of the needs vocabulary, in its order."""
    content = yaml.safe_load((ROOT / "bot" / "needs.yml").read_text("utf-8"))
    return [need["slug"] for need in content["needs"]]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NeedsHead(HeadsComponent):
    """Sets ``needs`` and ``signs``: one-vs-rest over the whole message and its clauses."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            **HeadsComponent.get_default_config(),
            "threshold": 0.4,
            "clause_threshold": 0.6,
            "sign_threshold": 0.5,
        }

    def targets(self, examples: Sequence[Example]) -> dict[str, Target]:
        details: dict[str, list[Any]] = {}
        for example in examples:
            for slug, _ in example.need_details:
                details.setdefault(slug, [])
        for slug, values in details.items():
            for example in examples:
                found = dict(example.need_details).get(slug)
                values.append((found or "plain") if slug in example.needs else None)
        return {
            "needs": any_of([e.needs for e in examples], slugs(), weight=2.0),
            "signs": any_of([e.signs for e in examples], SIGNS, weight=3.0),
            **{f"detail {slug}": one_of(values) for slug, values in details.items()},
        }

    def apply(self, message: Message, text: str, found: list[dict[str, Array]]) -> None:
        needs: list[dict[str, Any]] = []
        signs: list[str] = []
        if found and self.heads is not None:
            scores = found[0]["needs"].copy()
            limits = np.full(len(scores), self._config["threshold"], dtype=np.float32)
            for clause in found[1:]:
                sure = clause["needs"] >= self._config["clause_threshold"]
                scores = np.where(sure, np.maximum(scores, clause["needs"]), scores)
            labels = self.heads.labels("needs")
            intent = (message.get("intent") or {}).get("name") or ""
            for column in (-scores).argsort():
                slug = labels[int(column)]
                said = intent == f"need_{slug}"
                if scores[column] < limits[column] and not said:
                    continue
                needs.append(
                    {
                        "slug": slug,
                        "confidence": round(float(scores[column]), 4),
                        "detail": self._detail(slug, found[0]),
                    }
                )
            needs = needs[:5]
            best = np.max([f["signs"] for f in found], axis=0)
            signs = [
                name
                for name, p in zip(self.heads.labels("signs"), best, strict=True)
                if p >= self._config["sign_threshold"]
            ]
        message.set("needs", needs, add_to_output=True)
        message.set("signs", signs, add_to_output=True)

    def _detail(self, slug: str, found: dict[str, Array]) -> str | None:
        name = f"detail {slug}"
        if self.heads is None or name not in self.heads:
            return None
        detail = self.heads.labels(name)[int(found[name].argmax())]
        return None if detail == "plain" else detail
