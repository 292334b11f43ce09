"""A directory option as an advocate sends it: in the person's language, with what it involves."""

from __future__ import annotations

from bot.words import Words, lines, phrase
from directory.contract import Option


def option_text(option: Option, words: Words, language: str) -> str:
    """Name, how to reach it, hours, where it leads, when it was checked. The same phrases as the
    bot's own answers."""
    parts: list[object] = [option.name]
    if option.organization and option.organization != option.name:
        parts[0] = f"{option.name}, {option.organization}"
    for phone in option.phones[:2]:
        parts.append(phrase("fact_phone", number=phone.number, description=phone.description or ""))
    if option.address:
        parts.append(phrase("fact_address", address=option.address))
    elif option.confidential:
        parts.append(phrase("fact_confidential"))
    elif option.area:
        parts.append(phrase("fact_area", area=option.area))
    if option.open_now is True:
        parts.append(phrase("hours_open_now"))
    elif option.hours:
        parts.append(phrase("hours_known", hours=option.hours))
    else:
        parts.append(phrase("hours_unknown"))
    if option.cost:
        parts.append(phrase("fact_cost", cost=option.cost))
    parts.extend(_involves(option))
    parts.append(_checked(option))
    return words.value(lines(parts), language)


def _involves(option: Option) -> list[object]:
    """Who the place must report to and whether police can come in."""
    found: list[object] = []
    reports = [who for who in option.reports_to if who not in ("none", "ask")]
    if reports:
        found.append(phrase("fact_reports", who=[phrase(f"reports_{who}") for who in reports]))
    elif "none" not in option.reports_to:
        found.append(phrase("fact_reports_ask"))
    if option.involves_police:
        found.append(phrase("fact_police"))
    if option.may_send_police:
        found.append(phrase("fact_may_send_police"))
    return found


def _checked(option: Option) -> dict[str, object]:
    if option.assured_on is None:
        return phrase("checked_never", date=option.imported_on.isoformat())
    name = "checked_on" if option.freshness == "fresh" else "checked_long_ago"
    return phrase(name, date=option.assured_on.isoformat())
