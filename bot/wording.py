"""Checks for editors: what stands wrong in a text, in which file, and what to do about it.

Rules are data (``wording.yml``); English grade by readability (Flesch-Kincaid), SMS parts by
smsutil.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import smsutil
import yaml

from bot.languages import registry
from bot.normalise import fold
from bot.words import Words, placeholders

_RULES = Path(__file__).with_name("wording.yml")
_PHONE = re.compile(r"\d[\d\s().–-]{5,}\d")
_CAPITALS = re.compile(r"(?<![\w])([A-ZА-ЯÀ-Ý]{2,})(?![\w])")
_SENTENCE_END = re.compile(r"[.?;:]\s|[。？；：]|\n")
UNSPACED = ("zh-Hans",)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. ``remedy`` says how."""

    file: str
    name: str
    found: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}: {self.name}: {self.found}. {self.remedy}"


@dataclass(frozen=True, slots=True)
class Text:
    """One wording of a response or a phrase in one language."""

    language: str
    file: str
    name: str
    form: str
    """``text``, ``sms`` or ``phrase``."""
    text: str


@cache
def rules() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(_RULES.read_text("utf-8"))
    return found


def texts(words: Words) -> Iterator[Text]:
    """Every wording of every language, with the file it stands in."""
    for path in words.files():
        tag, file = path.parent.name, f"{path.parent.name}/{path.name}"
        content = yaml.safe_load(path.read_text("utf-8")) or {}
        for name, value in (content.get("responses") or {}).items():
            forms = value if isinstance(value, dict) else {"text": value}
            for form in ("text", "sms"):
                wordings = forms.get(form)
                if wordings is None:
                    continue
                for text in wordings if isinstance(wordings, list) else [wordings]:
                    yield Text(tag, file, name, form, str(text))
        for name, value in (content.get("phrases") or {}).items():
            yield Text(tag, file, name, "phrase", str(value))


def parts(text: str) -> tuple[str, int]:
    """Encoding (``gsm`` or ``ucs2``) and number of parts of an SMS."""
    found = smsutil.split(text)
    return ("gsm" if smsutil.is_valid_gsm(text) else "ucs2"), max(1, len(found.parts))


def sample(text: str, languages_line: str = "") -> str:
    """A text with its placeholders filled as long as real ones are."""
    filled = text
    for name in placeholders(text):
        value = (
            "911"
            if name == "line_emergency_number"
            else (
                "National Domestic Violence Hotline: 1-555-555-0100"[: 44 if "line" in name else 24]
            )
        )
        filled = filled.replace("{" + name + "}", value)
    return filled


def problems(words: Words | None = None) -> Iterator[Problem]:
    """Everything wrong in any language."""
    words = words or Words()
    found = list(texts(words))
    yield from _keys(found)
    for text in found:
        # What only advocates read (the desk) may speak as software does.
        if text.file.split("/")[1] not in rules()["only"]:
            yield from _one(text)
    yield from _grades(found)


def _keys(found: Sequence[Text]) -> Iterator[Problem]:
    """Missing and extra names and placeholders, against English."""
    english = {(t.name, t.form): t for t in found if t.language == "en" and t.form != "sms"}
    files = {t.name: t.file.split("/")[1] for t in english.values()}
    wanted: dict[str, set[str]] = {}
    for t in english.values():
        wanted.setdefault(t.name, set())
    for t in found:
        if t.language == "en":
            wanted.setdefault(t.name, set()).update(placeholders(t.text))
    for tag in registry():
        mine = [t for t in found if t.language == tag]
        names = {t.name for t in mine}
        for name in sorted(wanted.keys() - names):
            if tag not in rules()["only"].get(files[name], (tag,)):
                continue
            yield Problem(f"{tag}/{files[name]}", name, "is missing", "Write it in this language")
        for name in sorted(names - wanted.keys()):
            file = next(t.file for t in mine if t.name == name)
            yield Problem(file, name, "is not in English", "Remove it, or add it to en")
        for t in mine:
            extra = placeholders(t.text) - wanted.get(t.name, set())
            if extra:
                yield Problem(t.file, t.name, f"unknown placeholders {sorted(extra)}",
                              "Use only those that English has")  # fmt: skip
        for name, needed in wanted.items():
            forms = [t for t in mine if t.name == name and t.form != "sms"]
            for t in forms:
                missing = needed - placeholders(t.text)
                if missing and len(forms) == 1:
                    yield Problem(t.file, name, f"lacks {sorted(missing)}",
                                  "Every language says the same facts")  # fmt: skip


