"""Asking for a human: in line after one turn, told what it means, choosing what is shared."""

from __future__ import annotations

import pytest

from handoff.contract import State, Urgency
from tests.handoff.house import ANA, MAX, PERSON, House, advocate, has

ROSA = advocate("rosa")


@pytest.mark.parametrize("channel", ["web", "terminal", "sms", "whatsapp", "telegram"])
async def test_the_first_message_asks_and_is_in_line(channel: str) -> None:
    house = House([ROSA], channel=channel)
    await house.says(ANA, PERSON)
    assert house.state(ANA) is State.REQUESTED
    request = house.request(ANA)
    assert request is not None
    assert (request.language, request.channel) == ("en", channel)
    assert request.shared.needs == () and request.text_until is None, "nothing more by default"


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(("hello",), id="the opening question is open"),
        pytest.param(("hello", "no"), id="asked what would help"),
        pytest.param(("hello", "no", "i need money"), id="asked for a place"),
        pytest.param(("hello", "no", "i need money", "skip"), id="options on the screen"),
        pytest.param(("hello", "no", "mumble", "mumble"), id="misunderstood twice"),
        pytest.param(("hello", "no", "he is here"), id="somebody is watching"),
        pytest.param(("hello", "no", "he has a knife"), id="in danger"),
        pytest.param(("hello", "no", PERSON, "no"), id="asked before and withdrew"),
        pytest.param(("hello", "no", "start over"), id="started over"),
    ],
)
async def test_from_every_state_a_plain_request_is_in_line_after_one_turn(
    before: tuple[str, ...],
) -> None:
    house = House([ROSA])
    for text in before:
        await house.says(ANA, text)
    await house.says(ANA, PERSON)
    assert house.request(ANA) is not None


async def test_they_are_told_who_answers_what_is_shared_what_is_reported_and_a_line() -> None:
    house = House([ROSA])
    await house.says(ANA, "hello")
    await house.says(ANA, "no")
    said = await house.says(ANA, PERSON)
    assert has(said, "not police")
    assert has(said, "your language")
    assert has(said, "report")
    assert has(said, r"\d{3}.?\d{3}.?\d{4}|800"), "a phone line in case the chat drops"
    assert has(said, "may I text you")


async def test_on_a_phone_the_first_words_do_not_say_what_this_is() -> None:
    house = House([ROSA])
    (said,) = await house.says(ANA, PERSON)
    assert "advocate" not in said
    after = await house.says(ANA, "no")
    assert has(after, "in line for an advocate")


async def test_no_takes_them_out_of_line() -> None:
    house = House([ROSA])
    await house.asks(texts=None)
    said = await house.says(ANA, "no")
    assert house.request(ANA) is None
    assert has(said, "out of line")


async def test_what_is_shared_is_chosen_and_can_be_struck_out() -> None:
    house = House([ROSA])
    for text in ("hello", "yes", "i need money"):
        await house.says(ANA, text)
    await house.says(ANA, PERSON)
    offered = await house.says(ANA, "3")
    assert has(offered, "what you need") and has(offered, "look at this phone")
    request = house.request(ANA)
    assert request is not None and request.shared.needs == ()
    said = await house.says(ANA, "1 2")
    request = house.request(ANA)
    assert request is not None
    assert request.shared.needs == ("money",) and request.shared.phone == "seen"
    assert has(said, "They will see")
    await house.says(ANA, "1")
    request = house.request(ANA)
    assert request is not None
    assert request.shared.needs == () and request.shared.phone == "seen"
    await house.says(ANA, "0")
    request = house.request(ANA)
    assert request is not None and request.shared.phone == ""


async def test_asked_twice_keeps_the_place() -> None:
    house = House([ROSA])
    first = await house.asks()
    house.clock.passes(minutes=1)
    await house.says(ANA, PERSON)
    again = house.request(ANA)
    assert again is not None
    assert (again.reference, again.requested_at) == (first.reference, first.requested_at)


async def test_off_hours_they_hear_when_somebody_is_next_there_and_a_line() -> None:
    from handoff.hours import read_hours

    night = advocate("rosa", hours=read_hours("mon-fri 18:00-23:00", zone="America/Chicago"))
    house = House([night], channel="web")
    said = await house.says(ANA, PERSON)
    assert has(said, "nobody is here right now")
    assert has(said, "Tuesday 18:00"), said
    assert has(said, "day and night")


async def test_nobody_speaks_the_language_is_said_with_an_interpreter_line() -> None:
    house = House([advocate("rosa", languages=("es",))], channel="web")
    said = await house.says(ANA, PERSON)
    assert has(said, "Nobody here speaks your language") and has(said, "interpreters")
    assert house.request(ANA) is not None


async def test_the_operators_switch_closes_the_line_honestly() -> None:
    house = House([ROSA], channel="web")
    house.closed = True
    said = await house.says(ANA, PERSON)
    assert has(said, "cannot answer for now") and house.request(ANA) is None


async def test_danger_said_while_waiting_moves_up_and_never_out() -> None:
    house = House([ROSA], channel="web")
    await house.says(MAX, PERSON)
    house.clock.passes(minutes=1)
    await house.says(ANA, PERSON)
    assert [r.urgency for r in house.board.queue.waiting()] == [Urgency.USUAL, Urgency.USUAL]
    await house.says(ANA, "he is going to kill me")
    first, second = house.board.queue.waiting()
    assert first == house.request(ANA) and second == house.request(MAX)


async def test_someone_who_caused_harm_never_reaches_a_survivors_advocate() -> None:
    wade = advocate("wade", lane="caused_harm")
    sue = advocate("sue", role="supervisor")
    house = House([ROSA, wade, sue], channel="web")
    await house.says(MAX, "i hit her and i want to stop")
    said = await house.says(MAX, PERSON)
    assert has(said, "want to stop")
    request = house.request(MAX)
    assert request is not None and request.lane == "caused_harm"
    rosas, wades, sues = house.desk("rosa"), house.desk("wade"), house.desk("sue")
    assert rosas.sees_waiting() == [] == sues.sees_waiting()
    from handoff.errors import WrongLane

    for survivors in (rosas, sues):
        with pytest.raises(WrongLane):
            await survivors.claims(request)
    staged = [a.account for group in house.board.roster.stages("en", "caused_harm") for a in group]
    assert staged == ["wade"]
    await wades.claims(request)


async def test_who_says_later_that_they_caused_harm_changes_the_line() -> None:
    house = House([ROSA], channel="web")
    await house.says(MAX, PERSON)
    rosas = house.desk("rosa")
    assert len(rosas.sees_waiting()) == 1
    await house.says(MAX, "i hit her and i want to stop")
    assert rosas.sees_waiting() == []
    request = house.request(MAX)
    assert request is not None and request.lane == "caused_harm"
