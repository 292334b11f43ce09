"""The small turns of any conversation: hello, thanks, yes, no, skip, back, why, which language."""

from __future__ import annotations

from actions import agenda, handoff, options, people, safety, walks
from actions.talk import Talk
from actions.turn import action
from bot.languages import registry
from bot.words import lines, phrase

QUESTIONS_WITH_REASON = ("place", "phone", "need", "who_is_hurt", "handoff", "language")
"""Questions that have a reason to give when asked "why do you ask?"."""


@action("action_greet")
def greet(talk: Talk) -> None:
    if talk.items("needs"):
        agenda.next_step(talk)
    elif talk.get("greeted"):
        talk.ask("utter_menu", "need")
    else:
        talk.set("greeted", True)
        talk.ask("utter_greet", "need")


@action("action_say_goodbye")
def say_goodbye(talk: Talk) -> None:
    talk.set("asked", None)
    talk.say("utter_goodbye")


@action("action_thank")
def thank(talk: Talk) -> None:
    talk.ask("utter_thanks", talk.asked or "need")


@action("action_take_yes")
def take_yes(talk: Talk) -> None:
    """Yes, to whatever was asked."""
    question = talk.asked
    if question == "phone":
        _phone(talk, shared=True)
    elif question == "handoff":
        talk.ask("utter_handoff_waiting", "handoff")
    elif question == "walk_step" and walks.onward(talk):
        return
    elif question == "options" and talk.items("shown"):
        talk.ask("utter_which_option", "options")
    elif question == "walk":
        talk.ask("utter_which_number", "walk")
    elif question == "place":
        talk.ask("utter_ask_place", "place")
    elif question == "need":
        talk.ask("utter_menu", "need")
    else:
        safety.go_on(talk)


@action("action_take_no")
def take_no(talk: Talk) -> None:
    """No, to whatever was asked: always leads somewhere."""
    question = talk.asked
    if question == "phone":
        _phone(talk, shared=False)
    elif question == "handoff":
        handoff.take_no(talk)
    elif question == "place":
        skip(talk)
    elif question == "options":
        talk.ask("utter_options_none_fit", "none_fit")
    elif question in ("walk", "walk_step"):
        talk.set("walk", None)
        talk.ask("utter_menu", "need")
    elif question == "need":
        talk.ask("utter_fine_for_now", "rest")
    else:
        talk.ask("utter_menu", "need")


def _phone(talk: Talk, shared: bool) -> None:
    """Whether someone else could see this phone. Either way leads on."""
    talk.set("asked", None)
    if shared:
        talk.set("watched", "monitored")
    talk.say("utter_phone_shared" if shared else "utter_phone_alone")
    if talk.lane == "survivor" and talk.items("needs"):
        talk.say("utter_believe")
    agenda.next_step(talk, said_back=True)


@action("action_skip")
def skip(talk: Talk) -> None:
    """Any question may be skipped; skipping everything still reaches options and a human."""
    question = talk.asked
    if question == "place":
        talk.set("place_skipped", True)
        talk.set("asked", None)
        agenda.next_step(talk)
    elif question == "phone":
        _phone(talk, shared=False)
    elif question == "need":
        talk.ask("utter_skipped_need", "rest")
    elif question in ("walk", "walk_step", "options", "who_is_hurt", "none_fit", "rest"):
        talk.ask("utter_menu", "need")
    else:
        safety.go_on(talk)


@action("action_go_back")
def go_back(talk: Talk) -> None:
    """Take back one's own last answer."""
    if talk.asked == "walk_step":
        walks.offer(talk, talk.get("walk"))
    elif talk.get("place") is not None or talk.get("place_skipped"):
        talk.set("place", None)
        talk.set("place_skipped", None)
        if talk.items("done") and not talk.items("needs"):
            talk.set("needs", talk.items("done")[-2:])
        talk.ask("utter_back_place", "place")
    else:
        talk.set("needs", [])
        talk.ask("utter_back_need", "need")


