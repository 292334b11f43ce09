"""The page as markup: one template, its words from ``responses/<tag>/page.yml``."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.languages import Language, registry
from bot.settings import Settings
from bot.words import Words
from channels.web.message import Message

_FOLDER = Path(__file__).parent
_ICON = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">'
    b'<rect x="3" y="2" width="10" height="12" rx="1.5" fill="#7c8894"/>'
    b'<path d="M5.5 5.5h5M5.5 8h5M5.5 10.5h3" stroke="#fff" stroke-linecap="round"/></svg>'
)
"""A sheet of paper: an icon that says as little as the title."""

_NEAREST = {"zh": "zh-Hans", "pt": "pt-BR", "fil": "tl"}
"""Browsers' tags for languages that the registry keeps under another."""


class Page:
    """Renders the start page, an answer, and plain refusals."""

    def __init__(self, settings: Settings, words: Words) -> None:
        self._settings, self._words = settings, words
        self._templates = Environment(
            loader=FileSystemLoader(_FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._style = _small((_FOLDER / "static" / "page.css").read_text("utf-8"))
        digest = hashlib.sha256(self._style.encode()).digest()
        self.style_source = f"'sha256-{b64encode(digest).decode()}'"
        """How the security policy names our style sheet. It is in the page itself: on a slow
        phone a file of its own would double the time to the first paint."""
        self._icon = "data:image/svg+xml;base64," + b64encode(_ICON).decode()
        known = registry()
        self.languages = {tag: known[tag] for tag in settings.served_languages if tag in known}

    def language(self, accept: str) -> str:
        """The served language a browser asks for first (RFC 9110, 12.5.4), else the default."""
        wanted: list[tuple[float, str]] = []
        for item in accept.split(",")[:20]:
            tag, _, weight = item.strip().partition(";q=")
            with suppress(ValueError):
                wanted.append((float(weight or 1), tag.strip()))
        for quality, tag in sorted(wanted, key=lambda pair: -pair[0]):
            short = tag.partition("-")[0].lower()
            for found in (tag, short, _NEAREST.get(short, "")):
                if quality > 0 and found in self.languages:
                    return found
        return self._settings.default_language

    def render(
        self,
        tag: str,
        token: str,
        *,
        frame: bool = False,
        picked: bool = False,
        talking: bool = False,
        held: bool = False,
        said: str = "",
        draft: str = "",
        messages: Iterable[Message] = (),
        note: str = "",
    ) -> str:
        """The page. ``picked``: its language was chosen; ``talking``: a conversation is open, so
        the page is an answer; ``said``: what the person just sent; ``draft``: what stood in the
        box when another button was pressed; ``note``: name of a phrase shown as a notice."""
        return self._templates.get_template("page.html").render(
            **self._common(tag),
            token=token,
            frame=frame,
            picked=tag if picked else "",
            home=self._home(frame, tag),
            talking=talking,
            held=held,
            said=said,
            draft=draft,
            messages=list(messages),
            note=note,
            languages=list(self.languages.values()),
            home_of={tag: self._home(frame, tag) for tag in self.languages},
            action="/widget" if frame else "/",
            site=self._settings.neutral_site,
            most=self._settings.max_text,
            blank_s=self._settings.web_blank_s,
            plain_blank_s=self._settings.session_ttl_s,
        )

    def plain(self, tag: str, phrase: str) -> str:
        """A page with one sentence, for refusals."""
        return self._templates.get_template("plain.html").render(
            **self._common(tag), phrase=phrase, home="/"
        )

    def _home(self, frame: bool, tag: str) -> str:
        if tag == self._settings.default_language:
            return "/widget" if frame else "/"
        return f"/widget/{tag}" if frame else f"/{tag}"

    def _common(self, tag: str) -> Mapping[str, object]:
        lines = self._words.lines(tag)

        def phrase(name: str) -> str:
            return self._words.phrase(f"page_{name}", tag)

        return {
            "language": self.languages.get(tag) or _unlisted(tag),
            "title": self._settings.page_title,
            "name": self._settings.name or phrase("name"),
            "icon": self._icon,
            "style": Markup(self._style),
            "phrase_of": phrase,
            "emergency_number": lines.get("line_emergency_number", ""),
        }


def _small(css: str) -> str:
    """The style sheet without comments and indents."""
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return "".join(line.strip() for line in bare.splitlines())


def _unlisted(tag: str) -> Language:
    """A served language that the registry does not have, for instance the pretend one of CI."""
    return Language(tag, tag, "ltr", "draft", "Latn", "")
