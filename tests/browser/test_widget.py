"""The page in a frame on somebody else's site: what holds there, and what cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Route, expect

from tests.browser.stage import Stage
from tests.browser.survivor import Survivor

pytestmark = pytest.mark.browser
HOST = "http://host.test/"
At = Callable[..., Survivor]


@pytest.fixture
def door() -> Iterator[Stage]:
    made = Stage(widget_hosts="http://host.test")
    yield made
    made.stop()


def opens_host(ana: Survivor, door: Stage, host: str = HOST, path: str = "/widget") -> None:
    def page(route: Route) -> None:
        frame = f'<iframe src="{door.url}{path}" title="Messages" width=340 height=560></iframe>'
        route.fulfill(body=f"<!doctype html><title>Host</title>{frame}", content_type="text/html")

    ana.page.route(host, page)
    ana.page.goto(host)


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
    ("host", "path"),
    [("http://other.test/", "/widget"), (HOST, "/")],
    ids=["another-site", "the-page-itself"],
)
def test_nothing_else_may_be_framed(door: Stage, survivor: At, host: str, path: str) -> None:
    ana = survivor(door)
    opens_host(ana, door, host, path)
    ana.page.wait_for_timeout(300)
    assert ana.page.frame_locator("iframe").locator("#text").count() == 0
