"""The page in a frame on somebody else's site: what holds there, and what cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.stage import Stage
from tests.browser.survivor import Survivor

pytestmark = pytest.mark.browser
At = Callable[..., Survivor]


@pytest.fixture
def door() -> Iterator[Stage]:
    made = Stage(widget_hosts="http://localhost:*")
    yield made
    made.stop()


def opens_host(ana: Survivor, door: Stage, name: str = "localhost", frame: str = "/widget") -> None:
    """A page of another site (localhost is not 127.0.0.1) with ours in a frame."""
    ana.page.goto(f"http://{name}:{door.neutral.port}/host?frame={frame}")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_conversation_in_a_frame_and_out_by_click(
    door: Stage, survivor: At, scripts: bool
) -> None:
    ana = survivor(door, scripts)
    opens_host(ana, door)
    frame = ana.page.frame_locator("iframe")
    frame.locator("#text").fill("hello")
    frame.locator(".send").click()
    expect(frame.locator(".message").last).to_contain_text("heard: hello")
    frame.locator("[data-exit]").click()
    ana.is_at(door.site)
    if scripts:
        assert door.forgets_everybody()
    assert ana.page.context.cookies() == []


def test_shift_three_times_leaves_the_whole_page(door: Stage, survivor: At) -> None:
    ana = survivor(door)
    opens_host(ana, door)
    frame = ana.page.frame_locator("iframe")
    frame.locator("#text").fill("hello")
    frame.locator(".send").click()
    expect(frame.locator(".message").last).to_contain_text("heard: hello")
    ana.presses_shift()
    ana.is_at(door.site)
    assert door.forgets_everybody()


@pytest.mark.parametrize(
    ("name", "frame"),
    [("127.0.0.1", "/widget"), ("localhost", "/"), ("localhost", "/es")],
    ids=["another-site", "the-page", "the-page-in-spanish"],
)
def test_nothing_else_may_be_framed(door: Stage, browser: Browser, name: str, frame: str) -> None:
    ana = Survivor(browser.new_context().new_page(), door.url)
    opens_host(ana, door, name, frame)
    ana.page.wait_for_timeout(200)
    assert ana.page.frame_locator("iframe").locator("#text").count() == 0
    ana.page.context.close()
