"""Splits long messages into clauses and finds languages and numbers named in them (spaCy)."""

from __future__ import annotations

from functools import cache
from typing import Any

import spacy
import yaml
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.language import Language

from bot.normalise import clean, fold
from bot.settings import ROOT

MOST = 3
"""Clauses that are looked at beside the whole message."""
SHORTEST = 3
"""Words that a clause must have to say something of its own."""
_SPACY = {"zh-Hans": "zh", "pt-BR": "pt", "so": "xx", "ht": "xx"}
_BREAKS = frozenset(".,;!?…:،؛؟。，、；！？\n-–—|/")


@cache
def patterns() -> dict[str, Any]:
    """Names of languages, ordinals and joining words by language (bot/pipeline/patterns.yml)."""
    found: dict[str, Any] = yaml.safe_load(
        (ROOT / "bot" / "pipeline" / "patterns.yml").read_text("utf-8")
    )
    return found


@cache
def tokenizer(tag: str) -> Language:
    """A blank spaCy pipeline of the language with the named entities as an EntityRuler over
    folded text; the multi-language one where spaCy has none."""
    try:
        nlp = spacy.blank(_SPACY.get(tag, tag))
    except ImportError:
        nlp = spacy.blank("xx")
    return nlp


@cache
def _ruler() -> Language:
    nlp = spacy.blank("xx")
    ruler = nlp.add_pipe("entity_ruler")
    rows = []
    for tag, names in patterns()["languages"].items():
        for name in names:
            words = [{"TEXT": word} for word in fold(name).split()]
            rows.append({"label": "language", "pattern": words, "id": tag})
    for number, names in patterns()["ordinals"].items():
        for name in names:
            words = [{"TEXT": word} for word in fold(name).split()]
            rows.append({"label": "option_number", "pattern": words, "id": str(number)})
    ruler.add_patterns(rows)
    return nlp


def split(text: str, tag: str) -> list[str]:
    """Clauses of a message, longest first, at most `MOST`; none for a message of one clause."""
    joining = patterns()["joining"]
    joins = set(joining.get(tag, ())) | set(joining["en"])
    pieces: list[list[str]] = [[]]
    for token in tokenizer(tag)(text):
        if token.text in _BREAKS or token.is_space or fold(token.text) in joins:
            pieces.append([])
        else:
            pieces[-1].append(token.text_with_ws)
    clauses = ["".join(piece).strip() for piece in pieces]
    words = {clause: max(len(clause.split()), len(clause) // 4) for clause in clauses}
    found = [clause for clause in clauses if words[clause] >= SHORTEST and clause != text]
    return sorted(dict.fromkeys(found), key=len, reverse=True)[:MOST] if len(found) > 1 else []


def named(text: str) -> list[dict[str, str]]:
    """Languages and option numbers named anywhere in a message."""
    return [
        {"entity": span.label_, "value": span.ent_id_} for span in _ruler()(fold(text[:400])).ents
    ]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class Clauses(GraphComponent):
    """Sets ``clauses`` and adds the entities ``language`` and ``option_number``."""

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
    ) -> Clauses:
        _ruler()
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = clean(message.get(TEXT) or "")
            tag = (message.get("language") or {}).get("tag") or "en"
            if not message.get("exact"):
                message.set("clauses", split(text, tag))
            entities = list(message.get("entities") or [])
            have = {entity["entity"] for entity in entities}
            if len(text) <= 400:
                entities += [e for e in named(text) if e["entity"] not in have]
            message.set("entities", entities, add_to_output=True)
        return messages
