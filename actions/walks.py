"""Walking through something in small pieces: safety planning, rights, how to help, what is kept.

A walk is data (``bot/walks.yml``): doors a person may open by number or by name, each a few steps.
The words are responses ``utter_<walk>_<door>_<n>`` and phrases ``door_<walk>_<door>``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

import bot
from actions.talk import Talk
from bot.words import lines, phrase

_FILE = Path(bot.__file__).with_name("walks.yml")


@cache
def registry() -> dict[str, dict[str, int]]:
    """Walks by name: their doors in order, and how many steps each has."""
    walks: dict[str, dict[str, int]] = yaml.safe_load(_FILE.read_text("utf-8"))["walks"]
    return walks


def offer(talk: Talk, walk: str) -> None:
    """Offer the doors of a walk, numbered; one question."""
    doors = list(registry()[walk])
    talk.set("walk", walk)
    talk.set("walk_step", None)
    rows = [
        phrase("menu_line", number=str(n), text=phrase(f"door_{walk}_{door}"))
        for n, door in enumerate(doors, 1)
    ]
    talk.ask("utter_walk_doors", "walk", doors=lines(rows))


def choose(talk: Talk) -> bool:
    """Open the door a number names, while a walk's doors are what was asked."""
    number = talk.entity("option_number")
    if talk.asked not in ("walk", "walk_step") or number is None or not number.isdigit():
        return False
    walk = talk.get("walk")
    if walk not in registry():
        return False
    doors = list(registry()[walk])
    if not 1 <= int(number) <= len(doors):
        return False
    enter(talk, walk, doors[int(number) - 1])
    return True


def enter(talk: Talk, walk: str, door: str) -> None:
    """The first step behind a door."""
    talk.set("walk", walk)
    talk.set("walk_step", f"{door}/1")
    _say(talk, walk, door, 1)


def onward(talk: Talk) -> bool:
    """The next step of the walk; False when no walk is under way or it is at its end."""
    walk, at = talk.get("walk"), talk.get("walk_step")
    if talk.asked not in ("walk", "walk_step") or walk not in registry() or not at:
        return False
    door, _, step = str(at).partition("/")
    if int(step) >= registry()[walk].get(door, 0):
        offer(talk, walk)
        return True
    talk.set("walk_step", f"{door}/{int(step) + 1}")
    _say(talk, walk, door, int(step) + 1)
    return True


def _say(talk: Talk, walk: str, door: str, step: int) -> None:
    talk.say(f"utter_{walk}_{door}_{step}")
    last = step >= registry()[walk][door]
    talk.ask("utter_walk_end" if last else "utter_walk_more", "walk_step")
