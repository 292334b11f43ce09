"""How the page looks and weighs: WCAG 2.2 AA by axe, both directions, small and slow phones.

``PICTURES=docs/pictures pytest tests/browser/test_looks.py -k pictures`` writes the pictures of
the operators' guide anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from bot.contract import Reply
from tests.browser.stage import PlayedBrain, Stage
from tests.browser.survivor import Survivor

pytestmark = pytest.mark.browser
At = Callable[..., Survivor]

EN = "My husband took my papers and I have nowhere to go with my two kids"
ES = "Mi esposo me quitó mis papeles y no tengo dónde ir con mis dos hijos"
AR = "أخذ زوجي أوراقي وليس عندي مكان أذهب إليه مع طفليّ"
SAYS = {"en": EN, "es": ES, "ar": AR}
PARTS = {
    EN: (
        "en",
        Reply(
            "I believe you, and it is not your fault. I can look for legal help with papers and "
            "for a place to stay with your kids. Which ZIP code or town is good for you?\n"
            "A national line answers all day: 1-800-799-7233",
            ("Skip", "Why do you ask?", "Talk with a person"),
        ),
    ),
    ES: (
        "es",
        Reply(
            "Te creo, y no es culpa tuya. Puedo buscar ayuda legal con tus papeles y un lugar "
            "donde quedarte con tus hijos. ¿Qué código postal o ciudad te queda bien?\n"
            "Una línea nacional atiende todo el día: 1-800-799-7233",
            ("Saltar", "¿Por qué preguntas?", "Hablar con una persona"),
        ),
    ),
    AR: (
        "ar",
        Reply(
            "نصدّق هذا الكلام، ولا ذنب لكم فيه. يمكن البحث عن مساعدة قانونية "
            "في الأوراق وعن مكان للإقامة مع الأطفال. أي رمز بريدي أو مدينة يناسب؟\n"
            "خط وطني يجيب طوال اليوم: 1-800-799-7233",
            ("تخطّي", "لماذا هذا السؤال؟", "التحدث مع إنسان"),
        ),
    ),
}


@pytest.fixture(scope="module")
def door() -> Iterator[Stage]:
    made = Stage(PlayedBrain(PARTS), widget_hosts="http://localhost:*")
    yield made
    made.stop()


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {[n['target'] for n in v['nodes']]}" for v in found]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("tag", "width"), [("ar", 320), ("es", 1280)])
def test_axe_finds_nothing(door: Stage, survivor: At, tag: str, width: int, dark: bool) -> None:
    ana = survivor(
        door,
        viewport={"width": width, "height": 800},
        color_scheme="dark" if dark else "light",
    ).opens_page(f"/{tag}")
    for fold in ana.page.locator("details.who").all():
        fold.evaluate("node => { node.open = true }")
    assert violations(ana.page) == [], "start"
    ana.says(SAYS[tag])
    assert violations(ana.page) == [], "conversation"
    ana.opens_page("/nothing-here")
    assert violations(ana.page) == [], "plain page"


def test_axe_finds_nothing_on_the_blank_page_and_the_widget(door: Stage, survivor: At) -> None:
    ana = survivor(door).opens_page("/widget")
    assert violations(ana.page) == []
    ana.says("hello")
    ana.says("x")
    assert violations(ana.page) == []


SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important;
  word-spacing: .16em !important } p { margin-bottom: 2em !important }"""
DOUBLED = "html { font-size: 200% !important }"


@pytest.mark.parametrize(
    ("width", "rules"),
    [(320, SPACED), (640, DOUBLED + SPACED)],
    ids=["spaced", "doubled-spaced"],
)
def test_text_can_be_doubled_and_spaced(door: Stage, survivor: At, width: int, rules: str) -> None:
    """WCAG 1.4.4, 1.4.10, 1.4.12: no sideways scrolling, nothing pushed off the screen."""
    for tag in ("en", "ar"):
        ana = survivor(door, viewport={"width": width, "height": 640}).opens_page(f"/{tag}")
        ana.says(SAYS[tag])
        ana.page.evaluate(
            """rules => {
              const sheet = new CSSStyleSheet()
              sheet.replaceSync(rules)
              document.adoptedStyleSheets = [sheet]
            }""",
            rules,
        )
        assert ana.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), tag


def test_what_can_be_pressed_is_large_enough(door: Stage, survivor: At) -> None:
    """WCAG 2.5.8: 24 by 24 CSS pixels; ours are 44 high but for the language names."""
    ana = survivor(door, viewport={"width": 320, "height": 640}).opens_page()
    ana.says(SAYS["en"])
    ana.page.locator(".languages summary").click()
    sizes = ana.page.locator("button:visible, .languages a:visible, .exit, summary").evaluate_all(
        "nodes => nodes.map(n => [n.textContent, n.offsetWidth, n.offsetHeight])"
    )
    assert [size for size in sizes if min(size[1:]) < 24] == []


def test_the_first_paint_on_a_slow_phone_takes_less_than_a_second(
    door: Stage, survivor: At
) -> None:
    """DevTools' "Fast 3G" (562.5 ms a round trip, 1.44 Mbit/s down) and a processor four times
    slower."""
    # The best of three: other work on this machine is not the page's weight.
    painted = min(
        _first_paint(survivor(door, viewport={"width": 360, "height": 640})) for _ in "123"
    )
    print(f"first contentful paint: {painted:.0f} ms")
    assert painted < 1000


def _first_paint(ana: Survivor) -> float:
    """Milliseconds from the request to the first words."""
    lines = ana.page.context.new_cdp_session(ana.page)
    lines.send("Network.enable")
    lines.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 562.5,
            "downloadThroughput": 1.44 * 1024 * 1024 / 8,
            "uploadThroughput": 675 * 1024 / 8,
        },
    )
    lines.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    ana.opens_page()
    return float(
        ana.page.evaluate(
            """() => new Promise(done => new PerformanceObserver(list => done(
              list.getEntries().find(e => e.name === 'first-contentful-paint').startTime
            )).observe({ type: 'paint', buffered: true }))"""
        )
    )


@pytest.mark.parametrize("tag", ["en", "es", "ar"])
@pytest.mark.parametrize(("width", "height"), [(320, 640), (1280, 800)])
def test_pictures(
    door: Stage, survivor: At, tag: str, width: int, height: int, tmp_path: Path
) -> None:
    folder = Path(os.environ.get("PICTURES", tmp_path))
    ana = survivor(
        door, viewport={"width": width, "height": height}, device_scale_factor=640 // width or 1
    ).opens_page(f"/{tag}")
    ana.page.screenshot(path=folder / f"web-{tag}-{width}-start.png")
    ana.says(SAYS[tag])
    ana.page.mouse.move(0, 0)
    ana.page.screenshot(path=folder / f"web-{tag}-{width}.png")
    assert (folder / f"web-{tag}-{width}.png").stat().st_size > 10_000
