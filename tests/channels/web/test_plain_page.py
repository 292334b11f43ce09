"""Without JavaScript: a form, a token for one answer, nothing that a second use would show."""

from __future__ import annotations

import asyncio

import pytest

from bot.contract import Reply
from channels.contract import Outbound
from tests.channels.web.conftest import Door, is_start_page, token

SAID = "he took my papers"


async def test_a_message_is_answered_in_the_page(door: Door) -> None:
    answer = await door.posts(await door.opens(), SAID)
    assert f"heard: {SAID}" in answer.text


async def test_the_conversation_goes_on_with_the_next_pages_token(door: Door) -> None:
    first = await door.posts(await door.opens(), "one")
    second = await door.posts(token(first), "two")
    assert "heard: two" in second.text
    assert "heard: one" not in second.text, "only the latest answer is on the page"
    assert len({turn.person for turn in door.brain.turns}) == 1
    assert door.connector.open_sessions() == 1


async def test_a_used_start_token_ends_the_session(door: Door) -> None:
    page = await door.opens()
    first = await door.posts(page, SAID)
    again = await door.posts(page, SAID)  # reload and "send again"
    assert is_start_page(again)
    assert SAID not in again.text
    assert door.connector.open_sessions() == door.inbox.open_conversations() == 0
    assert door.brain.forgotten
    assert is_start_page(await door.posts(token(first), "more"))
    assert len(door.brain.turns) == 1, "nothing of a replay reaches the brain"


async def test_a_used_page_token_ends_the_session(door: Door) -> None:
    first = await door.posts(await door.opens(), "one")
    await door.posts(token(first), "two")
    again = await door.posts(token(first), "two")
    assert is_start_page(again)
    assert door.connector.open_sessions() == 0


@pytest.mark.parametrize(
    "made_up",
    ["", "x" * 43, "1.2.3", "1.abc." + "0" * 32, "é.ü.ñ", "..", "\x00"],
    ids=["none", "page-like", "three-parts", "start-like", "letters", "dots", "nul"],
)
async def test_an_unknown_token_gets_the_start_page(door: Door, made_up: str) -> None:
    assert is_start_page(await door.posts(made_up, SAID))
    assert not door.brain.turns


async def test_unknown_expired_and_replayed_look_the_same(door: Door) -> None:
    page = await door.opens()
    first = await door.posts(page, SAID)
    replayed = await door.posts(page, SAID)
    expired = await door.posts(token(first), SAID)
    unknown = await door.posts("x" * 43, SAID)
    texts = {answer.text.replace(token(answer), "") for answer in (replayed, expired, unknown)}
    assert len(texts) == 1


async def test_pressing_send_twice_gets_one_answer(door: Door) -> None:
    door.brain.slow_s = 0.1
    page = await door.opens()
    answers = await asyncio.gather(door.posts(page, SAID), door.posts(page, SAID))
    assert [f"heard: {SAID}" in answer.text for answer in answers] == [True, True]
    assert len(door.brain.turns) == 1
    assert door.connector.open_sessions() == 1


async def test_an_exit_word_leaves_one_neutral_line(door: Door) -> None:
    first = await door.posts(await door.opens(), SAID)
    last = await door.posts(token(first), "x")
    assert last.text.count('<div class="message') == 1
    assert SAID not in last.text
    assert door.connector.open_sessions() == door.inbox.open_conversations() == 0


async def test_leaving_does_not_wait_for_a_hanging_answer(door: Door) -> None:
    page = await door.opens()
    first = await door.posts(page, "one")
    door.brain.slow_s = 30
    hanging = asyncio.create_task(door.posts(token(first), SAID))
    await asyncio.sleep(0.05)
    door.connector.leave(token(first))
    answer = await asyncio.wait_for(hanging, 5)
    assert is_start_page(answer)
    assert SAID not in answer.text


async def test_what_came_meanwhile_is_found_by_looking(door: Door) -> None:
    first = await door.posts(await door.opens(), SAID)
    address = next(iter(door.connector._sessions))
    await door.connector.send(address, Outbound((Reply("Hello, I am here now."),), "en"))
    looked = await door.posts(token(first), "half a sent", check="1")
    assert "Hello, I am here now." in looked.text
    assert "half a sent</textarea>" in looked.text, "a draft stays in the box"
    assert len(door.brain.turns) == 1


async def test_a_choice_is_sent_and_a_draft_is_kept(door: Door) -> None:
    first = await door.posts(await door.opens(), "one")
    answer = await door.posts(token(first), "half a sent", choice="Skip")
    assert "heard: Skip" in answer.text
    assert "half a sent</textarea>" in answer.text


async def test_changing_the_language_keeps_the_conversation(door: Door) -> None:
    first = await door.posts(await door.opens(), SAID)
    spanish = await door.posts(token(first), "", language="es")
    assert 'lang="es"' in spanish.text
    assert "Salir ya" in spanish.text
    await door.posts(token(spanish), "más", picked="es")
    assert door.brain.turns[-1].offered_language == "es"
    assert len({turn.person for turn in door.brain.turns}) == 1


async def test_text_is_never_markup(door: Door) -> None:
    answer = await door.posts(await door.opens(), '<script>alert(1)</script>"><b>')
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


async def test_a_full_door_says_so_and_opens_nothing() -> None:
    door = Door(max_people=2)
    for _ in range(2):
        await door.posts(await door.opens(), "hello")
    answer = await door.posts(await door.opens(), "hello")
    assert door.connector.open_sessions() == 2
    assert "Many people are writing right now" in answer.text
    door.connector.close()
