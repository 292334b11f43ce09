"""Asking for a human: in the queue in one turn, then what is shared and what must be reported."""

from __future__ import annotations

from actions.talk import Talk
from actions.turn import action


@action("action_request_advocate")
def request_advocate(talk: Talk) -> None:
    """Put the request in the queue with language and channel only, and say honestly who is there.
    Nothing is relayed before the person's next message; "no" withdraws."""
    queue = talk.services.handoff
    lane = talk.lane
    queue.request(talk.person, talk.language, talk.channel, lane)
    talk.count("outcome", outcome="advocate_asked")
    available = queue.availability(talk.language, lane)
    if available.on_call == 0:
        talk.ask("utter_handoff_nobody", "handoff")
    elif available.speaks_language == 0:
        talk.ask("utter_handoff_no_language", "handoff")
    else:
        talk.ask("utter_handoff_requested", "handoff")


def take_no(talk: Talk) -> None:
    """The person changed their mind."""
    talk.services.handoff.withdraw(talk.person)
    talk.set("asked", None)
    talk.ask("utter_handoff_withdrawn", "need")
