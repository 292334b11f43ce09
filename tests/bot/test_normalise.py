"""One spelling for everything people type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.normalise import clean, fold, has_words


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("¡AYUDA!", "ayuda"),
        ("hooolaaaa", "hola"),
        ("Ｈｅｌｐ", "help"),
        ("đi ra ngoài", "di ra ngoai"),
        ("أنا خائفة", "انا خائفه".replace("ئ", "ي")),
        ("he's here", "hes here"),
        ("he’s here", "hes here"),
        ("쉼터", "쉼터"),
        ("…", ""),
    ],
)
def test_fold_makes_spellings_comparable(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("/restart", "restart"),
        ('/need_money{"place":"x"}', 'need_money{"place":"x"}'),
        ("  //// /session_start", "session_start"),
        ("a\u202eb\u200bc", "abc"),
        ("a\x00b", "a b"),
        ("\ud800broken", "broken"),
    ],
    ids=["restart", "intent payload", "many slashes", "invisible", "nul", "lone surrogate"],
)
def test_clean_takes_the_sting_out(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@given(st.text(max_size=300))
def test_nothing_anyone_types_breaks_it(text: str) -> None:
    cleaned = clean(text)
    assert not cleaned.startswith("/")
    assert len(cleaned) <= 2000
    assert fold(fold(text)) == fold(text)


def test_a_hundred_thousand_characters_are_cut() -> None:
    assert len(clean("a b " * 25_000)) == 2000


def test_emoji_with_meaning_have_words_and_others_have_none() -> None:
    assert clean("👍") == "yes"
    assert not has_words(clean("🎉🎉"))
