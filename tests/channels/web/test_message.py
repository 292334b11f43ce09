"""Numbers that can be tapped, and what is left alone."""

from __future__ import annotations

import pytest

from bot.contract import Reply
from channels.web.message import clean, message, parts


@pytest.mark.parametrize(
    ("text", "tel"),
    [
        ("call 312-555-0100 now", "tel:3125550100"),
        ("call (312) 555-0100.", "tel:3125550100"),
        ("312.555.0100", "tel:3125550100"),
        ("1-800-799-7233, all day", "tel:18007997233"),
        ("+1 312 555 0100", "tel:+13125550100"),
        ("+44 808 2000 247", "tel:+448082000247"),
        ("0808 2000 247", "tel:08082000247"),
        ("In danger now: 911.", "tel:911"),
        ("call or text 988", "tel:988"),
        ("الخط: 1-800-799-7233", "tel:18007997233"),
        ("拨打1-800-799-7233", "tel:18007997233"),
        ("지금 위험하면 911로", "tel:911"),
    ],
)
def test_numbers_of_directories_can_be_tapped(text: str, tel: str) -> None:
    assert [part.tel for part in parts(text) if part.tel] == [tel]
    assert "".join(part.text for part in parts(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "60608",
        "60608-1234",
        "2026-11-24",
        "24/11/2026",
        "open 9-5, 10-12",
        "case 12-345-678",
        "1 Casa Central",
        "1911 Main St",
        "Room 9110",
        "$1,200.00",
        "text HOME to 741741",
        "9.11",
        "https://example.org/988",
    ],
)
def test_what_is_no_number_is_left_alone(text: str) -> None:
    assert [part.tel for part in parts(text) if part.tel] == []


def test_direction_follows_the_language() -> None:
    assert message(1, Reply("مرحبا"), "ar").direction == "rtl"
    assert message(1, Reply("hola"), "es").direction == "ltr"
    assert message(1, Reply("?"), "xx").direction == "auto"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (" hi ", "hi"),
        ("a\ud800b", "a\ufffdb"),
        ("a\x00\x07b", "ab"),
        ("one\r\ntwo", "one\ntwo"),
        ("\U0001f600", "\U0001f600"),
        ("\u202eabc", "\u202eabc"),
    ],
    ids=["spaces", "lone-surrogate", "control", "lines", "emoji", "right-to-left-override"],
)
def test_what_no_text_can_carry_is_left_out(text: str, kept: str) -> None:
    assert clean(text) == kept
    clean(text).encode()
