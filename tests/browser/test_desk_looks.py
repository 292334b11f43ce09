"""How the desk looks and works: WCAG 2.2 AA by axe, keyboard alone, right to left, 360 px, light
and dark, both desk languages.

``PICTURES=docs/pictures pytest tests/browser/test_desk_looks.py -k pictures`` writes the pictures
of the advocates' guide anew.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.desk_stage import PASSWORD, AdvocatePage, Doors

pytestmark = pytest.mark.browser
ANA, BEA = "+15555550101", "+15555550102"
ASK = "quiero hablar con una persona"
ARABIC = "أخذ زوجي أوراقي ورقم الملف A-123 عندي"


@pytest.fixture
def doors() -> Iterator[Doors]:
    made = Doors()
    yield made
    made.stop()


@pytest.fixture
def context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    made: list[BrowserContext] = []

    def new(**more: object) -> BrowserContext:
        made.append(browser.new_context(**more))  # type: ignore[arg-type]
        return made[-1]

    yield new
    for one in made:
        one.close()


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found]


def talk(doors: Doors, who: str, language: str = "es") -> None:
    for text in ("hola", "no", "necesito dinero" if language == "es" else "hola"):
        doors.texts(who, text, language)
    doors.texts(who, ASK if language == "es" else "أريد التحدث مع إنسان", language)
    doors.texts(who, "1", language)
    doors.texts(who, "1", language)


def at_desk(doors: Doors, made: BrowserContext, name: str, **more: object) -> AdvocatePage:
    if name not in doors.secrets:
        doors.add(name, **more)
    return AdvocatePage(made, doors, name).signs_in()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("desk", ["en", "es"])
def test_axe_finds_nothing_on_any_page(
    doors: Doors, context: Callable[..., BrowserContext], scheme: str, desk: str
) -> None:
    made = context(color_scheme=scheme, locale=desk)
    name = f"sue-{scheme}-{desk}"
    secret = doors.add(name, enrolled=False, role="supervisor", desk_language=desk,
                       languages=("en",))  # fmt: skip
    page = made.new_page()
    for path in ("/login", f"/enrol/{secret}", "/nothing"):
        page.goto(doors.desk_url + path)
        assert violations(page) == [], path
    doors.desk.accounts.enrol(
        secret, PASSWORD, pyotp.TOTP(doors.secrets[name]).at(time.time() - 30)
    )
    who = f"+1555555{len(doors.secrets):04}"
    talk(doors, who)
    sue = AdvocatePage(made, doors, name).signs_in()
    assert violations(sue.page) == [], "the list"
    sue.claims()
    doors.texts(who, "hola, aquí estoy")
    sue.reads("hola, aquí estoy")
    sue.page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true })")
    sue.page.locator("[data-search] button").click()
    expect(sue.page.locator("[data-options] li").first).to_be_visible()
    assert violations(sue.page) == [], "the conversation"
    for path in ("/settings", "/team"):
        sue.page.goto(doors.desk_url + path)
        assert violations(sue.page) == [], path
    doors.texts(who, "salir")


def test_by_keyboard_alone(doors: Doors, context: Callable[..., BrowserContext]) -> None:
    """Sign in, claim, write, end: Tab, Enter and letters only."""
    doors.add("kim", languages=("en", "es"))
    talk(doors, ANA)
    page = context().new_page()
    page.goto(doors.desk_url + "/login")

    def tab_to(wanted: str) -> None:
        for _ in range(90):
            page.keyboard.press("Tab")
            if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
                return
        raise AssertionError(f"{wanted} cannot be reached")

    tab_to("#name")
    page.keyboard.type("kim")
    tab_to("#password")
    page.keyboard.type(PASSWORD)
    tab_to("#code")
    page.keyboard.type(doors.code("kim"))
    page.keyboard.press("Enter")
    expect(page.locator("[data-desk]")).to_be_visible()
    tab_to("form[action^='/claim/'] button")
    page.keyboard.press("Enter")
    expect(page.locator("#talk")).to_be_visible()
    doors.texts(ANA, "hola kim")
    expect(page.locator(".line.person .words")).to_have_text("hola kim")
    tab_to("#text")
    page.keyboard.type("Te escucho")
    page.keyboard.press("Enter")
    expect(page.locator(".line.advocate .words")).to_have_text("Te escucho")
    assert doors.phone.of(ANA)[-1] == "Te escucho"
    assert page.evaluate("document.activeElement.id") == "text", "the focus stays"
    tab_to(".ending button")
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]").first).to_contain_text("over")


def test_arabic_runs_right_to_left_and_nothing_overflows_at_360_px(
    doors: Doors, context: Callable[..., BrowserContext]
) -> None:
    talk(doors, BEA, "ar")
    rosa = at_desk(
        doors, context(viewport={"width": 360, "height": 720}), "rosa", languages=("en", "ar")
    )
    rosa.claims()
    doors.texts(BEA, ARABIC, "ar")
    rosa.reads(ARABIC)
    words = rosa.page.locator(".line.person .words").last
    assert words.evaluate("e => getComputedStyle(e).direction") == "rtl"
    assert words.get_attribute("lang") == "ar"
    for path in ("", "/settings"):
        if path:
            rosa.page.goto(doors.desk_url + path)
        width = rosa.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360, (path, width)
    small = rosa.page.evaluate(
        """() => [...document.querySelectorAll('button, a, summary, input, select')]
            .filter(e => e.offsetParent && e.getBoundingClientRect().height < 24)
            .map(e => e.outerHTML.slice(0, 80))"""
    )
    assert [s for s in small if "checkbox" not in s and 'href="/"' not in s] == []
    doors.texts(BEA, "x", "ar")


def test_it_works_without_javascript(doors: Doors, context: Callable[..., BrowserContext]) -> None:
    doors.add("pen", languages=("en", "es"))
    talk(doors, ANA)
    page = context(java_script_enabled=False).new_page()
    page.goto(doors.desk_url + "/login")
    page.locator("#name").fill("pen")
    page.locator("#password").fill(PASSWORD)
    page.locator("#code").fill(doors.code("pen"))
    page.locator("button.main").click()
    page.locator("form[action^='/claim/'] button").first.click()
    doors.texts(ANA, "hola pen")
    page.locator("[data-plain] a").click()
    expect(page.locator(".line.person .words")).to_have_text("hola pen")
    page.locator("#text").fill("Te escucho")
    page.locator("[data-write] button").click()
    expect(page.locator(".line.advocate .words")).to_have_text("Te escucho")
    doors.texts(ANA, "salir")
    page.locator("[data-plain] a").click()
    expect(page.locator("body")).to_contain_text("no such conversation")


def test_nothing_is_asked_of_anybody_else(
    doors: Doors, context: Callable[..., BrowserContext]
) -> None:
    made = context()
    asked: list[str] = []
    made.on("request", lambda request: asked.append(request.url))
    desk = at_desk(doors, made, "rosa", languages=("en", "ar"))
    desk.page.wait_for_timeout(500)
    assert asked and all(url.startswith(doors.desk_url) for url in asked)
    assert desk.page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


@pytest.mark.skipif("PICTURES" not in os.environ, reason="only to write the pictures anew")
def test_pictures(doors: Doors, context: Callable[..., BrowserContext]) -> None:
    folder = Path(os.environ["PICTURES"])
    folder.mkdir(parents=True, exist_ok=True)
    doors.add("mara", role="supervisor", languages=("en", "es"), shown="Mara")
    doors.add("luz", languages=("en", "es"), shown="Luz")
    talk(doors, ANA)
    talk(doors, BEA, "ar")
    wide = context(viewport={"width": 1180, "height": 820}, color_scheme="light")
    page = wide.new_page()
    page.goto(doors.desk_url + "/login")
    page.screenshot(path=folder / "desk-login.png")
    page.close()
    mara = AdvocatePage(wide, doors, "mara").signs_in()
    mara.page.screenshot(path=folder / "desk-list.png")
    mara.claims()
    doors.texts(ANA, "hola, aquí estoy")
    mara.reads("hola, aquí estoy")
    mara.says("Hola. Te escucho. ¿Puedes escribir ahora sin peligro?")
    doors.texts(ANA, "sí, un rato. me quitó el dinero y mis papeles")
    mara.reads("sí, un rato. me quitó el dinero y mis papeles")
    mara.page.screenshot(path=folder / "desk-talk.png", full_page=True)
    mara.page.locator("[data-options-fold] > summary").click()
    mara.page.locator("#need").select_option("legal_help")
    mara.page.locator("[data-search] button").click()
    expect(mara.page.locator("[data-options] li").first).to_be_visible()
    mara.page.locator("[data-options-fold]").screenshot(path=folder / "desk-options.png")
    for scheme in ("dark",):
        small = context(viewport={"width": 360, "height": 760}, color_scheme=scheme)
        luz = AdvocatePage(small, doors, "luz").signs_in()
        luz.page.screenshot(path=folder / "desk-phone-list.png")
        luz.claims()
        doors.texts(BEA, ARABIC, "ar")
        luz.reads(ARABIC)
        luz.page.screenshot(path=folder / "desk-phone-talk.png")
    doors.texts(ANA, "salir")
    mara.sees_it_is_over("The person has left")
    mara.page.screenshot(path=folder / "desk-over.png")
    mara.page.goto(doors.desk_url + "/team")
    mara.page.screenshot(path=folder / "desk-team.png", full_page=True)
