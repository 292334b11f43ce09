"""A plain request for a human is in the queue after one turn: in every language, from every state,
on every channel (promise 6), by the trained model."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.person import Person

pytestmark = pytest.mark.model
Someone = Callable[..., Person]

PLAIN = {
    "en": "i want to talk to a person",
    "es": "quiero hablar con una persona",
    "zh-Hans": "我想和真人说话",
    "vi": "tôi muốn nói chuyện với người thật",
    "ar": "أريد التحدث مع إنسان",
    "ko": "사람과 이야기하고 싶어요",
    "tl": "gusto kong makipag-usap sa totoong tao",
    "ht": "mwen vle pale ak yon moun",
    "pt-BR": "quero falar com uma pessoa",
    "ru": "я хочу поговорить с человеком",
    "fr": "je veux parler à une personne",
    "so": "waxaan rabaa inaan qof la hadlo",
}
BEFORE = ("hello", "no", "yes", "skip", "my husband hits me", "i need money", "60608", "more", "1",
          "asdf qwer", "tell me about number 2", "i cannot talk now", "start over", "no police",
          "my friend is hurt by her boyfriend")  # fmt: skip


def in_line(ana: Person) -> bool:
    inbox = ana.parts.inbox
    return ana.parts.handoff.of(inbox.person(ana.channel, ana.address)) is not None


@pytest.mark.parametrize("tag", PLAIN)
@pytest.mark.parametrize("channel", ["sms", "web"])
async def test_in_every_language_as_the_first_message(
    someone: Someone, tag: str, channel: str
) -> None:
    ana = someone(channel, tag)
    await ana.says(PLAIN[tag])
    assert in_line(ana)


async def test_from_every_state(someone: Someone) -> None:
    """Random journeys, then the plain words."""
    journeys: list[tuple[list[str], str, str]] = []

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck),
              database=None, derandomize=True)  # fmt: skip
    @given(
        st.lists(st.sampled_from(BEFORE), max_size=5),
        st.sampled_from(sorted(PLAIN)),
        st.sampled_from(["sms", "web", "terminal", "whatsapp", "telegram"]),
    )
    def draw(before: list[str], tag: str, channel: str) -> None:
        journeys.append((before, tag, channel))

    draw()
    missed = []
    for before, tag, channel in journeys:
        ana = someone(channel)
        await ana.tells(*before)
        await ana.says(PLAIN[tag])
        if not in_line(ana):
            missed.append((before, tag, channel))
    assert missed == []
