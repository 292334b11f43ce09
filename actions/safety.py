"""Danger, wanting to die, being watched, leaving: always first, from any state."""

from __future__ import annotations

from actions import agenda, believe
from actions.talk import Talk
from actions.turn import action

DANGER = {"may_harm": "utter_danger_may_harm", "other": "utter_danger_other"}
SUICIDE = {
    "overdose": "utter_suicide_overdose",
    "other": "utter_suicide_other",
    "partner_threat": "utter_suicide_partner_threat",
    "self_harm": "utter_suicide_self_harm",
}


@action("action_answer_danger")
def answer_danger(talk: Talk) -> None:
    """Help text at once, the same for everybody; no question, then quiet. Who also said not to
    write gets nothing now and this text first on return."""
    detail = talk.safety_detail("emergency")
    response = DANGER.get(detail or "", "utter_danger_now")
    talk.set("asked", None)
    talk.count("safety", label="emergency")
    if talk.heard_safety("being_watched") and talk.safety_detail("being_watched") == "hold":
        talk.set("watched", "hold")
        talk.set("first_on_return", response)
        return
    if detail == "may_harm":
        talk.set("lane", "caused_harm")
    talk.say(response)
    believe.signs(talk)


@action("action_answer_suicide")
def answer_suicide(talk: Talk) -> None:
    """Care at once, the crisis line of the place, the option to stay, an advocate; no lecture."""
    detail = talk.safety_detail("suicide_risk")
    talk.set("asked", None)
    talk.count("safety", label="suicide_risk")
    response = SUICIDE.get(detail or "", "utter_suicide_care")
    if talk.heard_safety("being_watched") and talk.safety_detail("being_watched") == "hold":
        talk.set("watched", "hold")
        talk.set("first_on_return", response)
        return
    talk.say(response)


@action("action_answer_watched")
def answer_watched(talk: Talk) -> None:
    """Someone is there, or reads this phone; what else they said waits on the agenda."""
    detail = talk.safety_detail("being_watched") or "now"
    if detail == "monitored":
        talk.set("watched", "monitored")
        talk.ask("utter_watched_monitored", "go_on")
        return
    talk.set("watched", detail)
    talk.set("asked", None)
    if detail != "hold":
        talk.say("utter_decoy" if detail == "disguise" else "utter_watched_now")


@action("action_resume")
def resume(talk: Talk) -> None:
    """Back after being watched; nothing said before is repeated unless asked."""
    waiting = talk.get("first_on_return")
    talk.set("watched", None)
    talk.set("asked", None)
    if waiting:
        talk.set("first_on_return", None)
        talk.say(waiting)
    else:
        talk.ask("utter_welcome_back", "go_on")


@action("action_leave")
def leave(talk: Talk) -> None:
    """Leaving heard by the model (the exact words never come this far): forget everything."""
    talk.say("utter_erased" if talk.intent == "erase" else "utter_left")
    talk.note("left")


@action("action_refuse_about_someone")
def refuse_about_someone(talk: Talk) -> None:
    """The same words whether or not anyone wrote; worried people get the helper's way."""
    talk.ask("utter_about_someone_refused", "need")


def go_on(talk: Talk) -> None:
    """Take up the agenda after an interruption."""
    talk.set("asked", None)
    agenda.next_step(talk)
