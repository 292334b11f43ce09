"""Facts run out, and then they are not said."""

from __future__ import annotations

from datetime import date, timedelta

from bot.facts import facts, withdrawn
from bot.words import Words


def test_every_fact_names_its_basis_and_real_texts() -> None:
    names = Words().names("en")
    for fact in facts():
        assert fact.basis
        assert fact.checked_on < fact.expires_on
        longest = 60 if "immigra" in fact.id or "vawa" in fact.id or "visa" in fact.id else 180
        assert fact.expires_on - fact.checked_on <= timedelta(days=longest), fact.id
        assert set(fact.used_in) <= names, fact.id


def test_an_expired_fact_is_replaced_by_who_can_say_what_holds() -> None:
    words = Words()
    words.today = lambda: date(2030, 1, 1)
    assert "Rules on this change" in words.say("utter_about_immigration", "en").text


def test_help_in_danger_is_never_taken_away_by_a_date() -> None:
    assert not [n for n in withdrawn(date(2030, 1, 1)) if n.startswith("utter_danger")]
