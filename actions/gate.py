"""What stands before every action: silence while someone watches, and the first words.

Order when everything is due at once: danger, then belief, then the question about the phone, then
what Linden is and keeps (conversation.md).
"""

from __future__ import annotations

from actions.talk import Talk

GATED = ("now", "hold", "disguise")
"""While one of these holds, nothing is said that shows what this is."""

THROUGH = ("emergency", "suicide_risk", "being_watched", "safety_exit", "erase")


def watched(talk: Talk) -> bool:
    """Whether the turn is answered here: the person said that someone is there, and has not come
    back yet. Danger and suicidal words always go through."""
    state = talk.get("watched")
    if state not in GATED or talk.intent in THROUGH:
        return False
    if talk.intent == "resume" or (talk.asked == "watched_check" and talk.intent == "affirm"):
        return False
    if state == "disguise":
        talk.say("utter_decoy")
    elif talk.asked == "watched_check" and talk.intent == "deny":
        talk.set("asked", None)
        talk.say("utter_watched_ok_later")
    else:
        # Reveals nothing, whoever holds the phone now.
        talk.ask("utter_watched_check", "watched_check")
    return True


def opening(talk: Talk) -> bool:
    """Start the conversation. True when the first message is answered by the opening alone:
    on a phone, where a lock screen shows the first words and nothing in them says what this is.
    What the person asked for is on the agenda and comes after their answer."""
    if talk.get("opened"):
        return False
    talk.set("opened", True)
    if talk.intent in THROUGH or not talk.phone_channel:
        return False
    talk.ask("utter_opening_phone", "phone")
    return True
