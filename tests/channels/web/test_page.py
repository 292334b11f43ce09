"""What the page says, in every language, and how the language is chosen."""

from __future__ import annotations

import re

import pytest
import yaml

from bot.languages import registry
from bot.settings import ROOT
from tests.channels.web.conftest import Door

WRITTEN = sorted(p.parent.name for p in (ROOT / "bot" / "responses").glob("*/page.yml"))


def phrases(tag: str) -> dict[str, str]:
    text = (ROOT / "bot" / "responses" / tag / "page.yml").read_text("utf-8")
    content = yaml.safe_load(text)
    assert content["language"] == tag
    return dict(content["phrases"])


@pytest.mark.parametrize("tag", WRITTEN)
def test_every_language_has_the_same_words(tag: str) -> None:
    assert phrases(tag).keys() == phrases("en").keys()


@pytest.mark.parametrize("tag", WRITTEN)
def test_no_number_and_no_promise_in_the_pages_words(tag: str) -> None:
    """Numbers come from the directory (promise 8); nothing claims to leave no trace (11)."""
    said = " ".join(phrases(tag).values())
    assert not re.search(r"\d{3}", said)
    assert not re.search(r"untraceable|anonymous|anónim|rastro|مجهول", said, re.IGNORECASE)


def test_the_template_uses_every_phrase() -> None:
    folder = ROOT / "channels" / "web"
    files = [*(folder / "templates").iterdir(), *folder.glob("*.py")]
    used = " ".join(path.read_text("utf-8") for path in files)
    for name in phrases("en"):
        short = name.removeprefix("page_")
        assert f'"{short}"' in used, name


def test_no_sentence_stands_in_the_template_or_the_scripts() -> None:
    folder = ROOT / "channels" / "web"
    markup = (folder / "templates" / "page.html").read_text("utf-8")
    markup = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}|<[^>]*>", " ", markup, flags=re.DOTALL)
    assert not re.findall(r"[^\W\d_]{2,}", markup)
    for path in (folder / "static").glob("*.mjs"):
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text("utf-8"), flags=re.DOTALL)
        strings = re.findall(r"'([^'\n]*)'", code)
        assert not [s for s in strings if re.search(r"[a-z]{3,} [a-z]{3,} [a-z]{3,}", s)]


@pytest.mark.parametrize("tag", list(registry()))
async def test_each_language_has_its_page(door: Door, tag: str) -> None:
    answer = await door.http.get(f"/{tag}")
    assert answer.status_code == 200
    assert f'<html lang="{tag}" dir="{registry()[tag].direction}" translate="no">' in answer.text
    assert "<title>Notes</title>" in answer.text
    for other in registry().values():
        assert other.name in answer.text


@pytest.mark.parametrize(
    ("accept", "tag"),
    [
        ("", "en"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("de, ar;q=0.5", "ar"),
        ("zh-CN,zh;q=0.9", "zh-Hans"),
        ("pt-PT", "pt-BR"),
        ("fil", "tl"),
        ("es;q=0, fr;q=0.1", "fr"),
        ("de", "en"),
        ("*", "en"),
        (";;;q=,,=x;q=nan", "en"),
        ("," * 9000, "en"),
    ],
)
async def test_the_browsers_language(door: Door, accept: str, tag: str) -> None:
    answer = await door.http.get("/", headers={"accept-language": accept})
    assert f'<html lang="{tag}"' in answer.text


async def test_only_served_languages_are_offered() -> None:
    door = Door(languages="es en")
    start = await door.http.get("/")
    assert '<html lang="es"' in start.text
    assert "Tagalog" not in start.text
    assert (await door.http.get("/tl")).status_code == 404


async def test_at_a_glance_it_says_no_more_than_its_title(door: Door) -> None:
    """Back shows this page after leaving; what is behind a fold is not seen at a glance."""
    text = (await door.http.get("/en")).text
    text = re.sub(r'<details class="who">.*?</details>', "", text, flags=re.DOTALL)
    seen = re.sub(r"<[^>]*>", " ", text).lower()
    for word in ("violence", "abuse", "hurt", "partner", "shelter", "survivor", "domestic"):
        assert word not in seen


async def test_everything_together_weighs_less_than_60_kb(door: Door) -> None:
    page = await door.http.get("/ar")
    paths = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    assert sorted(paths) == ["/static/exit.mjs", "/static/page.mjs"]
    weight = len(page.content)
    for path in paths:
        weight += len((await door.http.get(path)).content)
    assert weight < 60_000


async def test_nothing_foreign_is_named_but_the_neutral_site(door: Door) -> None:
    page = await door.http.get("/")
    assert set(re.findall(r'https?://[^"\s]+', page.text)) == {door.settings.neutral_site}


async def test_the_emergency_number_comes_from_the_directory(door: Door) -> None:
    from bot.words import Words
    from channels.web.page import Page

    words = Words()
    words.lines = lambda language: {"line_emergency_number": "911"}
    page = Page(door.settings, words).render("en", "t")
    assert '<a href="tel:911" dir="ltr">911</a>' in page
    assert "911" not in (await door.http.get("/")).text


async def test_a_widget_only_for_named_sites() -> None:
    door = Door("https://shelter.example https://*.coalition.example")
    answer = await door.http.get("/widget")
    assert (
        "frame-ancestors https://shelter.example https://*.coalition.example"
        in answer.headers["content-security-policy"]
    )
    assert "x-frame-options" not in answer.headers
    assert 'action="/widget"' in answer.text
    assert 'target="_top"' in answer.text
    plain = await door.http.get("/")
    assert "frame-ancestors 'none'" in plain.headers["content-security-policy"]
    answer = await door.posts(await door.opens("/widget/es"), "hola", path="/widget")
    assert "frame-ancestors https://shelter.example" in answer.headers["content-security-policy"]
    assert (await Door().http.get("/widget")).status_code == 404
