"""One Chromium a file of tests; a fresh context (nothing stored, nothing shared) a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.chromium import FLAGS, chromium_or_skip
from tests.browser.stage import Stage
from tests.browser.survivor import Survivor

expect.set_options(timeout=15_000)  # a busy machine is slow, not wrong


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ends with the file: while playwright's synchronous loop runs, no async test can."""
    path = chromium_or_skip()
    with sync_playwright() as play:
        found = play.chromium.launch(
            executable_path=path,
            args=FLAGS,
            timeout=120_000,  # on a machine that trains a model beside
            # playwright turns the back-forward cache off; people's browsers have it
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield found
        found.close()


@pytest.fixture
def door() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.stop()


@pytest.fixture
def survivor(browser: Browser) -> Iterator[Callable[..., Survivor]]:
    """``survivor(door)``, ``survivor(door, scripts=False)``: somebody at a browser, page not yet
    opened."""
    contexts = []
    complaints: list[str] = []

    def at(door: Stage, scripts: bool = True, **context: object) -> Survivor:
        made = browser.new_context(java_script_enabled=scripts, **context)  # type: ignore[arg-type]
        made.set_default_timeout(30_000)
        made.on("weberror", lambda error: complaints.append(str(error.error)))
        made.on("console", lambda said: complaints.append(said.text))
        contexts.append(made)
        return Survivor(made.new_page(), door.url, scripts)

    yield at
    for context in contexts:
        context.close()
    # A stopped server or a line cut by the test itself is not a fault of the page.
    ours = [said for said in complaints if "Failed to load resource" not in said]
    assert not ours, "the page broke, or broke its own security policy"
