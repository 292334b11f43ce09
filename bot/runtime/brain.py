"""The Rasa Agent as a `bot.contract.Brain`, on an event loop in a thread of its own.

Leaving, signatures and relay run on the doors' loop and never wait for language understanding
(measured: exit p99 23 to 31 ms that way, 286 to 671 ms on a shared loop).
"""

from __future__ import annotations

import asyncio
import threading
import warnings
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.utils import AvailableEndpoints

from bot.contract import Answer, Epochs, Reply, Turn
from bot.normalise import clean, has_words
from bot.privacy import log, quiet
from bot.runtime.inprocess import InProcessActions, trust_own_actions
from bot.runtime.store import Conversations, assert_ours, turn_epoch
from bot.runtime.words_only import WordsOnlyBrain
from bot.settings import ROOT, Settings
from bot.words import Words


class ModelMissing(FileNotFoundError):
    """There is no trained model where the settings say; ``linden train`` makes one."""


class _Collector(OutputChannel):
    """Takes what the turn says; nothing is sent from inside the brain."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self.replies: list[Reply] = []
        self.notes: set[str] = set()

    def name(self) -> str:
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        if note := (message.get("custom") or {}).get("note"):
            self.notes.add(str(note))
        if text := message.get("text"):
            name = str(message.get("utter_action") or "")
            self.replies.append(Reply(text, tuple(message.get("choices") or ()), name))


def newest_model(folder: Path, encoder: str) -> Path:
    """The newest model in a folder that was trained on this encoder's vectors; another's would
    understand nothing. Raises `ModelMissing`."""
    models = sorted(
        folder.glob(f"linden-{encoder}-*.tar.gz"), key=lambda path: path.stat().st_mtime
    )
    if not models:
        raise ModelMissing(f"no model for the encoder {encoder} in {folder}: run linden train")
    return models[-1]


class RasaBrain:
    """One trained model, answering turns. Safe to call from the doors' loop."""

    def __init__(self, settings: Settings, words: Words, fallback: WordsOnlyBrain,
                 model: Path | None = None) -> None:  # fmt: skip
        self._settings, self._words, self._fallback = settings, words, fallback
        self._model = model or (
            settings.folder(settings.model)
            if settings.model
            else newest_model(settings.folder(settings.models_folder), settings.encoder)
        )
        if not self._model.is_file():
            # Agent.load would take the newest neighbour instead, without a word.
            raise ModelMissing(f"no model at {self._model}: run linden train")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="brain", daemon=True)
        self._agent, self._store = self._load()
        self._thread.start()

    def _load(self) -> tuple[Agent, Conversations]:
        endpoints = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml"))
        from rasa.core.tracker_store import TrackerStore

        store = TrackerStore.create(endpoints.tracker_store)
        with warnings.catch_warnings():
            # Importing and loading Rasa warns about Rasa; an operator can do nothing about it.
            warnings.simplefilter("ignore")
            agent = Agent.load(str(self._model), tracker_store=store, generator=endpoints.nlg)
        quiet(self._settings.log_level)  # Rasa set up its own logging while loading
        inner = assert_ours(agent.tracker_store)
        inner.domain = agent.domain
        inner.ttl_s = self._settings.session_ttl_s
        assert_ours(agent.processor.tracker_store)
        if endpoints.action is None or endpoints.action.type == "in_process":
            trust_own_actions()
            actions = InProcessActions(timeout_s=self._settings.action_timeout_s)
            agent.action_endpoint = actions
            agent.processor.action_endpoint = actions
        generator = agent.processor.nlg
        if hasattr(generator, "words"):
            generator.words = self._words
        return agent, inner

    @property
    def epochs(self) -> Epochs:
        """Shared with the inbox, so that late saves of an older epoch are dropped."""
        return self._store.epochs

    @property
    def agent(self) -> Agent:
        return self._agent

    async def turn(self, turn: Turn) -> Answer:
        future = asyncio.run_coroutine_threadsafe(self._turn(turn), self._loop)
        try:
            return await asyncio.wait_for(
                asyncio.wrap_future(future), self._settings.turn_timeout_s
            )
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.error("turn.failed", error, channel=turn.channel)
            return self._fallback.answer(turn, "utter_trouble")

    async def _turn(self, turn: Turn) -> Answer:
        turn_epoch.set(turn.epoch)
        text = clean(turn.text, self._settings.max_text)
        collector = _Collector(turn.channel)
        # The picked language travels as metadata of this one message: a tag, never free text.
        metadata = {"picked": turn.offered_language} if turn.offered_language else {}
        message = UserMessage(
            text if has_words(text) else "…",
            collector,
            turn.person,
            input_channel=turn.channel,
            metadata=metadata,
        )
        await self._agent.handle_message(message)
        language = self._store.language(turn.person) or turn.offered_language
        return Answer(tuple(collector.replies), language, frozenset(collector.notes))

    def forget(self, person: str) -> None:
        self._store.erase(person)
        self._fallback.forget(person)

    def language(self, person: str) -> str | None:
        return self._store.language(person)

    def ready(self) -> bool:
        return True

    async def parse(self, text: str) -> dict[str, Any]:
        """What the pipeline makes of one message, as in understanding.md."""
        future = asyncio.run_coroutine_threadsafe(
            self._agent.parse_message(clean(text, self._settings.max_text) or "…"), self._loop
        )
        return dict(await asyncio.wrap_future(future))

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
