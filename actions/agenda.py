"""The agenda: needs still open, what is known, and the one next question.

Forms do not carry this conversation (docs/decisions/0003-agenda.md): an emergency rule inside a
form was followed by the form's question. Here one function chooses what comes next, from slots.
"""

from __future__ import annotations

from actions import options
from actions.talk import Talk
from bot.words import phrase


def next_step(talk: Talk, said_back: bool = False) -> None:
    """Say the next thing: ask what is needed, ask for a place, or show options. One question."""
    needs = talk.items("needs")
    if talk.lane == "caused_harm":
        needs = [slug for slug in needs if slug in options.CAUSED_HARM_NEEDS]
    if not needs:
        ask_need(talk)
    elif talk.get("place") is None and not talk.get("place_skipped"):
        response = "utter_ask_place_for" if said_back else "utter_ask_place"
        talk.ask(response, "place", needs=need_names(needs))
    else:
        options.show(talk, needs)


def ask_need(talk: Talk) -> None:
    """The open question; asked a second time it comes with a short menu."""
    if talk.asked == "need" or talk.items("done"):
        talk.ask("utter_menu", "need")
    else:
        talk.ask("utter_ask_need", "need")


def need_names(slugs: list[str]) -> list[object]:
    """Needs in the person's language, as a list for `bot.words`."""
    return [phrase(f"need_{slug}") for slug in slugs[:4]]
