"""What the trained parts of the pipeline share: fitting, storing and loading their heads."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.normalise import clean
from bot.pipeline import examples as examples_module
from bot.pipeline import heads as heads_module
from bot.pipeline import ngrams
from bot.pipeline.examples import Example, from_rasa
from bot.pipeline.heads import Array, Heads, Target, fit
from bot.pipeline.vectors import VECTORS


class HeadsComponent(GraphComponent):
    """A graph component with linear heads. A subclass says what they learn (`targets`) and what a
    message gets (`apply`)."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"passes": 14, "decay": 0.06, "rate": 0.002}

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        heads: Heads | None = None,
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
    ) -> HeadsComponent:
        return cls(config, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Rasa's fingerprint covers the class alone; the code it stands on counts as well."""
        source = "".join(
            inspect.getsource(module)
            for module in (heads_module, ngrams, examples_module, inspect.getmodule(HeadsComponent))
            if module is not None
        )
        return hashlib.sha256(source.encode()).hexdigest()[:16]

    def targets(self, examples: Sequence[Example]) -> dict[str, Target]:
        raise NotImplementedError

    def apply(self, message: Message, text: str, found: list[dict[str, Array]]) -> None:
        """``found``: predictions of the whole message first, then of its clauses."""
        raise NotImplementedError

    def train(self, training_data: TrainingData) -> Resource:
        messages = [m for m in training_data.intent_examples if m.get(TEXT)]
        examples = from_rasa(messages)
        vectors = np.concatenate([m.get(VECTORS) for m in messages])
        self.heads = fit(
            [example.text for example in examples],
            vectors,
            self.targets(examples),
            passes=self._config["passes"],
            decay=self._config["decay"],
            rate=self._config["rate"],
        )
        with self._storage.write_to(self._resource) as folder:
            self.heads.save(folder / "heads.npz")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> HeadsComponent:
        with model_storage.read_from(resource) as folder:
            heads = Heads.load(folder / "heads.npz")
        return cls(config, model_storage, resource, heads)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = clean(message.get(TEXT) or "")
            vectors = message.get(VECTORS)
            found: list[dict[str, Array]] = []
            if vectors is not None and self.heads is not None:
                units = [text, *(message.get("clauses") or ())]
                found = [
                    self.heads.predict(unit, vector)
                    for unit, vector in zip(units, vectors, strict=True)
                ]
            self.apply(message, text, found)
        return messages
