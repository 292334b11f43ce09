"""Answers that are offered as taps: whoever sends the very words gets the very thing.

A tap sends the text of a phrase ``choice_<what>``; typed by hand it means the same. The words are
matched exactly after folding, in the language of the conversation, before what the model thinks.
"""

from __future__ import annotations

from collections.abc import Callable

from actions import agenda, conversation, handoff, options, people, walks
from actions.talk import Talk
from bot.normalise import fold


def _need(slug: str) -> Callable[[Talk], None]:
    def take(talk: Talk) -> None:
        talk.set("needs", list(dict.fromkeys([*talk.items("needs"), slug])))
        agenda.next_step(talk, said_back=True)

    return take


def _farther(talk: Talk) -> None:
    talk.set("preferences", list(dict.fromkeys([*talk.items("preferences"), "farther"])))
    options.show_again(talk)


def _how(talk: Talk) -> None:
    walk = talk.get("walk")
    if walk in walks.registry():
        walks.offer(talk, walk)
    else:
        agenda.next_step(talk)


CHOICES: dict[str, Callable[[Talk], None]] = {
    "choice_yes": conversation.take_yes,
    "choice_no": conversation.take_no,
    "choice_skip": conversation.skip,
    "choice_back": conversation.go_back,
    "choice_more": options.show_more,
    "choice_none": conversation.take_no,
    "choice_options": agenda.ask_need,
    "choice_other_need": agenda.ask_need,
    "choice_farther": _farther,
    "choice_plan": lambda talk: walks.offer(talk, "safety_plan"),
    "choice_how": _how,
    "choice_helper": people.help_helper,
    "choice_person": handoff.request_advocate,
    "choice_safe_place": _need("safe_place"),
    "choice_legal": _need("legal_help"),
    "choice_talk": _need("counseling"),
}
"""What each tap does. Every ``choice_*`` phrase stands here (checked by a test)."""


def match(talk: Talk) -> Callable[[Talk], None] | None:
    """What the message means as a tap, if it is the text of one."""
    said = fold(talk.text)
    if not said or len(said) > 60:
        return None
    for name, act in CHOICES.items():
        texts = (name, name.replace("choice_", "reply_"))
        for phrase in texts:
            for tag in (talk.language, "en"):
                if talk.services.words.has(phrase, tag) and said == fold(
                    talk.services.words.phrase(phrase, tag)
                ):
                    return act
    return None
