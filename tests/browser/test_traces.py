"""What stays behind: nothing in storage, cookies, addresses or on the disk; nobody else asked."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect, sync_playwright

from tests.browser.chromium import FLAGS, chromium_or_skip
from tests.browser.stage import Stage
from tests.browser.survivor import Survivor

pytestmark = pytest.mark.browser
CANARY = "kanarienvogel"
At = Callable[..., Survivor]
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


def traces(folder: Path) -> list[str]:
    """Files that hold the canary, as UTF-8 or as browsers' UTF-16."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            if any(CANARY.encode(kind) in content for kind in ("utf-8", "utf-16-le")):
                found.append(path.name)
    return found


@contextmanager
def computer(folder: Path, scripts: bool) -> Iterator[BrowserContext]:
    """A browser with a profile on the disk, that opens its last tabs again."""
    with sync_playwright() as play:
        context = play.chromium.launch_persistent_context(
            folder,
            executable_path=chromium_or_skip(),
            args=[*FLAGS, "--restore-last-session"],
            ignore_default_args=["--disable-back-forward-cache"],
            java_script_enabled=scripts,
        )
        yield context
        context.close()


@SCRIPTS
def test_nothing_is_on_the_disk_and_a_restored_tab_is_empty(door: Stage, scripts: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with computer(folder, scripts) as context:
            ana = Survivor(context.new_page(), door.url, scripts).opens_page()
            ana.says(CANARY)
            ana.says(f"{CANARY} again")
            ana.page.locator("#text").fill(f"{CANARY} draft")
            ana.page.wait_for_timeout(3000)  # session files are written every 2.5 s
            assert traces(folder) == []
        assert traces(folder) == []
        with computer(folder, scripts) as context:
            context.pages[0].wait_for_timeout(1000)
            for page in context.pages:
                assert CANARY not in page.content()
            assert len(context.pages) > 1, "the tabs came back"
        assert traces(folder) == []


@SCRIPTS
def test_storage_and_cookies_are_empty_and_nobody_else_is_asked(
    door: Stage, survivor: At, scripts: bool
) -> None:
    ana = survivor(door, scripts)
    asked: list[str] = []
    ana.page.context.on("request", lambda request: asked.append(request.url))
    ana.opens_page()
    ana.says(CANARY)
    context = ana.page.context
    assert context.cookies() == []
    state = context.storage_state(indexed_db=True)
    assert state == {"cookies": [], "origins": []}
    if scripts:
        kept = ana.page.evaluate(
            """async () => [
              localStorage.length, sessionStorage.length, document.cookie, history.state,
              location.href, (await caches?.keys())?.length, window.name,
              (await indexedDB.databases()).length,
              (await navigator.serviceWorker?.getRegistrations())?.length,
            ]"""
        )
        assert kept == [0, 0, "", None, door.url + "/", 0, "", 0, 0]
    assert {url.removeprefix(door.url) for url in asked} <= {
        "/",
        "/say",
        "/listen",
        "/static/exit.mjs",
        "/static/page.mjs",
    } | {url for url in asked if url.startswith("data:image/svg+xml")}


def test_title_icon_and_address_say_nothing(door: Stage, survivor: At) -> None:
    ana = survivor(door).opens_page()
    ana.says(CANARY)
    expect(ana.page).to_have_title("Notes")
    assert ana.page.url == door.url + "/"
    icon = ana.page.locator("link[rel=icon]").get_attribute("href") or ""
    assert icon.startswith("data:image/svg+xml")


def test_the_browser_is_asked_not_to_send_what_is_typed_anywhere(door: Stage, survivor: At) -> None:
    """Spelling and writing help of some browsers works on their maker's servers, and so does
    translation."""
    box = survivor(door).opens_page().page.locator("#text")
    for name, value in {
        "spellcheck": "false",
        "autocomplete": "off",
        "writingsuggestions": "false",
        "data-gramm": "false",
    }.items():
        expect(box).to_have_attribute(name, value)
    expect(box.page.locator("html")).to_have_attribute("translate", "no")


def test_on_paper_the_page_is_blank(door: Stage, survivor: At) -> None:
    ana = survivor(door).opens_page()
    ana.says(CANARY)
    ana.page.emulate_media(media="print")
    expect(ana.page.locator("body")).to_be_hidden()
    expect(ana.page.locator(".message").first).to_be_hidden()
