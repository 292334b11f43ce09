"""Words that work with no model: leaving in every language, however it is typed; danger by words;
no exit word that an everyday answer could be."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.languages import registry
from bot.normalise import fold
from bot.safety import SafetyWords, safety_words
from bot.settings import ROOT

TAGS = tuple(registry())
WORDS = safety_words(TAGS)

CARRIER = ("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "start",
           "yes", "unstop", "help", "info")  # fmt: skip


def exit_words() -> list[tuple[str, str]]:
    found = []
    for tag in TAGS:
        content = yaml.safe_load((ROOT / "bot/safety" / f"{tag}.yml").read_text("utf-8"))
        found += [(tag, word) for word in content["exit"]]
    return found


DRESSED = {
    "plain": lambda w: w,
    "capitals": lambda w: w.upper(),
    "dot": lambda w: w + ".",
    "spaces and marks": lambda w: f"  ¡{w}!!  ",
    "emoji": lambda w: f"{w} 🙏",
    "full width": lambda w: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in w),
    "zero width": lambda w: "\u200b".join(w),
    "right-to-left override": lambda w: f"\u202e{w}\u202c",
}


@pytest.mark.parametrize("dress", DRESSED.values(), ids=DRESSED.keys())
def test_every_exit_word_leaves_however_it_is_typed(dress: object) -> None:
    missed = [
        (tag, word)
        for tag, word in exit_words()
        if not (heard := WORDS.leaving(dress(word))) or heard.label != "safety_exit"  # type: ignore[operator]
    ]
    assert missed == []


def test_every_language_has_its_own_ways_to_leave_and_shares_x() -> None:
    for tag in TAGS:
        mine = [word for language, word in exit_words() if language == tag]
        assert "x" in mine
        assert "exit" in mine
        assert len(mine) >= 8, tag


def test_no_exit_word_is_a_carrier_word_or_an_everyday_answer() -> None:
    """A partner of a yes or a no must never be an exit, in any language."""
    everyday: dict[str, str] = {}
    for path in Path(ROOT / "data" / "nlu").glob("*/*.yml"):
        for item in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            if item["intent"] in ("safety_exit", "erase", "goodbye", "start_over"):
                continue
            rows = item["examples"]
            lines = [r["text"] for r in rows] if isinstance(rows, list) else [
                line.strip()[2:] for line in rows.splitlines() if line.strip()
            ]  # fmt: skip
            for line in lines:
                everyday.setdefault(fold(str(line)), f"{path.parent.name} {item['intent']}")
    clashes = [
        (tag, word, everyday.get(fold(word), "carrier word"))
        for tag, word in exit_words()
        if fold(word) in everyday or fold(word) in CARRIER or fold(word).isdigit()
    ]
    assert clashes == []


SAID = [
    ("en", "he has a knife", "emergency"),
    ("es", "me va a matar", "emergency"),
    ("en", "i want to die", "suicide_risk"),
    ("es", "me quiero morir", "suicide_risk"),
    ("fr", "je veux mourir", "suicide_risk"),
    ("zh-Hans", "我想死", "suicide_risk"),
    ("ko", "죽고 싶어", "suicide_risk"),
    ("ru", "я хочу умереть", "suicide_risk"),
    ("pt-BR", "quero morrer", "suicide_risk"),
    ("vi", "toi muon chet", "suicide_risk"),
    ("ht", "mwen vle mouri", "suicide_risk"),
    ("tl", "gusto ko nang mamatay", "suicide_risk"),
    ("ar", "بدي موت", "suicide_risk"),
    ("so", "waxaan rabaa inaan dhinto", "suicide_risk"),
]


@pytest.mark.parametrize(("tag", "text", "label"), SAID, ids=[f"{t} {x}" for t, x, _ in SAID])
def test_plain_danger_and_suicidal_words_are_heard_without_a_model(
    tag: str, text: str, label: str
) -> None:
    assert label in [heard.label for heard in WORDS.heard(text)]


@pytest.mark.parametrize(
    "text",
    ["i could kill for a coffee", "my phone is dying", "how do i exit the lease",
     "close my account", "", "👍", "60608", "2", "thanks", "mi esposo me quito mis papeles"],
)  # fmt: skip
def test_everyday_words_are_no_alarm(text: str) -> None:
    assert WORDS.heard(text) == ()


def test_a_missing_language_file_leaves_the_others_working(tmp_path: Path) -> None:
    (tmp_path / "en.yml").write_text("exit: [x]\n")
    assert SafetyWords(TAGS, tmp_path).leaving("X")
