"""Somebody at a browser: opens the page, says things, reads what is answered, leaves."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

THEIRS = ".message:not(.yours) p"
"""What the helper said."""


class Survivor:
    """Works with JavaScript on and off. ``page`` is playwright's, for what only one test needs."""

    def __init__(self, page: Page, url: str, scripted: bool = True) -> None:
        self.page, self.url, self.scripted = page, url, scripted

    def opens_page(self, path: str = "/") -> Survivor:
        self.page.goto(self.url + path)
        return self

    def says(self, text: str, wait_s: float = 30.0) -> list[str]:
        """Write, send, and read what is answered."""
        before = 0 if not self.scripted else self.page.locator(THEIRS).count()
        self.page.locator("#text").fill(text)
        self.page.locator(".send").click()
        return self._answer(before, wait_s)

    def taps(self, choice: str, wait_s: float = 30.0) -> list[str]:
        """Tap one of the offered answers."""
        before = 0 if not self.scripted else self.page.locator(THEIRS).count()
        self.page.locator(".choices button", has_text=choice).click()
        return self._answer(before, wait_s)

    def reads(self) -> list[str]:
        """All that the helper has said on this page."""
        return self.page.locator(THEIRS).all_inner_texts()

    def choices(self) -> list[str]:
        return self.page.locator(".choices button").all_inner_texts()

    def looks_for_new_messages(self) -> list[str]:
        """Without JavaScript: press the button."""
        self.page.locator("button[name=check]").click()
        return self.reads()

    def sees(self) -> str:
        """Every word on the page."""
        return self.page.locator("body").inner_text()

    def leaves(self) -> None:
        """Press the exit control."""
        self.page.locator("[data-exit]").click()

    def presses_shift(self, times: int = 3) -> None:
        for _ in range(times):
            self.page.keyboard.press("Shift")

    def is_at_start(self) -> None:
        """The empty neutral start page, or the blank one that leads to it."""
        expect(self.page.locator(".message")).to_have_count(0)
        expect(self.page).to_have_title("Notes")

    def is_at(self, url: str) -> None:
        expect(self.page).to_have_url(re.compile(re.escape(url)))

    def _answer(self, before: int, wait_s: float) -> list[str]:
        said = self.page.locator(THEIRS)
        end = self.page.locator("main.clear")
        if self.scripted:
            expect(said.nth(before).or_(end).first).to_be_visible(timeout=wait_s * 1000)
            if end.count():
                return self.page.locator("[data-line]").all_inner_texts()
            # The reply to one turn comes in one piece; the dots go when it is all there.
            expect(self.page.locator("[data-writing]")).to_be_hidden(timeout=wait_s * 1000)
        return said.all_inner_texts()[before:]
