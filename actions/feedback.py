"""Whether a place helped: counted by kind of place, never attributed, never chased."""

from __future__ import annotations

from actions.talk import Talk
from actions.turn import action


@action("action_take_feedback")
def take_feedback(talk: Talk) -> None:
    """A place helped, or turned someone away; the second comes with other ways."""
    helped = talk.intent == "feedback_helped"
    focus = talk.get("focus")
    talk.count("feedback", service=str(focus or "unknown"), said="helped" if helped else "harmed")
    talk.ask("utter_feedback_helped" if helped else "utter_feedback_harmed", "options")