SESSION_SLOTS = ("asked", "needs", "done", "place", "place_skipped", "preferences", "shown", "seen",
                 "focus", "lane", "relation", "walk", "walk_step", "misses", "wanted_language",
                 "watched", "first_on_return", "told")  # fmt: skip


@action("action_start_over")
def start_over(talk: Talk) -> None:
    for slot in SESSION_SLOTS:
        talk.set(slot, None)
    talk.ask("utter_start_over", "need")


@action("action_show_menu")
def show_menu(talk: Talk) -> None:
    talk.ask("utter_menu", "need")


@action("action_explain_question")
def explain_question(talk: Talk) -> None:
    """Why do you ask: the reason for the question that is open, and that it may be skipped."""
    question = talk.asked if talk.asked in QUESTIONS_WITH_REASON else "anything"
    talk.ask(f"utter_why_{question}", talk.asked or "need")


@action("action_change_language")
def change_language(talk: Talk) -> None:
    """Switch at any turn; the place in the conversation is kept."""
    wanted = talk.entity("language")
    served = talk.services.settings.served_languages
    if wanted in served:
        talk.set("language", wanted)
        talk.set("language_picked", True)
        talk.say("utter_language_changed")
        if talk.asked == "place":
            talk.ask("utter_ask_place", "place")
        elif talk.items("needs"):
            agenda.next_step(talk)
        else:
            talk.ask("utter_menu", talk.asked or "need")
        return
    offer_languages(talk)


def offer_languages(talk: Talk) -> None:
    """The served languages by their own names."""
    served = talk.services.settings.served_languages
    rows = [
        phrase("menu_line", number=str(n), text=registry()[tag].name)
        for n, tag in enumerate(served, 1)
    ]
    talk.ask("utter_which_language", "language", languages=lines(rows))


@action("action_set_boundary")
def set_boundary(talk: Talk) -> None:
    """Out of scope, tests, insults, sexual messages: short, kind, the way back."""
    talk.ask("utter_out_of_scope", talk.asked or "need")


@action("action_take_number")
def take_number(talk: Talk) -> None:
    """A bare number: what it means depends on what was asked."""
    number = talk.entity("option_number") or ""
    question = talk.asked
    if question == "language":
        served = talk.services.settings.served_languages
        if number.isdigit() and 1 <= int(number) <= len(served):
            talk.set("language", served[int(number) - 1])
            talk.set("language_picked", True)
            talk.set("asked", None)
            talk.say("utter_language_changed")
            agenda.next_step(talk)
            return
    elif question == "phone":
        _phone(talk, shared=number == "1")
        return
    elif question == "who_is_hurt" and people.take_who_is_hurt(talk):
        return
    elif question == "need" and number in ("1", "2", "3", "4"):
        _menu(talk, int(number))
        return
    options.show_details(talk)


def _menu(talk: Talk, number: int) -> None:
    """The short menu: options, planning, worried about someone, a person."""
    if number == 1:
        talk.ask("utter_ask_need", "need")
    elif number == 2:
        walks.offer(talk, "safety_plan")
    elif number == 3:
        people.help_helper(talk)
    else:
        handoff.request_advocate(talk)


@action("action_ask_gently")
def ask_gently(talk: Talk) -> None:
    """Not understood: a place if one was asked for; else a gentle menu with the human on it; a
    second time a human and a line, never a third "sorry"."""
    if talk.asked == "place" and options.find_place(talk) is not None:
        options.take_place(talk)
        return
    if talk.needs:
        options.take_needs(talk)
        return
    misses = int(talk.get("misses", 0) or 0) + 1
    talk.set("misses", misses)
    if talk.abstains and not talk.get("language_picked") and misses == 1:
        talk.ask("utter_which_language_short", "language")
        return
    if misses == 1:
        talk.ask("utter_not_understood", "need")
    else:
        talk.ask("utter_not_understood_again", "need")
