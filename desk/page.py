"""The desk's pages and the pieces of them that a live page swaps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jinja2
import segno
from babel.dates import format_datetime
from markupsafe import Markup

from bot.languages import registry
from bot.settings import Settings
from bot.words import Words
from directory.contract import Directory
from directory.vocabulary import needs
from handoff.contract import HandoffRequest
from handoff.relay import Line, Relay
from handoff.reporting import duties
from handoff.roster import Advocate, Role
from handoff.switchboard import Switchboard

QUICK = (
    "hello", "safe", "believe", "time", "moment", "yes_no", "report", "danger", "interpreter",
    "delete", "close",
)  # fmt: skip
"""Quick replies, ``utter_quick_<name>``, in the order of a conversation."""

DANGER_SIGNS = range(1, 9)


class Page:
    """Renders templates in an advocate's language."""

    def __init__(
        self, settings: Settings, words: Words, switchboard: Switchboard, directory: Directory
    ) -> None:
        self._settings, self._words = settings, words
        self._switchboard, self._directory = switchboard, directory
        self._jinja = jinja2.Environment(
            loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def translator(self, tag: str) -> Callable[..., str]:
        def t(name: str, /, **values: Any) -> str:
            return self._words.phrase(f"desk_{name}", tag, values)

        return t

    def render(self, template: str, tag: str, **values: Any) -> str:
        """A page or a piece. ``t`` gives the desk's phrases."""
        return self._jinja.get_template(template).render(
            t=self.translator(tag),
            tag=tag,
            other_tag="es" if tag == "en" else "en",
            name=self._settings.name,
            **values,
        )

    # -- what a page shows ---------------------------------------------------------------------

    def desk(self, me: Advocate) -> dict[str, Any]:
        """The lists: who waits, one's own conversations, colleagues who ask for help."""
        board = self._switchboard
        return {
            "me": me,
            "answers": me.role is not Role.COORDINATOR,
            "waiting": [self.card(r, me) for r in board.waiting(me)],
            "mine": [self.card(r, me) for r in board.mine(me.account)],
            "help": [self.card(r, me) for r in board.asking_for_help(me)],
            "service_closed": board.roster.closed(),
        }

    def card(self, request: HandoffRequest, me: Advocate) -> dict[str, Any]:
        """One row of a list: nothing that the person did not agree to."""
        t = self.translator(me.desk_language)
        minutes = int((datetime.now(UTC) - request.requested_at).total_seconds() // 60)
        return {
            "reference": request.reference,
            "language": self.language(request.language, me.desk_language),
            "speaks": me.speaks(request.language),
            "channel": t(f"channel_{request.channel}"),
            "lane": t(f"lane_{request.lane}"),
            "urgent": request.urgency == "urgent",
            "urgency": t(f"urgency_{request.urgency}"),
            "minutes": t("minutes", minutes=str(minutes)) if minutes else t("now"),
            "unread": self._switchboard.unread(request.reference, me.account),
        }

    def talk(self, request: HandoffRequest, relay: Relay, me: Advocate) -> dict[str, Any]:
        """Everything of one conversation."""
        mine = relay.account == me.account
        language = registry().get(request.language)
        return {
            "me": me,
            "request": request,
            "relay": relay,
            "own": mine,
            "card": self.card(request, me),
            "lines": [] if relay.hidden else [self.line(x, request, me) for x in relay.lines],
            "events": [self.line(x, request, me) for x in relay.lines if x.side == "event"],
            "seen": relay.last(),
            "shared": self._shared(request, me.desk_language),
            "direction": language.direction if language else "auto",
            "can_write": mine and self._switchboard.can_write(request.reference),
            "speaks": me.speaks(request.language),
            "language": self.language(request.language, me.desk_language),
            "quick": self._quick(request.language, me.desk_language),
            "needs": [
                (slug, self._words.phrase(f"need_{slug}", me.desk_language)) for slug in needs()
            ],
            "signs": [self.translator(me.desk_language)(f"danger_{n}") for n in DANGER_SIGNS],
            "duties": duties(self._settings).desk(me.desk_language),
            "colleagues": self._switchboard.colleagues(request.reference, me.account),
        }

    def line(self, line: Line, request: HandoffRequest, me: Advocate) -> dict[str, Any]:
        """One line of the thread for its template."""
        t = self.translator(me.desk_language)
        return {
            "number": line.number,
            "side": str(line.side),
            "text": t(line.text.removeprefix("desk_")) if line.side == "event" else line.text,
            "at": line.at.astimezone(me.hours.zone).strftime("%H:%M"),
            "delivery": t(str(line.delivery)) if line.delivery else "",
            "failed": line.delivery == "failed",
            "danger": line.danger,
            "language": request.language,
        }

    def language(self, tag: str, desk: str) -> str:
        return self._words.phrase(f"language_{tag}", desk)

    def when(self, at: datetime | None, me: Advocate) -> str:
        if at is None:
            return "-"
        return str(
            format_datetime(at, "EEE d MMM HH:mm", tzinfo=me.hours.zone, locale=me.desk_language)
        )

    def qr(self, uri: str) -> Markup:
        """A QR code as inline SVG, black on white in any colour scheme."""
        code = segno.make(uri, error="m")
        return Markup(code.svg_inline(scale=5, dark="#000", light="#fff", border=3, omitsize=True))

    def _shared(self, request: HandoffRequest, tag: str) -> list[tuple[str, str]]:
        t = self.translator(tag)
        shared, found = request.shared, []
        if shared.needs:
            named = [{"phrase": f"need_{slug}"} for slug in shared.needs]
            found.append((t("shared_needs"), self._words.value(named, tag)))
        if shared.region:
            found.append((t("shared_region"), shared.region))
        if shared.phone:
            found.append((t("shared_phone"), t(f"shared_phone_{shared.phone}")))
        if shared.wishes:
            wishes = [{"phrase": f"wish_{word}"} for word in shared.wishes]
            found.append((t("shared_wishes"), self._words.value(wishes, tag)))
        return found

    def _quick(self, language: str, tag: str) -> list[dict[str, Any]]:
        there = self._words.names(language)
        return [
            {
                "name": name,
                "theirs": self._words.say(f"utter_quick_{name}", language).text,
                "mine": self._words.say(f"utter_quick_{name}", tag).text,
                "foreign": f"utter_quick_{name}" not in there,
            }
            for name in QUICK
        ]


def notice(values: Mapping[str, str]) -> str:
    """The code of a message that a page shows once, from the query; only known codes."""
    code = values.get("say", "")
    return code if code in SAYINGS else ""


SAYINGS = frozenset({
    "saved", "signed_out", "enrol_done", "already", "wrong_lane", "chat_limit", "not_told",
    "colleague_gone", "no_supervisor", "too_long", "expired", "gone_left", "gone_ended",
    "event_person_ended", "gone_withdrawn", "gone_someone_else", "gone_transferred",
    "gone_put_back", "gone_lost", "gone_unknown", "options_place_unknown", "invalid_hours",
    "invalid_alert_by", "invalid_languages", "invalid_chat_limit", "invalid_shown",
    "invalid_desk_language", "invalid_invalid", "forbidden",
})  # fmt: skip
"""Phrases that a page may be told to show by its address."""
