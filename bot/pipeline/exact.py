"""Messages that need no model: a number, a postcode, yes, no, more. They never pay for a vector."""

from __future__ import annotations

import json
import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.normalise import clean, fold
from bot.pipeline.examples import from_rasa

NUMBER = re.compile(r"^(?:no |nr |num |number |numero |option |opcion |#)?(\d{1,2})$")
POSTCODE_US = re.compile(r"(?<!\d)(\d{5})(?:-\d{4})?(?!\d)")
POSTCODE_CA = re.compile(r"(?<![a-z0-9])([a-z]\d[a-z])[ -]?(?:\d[a-z]\d)?(?![a-z0-9])", re.I)
LONGEST = 4
"""Words of a training message that may be learned by heart."""

EXACT_INTENTS = frozenset({
    "greet", "goodbye", "thank", "affirm", "deny", "skip", "go_back", "start_over", "ask_options",
    "more_options", "why_asking", "ask_who", "ask_cost", "request_advocate", "change_language",
})  # fmt: skip
"""Labels whose short messages mean the same whoever sends them."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ExactMessages(GraphComponent):
    """Learns short training messages by heart where they belong to one label only."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {}

    def __init__(
        self, storage: ModelStorage, resource: Resource, table: dict[str, str] | None = None
    ) -> None:
        self._storage, self._resource = storage, resource
        self._table = table or {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ExactMessages:
        return cls(model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        seen: dict[str, set[str]] = {}
        for example in from_rasa(training_data.intent_examples):
            seen.setdefault(fold(example.text), set()).add(example.intent)
        self._table = {
            text: next(iter(intents))
            for text, intents in seen.items()
            if len(intents) == 1
            and text
            and len(text.split()) <= LONGEST
            and intents <= EXACT_INTENTS
        }
        with self._storage.write_to(self._resource) as folder:
            (folder / "exact.json").write_text(json.dumps(self._table, ensure_ascii=False))
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ExactMessages:
        with model_storage.read_from(resource) as folder:
            table = json.loads((folder / "exact.json").read_text("utf-8"))
        return cls(model_storage, resource, table)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = clean(message.get(TEXT) or "")
            entities = [
                {"entity": "postcode", "value": found.group(1).upper()}
                for pattern in (POSTCODE_US, POSTCODE_CA)
                if (found := pattern.search(text))
            ][:1]
            folded = fold(text)
            intent = self._table.get(folded)
            if number := NUMBER.match(folded):
                intent = "option_details"
                entities = [{"entity": "option_number", "value": str(int(number.group(1)))}]
            elif entities and len(folded.split()) <= 2 and len(folded) <= 8:
                intent = "inform_location"
            message.set("entities", entities, add_to_output=True)
            if intent:
                message.set("exact", intent)
        return messages
