"""Puts a response into the person's language, for Rasa: a thin door to `bot.words`."""

from __future__ import annotations

from typing import Any

from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.words import Words


class SpokenWords(NaturalLanguageGenerator):
    """Named in endpoints.yml. Chooses by language slot and channel; text edits need no training."""

    def __init__(
        self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None
    ) -> None:
        self.words = Words()

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **values: Any,
    ) -> dict[str, Any] | None:
        """The response, or None when every wording of a ``once`` response was said already."""
        language = values.pop("language", None) or tracker.get_slot("language")
        nth = int(values.pop("nth", 0) or 0)
        said = self.words.say(
            utter_action, language or self.words.default, output_channel, nth, values
        )
        if not said.text:
            return None
        return {"text": said.text, "choices": list(said.choices)}
