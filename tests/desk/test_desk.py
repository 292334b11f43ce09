"""The desk without JavaScript: every step works by forms and a reload."""

from __future__ import annotations

import re

from handoff.contract import State
from tests.desk.conftest import Browser, Place
from tests.handoff.house import ANA, MAX, PERSON, has


def reference(page: str) -> str:
    found = re.search(r'action="/claim/([0-9a-f]+)"', page)
    assert found is not None, page
    return found.group(1)


async def talking(place: Place, rosa: Browser) -> str:
    """Ana asked, Rosa claimed, Ana wrote. Returns the reference."""
    await place.house.asks(ANA)
    await rosa.opens("/")
    ref = reference(rosa.page)
    await rosa.posts(f"/claim/{ref}")
    await place.house.says(ANA, "i am here")
    await rosa.opens(f"/talk/{ref}")
    return ref


async def test_claim_read_write_and_end(place: Place, rosa: Browser) -> None:
    ref = await talking(place, rosa)
    assert "i am here" in rosa.page
    place.house.got(ANA)
    await rosa.posts(f"/talk/{ref}/say", text="Hello <b>there</b> & you")
    assert place.house.got(ANA) == ["Hello <b>there</b> & you"]
    assert "&lt;b&gt;there" in rosa.page and "<b>there" not in rosa.page
    await rosa.posts(f"/talk/{ref}/end")
    assert "conversation is over" in rosa.page and "i am here" not in rosa.page
    assert place.house.request(ANA) is None


async def test_the_list_shows_nothing_that_was_not_shared(place: Place, rosa: Browser) -> None:
    await place.house.says(ANA, "hello")
    await place.house.says(ANA, "no")
    await place.house.says(ANA, "i need money")
    await place.house.says(ANA, PERSON)
    await rosa.opens("/")
    assert "English" in rosa.page and "text message" in rosa.page
    assert "money" not in rosa.page.casefold() and ANA not in rosa.page


async def test_a_quick_reply_goes_out_in_their_language(place: Place, rosa: Browser) -> None:
    place.house.language = "es"
    ref = await talking(place, rosa)
    place.house.got(ANA)
    await rosa.posts(f"/talk/{ref}/quick", name="believe")
    (said,) = place.house.got(ANA)
    assert said == place.house.words.say("utter_quick_believe", "es").text


async def test_an_option_is_found_and_sent(place: Place, rosa: Browser) -> None:
    ref = await talking(place, rosa)
    await rosa.posts(f"/talk/{ref}/search", need="legal_help", near="")
    option = re.search(r'name="id" value="([^"]+)"', rosa.page)
    assert option is not None, "national lines answer even with no directory"
    place.house.got(ANA)
    await rosa.posts(f"/talk/{ref}/option", id=option.group(1))
    (said,) = place.house.got(ANA)
    assert re.search(r"\d{3}", said)


async def test_a_place_nobody_knows_and_an_option_that_is_none(place: Place, rosa: Browser) -> None:
    ref = await talking(place, rosa)
    answer = await rosa.posts(f"/talk/{ref}/search", need="legal_help", near="Nowhereville XQ")
    assert answer.status_code == 200
    await rosa.posts(f"/talk/{ref}/option", id="no such option")
    assert "could not be saved" in rosa.page


async def test_what_cannot_be_sent_is_said(place: Place, rosa: Browser) -> None:
    await place.house.asks(ANA, texts="3")
    await rosa.opens("/")
    ref = reference(rosa.page)
    await rosa.posts(f"/claim/{ref}")
    assert "disabled" in rosa.page
    await rosa.posts(f"/talk/{ref}/say", text="hello")
    assert "the person has to write first" in rosa.page


async def test_two_advocates_press_and_the_slower_is_told(place: Place, rosa: Browser) -> None:
    lee = await place.at_desk("lee")
    await place.house.asks(ANA)
    await rosa.opens("/")
    await lee.opens("/")
    ref = reference(rosa.page)
    await rosa.posts(f"/claim/{ref}")
    await lee.posts(f"/claim/{ref}")
    assert "A colleague was faster" in lee.page
    await lee.opens(f"/talk/{ref}")
    assert "no such conversation" in lee.page
    await lee.http.aclose()


