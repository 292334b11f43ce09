"""The journey "options": someone says what is wrong and gets places that fit, with a way out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.person import Person

Someone = Callable[..., Person]


async def test_believed_first_then_said_back_then_one_question(someone: Someone) -> None:
    ana = someone()
    said = await ana.says("my husband took my papers and i have no place to sleep tonight")
    assert said.names[0] == "utter_believe"
    assert said.names[-1] == "utter_ask_place_for"
    assert "immigration" in said
    assert "a safe place to stay" in said
    assert said.text.count("?") == 1


async def test_a_place_leads_to_options_with_reasons_and_how_to_reach_them(
    someone: Someone,
) -> None:
    ana = someone()
    said = await ana.tells("i need a lawyer for my immigration papers", "42901")
    assert "utter_options" in said.names
    assert "1. " in said
    assert "It helps with immigration papers" in said
    assert "555-01" in said


async def test_spanish_the_same(someone: Someone) -> None:
    ana = someone()
    first = await ana.says("necesito un lugar seguro para mi y mis hijos esta noche")
    assert first.names[-1] == "utter_ask_place_for"
    assert "lugar" in first
    said = await ana.says("42901")
    assert "utter_options" in said.names
    assert "you" not in said.text.split(), "the answer is in Spanish"


async def test_every_question_may_be_skipped_and_still_leads_to_options(someone: Someone) -> None:
    ana = someone()
    said = await ana.tells("i need someone to talk to", "skip")
    assert {"utter_options", "utter_options_national"} & set(said.names)


async def test_more_details_number_and_none_of_these(someone: Someone) -> None:
    ana = someone()
    await ana.tells("i need a safe place to sleep", "42901")
    details = await ana.says("2")
    assert "utter_option_details" in details.names
    more = await ana.says("more")
    assert {"utter_options", "utter_options_national", "utter_options_no_more"} & set(more.names)
    assert details.text != more.text
    none = await ana.says("none of these")
    assert none.names == ["utter_options_none_fit"]


async def test_the_second_one_by_its_words(someone: Someone) -> None:
    ana = someone()
    await ana.tells("i need food for my kids", "42901")
    said = await ana.says("tell me more about the second one")
    assert "utter_option_details" in said.names


async def test_why_do_you_ask_has_a_reason_and_keeps_the_question_open(someone: Someone) -> None:
    ana = someone()
    await ana.says("i need a place to stay")
    why = await ana.says("why do you need to know that")
    assert why.names == ["utter_why_place"]
    assert "utter_options" in (await ana.says("42901")).names


async def test_back_takes_the_place_back(someone: Someone) -> None:
    ana = someone()
    await ana.tells("i need a place to stay", "42901")
    assert (await ana.says("go back")).names == ["utter_back_place"]
    assert "utter_options" in (await ana.says("42910")).names


async def test_an_unknown_place_is_asked_for_kindly(someone: Someone) -> None:
    ana = someone()
    await ana.says("i need a place to stay")
    said = await ana.says("00000")
    assert said.names == ["utter_place_unknown"]


async def test_start_over_forgets_what_was_asked(someone: Someone) -> None:
    ana = someone()
    await ana.tells("i need a place to stay", "42901", "start over")
    said = await ana.says("42901")
    assert "utter_options" not in said.names


async def test_the_language_may_change_in_the_middle(someone: Someone) -> None:
    ana = someone()
    await ana.says("i need a place to stay")
    said = await ana.says("en español por favor")
    assert said.names[0] == "utter_language_changed"
    assert said.names[-1] == "utter_ask_place"
    assert "ZIP" not in said.texts[0]
    assert "utter_options" in (await ana.says("42901")).names


async def test_by_sms_the_first_words_tell_a_glance_nothing(someone: Someone) -> None:
    ana = someone("sms")
    said = await ana.says("my husband beats me i need a shelter")
    assert said.names == ["utter_opening_phone"]
    glance = said.text[:60].casefold()
    for word in ("violen", "abus", "safe", "hurt", "shelter", "help", "linden"):
        assert word not in glance
    after = await ana.says("no")
    assert "utter_phone_alone" in after.names
    assert after.names[-1] == "utter_ask_place_for"


@pytest.mark.parametrize("channel", ["terminal", "web", "sms", "whatsapp", "telegram"])
async def test_asking_for_a_human_reaches_the_queue_in_one_turn(
    someone: Someone, channel: str
) -> None:
    ana = someone(channel)
    if channel in ("sms", "whatsapp", "telegram"):
        await ana.tells("hello", "no")
    said = await ana.says("i want to talk to a real person")
    person = ana.parts.inbox.person(channel, ana.address)
    request = ana.parts.handoff.of(person)
    assert request is not None
    assert request.language == "en"
    assert said.names[0].startswith("utter_handoff")


async def test_two_misunderstandings_lead_to_a_human_and_a_line_never_to_sorry(
    someone: Someone,
) -> None:
    ana = someone()
    await ana.says("hello")
    for nonsense in ("qwpoeiru zmxn", "blorp fnarg wibble", "zxcv qwer"):
        said = await ana.says(nonsense)
        assert "sorry" not in said
        assert said.texts, "never silence"


async def test_community_comes_before_systems_on_equal_fit(someone: Someone) -> None:
    ana = someone()
    said = await ana.tells("i want to talk with someone about what happened", "42901")
    first = ana.parts.directory.option
    assert first is not None
    assert "court" not in said.texts[0].casefold()
