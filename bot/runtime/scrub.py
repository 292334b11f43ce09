"""Takes every word of a person, and of ours, out of a conversation before it is kept.

What stays is what the dialogue needs: intents, entity types, slots (closed words only), actions.
"""

from __future__ import annotations

from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

PLACEHOLDER = "."
"""Stands for a text; Rasa wants one that is not empty."""


def scrub_event(event: Event) -> dict[str, Any]:
    """An event as a dictionary without any text in it."""
    kept: dict[str, Any] = event.as_dict()
    kind = kept.get("event")
    if kind == "user":
        parsed = kept.get("parse_data") or {}
        entities = [{"entity": e.get("entity")} for e in parsed.get("entities") or ()]
        intent = {"name": (parsed.get("intent") or {}).get("name"), "confidence": 1.0}
        kept |= {
            "text": PLACEHOLDER,
            "message_id": None,
            "metadata": {},
            "parse_data": {"intent": intent, "entities": entities, "text": PLACEHOLDER},
        }
    elif kind == "bot":
        kept |= {"text": None, "data": {}, "metadata": {}}
    elif kind == "action" and kept.get("action_text"):
        kept["action_text"] = PLACEHOLDER
    elif kind == "slot" and kept.get("name") == "session_started_metadata":
        kept["value"] = None
    return kept


def compact(tracker: DialogueStateTracker, domain: Domain, turns: int) -> list[dict[str, Any]]:
    """The last ``turns`` turns, scrubbed, after a head that restates slots and loop: Rasa rebuilds
    its state by replaying events, so what is cut off must be said again."""
    events = list(tracker.events)
    for index in range(len(events) - 1, -1, -1):
        if events[index].type_name == "restart":
            events = events[index + 1 :]
            break
    said = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(said) > turns:
        cut = said[-turns]
        before = DialogueStateTracker.from_events(
            tracker.sender_id, events[:cut], domain.slots, domain=domain
        )
        first, then = events[0].timestamp, events[cut].timestamp
        head: list[Event] = [
            ActionExecuted("action_session_start", timestamp=first),
            SessionStarted(timestamp=first),
        ]
        head += [
            SlotSet(slot.name, slot.value, timestamp=then)
            for slot in before.slots.values()
            if slot.value != slot.initial_value
        ]
        if before.active_loop and before.active_loop.name:
            head.append(ActiveLoop(before.active_loop.name, timestamp=then))
        head.append(ActionExecuted("action_listen", timestamp=then))
        events = head + events[cut:]
    return [scrub_event(event) for event in events]
