"""What every turn does around its own action: the gate while someone watches, the opening, the
agenda of what was said in passing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import gate, waiting
from actions.talk import Talk

Act = Callable[[Talk], None]
_classes: dict[str, type[Action]] = {}


def action(name: str) -> Callable[[Act], Act]:
    """Make a plain function over `Talk` the Rasa action of that name. The function stays what it
    is, so that other actions and tests may call it."""

    def register(act: Act) -> Act:
        async def run(
            self: Action,
            dispatcher: CollectingDispatcher,
            tracker: Tracker,
            domain: dict[str, Any],
        ) -> list[dict[str, Any]]:
            return turn(dispatcher, tracker, act)

        # rasa_sdk finds actions as subclasses, so the class must stay referenced.
        _classes[name] = type(name, (Action,), {"name": lambda self: name, "run": run})
        return act

    return register


def turn(dispatcher: CollectingDispatcher, tracker: Tracker, act: Act) -> list[dict[str, Any]]:
    """Run one action's plain function inside the turn. Returns Rasa events."""
    talk = Talk(dispatcher, tracker)
    waiting.put_in_line(talk)
    if gate.watched(talk):
        return talk.events()
    remember(talk)
    if not gate.opening(talk) and not waiting.answers(talk):
        (_tapped(talk) or act)(talk)
    waiting.keep_lane(talk)
    return talk.events()


def _tapped(talk: Talk) -> Act | None:
    """The act of a tap, unless the message is about safety."""
    from actions import choices  # the acts of taps are registered with `action` themselves

    return None if talk.intent in gate.THROUGH else choices.match(talk)


def remember(talk: Talk) -> None:
    """Put what was said in passing on the agenda: needs, signs, what must be fitted."""
    if talk.intent not in ("nlu_fallback", "out_of_scope"):
        open_needs, done = talk.items("needs"), talk.items("done")
        for slug in talk.needs:
            if slug == "accountability":
                continue  # decided by actions.caused_harm, never taken up by itself
            if slug in done:
                done.remove(slug)  # asked again: looked at again
            if slug not in open_needs:
                open_needs.append(slug)
        if open_needs != talk.items("needs"):
            talk.set("needs", open_needs)
        if done != talk.items("done"):
            talk.set("done", done)
    wishes = talk.items("preferences")
    for word in talk.preferences:
        if word not in wishes:
            wishes.append(word)
    if wishes != talk.items("preferences"):
        talk.set("preferences", wishes)
    if talk.relation and talk.relation != talk.get("relation"):
        talk.set("relation", talk.relation)
