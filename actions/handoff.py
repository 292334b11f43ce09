"""Asking for a human: in the queue in one turn, then what is shared and what must be reported."""

from __future__ import annotations

from actions import waiting
from actions.talk import Talk
from actions.turn import action


@action("action_request_advocate")
def request_advocate(talk: Talk) -> None:
    """Put the request in the queue with language and channel only, and say honestly who is there.
    Nothing is relayed before the person's next message; "no" withdraws."""
    if talk.services.handoff.of(talk.person) is None:
        waiting.request(talk)
    talk.count("outcome", outcome="advocate_asked")
    waiting.explain(talk)


def take_no(talk: Talk) -> None:
    """The person changed their mind."""
    waiting.withdraw(talk)
