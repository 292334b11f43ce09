"""Phone numbers of a record: several in a cell, with extensions and remarks, shown locally."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberFormat

_EXTENSION = re.compile(
    r"\(?\b(?:ext(?:ension)?\.?|int\.?|x|anexo|poste)\s*[.:]?\s*(\d{1,6})\)?\s*$", re.IGNORECASE
)
_SHORT = re.compile(r"^\D*(\d{3}|11[26] ?\d{3}|\d{4,6})\D*$")
_VANITY = re.compile(r"^[\d\s().+-]*\d[\dA-Za-z\s().+-]*$")
_SPLIT = re.compile(
    r"\s*(?:;|\bor\b|\bo\b|\||\n|,(?=\s*[+(]?\d{3})|,(?=\s*[A-Za-z][A-Za-z -]*:)"
    r"|(?<=\d{7})\s*/\s*(?=[+(]?\d)|(?<=\d{4}) [-–] (?=[+(]?\d))\s*",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^\s*([A-Za-z][A-Za-z \-]{1,30}?)\s*:\s*")


@dataclass(frozen=True, slots=True)
class Number:
    """One number as it may be shown, with what the cell said beside it."""

    shown: str
    extension: str | None
    remark: str | None
    sound: bool
    """False when it is no possible number of the country; it is then shown verbatim."""


@lru_cache(maxsize=65536)
def parse(text: str, country: str = "US") -> tuple[Number, ...]:
    """Numbers of a cell, in the order given; empty when the cell holds no digit."""
    found = []
    for part in _SPLIT.split(text.strip().strip('"')):
        remark = None
        label = _LABEL.match(part)
        if label:
            remark, part = label.group(1).strip(), part[label.end() :]
        if not any(c.isdigit() for c in part):
            continue
        extension = None
        tail = _EXTENSION.search(part)
        if tail:
            extension, part = tail.group(1), part[: tail.start()]
        part = part.strip(" -,.")
        found.append(_one(part, extension, remark, country))
    return tuple(found)


def _one(part: str, extension: str | None, remark: str | None, country: str) -> Number:
    if _SHORT.match(part):
        return Number(part, extension, remark, sound=True)
    try:
        number = phonenumbers.parse(part, country)
    except phonenumbers.NumberParseException:
        return Number(part, extension, remark, sound=False)
    if not phonenumbers.is_possible_number(number):
        return Number(part, extension, remark, sound=False)
    if any(c.isalpha() for c in part) and _VANITY.match(part):
        return Number(part, extension, remark, sound=True)
    code = number.country_code or 0
    home = phonenumbers.region_code_for_country_code(code)
    own = phonenumbers.country_code_for_region(country) == number.country_code
    digits = str(number.national_number)
    if number.country_code == 1 and own and len(digits) != 10:
        return Number(part, extension, remark, sound=True)
    if number.country_code == 1 and own:
        shown = f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
        toll_free = digits[0] == "8" and digits[1] == digits[2] or digits[:3] == "800"
        shown = f"1-{shown}" if toll_free else shown
    else:
        form = PhoneNumberFormat.NATIONAL if own else PhoneNumberFormat.INTERNATIONAL
        shown = phonenumbers.format_number(number, form)
    return Number(shown, extension or number.extension, remark, sound=home is not None)
