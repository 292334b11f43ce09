"""Live pages: lines of JSON with pieces of the page, made for this advocate as things happen."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from desk.page import Page
from handoff.errors import HandoffError
from handoff.roster import Advocate
from handoff.switchboard import Switchboard
from handoff.wire import Event

LIST_S = 0.5
"""Seconds between two new lists of one page: with many pages open, each change would otherwise be
written for all of them at once, before anybody's words."""

BEAT_S = 10.0
"""Seconds between signs of life; also how soon a revoked session is noticed."""


class Live:
    """One open page. ``still`` gives the advocate as long as the session holds."""

    def __init__(
        self,
        page: Page,
        board: Switchboard,
        still: Callable[[], Advocate | None],
        reference: str,
        seen: int,
    ) -> None:
        self._page, self._board, self._still = page, board, still
        self._reference, self._seen = reference, seen

    async def lines(self, account: str) -> AsyncIterator[str]:
        """The stream. Opening it makes the account present; closing it, absent."""
        wire = self._board.wires.open(account)
        try:
            me = self._still()
            if me is not None:
                yield _line(self._list(me))
                for found in self._thread(me):
                    yield _line(found)
            listed_at, stale = time.monotonic(), False
            while (me := self._still()) is not None:
                rest_s = max(0.0, listed_at + LIST_S - time.monotonic())
                event = await wire.next(rest_s if stale else BEAT_S)
                if stale and time.monotonic() >= listed_at + LIST_S:
                    listed_at, stale = time.monotonic(), False
                    yield _line(self._list(me))
                elif event is None:
                    yield "\n"
                if event is None:
                    continue
                me = self._still()
                if me is None:
                    break
                if event.kind == "list":
                    stale = True
                    continue
                for found in self._answer(event, me):
                    yield _line(found)
            yield _line({"out": True})
        finally:
            self._board.wires.close(wire)

    def _answer(self, event: Event, me: Advocate) -> list[dict[str, Any]]:
        here = event.reference == self._reference
        t = self._page.translator(me.desk_language)
        if event.kind == "gone" and here and self._reference:
            self._reference = ""
            return [{"gone": t(event.phrase.removeprefix("desk_"))}, self._list(me)]
        if event.kind == "ring":
            return [{"ring": "new"}]
        if event.kind == "thread" and here:
            return self._thread(me)
        if event.kind == "line" and here:
            return self._new_lines(me)
        if event.kind == "delivery":
            return self._delivery(event, me) if here else []
        if event.kind == "line" and event.reference not in self._mine(me):
            return []
        found: list[dict[str, Any]] = [self._list(me)]
        if event.kind == "line":
            found.append({"ring": "line"})
        return found

    def _mine(self, me: Advocate) -> set[str]:
        return {r.reference for r in self._board.mine(me.account)}

    def _list(self, me: Advocate) -> dict[str, Any]:
        values = self._page.desk(me)
        html = self._page.render(
            "_list.html", me.desk_language, here=self._reference, csrf="", **values
        )
        return {"list": html, "count": len(values["waiting"])}

    def _thread(self, me: Advocate) -> list[dict[str, Any]]:
        """The whole conversation anew: its state changed."""
        if not self._reference:
            return []
        try:
            request, relay = self._board.thread(self._reference, me.account)
        except HandoffError:
            self._reference = ""
            t = self._page.translator(me.desk_language)
            return [{"gone": t("gone_unknown")}]
        values = self._page.talk(request, relay, me)
        self._seen = relay.last()
        self._board.read(self._reference, me.account)
        return [
            {
                "thread": self._page.render("_thread.html", me.desk_language, csrf="", **values),
                "top": self._page.render("_top.html", me.desk_language, **values),
                "can_write": values["can_write"],
            }
        ]

    def _new_lines(self, me: Advocate) -> list[dict[str, Any]]:
        try:
            request, relay = self._board.thread(self._reference, me.account)
        except HandoffError:
            return []
        if relay.hidden:
            return []
        found: list[dict[str, Any]] = []
        for line in [x for x in relay.lines if x.number > self._seen]:
            self._seen = line.number
            shown = self._page.line(line, request, me)
            html = self._page.render("_line.html", me.desk_language, line=shown)
            found.append({"line": html, "number": line.number})
            if line.side == "person":
                found.append({"ring": "line"})
        self._board.read(self._reference, me.account)
        return found

    def _delivery(self, event: Event, me: Advocate) -> list[dict[str, Any]]:
        try:
            request, relay = self._board.thread(self._reference, me.account)
        except HandoffError:
            return []
        for line in relay.lines:
            if line.number == event.number and not relay.hidden:
                shown = self._page.line(line, request, me)
                return [
                    {"delivery": shown["delivery"], "number": line.number,
                     "failed": shown["failed"]}
                ]  # fmt: skip
        return []


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"