def _one(t: Text) -> Iterator[Problem]:
    """What a single text can get wrong."""
    rule = rules()
    bare = t.text
    for name in placeholders(t.text):
        bare = bare.replace("{" + name + "}", "")
    if any(c in bare for c in "!！¡"):
        yield Problem(t.file, t.name, "has an exclamation mark", "Say it calmly")
    if _PHONE.search(bare):
        yield Problem(t.file, t.name, "has digits like a phone number",
                      "Numbers come from the directory: use {line_...}")  # fmt: skip
    folded = f" {fold(bare)} "
    for phrase in rule["banned"].get(t.language, ()):
        wanted = fold(phrase)
        hit = wanted.replace(" ", "") in folded.replace(" ", "") if t.language in (
            "zh-Hans", "ko") else f" {wanted} " in folded  # fmt: skip
        if hit:
            yield Problem(t.file, t.name, f"says “{phrase}”", "Offer, do not order or promise")
    if t.form != "phrase":
        loud = [w for w in _CAPITALS.findall(bare) if w not in rule["capitals"]]
        if len(loud) > 4:
            yield Problem(t.file, t.name, f"capitals: {' '.join(loud)}",
                          "Keep capitals for words to reply with")  # fmt: skip
        yield from _length(t, bare)
    for needed in rule["required"].get(t.name, ()):
        if needed not in placeholders(t.text):
            yield Problem(t.file, t.name, f"lacks {{{needed}}}", "A safety text must name it")


def _length(t: Text, bare: str) -> Iterator[Problem]:
    rule = rules()
    for sentence in _SENTENCE_END.split(bare):
        if t.language in UNSPACED:
            long = len(sentence) > rule["sentence"]["characters"]
        else:
            long = len(sentence.split()) > rule["sentence"]["words"]
        if long and "·" not in sentence:
            yield Problem(t.file, t.name, f"a long sentence: {sentence[:40]} ...", "Make it two")


def sms_problems(found: Sequence[Text]) -> Iterator[Problem]:
    """Texts that cost more SMS parts than the budget; the ``sms`` form counts where there is
    one."""
    rule = rules()
    short = {(t.language, t.name) for t in found if t.form == "sms"}
    for t in found:
        if t.form == "phrase" or t.name in rule["page_only"]:
            continue
        if t.form == "text" and (t.language, t.name) in short:
            continue
        encoding, count = parts(sample(t.text))
        if count > rule["budget"][encoding]:
            yield Problem(t.file, t.name, f"{count} SMS parts ({encoding})",
                          "Shorten it, or add an sms form")  # fmt: skip


def grades(found: Sequence[Text]) -> dict[str, float]:
    """Flesch-Kincaid grade of each English message of eight words or more, by name."""
    import readability  # wants one sentence a line

    graded: dict[str, float] = {}
    for t in found:
        if t.language == "en" and t.form == "text" and len(t.text.split()) >= 8:
            plain = re.sub(r"\{[^}]*\}", "", t.text)
            sentences = [s.strip() for s in re.split(r"[.?:;\n]\s*", plain) if s.strip()]
            measures = readability.getmeasures("\n".join(sentences), lang="en")
            grade = float(measures["readability grades"]["Kincaid"])
            graded[t.name] = max(grade, graded.get(t.name, 0.0))
    return graded


def _grades(found: Sequence[Text]) -> Iterator[Problem]:
    graded = grades(found)
    rule = rules()["grade"]
    files = {t.name: t.file for t in found if t.language == "en"}
    for name, grade in graded.items():
        if grade > rule["most"]:
            yield Problem(files[name], name, f"reads at grade {grade:.1f}",
                          f"At most {rule['most']}: shorter words and sentences")  # fmt: skip
    if graded and statistics.mean(graded.values()) > rule["average"]:
        yield Problem("en", "all", f"average grade {statistics.mean(graded.values()):.1f}",
                      f"At most {rule['average']}")  # fmt: skip
