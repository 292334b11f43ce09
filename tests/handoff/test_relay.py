"""Claim, relay and every ending: what passes, what never does, and that nothing is left."""

from __future__ import annotations

import asyncio
import random
import threading

import pytest

from handoff.contract import State
from handoff.errors import (
    AdvocateUnavailable,
    AlreadyClaimed,
    ChatLimitReached,
    HandoffError,
    NoSuchRequest,
    NotYours,
    PersonCannotBeTold,
)
from handoff.queue import MemoryQueue
from tests.handoff.house import ANA, BEA, PERSON, House, advocate, has

ROSA, LEE = advocate("rosa"), advocate("lee")
SUE = advocate("sue", role="supervisor")


async def test_both_sides_see_only_words() -> None:
    house = House([ROSA])
    rosa, request = await house.connected()
    house.got(ANA)
    await house.says(ANA, "he took my papers")
    await rosa.says(request, "I hear you.")
    assert rosa.reads(request) == ["i am here", "he took my papers"]
    assert house.got(ANA) == ["I hear you."]
    relay = rosa.thread(request)
    assert ANA not in repr(relay) and house.person(ANA) not in repr((relay, request))


async def test_the_bot_is_silent_while_a_human_is_on() -> None:
    house = House([ROSA])
    await house.connected()
    turns = len(house.brain.turns)
    assert await house.says(ANA, "i need money") == []
    assert await house.says(ANA, "he has a knife") == [], "the advocate sees it, marked"
    assert len(house.brain.turns) == turns


async def test_danger_in_the_relay_is_marked_for_the_advocate() -> None:
    house = House([ROSA])
    rosa, request = await house.connected()
    await house.says(ANA, "he is going to kill me")
    assert rosa.thread(request).lines[-1].danger


async def test_nothing_is_passed_on_before_they_know_who_is_there() -> None:
    house = House([ROSA])
    request = await house.asks(texts="3")
    rosa = house.desk("rosa")
    house.got(ANA)
    await rosa.claims(request)
    assert house.got(ANA) == [], "they did not allow texts: silence"
    said = await house.says(ANA, "anyone? my husband john is angry")
    assert has(said, "not passed on") and has(said, "Rosa is here")
    assert rosa.reads(request) == []
    with pytest.raises(PersonCannotBeTold):
        await rosa.says(request, "hello")
    await house.says(ANA, "yes")
    await house.says(ANA, "hello rosa")
    assert rosa.reads(request) == ["hello rosa"]


async def test_who_allowed_texts_reads_the_name_at_once_and_may_want_someone_else() -> None:
    house = House([ROSA, LEE])
    request = await house.asks(texts="1")
    rosa, lee = house.desk("rosa"), house.desk("lee")
    house.got(ANA)
    await rosa.claims(request)
    assert has(house.got(ANA), "Rosa is here")
    await house.says(ANA, "someone else")
    assert rosa.gone() == ["desk_gone_someone_else"]
    assert rosa.sees_waiting() == [] and len(lee.sees_waiting()) == 1
    await lee.claims()
    assert has(house.got(ANA), "Lee is here")


async def test_permission_to_text_ends_when_they_said() -> None:
    house = House([ROSA], handoff_wait_s=7200.0)
    await house.says(ANA, "hello")
    await house.says(ANA, "no")
    await house.says(ANA, PERSON)
    await house.says(ANA, "1")
    house.got(ANA)
    await house.time_passes(minutes=4)
    assert has(house.got(ANA), "number 1 in line")
    await house.time_passes(minutes=27)
    assert has(house.got(ANA), "sorry")
    assert house.request(ANA) is None
    await house.time_passes(hours=3)
    assert house.got(ANA) == []


async def test_who_did_not_allow_texts_gets_none_and_hears_it_when_they_write() -> None:
    house = House([ROSA], handoff_wait_s=3600.0)
    await house.asks(texts="3")
    house.got(ANA)
    await house.time_passes(minutes=5)
    assert house.got(ANA) == []
    assert has(await house.says(ANA, "hello"), "number 1 in line, after 5 minutes")
    house.got(ANA)
    await house.time_passes(minutes=60)
    assert house.got(ANA) == []
    assert has(await house.says(ANA, "hello"), "no longer in line")


async def test_an_exit_word_blanks_the_desk_at_once() -> None:
    house = House([ROSA])
    rosa, request = await house.connected()
    await house.says(ANA, "a secret")
    relay = rosa.thread(request)
    rosa.told()
    house.got(ANA)
    await house.says(ANA, "x")
    assert relay.lines == [] and rosa.gone() == ["desk_gone_left"]
    with pytest.raises(HandoffError):
        rosa.thread(request)
    with pytest.raises(NoSuchRequest):
        await rosa.says(request, "are you there?")
    assert house.got(ANA) == []


