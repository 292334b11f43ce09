"""Who is writing and why: someone hurt, unsure, staying; someone who helps; someone who harmed."""

from __future__ import annotations

from actions import agenda, believe, options, walks
from actions.believe import teen_first
from actions.talk import Talk
from actions.turn import action

SURE = 0.85
"""Below this the bot asks who did the hurting instead of assuming: telling someone who was hurt
that they may be the one who hurts is the worst mistake here."""


@action("action_believe")
def believe_told(talk: Talk) -> None:
    """Told of abuse without asking for anything: believed, then a choice."""
    if talk.lane == "caused_harm":
        talk.set("lane", "survivor")  # any fear or injury reopens everything
    talk.set("misses", 0)
    if teen_first(talk):
        return
    talk.say("utter_believe")
    believe.signs(talk)
    if talk.items("needs"):
        agenda.next_step(talk, said_back=True)
    else:
        talk.ask("utter_choice", "need")


@action("action_answer_unsure")
def answer_unsure(talk: Talk) -> None:
    """Is this abuse, is it my fault: no label forced on anyone; signs in plain words, options."""
    if talk.lane != "caused_harm":
        believe.signs(talk)
    talk.say("utter_unsure")
    walks.offer(talk, "unsure")


@action("action_answer_staying")
def answer_staying(talk: Talk) -> None:
    """Room to love and to stay; safety without steering."""
    believe.signs(talk)
    talk.say("utter_staying")
    walks.offer(talk, "staying")


@action("action_help_helper")
def help_helper(talk: Talk) -> None:
    """Somebody supports the one who is hurt: thank them, how to help, where both can turn."""
    talk.set("lane", "helper")
    talk.set("misses", 0)
    close = talk.detail == "close_to_harmer"
    talk.say("utter_helper_close_to_harmer" if close else "utter_helper")
    walks.offer(talk, "helper_close" if close else "helper")


@action("action_take_accountability")
def take_accountability(talk: Talk) -> None:
    """A programme for the one who harms: their own lane only when they say that they did it."""
    detail = talk.need_detail("accountability") or talk.detail
    if detail == "self" and talk.confidence >= SURE and not _hurt_too(talk):
        talk.set("lane", "caused_harm")
        talk.set("needs", [])
        talk.say("utter_caused_harm")
        walks.offer(talk, "caused_harm")
    elif detail == "other":
        talk.say("utter_accountability_other")
        needs = [*talk.items("needs"), "accountability"]
        talk.set("needs", list(dict.fromkeys(needs)))
        agenda.next_step(talk)
    else:
        talk.ask("utter_who_is_hurt", "who_is_hurt")


def _hurt_too(talk: Talk) -> bool:
    """Fear, injury or control in the same message: ask, never assume."""
    return bool(talk.signs) or any(
        slug in ("safe_place", "medical", "protection_order", "sexual_assault")
        for slug in talk.needs
    )


def take_who_is_hurt(talk: Talk) -> bool:
    """The answer to the soft question: 1 afraid of them, 2 worried about what I did, 3 both."""
    number = talk.entity("option_number")
    if number == "2":
        talk.set("lane", "caused_harm")
        talk.say("utter_caused_harm")
        walks.offer(talk, "caused_harm")
        return True
    if number in ("1", "3"):
        talk.set("lane", "survivor")
        talk.say("utter_believe")
        talk.ask("utter_choice", "need")
        return True
    return False


@action("action_take_preferences")
def take_preferences(talk: Talk) -> None:
    """Something to fit the answer to (enumerated, this session only)."""
    talk.set("misses", 0)
    if teen_first(talk):
        return
    if "elder" in talk.preferences and not talk.items("needs") and not talk.items("done"):
        talk.say("utter_believe")
        walks.offer(talk, "elder")
        return
    talk.say("utter_noted")
    options.show_again(talk)


@action("action_avoid_police")
def avoid_police(talk: Talk) -> None:
    """No police, no courts: noted, and what that can and cannot mean."""
    talk.say("utter_avoid_police")
    options.show_again(talk)
