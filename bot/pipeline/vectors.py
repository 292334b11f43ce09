"""Sentence vectors of the whole message and of at most three clauses, in one batch."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.normalise import clean
from bot.pipeline.encoder import TrainingVectors, encoder
from bot.settings import Settings

VECTORS = "vectors"
"""Message key: array (1 + clauses, dimension), the whole message first; never put out."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceVectors(GraphComponent):
    """Asks the encoder named in settings; skipped for messages that were known by heart."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {}

    def __init__(self) -> None:
        self._settings = Settings.from_environment()
        self._encoder = encoder(self._settings.encoder, self._settings.encoder_threads)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceVectors:
        return cls()

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Trains anew when the encoder changes."""
        settings = Settings.from_environment()
        return encoder(settings.encoder, settings.encoder_threads).version

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        examples = [e for e in training_data.training_examples if e.get(TEXT)]
        store = TrainingVectors(
            self._encoder, self._settings.folder(self._settings.data_folder) / "vectors"
        )
        vectors = store.of([clean(e.get(TEXT)) for e in examples])
        for example, vector in zip(examples, vectors, strict=True):
            example.set(VECTORS, vector[None, :])
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = clean(message.get(TEXT) or "")
            if message.get("exact") or not text:
                continue
            message.set(VECTORS, self._encoder.encode([text, *(message.get("clauses") or ())]))
        return messages
