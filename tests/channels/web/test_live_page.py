"""What page.mjs calls: /say, /listen, /leave."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from bot.contract import Reply
from channels.contract import Outbound
from channels.errors import AddressGone
from channels.web.connector import BEAT_S, WebChannel
from channels.web.tokens import LIFE_S
from tests.channels.web.conftest import Door

KEY = "k" * 48


async def opened(door: Door, text: str = "hello") -> dict[str, Any]:
    return await door.says(text, start=await door.opens(), key=KEY, number=1)


async def test_the_first_message_opens_a_session(door: Door) -> None:
    answer = await opened(door)
    assert len(answer["token"]) >= 43
    assert answer["messages"][0]["parts"] == [["heard: hello", ""]]
    assert answer["messages"][0]["direction"] == "ltr"


async def test_a_first_message_sent_again_by_the_same_page_is_answered_once(door: Door) -> None:
    """The network lost our answer."""
    start = await door.opens()
    first = await door.says("hello", start=start, key=KEY, number=1)
    again = await door.says("hello", start=start, key=KEY, number=1)
    assert again["token"] == first["token"]
    assert again["messages"] == first["messages"]
    assert len(door.brain.turns) == 1


@pytest.mark.parametrize("key", ["", "j" * 48, "ü"], ids=["none", "another", "not-ascii"])
async def test_a_start_token_used_by_another_page_ends_the_session(door: Door, key: str) -> None:
    start = await door.opens()
    await door.says("hello", start=start, key=KEY)
    other = await door.says("what did I say", start=start, key=key)
    assert other == {"ended": True, "messages": []}
    assert door.connector.open_sessions() == 0


async def test_messages_the_page_has_are_not_sent_again(door: Door) -> None:
    first = await opened(door)
    second = await door.says("more", token=first["token"], seen=1, number=2)
    assert [m["number"] for m in second["messages"]] == [2]


async def test_an_unknown_token_is_told_that_it_is_over(door: Door) -> None:
    assert await door.says("hi", token="t" * 43) == {"ended": True, "messages": []}
    assert not door.brain.turns


async def test_an_exit_word_overtakes_a_hanging_answer(door: Door) -> None:
    first = await opened(door)
    door.brain.slow_s = 30
    hanging = asyncio.create_task(door.says("slow", token=first["token"], number=2))
    await asyncio.sleep(0.05)
    left = await asyncio.wait_for(door.says("X", token=first["token"], seen=1, number=3), 5)
    assert left["ended"] and left["token"] == ""
    assert len(left["messages"]) == 1, "one neutral line"
    late = await asyncio.wait_for(hanging, 5)
    assert late["ended"]
    assert "slow" not in json.dumps(late)


async def test_leaving_forgets_at_once_and_is_the_same_for_strangers(door: Door) -> None:
    first = await opened(door)
    known = await door.http.post("/leave", content=first["token"])
    unknown = await door.http.post("/leave", content="nobody")
    assert known.status_code == unknown.status_code == 204
    assert dict(known.headers) == dict(unknown.headers)
    assert door.connector.open_sessions() == door.inbox.open_conversations() == 0
    with pytest.raises(AddressGone):
        await door.connector.send(first["token"], Outbound((Reply("late"),), "en"))


async def test_leaving_overtakes_the_first_message(door: Door) -> None:
    """The exit was pressed while the first message was still on its way."""
    start = await door.opens()
    await door.http.post("/leave", content=start)
    assert (await door.says("hello", start=start, key=KEY))["ended"]
    assert not door.brain.turns


async def test_javascript_may_wake_up_on_an_answer_page(door: Door) -> None:
    from tests.channels.web.conftest import token

    first = await door.posts(await door.opens(), "one")
    taken = await door.says("", start=token(first), key=KEY)
    assert taken["token"]
    answer = await door.says("two", token=taken["token"], seen=0, number=1)
    assert [m["parts"][0][0] for m in answer["messages"]] == ["heard: two"]
    assert len({turn.person for turn in door.brain.turns}) == 1


class Stream:
    """An open /listen, read line by line."""

    def __init__(self, connector: WebChannel, address: str, seen: int = 0) -> None:
        session = connector.by_token(address)
        self._lines = connector.listen(session, seen)

    async def next(self) -> Any:
        return json.loads(await asyncio.wait_for(anext(self._lines), 5))


async def test_what_comes_later_is_streamed(door: Door) -> None:
    """An advocate writes; httpx reads whole answers only, so the channel is asked itself."""
    first = await opened(door)
    stream = Stream(door.connector, first["token"], seen=1)
    waiting = asyncio.create_task(stream.next())
    await asyncio.sleep(0)
    await door.connector.send(first["token"], Outbound((Reply("مرحبا"),), "ar"))
    message = (await waiting)["message"]
    assert (message["parts"], message["direction"]) == ([["مرحبا", ""]], "rtl")
    door.connector.hold(first["token"])
    assert await stream.next() == {"held": True}
    door.connector.leave(first["token"])
    assert await stream.next() == {"ended": True}


async def test_a_newer_stream_takes_over(door: Door) -> None:
    first = await opened(door)
    old = Stream(door.connector, first["token"], seen=1)
    waiting = asyncio.create_task(old.next())
    await asyncio.sleep(0)
    new = Stream(door.connector, first["token"], seen=1)
    takes = asyncio.create_task(new.next())
    with pytest.raises(StopAsyncIteration):
        await waiting
    await door.connector.send(first["token"], Outbound((Reply("one"),), "en"))
    assert (await takes)["message"]["parts"] == [["one", ""]]


async def test_listening_to_nobody_ends_at_once(door: Door) -> None:
    answer = await door.http.post("/listen", json={"token": "t" * 43})
    assert json.loads(answer.text) == {"ended": True}


async def test_a_quiet_page_is_forgotten(door: Door) -> None:
    first = await opened(door)
    door.clock.now += door.settings.web_blank_s + BEAT_S + 1
    door.connector.sweep()
    assert door.connector.open_sessions() == door.inbox.open_conversations() == 0
    assert (await door.says("hello?", token=first["token"]))["ended"]


async def test_who_waits_for_an_advocate_is_not_timed_out(door: Door) -> None:
    first = await opened(door)
    door.connector.hold(first["token"])
    door.clock.now += 10 * door.settings.web_blank_s
    door.connector.sweep()
    assert door.connector.open_sessions() == 1
    door.connector.release(first["token"])
    door.clock.now += door.settings.web_blank_s + BEAT_S + 1
    door.connector.sweep()
    assert door.connector.open_sessions() == 0


async def test_a_start_page_lives_half_a_day(door: Door) -> None:
    young, old = await door.opens(), await door.opens()
    door.clock.now += LIFE_S - 60
    assert not (await door.says("hello", start=young, key=KEY))["ended"]
    door.clock.now += 120
    assert (await door.says("hello", start=old, key=KEY))["ended"]


async def test_start_pages_cost_no_memory(door: Door) -> None:
    for _ in range(50):
        await door.opens()
    assert not door.connector._starts._spent
    assert not door.connector._pages
    assert not door.connector._sessions


async def test_no_word_of_the_person_stays_in_the_channel(door: Door) -> None:
    first = await opened(door, "kanarienvogel")
    await door.says("kanarienvogel zwei", token=first["token"], seen=1, number=2)
    session = door.connector._sessions[first["token"]]
    session.after(2)
    held = {name: getattr(session, name) for name in vars(session)}
    assert "kanarienvogel" not in repr(held)
