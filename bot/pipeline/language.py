"""Which language a message is in: script first, then evidence combined, then what this session
speaks; it abstains rather than guesses."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Optional

import numpy as np
from langdetect import detector_factory
from langdetect.lang_detect_exception import LangDetectException
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.languages import registry
from bot.normalise import clean, fold
from bot.pipeline.examples import from_rasa, one_of
from bot.pipeline.heads import Heads, fit

SCRIPTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ar", re.compile(r"[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")),
    ("ko", re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")),
    ("zh-Hans", re.compile(r"[\u3400-\u9fff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
)
"""Scripts that one served language has to itself."""

_DETECT = {"en": "en", "es": "es", "vi": "vi", "tl": "tl", "pt": "pt-BR", "fr": "fr", "so": "so",
           "ar": "ar", "ko": "ko", "zh-cn": "zh-Hans", "ru": "ru"}  # fmt: skip
"""langdetect's names of the served languages; it has no Haitian Creole."""

SWITCH = 0.85
"""Certainty from which a whole sentence in another language moves the session to it."""
SENTENCE = 4
"""Words from which a message counts as a sentence for that."""


@cache
def _factory() -> Any:
    detector_factory.DetectorFactory.seed = 0
    detector_factory.init_factory()
    return detector_factory._factory


def detect(text: str) -> dict[str, float]:
    """langdetect restricted to the served languages by priors; empty when it finds nothing."""
    detector = _factory().create()
    detector.set_prior_map({name: 1 / len(_DETECT) for name in _DETECT})
    try:
        detector.append(text)
        found = detector.get_probabilities()
    except LangDetectException:
        return {}
    return {_DETECT[item.lang]: item.prob for item in found if item.lang in _DETECT}


def by_script(text: str) -> str | None:
    """The language whose own script holds at least three tenths of the letters."""
    letters = sum(c.isalpha() for c in text)
    if not letters:
        return None
    for tag, pattern in SCRIPTS:
        share = len(pattern.findall(text)) / letters
        # One Hangul syllable or Han character says as much as several Latin letters.
        if share >= (0.15 if tag in ("ko", "zh-Hans") else 0.3):
            return tag
    return None


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LanguageIdentifier(GraphComponent):
    """Sets ``language`` {tag, confidence, abstain} and the entity ``session_language``."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"abstain": 0.5, "detect_weight": 0.5, "passes": 10}

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        heads: Heads | None = None,
        shorts: dict[str, list[str]] | None = None,
    ) -> None:
        self._config, self._storage, self._resource = config, storage, resource
        self.heads = heads

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LanguageIdentifier:
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [e for e in from_rasa(training_data.intent_examples) if e.language]
        texts, tags = [], []
        for example in examples:
            words = example.text.split()
            texts.append(example.text)
            tags.append(example.language)
            # Short pieces of it too: one to four words must be told apart as well.
            for start in range(0, min(len(words), 12), 3):
                piece = " ".join(words[start : start + 1 + start % 4])
                if len(piece) > 2:
                    texts.append(piece)
                    tags.append(example.language)
        target = one_of(tags, list(registry()))
        self.heads = fit(texts, None, {"language": target}, passes=self._config["passes"],
                         decay=0.01, rate=0.01)  # fmt: skip
        with self._storage.write_to(self._resource) as folder:
            self.heads.save(folder / "language.npz")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LanguageIdentifier:
        with model_storage.read_from(resource) as folder:
            heads = Heads.load(folder / "language.npz")
        return cls(config, model_storage, resource, heads)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def identify(self, text: str) -> dict[str, Any]:
        """Best guess for a text alone: tag, confidence, and whether to ask."""
        script = by_script(text)
        if script is not None:
            return {"tag": script, "confidence": 0.99, "abstain": False}
        if not any(c.isalpha() for c in text) or self.heads is None:
            return {"tag": None, "confidence": 0.0, "abstain": True}
        tags = self.heads.labels("language")
        scores = self.heads.predict(fold(text), None)["language"].astype(float)
        if scores.max() < 0.9:
            other = detect(text)
            if other:
                weight = self._config["detect_weight"]
                seen = np.array([other.get(tag, 0.0) for tag in tags])
                scores = (1 - weight) * scores + weight * np.maximum(seen, 0.02)
                scores /= scores.sum()
        best = int(scores.argmax())
        sure = float(scores[best])
        return {
            "tag": tags[best],
            "confidence": round(sure, 4),
            "abstain": sure < self._config["abstain"],
        }

    def process(
        self, messages: list[Message], tracker: Optional[DialogueStateTracker] = None
    ) -> list[Message]:
        spoken = tracker.get_slot("language") if tracker else None
        for message in messages:
            text = clean(message.get(TEXT) or "")
            found = self.identify(text)
            picked = (message.get("metadata") or {}).get("picked")
            session = self.session_language(found, text, spoken, picked)
            message.set("language", found, add_to_output=True)
            if session:
                entities = [*(message.get("entities") or ()),
                            {"entity": "session_language", "value": session}]  # fmt: skip
                message.set("entities", entities, add_to_output=True)
        return messages

    @staticmethod
    def session_language(
        found: dict[str, Any], text: str, spoken: str | None, picked: str | None
    ) -> str | None:
        """What the conversation goes on in. A language once spoken or picked stays until a whole
        sentence is surely in another."""
        tag, sure = found["tag"], found["confidence"]
        current = spoken or picked
        if current is None:
            return tag if tag and not found["abstain"] else None
        long = len(text.split()) >= SENTENCE or (by_script(text) is not None and len(text) >= 4)
        if tag and tag != current and sure >= SWITCH and long:
            return str(tag)
        return current
