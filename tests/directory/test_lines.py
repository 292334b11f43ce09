"""The numbers that must be right: each with a source and a date, and none called confirmed yet."""

from __future__ import annotations

import re

import pytest

from bot.checks import Level
from bot.settings import ROOT, Settings
from directory import checks, lines
from directory.vocabulary import needs
from tests.directory.conftest import Ask

ALL = [line for found in lines.all_lines().values() for line in found]


@pytest.mark.parametrize("line", ALL, ids=lambda line: line.id)
def test_a_line_says_where_it_is_from_and_since_when(line: lines.Line) -> None:
    assert line.source.startswith("https://") and line.checked_on.year >= 2026
    assert line.phones or line.url
    assert not line.confirmed, "only a deployment's operator confirms a line"
    assert all(phone.kind in ("voice", "text", "video", "textphone") for phone in line.phones)


def test_ids_are_unique_and_needs_are_known() -> None:
    ids = [line.id for line in ALL]
    assert len(ids) == len(set(ids))
    for line in ALL:
        assert set(lines._needs_of().get(line.id, ())) <= set(needs())


@pytest.mark.parametrize("country", ["US", "CA", "MX", "GB", "AU", "NZ", "IE", "DE", "ES"])
def test_every_country_has_an_emergency_number(country: str) -> None:
    line = lines.find("emergency", country)
    assert line is not None and line.may_send_police


@pytest.mark.parametrize(
    ("purpose", "number"),
    [("domestic_violence", "1-800-799-7233"), ("suicide", "988"), ("emergency", "911"),
     ("caused_harm", "1-877-898-3411"), ("sexual_assault", "1-800-656-4673")],
)  # fmt: skip
def test_the_lines_that_the_dialogue_names(purpose: str, number: str) -> None:
    line = lines.find(purpose)
    assert line is not None and line.phones[0].number == number


def test_no_line_number_stands_in_code() -> None:
    """One file holds them; everything that shows one reads it from there."""
    numbers = {
        p.number for line in ALL for p in line.phones if len(re.sub(r"\D", "", p.number)) > 6
    }
    for file in sorted((ROOT / "directory").rglob("*.py")) + [ROOT / "cli" / "directory.py"]:
        text = file.read_text("utf-8")
        assert not [number for number in numbers if number in text], file.name


@pytest.mark.parametrize("slug", sorted(needs()))
def test_no_need_is_left_without_an_answer(ask: Ask, slug: str) -> None:
    """In the middle of nowhere the sample lists nobody; a national line stands in."""
    results = ask(slug, near="99723")
    assert results.options and all(option.national for option in results.options)
    assert results.unmet == (slug,)


def test_everything_shown_already_is_still_an_answer(ask: Ask) -> None:
    shown: frozenset[str] = frozenset()
    for _ in range(40):
        results = ask("pets", near="42901", exclude=shown)
        assert results.options
        shown |= {option.id for option in results.options}
    assert not results.more


def test_more_shows_others_until_there_are_none(ask: Ask) -> None:
    first = ask("safe_place", near="42901")
    assert first.more
    second = ask("safe_place", near="42901", exclude=frozenset(o.id for o in first.options))
    assert not {o.id for o in first.options} & {o.id for o in second.options}


def test_the_preflight_asks_for_confirmation(sample: Settings) -> None:
    found = {finding.check: finding for finding in checks.national(sample)}
    assert found["directory.lines"].level is Level.BLOCKER and found["directory.lines"].remedy
    assert any(f.level is Level.BLOCKER for f in checks.there(sample)), "the sample is made up"
    assert any(f.level is Level.WARNING for f in checks.fresh(sample))
    assert list(checks.decided(sample)) and not list(checks.gaps(sample))
