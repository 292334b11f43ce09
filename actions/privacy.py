"""What is kept, what stays on the phone, at the carrier and on the bill, who must report what."""

from __future__ import annotations

from actions import walks
from actions.talk import Talk
from actions.turn import action


@action("action_explain_privacy")
def explain_privacy(talk: Talk) -> None:
    """Nothing is kept here; what stays elsewhere is said plainly, by channel."""
    talk.say(f"utter_privacy_{'phone' if talk.phone_channel else 'page'}")
    walks.offer(talk, "privacy")


@action("action_say_who")
def say_who(talk: Talk) -> None:
    """Automated, not a person, not an emergency service; how to reach a human, how to leave."""
    talk.ask("utter_who", talk.asked or "need")


@action("action_say_cost")
def say_cost(talk: Talk) -> None:
    """Free here; the carrier may charge; each place says its own cost."""
    talk.ask("utter_cost", talk.asked or "need")