async def test_the_advocate_ends_and_the_bot_asks_once() -> None:
    house = House([ROSA])
    rosa, request = await house.connected()
    relay = rosa.thread(request)
    house.got(ANA)
    await house.board.end(request.reference, "rosa")
    assert relay.lines == [] and house.request(ANA) is None
    assert has(house.got(ANA), "go on with me")
    turns = len(house.brain.turns)
    await house.says(ANA, "hello")
    assert len(house.brain.turns) == turns + 1, "the bot answers again"


async def test_the_person_ends_and_the_advocate_is_told() -> None:
    house = House([ROSA])
    rosa, request = await house.connected()
    said = await house.says(ANA, "Done")
    assert has(said, "over") and rosa.gone() == ["desk_event_person_ended"]
    assert house.request(ANA) is None


async def test_two_claims_at_once_a_thousand_times() -> None:
    """Threads with real interleaving on the line itself, and tasks on the switchboard."""
    for _ in range(1000):
        line = MemoryQueue()
        reference = line.request("sms:1", "en", "sms", "survivor").reference
        outcome = race(line, reference)
        assert sorted(outcome.values()) == ["told", "won"]
        winner = next(who for who, what in outcome.items() if what == "won")
        assert line.by_reference(reference).claimed_by == winner


def race(line: MemoryQueue, reference: str) -> dict[str, str]:
    """Two threads claim at once; what became of each."""
    gate = threading.Barrier(2)
    outcome: dict[str, str] = {}

    def claim(who: str) -> None:
        gate.wait()
        try:
            line.claim(reference, who)
            outcome[who] = "won"
        except AlreadyClaimed:
            outcome[who] = "told"

    other = threading.Thread(target=claim, args=("lee",))
    other.start()
    claim("rosa")
    other.join()
    return outcome


async def test_two_advocates_press_at_once_and_one_is_told() -> None:
    house = House([ROSA, LEE])
    request = await house.asks()
    both = [house.desk("rosa"), house.desk("lee")]
    random.shuffle(both)
    results = await asyncio.gather(*(desk.claims(request) for desk in both), return_exceptions=True)
    assert sorted(type(r).__name__ for r in results) == ["AlreadyClaimed", "HandoffRequest"]


async def test_hand_to_a_colleague_who_starts_without_what_was_said() -> None:
    house = House([ROSA, LEE])
    rosa, request = await house.connected()
    with pytest.raises(AdvocateUnavailable):
        await house.board.transfer(request.reference, "rosa", LEE)
    lee = house.desk("lee")
    await house.says(ANA, "a secret")
    house.got(ANA)
    await house.board.transfer(request.reference, "rosa", LEE)
    assert rosa.gone() == ["desk_gone_transferred"]
    assert lee.reads(request) == []
    assert has(house.got(ANA), "Lee is here")
    with pytest.raises(NotYours):
        await rosa.says(request, "wait")
    await house.says(ANA, "hello lee")
    assert lee.reads(request) == ["hello lee"]


async def test_the_laptop_is_closed_the_person_is_told_and_is_back_in_line() -> None:
    house = House([ROSA, LEE], relay_away_s=60.0)
    rosa, request = await house.connected()
    house.got(ANA)
    rosa.closes_laptop()
    await house.time_passes(seconds=1)
    assert house.got(ANA) == []
    await house.time_passes(seconds=61)
    assert has(house.got(ANA), "dropped")
    await house.time_passes(seconds=300)
    assert house.state(ANA) is State.WAITING
    assert has(house.got(ANA), "in line again")
    assert house.board._relays == {}


async def test_the_network_drops_and_returns_and_nothing_is_lost() -> None:
    house = House([ROSA], relay_away_s=60.0)
    rosa, request = await house.connected()
    rosa.closes_laptop()
    await house.time_passes(seconds=20)
    await house.says(ANA, "are you there")
    rosa.opens()
    await house.time_passes(seconds=100)
    assert rosa.reads(request) == ["i am here", "are you there"]
    house.got(ANA)
    await rosa.says(request, "yes")
    assert house.got(ANA) == ["yes"]


async def test_the_phone_that_changed_hands_learns_nothing() -> None:
    """care.md 10"""
    house = House([ROSA], relay_quiet_s=900.0)
    rosa, request = await house.connected()
    await house.says(ANA, "i leave on tuesday")
    await house.time_passes(minutes=25)
    assert rosa.reads(request) == [], "the desk hides the thread"
    with pytest.raises(PersonCannotBeTold):
        await rosa.says(request, "Rosa here, about Tuesday")
    said = await house.says(ANA, "who was i talking to? what did i say?")
    assert said == ["Hi. Is this a good time?"]
    assert rosa.reads(request) == [], "and it is not passed on"
    said = await house.says(ANA, "tell me who this is")
    assert said == ["Hi. Is this a good time?"]
    said = await house.says(ANA, "yes")
    assert not has(said, "rosa|advocate|tuesday")
    assert rosa.reads(request) == [], "hidden until the advocate asks to see it"
    house.board.reveal(request.reference, "rosa")
    assert rosa.reads(request) == ["i am here", "i leave on tuesday"]


