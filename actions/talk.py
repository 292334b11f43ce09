"""One turn of a conversation as the actions see it: what was heard, what is open, what to say.

`Talk` reads the slots and the message once, collects what is said and what changes, and gives
Rasa its events. Free text never goes into a slot: words of closed lists, ids and numbers only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.services import Services, services
from bot.safety import URGENCY

NEED_CONFIDENCE = 0.5
"""From here on a need counts as said (thresholds per need are inside the pipeline)."""


class Talk:
    """The turn in hand. Slots are read by `get` and written by `set`; `events` closes the turn."""

    def __init__(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self._dispatcher = dispatcher
        self._slots: dict[str, Any] = dict(tracker.slots)
        self._changed: dict[str, Any] = {}
        self.services: Services = services()
        self.person: str = tracker.sender_id
        message: dict[str, Any] = tracker.latest_message or {}
        self.channel: str = tracker.get_latest_input_channel() or "terminal"
        self.text: str = message.get("text") or ""
        self.intent: str = (message.get("intent") or {}).get("name") or "nlu_fallback"
        self.detail: str | None = (message.get("intent") or {}).get("detail")
        self.confidence: float = (message.get("intent") or {}).get("confidence") or 0.0
        self._needs: list[dict[str, Any]] = message.get("needs") or []
        self.safety: dict[str, Any] = message.get("safety") or {"label": "none", "also": []}
        self.signs: list[str] = list(message.get("signs") or [])
        self.entities: list[dict[str, Any]] = message.get("entities") or []
        about: dict[str, Any] = message.get("about") or {}
        self.preferences: list[str] = list(about.get("preferences") or [])
        self.relation: str | None = about.get("relation")
        self.abstains: bool = bool((message.get("language") or {}).get("abstain"))
        self.said: list[str] = []

    # -- slots -------------------------------------------------------------------------------

    def get(self, slot: str, default: Any = None) -> Any:
        value = self._slots.get(slot)
        return default if value is None else value

    def items(self, slot: str) -> list[Any]:
        """A list slot, as a new list."""
        return list(self._slots.get(slot) or [])

    def set(self, slot: str, value: Any) -> None:
        self._slots[slot] = value
        self._changed[slot] = value

    @property
    def language(self) -> str:
        return str(self.get("language") or self.services.settings.default_language)

    @property
    def lane(self) -> str:
        return str(self.get("lane", "survivor"))

    @property
    def asked(self) -> str | None:
        """The question that is open, if any."""
        value: str | None = self.get("asked")
        return value

    # -- what was heard ----------------------------------------------------------------------

    @property
    def needs(self) -> list[str]:
        """Slugs of the needs said in this message, surest first."""
        return [need["slug"] for need in self._needs]

    def need_detail(self, slug: str) -> str | None:
        for need in self._needs:
            if need["slug"] == slug:
                detail: str | None = need.get("detail")
                return detail
        return None

    def entity(self, kind: str) -> str | None:
        for entity in self.entities:
            if entity.get("entity") == kind:
                return str(entity.get("value"))
        return None

    def heard_safety(self, label: str) -> bool:
        return self.safety.get("label") == label or label in (self.safety.get("also") or ())

    def safety_detail(self, label: str) -> str | None:
        """The detail heard with a safety label, e.g. ``may_harm``."""
        if self.intent == label and self.detail:
            return self.detail
        details: dict[str, str | None] = self.safety.get("details") or {}
        return details.get(label)

    @property
    def short_channel(self) -> bool:
        """Where every text costs and buzzes."""
        return self.channel == "sms"

    @property
    def phone_channel(self) -> bool:
        """Where a lock screen shows the first words."""
        return self.channel in ("sms", "whatsapp", "telegram")

    # -- saying ------------------------------------------------------------------------------

    def say(self, response: str, /, **values: Any) -> None:
        """Say a response of bot/responses. Wordings that may not repeat are counted per session."""
        counts: dict[str, int] = dict(self._slots.get("wordings") or {})
        nth = counts.get(response, 0)
        counts[response] = nth + 1
        self.set("wordings", counts)
        self.said.append(response)
        self._dispatcher.utter_message(response=response, nth=nth, language=self.language, **values)

    def note(self, note: str) -> None:
        """Tell the channel something beside words (`bot.contract.Answer.notes`)."""
        self._dispatcher.utter_message(json_message={"note": note})

    def ask(self, response: str, question: str, /, **values: Any) -> None:
        """Say a question and remember which one is open. One a message."""
        self.say(response, **values)
        self.set("asked", question)

    def count(self, what: str, **marginal: str) -> None:
        self.services.counter.count(what, **marginal)

    def events(self) -> list[dict[str, Any]]:
        """The changes of this turn as Rasa events."""
        return [SlotSet(name, value) for name, value in self._changed.items()]


def most_urgent(labels: Iterable[str]) -> str | None:
    """The safety label to answer first."""
    ranked = sorted((label for label in labels if label in URGENCY), key=URGENCY.index)
    return ranked[0] if ranked else None
