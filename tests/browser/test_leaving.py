"""Leaving the web page, rule by rule (X1 to X9 of the field's guidance; design/safety.md)."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser.stage import PlayedBrain, Stage
from tests.browser.survivor import Survivor

pytestmark = pytest.mark.browser
SAID = "he took my papers"
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
At = Callable[..., Survivor]


def goes(move: Callable[[], object]) -> None:
    """Back, Forward or reload; where that would post a form again Chromium shows a page of its
    own (ERR_CACHE_MISS), and a stopped server gives an error page."""
    with suppress(Error):
        move()


def shown(page: Page) -> str:
    """All markup of the page, once it stands still."""
    page.wait_for_load_state()
    for _ in range(20):
        with suppress(Error):
            return page.content()
        page.wait_for_timeout(100)
    return page.content()


def exit_can_be_pressed(page: Page) -> bool:
    """The point in the middle of the control, on the screen, belongs to the control."""
    return bool(
        page.evaluate(
            """() => {
              const exit = document.querySelector('[data-exit]')
              const box = exit.getBoundingClientRect()
              const x = box.left + box.width / 2, y = box.top + box.height / 2
              const whole = box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 &&
                box.right <= innerWidth
              return whole && box.height >= 44 && exit.contains(document.elementFromPoint(x, y))
            }"""
        )
    )


# -- X1: first, and always on the screen -------------------------------------------------------


@SCRIPTS
def test_the_exit_is_the_first_stop_of_the_tab_key(
    door: Stage, survivor: At, scripts: bool
) -> None:
    ana = survivor(door, scripts).opens_page()
    ana.page.keyboard.press("Tab")
    assert ana.page.locator("[data-exit]").evaluate("node => node === document.activeElement")


@pytest.mark.parametrize(
    ("width", "height"), [(320, 568), (320, 256), (1280, 800)], ids=["phone", "zoom", "wide"]
)
def test_the_exit_stays_on_the_screen(door: Stage, survivor: At, width: int, height: int) -> None:
    for path in ("/en", "/es", "/ar", "/ru"):
        ana = survivor(door, viewport={"width": width, "height": height}).opens_page(path)
        assert exit_can_be_pressed(ana.page), path
        ana.page.mouse.wheel(0, 4000)
        assert exit_can_be_pressed(ana.page), path
        for _ in range(2):
            ana.says("a long message, " * 40)
        assert exit_can_be_pressed(ana.page), path
        assert ana.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_with_the_keyboard_up_exit_box_and_send_are_on_the_screen(
    door: Stage, survivor: At
) -> None:
    """A keyboard takes about 300 of a small phone's 568 pixels; interactive-widget makes the page
    as high as what is left."""
    ana = survivor(door, viewport={"width": 320, "height": 568}, has_touch=True).opens_page()
    ana.says("hello")
    ana.page.locator("#text").tap()
    ana.page.set_viewport_size({"width": 320, "height": 260})
    assert exit_can_be_pressed(ana.page)
    for place in ("#text", ".send"):
        expect(ana.page.locator(place)).to_be_in_viewport(ratio=1)


def test_a_keyboard_that_pushes_the_page_up_does_not_hide_the_exit(
    door: Stage, survivor: At
) -> None:
    """iOS slides the page instead of making it smaller; the control follows what can be seen."""
    ana = survivor(door, viewport={"width": 320, "height": 568}).opens_page()
    top = ana.page.evaluate(
        """() => {
          Object.defineProperty(visualViewport, 'offsetTop', { get: () => 180 })
          visualViewport.dispatchEvent(new Event('scroll'))
          scrollTo(0, 400)
          return document.querySelector('header').getBoundingClientRect().top
        }"""
    )
    assert top == 180


# -- X3: Shift three times ---------------------------------------------------------------------


def test_shift_three_times_leaves(door: Stage, survivor: At) -> None:
    ana = survivor(door).opens_page()
    ana.says(SAID)
    ana.page.locator("#text").focus()
    ana.presses_shift(3)
    ana.is_at(door.site)
    assert door.forgets_everybody()


def test_shift_is_announced_and_shown(door: Stage, survivor: At) -> None:
    ana = survivor(door).opens_page()
    status, lit = ana.page.locator("[role=status][data-status]"), ana.page.locator("[data-exit]")
    expect(status).to_have_text("")
    ana.presses_shift(1)
    expect(status).to_have_text("Shift, press 2 more times to leave.")
    expect(lit).to_have_attribute("data-lit", "1")
    ana.presses_shift(1)
    expect(status).to_have_text("Shift, press 1 more time to leave.")
    expect(ana.page.locator(".lights")).to_be_visible()
    ana.page.keyboard.press("a")
    expect(status).to_have_text("")
    expect(ana.page.locator(".lights")).to_be_hidden()


def test_capital_letters_do_not_leave(door: Stage, survivor: At) -> None:
    ana = survivor(door).opens_page()
    ana.page.locator("#text").focus()
    for letter in "ABCDEFG":
        ana.page.keyboard.press(f"Shift+{letter}")
    ana.page.keyboard.press("Shift+Enter")
    assert ana.page.locator("#text").input_value() == "ABCDEFG\n"
    ana.is_at(door.url)


def test_five_seconds_start_anew_at_each_press(door: Stage, survivor: At) -> None:
    ana = survivor(door)
    ana.page.clock.install(time=0)
    ana.opens_page()
    ana.page.clock.pause_at(60_000)
    ana.presses_shift(1)
    ana.page.clock.run_for(4000)
    ana.presses_shift(1)
    ana.page.clock.run_for(4900)
    expect(ana.page.locator("[data-exit]")).to_have_attribute("data-lit", "2")
    ana.page.clock.run_for(200)
    status = ana.page.locator("[data-status]")
    expect(status).to_have_text("Leaving with Shift: time is up, start again.")
    ana.presses_shift(1)
    expect(status).to_have_text("Shift, press 2 more times to leave.")
    ana.presses_shift(2)
    ana.is_at(door.site)


# -- X4, X5, X7: what happens, with scripts and without, with the server and without -----------


@SCRIPTS
def test_a_click_leaves(door: Stage, survivor: At, scripts: bool) -> None:
    ana = survivor(door, scripts).opens_page()
    ana.says(SAID)
    ana.leaves()
    ana.is_at(door.site)
    if scripts:
        assert door.forgets_everybody()


@SCRIPTS
def test_leaving_works_with_the_server_stopped(door: Stage, survivor: At, scripts: bool) -> None:
    ana = survivor(door, scripts).opens_page()
    ana.says(SAID)
    door.door.stop()
    ana.leaves()
    ana.is_at(door.site)
    goes(ana.page.go_back)
    assert SAID not in shown(ana.page)


def test_leaving_works_when_the_rest_of_the_page_has_crashed(door: Stage, survivor: At) -> None:
    for press in (Survivor.leaves, Survivor.presses_shift):
        ana = survivor(door)
        ana.page.route("**/page.mjs", lambda route: route.abort())
        ana.opens_page()
        press(ana)
        ana.is_at(door.site)


def test_the_page_is_empty_before_the_neutral_site_answers(door: Stage, survivor: At) -> None:
    ana = survivor(door).opens_page()
    ana.says(SAID)
    left, read = ana.page.evaluate(
        """() => {
          document.querySelector('[data-exit]').click()
          return [document.documentElement.outerHTML, document.body.innerText.trim()]
        }"""
    )
    assert SAID not in left
    assert read == "Loading.", "announced, and nothing else is on the page"
    ana.is_at(door.site)
    assert door.forgets_everybody()


def test_on_exit_nothing_is_asked_for_but_the_wipe_and_the_neutral_site(
    door: Stage, survivor: At
) -> None:
    ana = survivor(door).opens_page()
    ana.says(SAID)
    before = len(door.asked)
    asked: list[str] = []
    ana.page.context.on("request", lambda request: asked.append(request.url))
    ana.leaves()
    ana.is_at(door.site)
    ana.page.wait_for_timeout(300)
    assert door.asked[before:] == [("POST", "/leave")]
    assert set(asked) - {door.url + "/leave"} == {door.site}
    assert door.neutral.written.asked[0] == ("GET", "/")
    assert "referer" not in door.neutral.written.headers[0]


@pytest.mark.parametrize("how", ["click", "middle", "enter", "shift"])
def test_the_page_is_not_in_the_history_after_leaving(door: Stage, survivor: At, how: str) -> None:
    ana = survivor(door)
    ana.page.goto("about:blank")
    ana.opens_page()
    ana.says(SAID)
    before = ana.page.evaluate("history.length")
    if how == "shift":
        ana.presses_shift()
    elif how == "enter":
        ana.page.locator("[data-exit]").press("Enter")
    else:
        ana.page.locator("[data-exit]").click(button="middle" if how == "middle" else "left")
    ana.is_at(door.site)
    assert ana.page.evaluate("history.length") == before
    ana.page.go_back()
    ana.is_at("about:blank")
    assert len(ana.page.context.pages) == 1


@SCRIPTS
def test_back_forward_and_reload_show_an_empty_page(
    door: Stage, survivor: At, scripts: bool
) -> None:
    ana = survivor(door, scripts).opens_page()
    ana.says(SAID)
    ana.says("and more")
    ana.page.goto(door.site)
    for move in (ana.page.go_back, ana.page.go_back, ana.page.go_forward, ana.page.reload):
        goes(move)
        assert SAID not in shown(ana.page)
        assert "and more" not in shown(ana.page)
    if scripts:
        assert door.forgets_everybody()


@SCRIPTS
def test_reload_in_the_middle_ends_the_conversation(
    door: Stage, survivor: At, scripts: bool
) -> None:
    ana = survivor(door, scripts).opens_page()
    ana.says(SAID)
    goes(ana.page.reload)
    ana.is_at_start()
    assert SAID not in shown(ana.page)
    assert door.forgets_everybody()
    assert len(door.brain.turns) == 1


def test_a_page_from_the_back_forward_cache_is_empty(door: Stage, survivor: At) -> None:
    """Whether Chromium keeps this page is its own affair; what it would keep is empty."""
    ana = survivor(door).opens_page()
    ana.says(SAID)
    ana.page.locator("#text").fill("half a sent")
    kept = ana.page.evaluate(
        """() => {
          dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
          return document.documentElement.innerHTML
        }"""
    )
    assert SAID not in kept
    assert "half a sent" not in kept
    assert door.forgets_everybody()
    ana.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    ana.is_at_start()
    expect(ana.page.locator("#text")).to_have_value("")
    assert ana.says("hello again") == ["heard: hello again"]


def test_closing_the_tab_forgets(door: Stage, survivor: At) -> None:
    ana = survivor(door).opens_page()
    ana.says(SAID)
    ana.page.close(run_before_unload=True)
    assert door.forgets_everybody()


# -- by a word ---------------------------------------------------------------------------------


@SCRIPTS
def test_x_leaves_one_neutral_line_on_an_empty_page(
    door: Stage, survivor: At, scripts: bool
) -> None:
    ana = survivor(door, scripts).opens_page()
    ana.says(SAID)
    assert ana.says("x") == ["OK. Have a good day."]
    assert SAID not in shown(ana.page)
    assert door.forgets_everybody()
    ana.page.reload()
    ana.is_at_start()
    assert "OK. Have a good day." not in shown(ana.page)


def test_x_overtakes_a_hanging_answer(survivor: At) -> None:
    brain = PlayedBrain()
    brain.slow_s = 15
    door = Stage(brain)
    try:
        ana = survivor(door).opens_page()
        ana.page.locator("#text").fill(SAID)
        ana.page.locator(".send").click()
        expect(ana.page.locator("[data-writing]")).to_be_visible()
        ana.page.locator("#text").fill("x")
        began = time.monotonic()
        ana.page.keyboard.press("Enter")
        expect(ana.page.locator("main.clear")).to_contain_text("Have a good day")
        assert time.monotonic() - began < 8
        assert door.forgets_everybody()
        ana.page.wait_for_timeout(300)
        assert SAID not in shown(ana.page)
    finally:
        door.stop()


# -- quiet minutes -----------------------------------------------------------------------------


def test_a_quiet_page_warns_then_blanks_itself(survivor: At) -> None:
    door = Stage(web_blank_s=3)
    try:
        ana = survivor(door).opens_page()
        ana.says(SAID)
        note = ana.page.locator("[data-note]")
        expect(note).to_contain_text("This page will clear itself soon.", timeout=15000)
        ana.page.keyboard.press("ArrowDown")
        expect(note).to_be_hidden()
        assert SAID in ana.sees(), "a key keeps the page"
        expect(ana.page.locator("main.clear")).to_be_visible(timeout=15000)
        assert SAID not in shown(ana.page)
        assert door.forgets_everybody()
        ana.page.locator("[data-start]").click()
        assert ana.says("hello again") == ["heard: hello again"]
    finally:
        door.stop()


def test_who_waits_for_an_advocate_keeps_their_place_behind_an_empty_page(survivor: At) -> None:
    from bot.contract import Reply

    door = Stage(web_blank_s=2)
    try:
        ana = survivor(door).opens_page()
        ana.says(SAID)
        door.hold()
        expect(ana.page.locator("main.clear")).to_be_visible(timeout=15000)
        assert SAID not in shown(ana.page)
        door.tell(Reply("Hello, this is Mara."))
        ana.page.wait_for_timeout(300)
        assert "Mara" not in shown(ana.page)
        assert door.sessions() == 1
        ana.page.locator("[data-continue]").click()
        assert ana.reads() == ["Hello, this is Mara."]
        assert ana.says("I am here") == ["heard: I am here"]
        ana.leaves()
        assert door.forgets_everybody()
    finally:
        door.stop()


def test_without_scripts_the_page_goes_back_to_the_start_by_itself(survivor: At) -> None:
    door = Stage(session_ttl_s=2)
    try:
        ana = survivor(door, scripts=False).opens_page()
        ana.says(SAID)
        assert SAID in shown(ana.page)
        ana.page.wait_for_url(door.url + "/", wait_until="load")
        expect(ana.page.locator(".message")).to_have_count(0, timeout=15000)
        assert SAID not in shown(ana.page)
    finally:
        door.stop()
