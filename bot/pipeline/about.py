"""Sets ``about``: relation and preferences said in the message, by words (`bot.about`)."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.about import about_words
from bot.languages import registry
from bot.normalise import clean


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class AboutPerson(GraphComponent):
    """Works on words alone; nothing is trained."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> AboutPerson:
        about_words(tuple(registry()))
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            tag = (message.get("language") or {}).get("tag")
            heard = about_words(tuple(registry())).heard(clean(message.get(TEXT) or ""), tag)
            message.set(
                "about",
                {"relation": heard.relation, "preferences": list(heard.preferences)},
                add_to_output=True,
            )
        return messages
