"""Believing first: said to someone who was hurt, before any question, never twice the same."""

from __future__ import annotations

from actions import walks
from actions.talk import Talk

TELLING_WORDS = 9
TELLING_LETTERS = 18
"""A message this long tells something (letters count where words are not spaced); a bare "food" or
"what is a protection order" does not, and belief would sound wrong."""

SIGNS = ("strangled", "gun", "threat_to_kill", "forced_sex", "escalating", "stalked", "pregnant",
         "just_left")  # fmt: skip
"""Danger signs that get one careful line each, gravest first (intents.yml)."""


def telling(talk: Talk) -> bool:
    """Whether the message tells of something that happened, rather than naming a thing wanted."""
    if talk.relation or talk.signs or talk.intent == "disclose_abuse":
        return True
    if talk.language == "zh-Hans":
        return len(talk.text) >= TELLING_LETTERS
    return len(talk.text.split()) >= TELLING_WORDS


def if_told(talk: Talk) -> None:
    """The believing line, if there was a telling, and one line for the gravest sign in it."""
    if telling(talk):
        talk.say("utter_believe")
    signs(talk)


def signs(talk: Talk) -> None:
    """One careful line for the gravest sign of this message, once a sign; strangulation always
    brings the urgent-care line, whatever else was asked (care.md)."""
    named = talk.items("told")
    for sign in SIGNS:
        if sign in talk.signs and f"sign_{sign}" not in named:
            talk.say(f"utter_sign_{sign}")
            talk.set("told", [*named, f"sign_{sign}"])
            return


def teen_first(talk: Talk) -> bool:
    """Someone under 18: before anything else, who must report what they tell; then things for
    teens, and never a list of adults' places unasked. True when that was the answer."""
    if "teen" not in talk.items("preferences") or "teen" in talk.items("told"):
        return False
    talk.set("told", [*talk.items("told"), "teen"])
    talk.say("utter_teen")
    signs(talk)
    walks.offer(talk, "teen")
    return True
