"""Both sides at once: a survivor on the page or on a phone, an advocate at the desk, in real
browsers, and every way in which it can end."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.desk_stage import AdvocatePage, Doors
from tests.browser.survivor import THEIRS, Survivor

pytestmark = pytest.mark.browser
ANA, BEA = "+15555550101", "+15555550102"
ASK = "quiero hablar con una persona"
AtDesk = Callable[..., AdvocatePage]


@pytest.fixture
def doors() -> Iterator[Doors]:
    made = Doors(relay_away_s=2.0, alert_next_s=5.0)
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


@pytest.fixture
def at_desk(doors: Doors, context: Callable[..., BrowserContext]) -> AtDesk:
    """``at_desk("rosa")``: an advocate with an account, signed in."""

    def new(name: str, **more: object) -> AdvocatePage:
        more.setdefault("languages", ("en", "es"))
        doors.add(name, **more)
        return AdvocatePage(context(), doors, name).signs_in()

    return new


@pytest.fixture
def ana(doors: Doors, context: Callable[..., BrowserContext]) -> Survivor:
    """Somebody on the Spanish page."""
    made = context()
    made.set_default_timeout(15_000)
    return Survivor(made.new_page(), doors.url).opens_page("/es")


def reads(survivor: Survivor, text: str) -> None:
    expect(survivor.page.locator(THEIRS).last).to_contain_text(text, timeout=15_000)


def test_a_whole_talk_in_spanish_on_the_page(doors: Doors, at_desk: AtDesk, ana: Survivor) -> None:
    rosa = at_desk("rosa", alert_by=("sms:+15555550190",))
    ana.says("necesito dinero")
    began = time.monotonic()
    said = "\n".join(ana.says(ASK))
    while not doors.phone.of("+15555550190"):
        assert time.monotonic() - began < 5
        time.sleep(0.01)
    assert time.monotonic() - began < 2.0, "the alert leaves within two seconds"
    assert re.search("fila", said) and re.search("reportar|report", said)
    expect(rosa.page).to_have_title(re.compile(r"^\(1\)"))
    rosa.claims()
    reads(ana, "Rosa")
    ana.page.locator("#text").fill("hola, aquí estoy")
    ana.page.locator(".send").click()
    rosa.reads("hola, aquí estoy")
    for n in range(10):
        rosa.says(f"Te escucho {n}")
        reads(ana, f"Te escucho {n}")
        ana.page.locator("#text").fill(f"me quitó el dinero {n}")
        ana.page.locator(".send").click()
        rosa.reads(f"me quitó el dinero {n}")
    rosa.page.locator("[data-options-fold] > summary").click()
    rosa.page.locator("#need").select_option("legal_help")
    rosa.page.locator("[data-search] button").click()
    rosa.page.locator("[data-options] button").first.click()
    expect(ana.page.locator(THEIRS).last).to_contain_text(re.compile(r"\d{3}.\d{3,4}"))
    ana.page.locator("#text").fill("x")
    ana.page.locator(".send").click()
    rosa.sees_it_is_over("The person has left")
    assert "dinero" not in rosa.page.content() and "escucho" not in rosa.page.content()
    ana.is_at_start()


def test_the_same_by_sms(doors: Doors, at_desk: AtDesk) -> None:
    rosa = at_desk("rosa")
    doors.texts(ANA, "hola")
    doors.texts(ANA, "no")
    doors.texts(ANA, ASK)
    doors.texts(ANA, "1")
    rosa.claims()
    doors.texts(ANA, "hola rosa")
    rosa.reads("hola rosa")
    for n in range(10):
        rosa.says(f"Te escucho {n}")
        doors.texts(ANA, f"sigo aquí {n}")
        rosa.reads(f"sigo aquí {n}")
    expect(rosa.page.locator("[data-delivery]").last).to_have_text("sent")
    assert [t for t in doors.phone.of(ANA) if t.startswith("Te escucho")] == [
        f"Te escucho {n}" for n in range(10)
    ]
    assert doors.texts(ANA, "salir") == []
    rosa.sees_it_is_over("The person has left")


def test_the_advocate_ends(doors: Doors, at_desk: AtDesk, ana: Survivor) -> None:
    rosa = at_desk("rosa")
    ana.says(ASK)
    rosa.claims()
    ana.says("sí")
    rosa.can_write()
    rosa.page.locator(".ending button").click()
    expect(rosa.page.locator("[role=status]").first).to_contain_text("over")
    expect(ana.page.locator(".choices button").first).to_be_visible()
    ana.says("necesito dinero")


def test_the_survivor_ends(doors: Doors, at_desk: AtDesk, ana: Survivor) -> None:
    rosa = at_desk("rosa")
    ana.says(ASK)
    rosa.claims()
    ana.says("sí")
    rosa.can_write()
    ana.says(doors.house.words.phrase("choice_end_talk", "es"))
    rosa.sees_it_is_over("The person ended")


def test_the_exit_control_ends_it_too(doors: Doors, at_desk: AtDesk, ana: Survivor) -> None:
    rosa = at_desk("rosa")
    ana.says(ASK)
    rosa.claims()
    ana.says("sí")
    rosa.can_write()
    ana.leaves()
    rosa.sees_it_is_over("The person has left")


def test_the_network_drops_and_returns(doors: Doors, at_desk: AtDesk) -> None:
    rosa = at_desk("rosa")
    _by_phone(doors)
    rosa.claims()
    doors.texts(ANA, "hola rosa")
    rosa.reads("hola rosa")
    doors.drop_connections()
    doors.texts(ANA, "¿sigues ahí?")
    rosa.reads("¿sigues ahí?")
    rosa.says("Sí, aquí sigo")
    assert doors.phone.of(ANA)[-1] == "Sí, aquí sigo"


def test_the_laptop_is_closed(doors: Doors, at_desk: AtDesk) -> None:
    rosa, lee = at_desk("rosa"), at_desk("lee")
    _by_phone(doors)
    rosa.claims()
    doors.texts(ANA, "hola rosa")
    rosa.reads("hola rosa")
    before = len(doors.phone.of(ANA))
    rosa.context.close()
    _until(lambda: len(doors.phone.of(ANA)) > before)
    expect(lee.page.locator("form[action^='/claim/']")).to_have_count(1, timeout=30_000)
    lee.claims()
    assert "hola rosa" not in lee.sees()


def test_nobody_claims_off_hours_and_no_language(doors: Doors, ana: Survivor) -> None:
    said = " ".join(ana.says(ASK))
    assert re.search("no hay nadie", said)
    doors.add("lee", languages=("en",))
    time.sleep(2.1)  # the roster is read anew every two seconds
    _by_phone(doors, BEA)
    assert re.search(
        "nadie aquí habla tu idioma|speaks your language", " ".join(doors.phone.of(BEA))
    )


def test_hand_to_a_colleague(doors: Doors, at_desk: AtDesk) -> None:
    rosa, lee = at_desk("rosa"), at_desk("lee")
    _by_phone(doors)
    rosa.claims()
    doors.texts(ANA, "hola rosa")
    rosa.page.reload()
    rosa.page.locator("summary", has_text="More").click()
    rosa.page.locator("form[action$='/transfer'] button").click()
    expect(rosa.page.locator("[role=status]").first).to_contain_text("handed")
    lee.page.locator("a.button").first.click()
    assert "hola rosa" not in lee.sees()
    doors.texts(ANA, "hola lee")
    lee.reads("hola lee")


def test_two_press_at_once(doors: Doors, at_desk: AtDesk) -> None:
    rosa, lee = at_desk("rosa"), at_desk("lee")
    _by_phone(doors)
    buttons = [p.page.locator("form[action^='/claim/'] button").first for p in (rosa, lee)]
    for button in buttons:
        expect(button).to_be_visible()
    # A press already on its way: the list may take the button away, but not this form.
    at = time.time() * 1000 + 500
    for button in buttons:
        button.evaluate(
            """(button, at) => {
                const pressed = button.form.cloneNode(true);
                document.body.append(pressed);
                setTimeout(() => pressed.submit(), at - Date.now());
            }""",
            at,
        )
    for _ in range(200):
        rosa.page.wait_for_timeout(50)
        if sum("/talk/" in p.page.url for p in (rosa, lee)) == 1:
            break
    loser = rosa if "/talk/" in lee.page.url else lee
    expect(loser.page.locator("main")).to_contain_text("faster")


def _by_phone(doors: Doors, who: str = ANA) -> None:
    for text in ("hola", "no", ASK, "1"):
        doors.texts(who, text)


def _until(done: Callable[[], bool], within_s: float = 20.0) -> None:
    end = time.monotonic() + within_s
    while not done():
        assert time.monotonic() < end, "did not happen"
        time.sleep(0.05)