async def test_an_advocate_sees_no_conversation_of_another(place: Place, rosa: Browser) -> None:
    ref = await talking(place, rosa)
    lee = await place.at_desk("lee", role="supervisor")
    await lee.opens(f"/talk/{ref}")
    assert "i am here" not in lee.page
    place.house.got(ANA)
    for act in ("say", "end", "block", "put_back", "note", "reveal", "help", "word", "join"):
        await lee.opens("/")
        await lee.posts(f"/talk/{ref}/{act}", text="hello")
    assert place.house.got(ANA) == [] and place.house.state(ANA) is State.CONNECTED
    await lee.http.aclose()


async def test_help_lets_a_supervisor_read_and_write_notes_only(
    place: Place, rosa: Browser
) -> None:
    ref = await talking(place, rosa)
    sue = await place.at_desk("sue", role="supervisor")
    await rosa.posts(f"/talk/{ref}/help")
    await sue.opens("/")
    await sue.posts(f"/talk/{ref}/join")
    assert "i am here" in sue.page
    place.house.got(ANA)
    await sue.posts(f"/talk/{ref}/note", text="ask about the children")
    assert place.house.got(ANA) == []
    await rosa.opens(f"/talk/{ref}")
    assert "ask about the children" in rosa.page
    await sue.http.aclose()


async def test_a_break_and_settings(place: Place, rosa: Browser) -> None:
    await rosa.opens("/")
    await rosa.posts("/break")
    assert "On a break" in rosa.page
    assert place.house.board.roster.on_call("survivor") == []
    await rosa.posts("/break")
    await rosa.opens("/settings")
    fields = {"shown": "Rosie", "hours": "", "exceptions": "", "timezone": "America/Chicago",
              "languages": "en", "alert_by": "email:r@example.org", "chat_limit": "3"}  # fmt: skip
    answer = await rosa.posts("/settings", **{**fields, "hours": "monday-ish"})
    assert answer.status_code == 422 and "cannot be read" in rosa.page
    assert "monday-ish" in rosa.page, "what was typed is not lost"
    await rosa.posts("/settings", **{**fields, "hours": "mon-fri 18:00-23:00"})
    assert "Saved." in rosa.page
    assert place.accounts.advocate("rosa").shown == "Rosie"


async def test_the_desk_speaks_spanish(place: Place, rosa: Browser) -> None:
    await rosa.opens("/")
    await rosa.posts("/language", language="es")
    assert 'lang="es"' in rosa.page and "Nadie espera" in rosa.page
    words = place.house.words
    assert {n for n in words.phrase_names("en") if n.startswith("desk_")} == {
        n for n in words.phrase_names("es") if n.startswith("desk_")
    }


async def test_only_supervisors_and_coordinators_see_team_and_switch(
    place: Place, rosa: Browser
) -> None:
    answer = await rosa.opens("/team")
    assert answer.status_code == 403
    await rosa.opens("/")
    assert (await rosa.posts("/team/service", paused="yes")).status_code == 403
    cora = await place.at_desk("cora", role="coordinator")
    await cora.opens("/team")
    await cora.posts("/team/service", paused="yes")
    assert "given lines to call" in cora.page
    place.house.channel = "web"
    place.house.phone.name = "web"
    place.house.inbox.register(place.house.phone)
    assert has(await place.house.says(MAX, PERSON), "cannot answer for now")
    await cora.http.aclose()


async def test_a_coordinator_claims_nobody(place: Place) -> None:
    cora = await place.at_desk("cora", role="coordinator")
    await place.house.asks(ANA)
    await cora.opens("/")
    assert "/claim/" not in cora.page
    ref = place.house.board.queue.waiting()[0].reference
    await cora.posts(f"/claim/{ref}")
    assert place.house.state(ANA) is State.REQUESTED
    await cora.http.aclose()


async def test_every_answer_has_the_headers(rosa: Browser) -> None:
    for path in ("/", "/login", "/static/desk.css", "/nothing", "/enrol/x"):
        answer = await rosa.http.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "DENY"
        assert "http" not in re.sub(r"http://www\.w3\.org/2000/svg", "", answer.text)
