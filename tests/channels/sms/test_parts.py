"""Texts arrive whole, are cut where a reader pauses, and cost what we say they cost."""

import random

from channels.sms.parts import count_parts, split_text

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = "\f^{}\\[~]|€"


def reference(text):
    """GSM 03.38 and UCS-2 by the book: no escape pair or surrogate pair spans two parts."""
    plain = all(c in BASIC or c in EXTENDED for c in text)
    cost = [(2 if c in EXTENDED else 1) if plain else (2 if ord(c) > 0xFFFF else 1) for c in text]
    single, many = (160, 153) if plain else (70, 67)
    if sum(cost) <= single:
        return 1
    parts, used = 1, 0
    for units in cost:
        if used + units > many:
            parts, used = parts + 1, 0
        used += units
    return parts


def test_ten_thousand_random_texts_cost_what_the_table_says():
    dice = random.Random(6)
    pools = [BASIC, BASIC + EXTENDED, BASIC + "áíóú", "مرحبا你好", BASIC + "🙂😢👍"]
    for _ in range(10_000):
        text = "".join(dice.choices(dice.choice(pools), k=dice.randint(1, 400)))
        assert count_parts(text) == reference(text), ascii(text)


def test_a_short_text_stays_as_written():
    assert split_text("¡Ayuda!") == ["¡Ayuda!"]


def test_nothing_to_say():
    assert split_text(" \n ") == []


def test_words_and_numbers_stay_whole():
    text = "Call the hotline at (800) 799 7233 or text 88788 at any hour you like. " * 20
    for limit in range(60, 200):
        cut = split_text(text, limit)
        assert " ".join(cut).split() == text.split()
        assert all(0 < len(piece) <= limit for piece in cut)
        assert sum(piece.count("(800) 799 7233") for piece in cut) == 20


def test_emoji_stay_whole():
    family, flag, thumb = "👩\u200d👧\u200d👦", "🇺🇸", "👍🏽"
    for emoji, size in ((family, 8), (flag, 4), (thumb, 4)):
        for limit in range(size, 40):
            assert all(len(m) % len(emoji) == 0 for m in split_text(emoji * 30, limit))


def test_paragraphs_first():
    assert split_text("one two.\n\nthree four. five", 22) == ["one two.", "three four. five"]