async def test_with_a_word_agreed_only_the_word_goes_on() -> None:
    house = House([ROSA], relay_quiet_s=900.0)
    rosa, request = await house.connected()
    await house.board.ask_word(request.reference, "rosa")
    await house.says(ANA, "Mango")
    assert "mango" not in repr(rosa.thread(request)).casefold()
    await house.time_passes(minutes=25)
    await house.says(ANA, "hello?")
    assert await house.says(ANA, "yes") == ["Hi. Is this a good time?"]
    said = await house.says(ANA, "mango")
    assert has(said, "go on writing")


async def test_someone_is_next_to_them_nothing_goes_out() -> None:
    house = House([ROSA])
    rosa, request = await house.connected()
    house.got(ANA)
    await house.says(ANA, "dont text me")
    assert "desk_event_watched" in rosa.events(request)
    with pytest.raises(PersonCannotBeTold):
        await rosa.says(request, "are you ok?")
    assert house.got(ANA) == []


async def test_watched_while_waiting_is_not_told_that_somebody_claimed() -> None:
    house = House([ROSA])
    request = await house.asks(texts="1")
    await house.says(ANA, "dont text me")
    house.got(ANA)
    rosa = house.desk("rosa")
    await rosa.claims(request)
    await house.time_passes(minutes=5)
    assert house.got(ANA) == []
    assert await house.says(ANA, "hello") == ["Hi. Is this a good time?"]
    said = await house.says(ANA, "yes")
    assert has(said, "Rosa is here")


async def test_a_supervisor_helps_silently_only_where_asked() -> None:
    house = House([ROSA, SUE])
    rosa, request = await house.connected()
    sue = house.desk("sue")
    with pytest.raises(NotYours):
        house.board.help(request.reference, SUE)
    with pytest.raises(NotYours):
        sue.thread(request)
    house.board.ask_help(request.reference, "rosa")
    house.board.help(request.reference, SUE)
    house.got(ANA)
    house.board.note(request.reference, SUE, "ask about the children")
    with pytest.raises(NotYours):
        await sue.says(request, "hello, this is sue")
    assert house.got(ANA) == []
    assert sue.reads(request) == ["i am here"]


async def test_a_blocked_contact_reaches_nobody_for_a_day() -> None:
    house = House([ROSA])
    rosa, request = await house.connected()
    await house.board.block(request.reference, "rosa")
    await house.says(ANA, PERSON)
    assert rosa.sees_waiting() == []
    house.clock.passes(hours=25)
    await house.board.tick()
    await house.says(ANA, PERSON)
    assert len(rosa.sees_waiting()) == 1


async def test_a_limit_of_chats_at_once() -> None:
    house = House([advocate("rosa", chat_limit=1)])
    first, second = await house.asks(ANA), await house.asks(BEA)
    rosa = house.desk("rosa")
    await rosa.claims(first)
    with pytest.raises(ChatLimitReached):
        await rosa.claims(second)


async def test_someone_who_waits_is_held_on_the_page_and_let_go_after() -> None:
    house = House([ROSA], channel="web")
    held: list[bool] = []
    house.phone.hold = lambda address: held.append(True)  # type: ignore[attr-defined]
    house.phone.release = lambda address: held.append(False)  # type: ignore[attr-defined]
    await house.asks(texts=None)
    assert held == [True]
    rosa, request = house.desk("rosa"), house.request(ANA)
    assert request is not None
    await rosa.claims(request)
    await house.board.end(request.reference, "rosa")
    assert held == [True, False]


async def test_after_a_restart_everyone_is_told_honestly_and_nothing_of_anyone() -> None:
    house = House([ROSA])
    house.board.cut_at = house.clock()
    said = await house.says(BEA, "hello")
    assert has(said, "cut off") and not has(said, "advocate|human")
    assert not has(await house.says(BEA, "hello"), "cut off")
    house.clock.passes(hours=2)
    assert not has(await house.says(ANA, "hello"), "cut off")


async def test_the_audit_list_has_references_and_names_of_advocates_only() -> None:
    house = House([ROSA])
    rosa, request = await house.connected()
    await house.says(ANA, "a secret")
    await house.says(ANA, "x")
    told = [(a.account, a.event, a.reference) for a in house.audited]
    assert told == [
        ("rosa", "claimed", request.reference),
        ("rosa", "left", request.reference),
    ]
