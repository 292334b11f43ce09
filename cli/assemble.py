"""Puts the parts of one process together: the only place that knows them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from actions.lines import line_values
from actions.services import Services, install
from bot.contract import Brain
from bot.languages import registry
from bot.privacy import log, quiet
from bot.runtime.words_only import WordsOnlyBrain
from bot.safety import safety_words
from bot.settings import Settings
from bot.words import Words
from channels.inbox import Inbox
from cli.environment import calm_environment
from coordination.nothing import NoCounter
from directory import open_directory
from directory.contract import Directory
from handoff.switchboard import Switchboard

if TYPE_CHECKING:
    from bot.runtime.brain import RasaBrain


@dataclass(frozen=True, slots=True)
class Parts:
    """What a process is made of."""

    settings: Settings
    words: Words
    directory: Directory
    handoff: Switchboard
    brain: Brain
    inbox: Inbox


def load_brain(settings: Settings, words: Words, fallback: WordsOnlyBrain) -> Brain:
    """The trained model, or words alone when there is none or it is broken; the operator is
    told."""
    try:
        from bot.runtime.brain import RasaBrain

        return RasaBrain(settings, words, fallback)
    except Exception as error:
        log.error("model.unusable", error)
        return fallback


def assemble(settings: Settings) -> Parts:
    """All parts of the embedded form: one process, memory and SQLite."""
    calm_environment()
    quiet(settings.log_level)
    words = Words(settings.default_language)
    directory = open_directory(settings)
    words.lines = line_values(directory, settings.country)
    handoff = Switchboard(settings, words)
    install(Services(settings, directory, handoff, NoCounter(), words))
    safety = safety_words(tuple(registry()))
    fallback = WordsOnlyBrain(words, safety, settings.default_language)
    brain = load_brain(settings, words, fallback)
    epochs = getattr(brain, "epochs", None)
    inbox = Inbox(brain, settings, words, safety, handoff, epochs)
    handoff.voice = inbox
    quiet(settings.log_level)
    return Parts(settings, words, directory, handoff, brain, inbox)


def rasa_brain(settings: Settings) -> RasaBrain:
    """A brain that must have a model; for parsing and benchmarks. Raises `ModelMissing`."""
    calm_environment()
    quiet(settings.log_level)
    from bot.runtime.brain import RasaBrain

    words = Words(settings.default_language)
    safety = safety_words(tuple(registry()))
    return RasaBrain(settings, words, WordsOnlyBrain(words, safety, settings.default_language))
