"""Talking on the web page, with and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Route, expect

from bot.contract import Reply
from tests.browser.stage import PlayedBrain, Stage
from tests.browser.survivor import Survivor

pytestmark = pytest.mark.browser
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
At = Callable[..., Survivor]
PLACES = Reply("1 Casa Central. Call 312-555-0100\n2 Mujeres Unidas", ("More", "Details"))
ARABIC = Reply("نصدّقك. الخط: 1-800-799-7233", ("تخطّي",))


@pytest.fixture
def door() -> Iterator[Stage]:
    made = Stage(PlayedBrain({"places": PLACES, "مرحبا": ("ar", ARABIC)}))
    yield made
    made.stop()


@SCRIPTS
def test_a_conversation(door: Stage, survivor: At, scripts: bool) -> None:
    ana = survivor(door, scripts).opens_page()
    assert ana.says("¡Ayuda! <b>") == ["heard: ¡Ayuda! <b>"]
    (places,) = ana.says("places")
    assert places.splitlines() == PLACES.text.splitlines()
    assert ana.choices() == ["More", "Details"]
    number = ana.page.locator(".message a")
    expect(number).to_have_attribute("href", "tel:3125550100")
    assert ana.taps("More") == ["heard: More"]
    assert ana.choices() == []
    assert [turn.text for turn in door.brain.turns] == ["¡Ayuda! <b>", "places", "More"]
    assert len({turn.person for turn in door.brain.turns}) == 1
    assert {path for _, path in door.asked} <= {"/", "/static/exit.mjs", "/static/page.mjs"} | {
        "/say",
        "/listen",
    }, "no token in any address"


@SCRIPTS
def test_a_person_may_change_the_language_at_any_time(
    door: Stage, survivor: At, scripts: bool
) -> None:
    ana = survivor(door, scripts).opens_page()
    ana.page.locator(".languages a", has_text="Español").click()
    expect(ana.page.locator("h1")).to_have_text("Aquí puedes escribir")
    ana.says("hola")
    assert door.brain.turns[-1].offered_language == "es"
    ana.page.locator(".languages summary").click()
    ana.page.locator(".languages li", has_text="العربية").locator("a, button").click()
    expect(ana.page.locator("html")).to_have_attribute("dir", "rtl")
    expect(ana.page.locator("[data-exit]")).to_contain_text("خروج الآن")
    if scripts:
        assert ana.reads() == ["heard: hola"], "the conversation stays"
        expect(ana.page.locator("#text")).to_have_attribute("placeholder", "الكتابة هنا")
    ana.says("شكرا")
    assert door.brain.turns[-1].offered_language == "ar"
    assert len({turn.person for turn in door.brain.turns}) == 1


@SCRIPTS
def test_each_message_has_its_language_and_direction(
    door: Stage, survivor: At, scripts: bool
) -> None:
    ana = survivor(door, scripts).opens_page()
    ana.says("مرحبا")
    message = ana.page.locator(".message:not(.yours)").last
    expect(message).to_have_attribute("lang", "ar")
    expect(message).to_have_attribute("dir", "rtl")
    expect(message.locator("a")).to_have_attribute("dir", "ltr")
    expect(ana.page.locator(".choices button")).to_have_attribute("lang", "ar")
    # The page's own words follow the conversation.
    expect(ana.page.locator("html")).to_have_attribute("dir", "rtl")
    expect(ana.page.locator(".send")).to_have_text("إرسال")


def test_without_scripts_later_messages_are_found_by_looking(door: Stage, survivor: At) -> None:
    ana = survivor(door, scripts=False).opens_page()
    ana.says("hello")
    door.tell(Reply("Hello, this is Mara."))
    ana.page.locator("#text").fill("half a sent")
    assert ana.looks_for_new_messages() == ["Hello, this is Mara."]
    expect(ana.page.locator("#text")).to_have_value("half a sent")


def test_later_messages_come_by_themselves(door: Stage, survivor: At) -> None:
    ana = survivor(door).opens_page()
    ana.says("hello")
    door.tell(Reply("Hello, this is Mara."), Reply("I am here now."))
    expect(ana.page.locator(".message")).to_have_count(4)
    assert ana.reads()[1:] == ["Hello, this is Mara.", "I am here now."]
    assert ana.says("good") == ["heard: good"]


def test_the_stream_comes_back_after_a_cut_and_misses_nothing(door: Stage, survivor: At) -> None:
    ana = survivor(door).opens_page()
    ana.says("hello")
    ana.page.context.set_offline(True)
    door.tell(Reply("while you were away"))
    ana.page.wait_for_timeout(300)
    ana.page.context.set_offline(False)
    expect(ana.page.locator(".message").last).to_have_text(
        "Helper:while you were away", timeout=15000
    )
    assert len(ana.reads()) == 2


def test_what_did_not_go_through_is_back_in_the_box(door: Stage, survivor: At) -> None:
    ana = survivor(door).opens_page()
    ana.page.context.set_offline(True)
    ana.page.locator("#text").fill("my own words")
    ana.page.locator(".send").click()
    expect(ana.page.locator("[data-note]")).to_contain_text("did not go through")
    expect(ana.page.locator("#text")).to_have_value("my own words")
    expect(ana.page.locator(".message")).to_have_count(0)
    ana.page.context.set_offline(False)
    ana.page.locator(".send").click()
    expect(ana.page.locator(".message").last).to_contain_text("heard: my own words")
    expect(ana.page.locator("[data-note]")).to_be_hidden()


def test_a_lost_answer_does_not_double_the_message(door: Stage, survivor: At) -> None:
    ana = survivor(door).opens_page()
    cut = [True]

    def lose(route: Route) -> None:
        if cut:
            cut.clear()
            route.fetch()
            route.abort()
        else:
            route.continue_()

    ana.page.route("**/say", lose)
    ana.page.locator("#text").fill("only once")
    ana.page.locator(".send").click()
    expect(ana.page.locator("#text")).to_have_value("only once")
    ana.page.locator(".send").click()
    expect(ana.page.locator(".message").last).to_contain_text("heard: only once")
    assert [turn.text for turn in door.brain.turns] == ["only once"]
    assert ana.reads() == ["heard: only once"]


def test_a_slow_answer_shows_that_somebody_writes(door: Stage, survivor: At) -> None:
    door.brain.slow_s = 0.5
    ana = survivor(door).opens_page()
    ana.page.locator("#text").fill("hello")
    ana.page.keyboard.press("Enter")
    expect(ana.page.locator("[data-writing]")).to_be_visible()
    ana.page.locator("#text").fill("and more")
    ana.page.keyboard.press("Enter")
    expect(ana.page.locator(".message")).to_have_count(4)
    expect(ana.page.locator("[data-writing]")).to_be_hidden()
    assert ana.reads() == ["heard: hello", "heard: and more"]


def test_a_message_sent_before_the_scripts_have_come(door: Stage, survivor: At) -> None:
    """A slow phone: the first message goes as a form, then the page becomes live."""
    ana = survivor(door)
    ana.page.route("**/page.mjs", lambda route: route.abort())
    ana.opens_page()
    ana.page.locator("#text").fill("one")
    ana.page.unroute("**/page.mjs")
    ana.page.locator(".send").click()
    expect(ana.page.locator(".message").last).to_contain_text("heard: one")
    expect(ana.page.locator("html.scripted")).to_be_attached()
    assert ana.says("two") == ["heard: two"]
    assert ana.reads() == ["heard: one", "heard: two"]
    assert len({turn.person for turn in door.brain.turns}) == 1
    ana.leaves()
    ana.is_at(door.site)
    assert door.forgets_everybody()


def test_two_pages_are_two_people(door: Stage, survivor: At) -> None:
    ana, bea = survivor(door).opens_page(), survivor(door).opens_page()
    ana.says("I am Ana")
    bea.says("I am Bea")
    assert len({turn.person for turn in door.brain.turns}) == 2
    assert "Ana" not in bea.sees()
    ana.leaves()
    assert bea.says("still here") == ["heard: still here"]
