"""Conversations in memory: scrubbed, short, expiring, erased at once, never another store."""

from __future__ import annotations

import pytest
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.runtime.store import Conversations, StoreNotOurs, assert_ours, turn_epoch

CANARY = "kanarienvogel"
ANA = "sms:ana"


@pytest.fixture
def domain() -> Domain:
    return Domain.from_dict({
        "version": "3.1",
        "intents": ["greet"],
        "slots": {
            "language": {"type": "text", "mappings": [{"type": "custom"}]},
            "place": {"type": "text", "mappings": [{"type": "custom"}]},
        },
        "actions": ["action_greet"],
    })  # fmt: skip


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def talked(domain: Domain, turns: int) -> DialogueStateTracker:
    """A conversation in which both sides said the canary again and again."""
    tracker = DialogueStateTracker(ANA, domain.slots)
    tracker.update(ActionExecuted("action_listen"))
    tracker.update(SlotSet("place", "us:60608"))
    for _ in range(turns):
        tracker.update(
            UserUttered(
                CANARY,
                {"name": "greet", "confidence": 1.0},
                [{"entity": "postcode", "value": CANARY}],
                {"text": CANARY, "intent": {"name": "greet"}, "needs": [CANARY]},
                metadata={"picked": CANARY},
            )
        )
        tracker.update(ActionExecuted("action_greet"))
        tracker.update(SlotSet("language", "es"))
        tracker.update(BotUttered(CANARY, {"custom": {"x": CANARY}}, {"utter_action": CANARY}))
        tracker.update(ActionExecuted("action_listen"))
    return tracker


async def test_no_word_of_either_side_is_kept_but_slots_are(domain: Domain) -> None:
    store = Conversations(domain)
    await store.save(talked(domain, 2))
    assert CANARY not in repr(store._kept)
    again = await store.retrieve(ANA)
    assert again is not None
    assert again.get_slot("language") == "es"
    assert again.latest_message.intent["name"] == "greet"


async def test_a_long_conversation_stays_short_and_keeps_its_state(domain: Domain) -> None:
    store = Conversations(domain, keep_turns=2)
    await store.save(talked(domain, 40))
    again = await store.retrieve(ANA)
    assert again is not None
    assert sum(isinstance(e, UserUttered) for e in again.events) == 2
    assert again.get_slot("place") == "us:60608", "what was cut off is restated"


async def test_silence_ends_it(domain: Domain) -> None:
    clock = Clock()
    store = Conversations(domain, ttl_s=60, clock=clock)
    await store.save(talked(domain, 1))
    clock.now = 61
    assert await store.retrieve(ANA) is None
    assert store._kept == {}


async def test_a_late_save_of_an_older_epoch_is_dropped(domain: Domain) -> None:
    store = Conversations(domain)
    turn_epoch.set(store.epochs.current(ANA))
    store.epochs.bump(ANA)  # the person left while the turn ran
    store.erase(ANA)
    await store.save(talked(domain, 1))
    assert store._kept == {}
    turn_epoch.set(None)


async def test_saving_never_raises(domain: Domain) -> None:
    store = Conversations(domain)
    await store.save(object())  # type: ignore[arg-type]
    assert store._kept == {}


def test_any_other_store_is_refused(domain: Domain) -> None:
    with pytest.raises(StoreNotOurs):
        assert_ours(FailSafeTrackerStore(InMemoryTrackerStore(domain)))
    wrapped = FailSafeTrackerStore(Conversations(domain))
    assert_ours(wrapped)
    assert not isinstance(wrapped._fallback_tracker_store, InMemoryTrackerStore)
