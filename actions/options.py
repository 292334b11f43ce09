"""Options from the directory, put into words: why each fits, how to reach it, what it involves."""

from __future__ import annotations

from typing import Any

from actions import agenda, believe, walks
from actions.talk import Talk
from actions.turn import action
from bot.words import day, lines, phrase
from directory.contract import Option, Place, Query, Results

WALKS = {
    "protection_order": "protection_order",
    "police": "police",
    "immigration": "immigration",
    "child_welfare": "child_welfare",
    "sexual_assault": "sexual_assault",
    "tech_safety": "tech_safety",
    "safety_plan": "safety_plan",
}
"""Needs with something to walk through (bot/walks.yml): what happens, what it can cost."""

CAUSED_HARM_NEEDS = ("accountability", "substance_use", "counseling", "legal_help", "work", "money",
                     "basic_needs", "housing", "faith_support", "cultural_support")  # fmt: skip
"""What someone who hurt a partner may be shown; the directory narrows it again by record."""

ABOUT = ("tech_safety", "medical", "sexual_assault", "protection_order", "police", "immigration",
         "child_welfare", "custody", "safe_place", "safety_plan", "pets", "disability_access",
         "trafficking", "forced_marriage", "documents", "money")  # fmt: skip
"""Needs with one line of fact that comes with their first options (``utter_about_<slug>``)."""


def show(talk: Talk, needs: list[str], more: bool = False) -> None:
    """Search and show up to three options (two by SMS), numbered, with why each fits."""
    wishes = frozenset(talk.items("preferences"))
    query = Query(
        needs=tuple(needs),
        place=talk.get("place"),
        language=talk.get("wanted_language") or talk.language,
        preferences=wishes,
        channel=talk.channel,
        exclude=frozenset(talk.items("seen")) if more else frozenset(),
        lane=talk.lane,
        limit=2 if talk.short_channel else 3,
    )
    results = talk.services.directory.search(query)
    local = [option for option in results.options if not option.national]
    seen = set(talk.items("seen"))
    if more and all(option.id in seen for option in results.options):
        talk.ask("utter_options_no_more", "options")
        return
    if not more:
        _about(talk, needs)
    if local:
        _show_local(talk, needs, results, local, more)
    elif results.options:
        _show_national(talk, needs, results)
    else:
        talk.ask("utter_options_none", "options", needs=agenda.need_names(needs))
    shown = [option.id for option in (local or results.options)]
    talk.set("shown", shown)
    talk.set("seen", list(dict.fromkeys([*talk.items("seen"), *shown])))
    talk.set("needs", [])
    talk.set("done", list(dict.fromkeys([*talk.items("done"), *needs])))
    _count(talk, needs, results)


def _about(talk: Talk, needs: list[str]) -> None:
    """One line of fact that belongs to a need, the first time it is answered."""
    told = talk.items("told")
    for slug in needs:
        if slug in ABOUT and slug not in told:
            talk.say(f"utter_about_{slug}")
            talk.set("told", [*told, slug])
            return


def _show_local(
    talk: Talk, needs: list[str], results: Results, local: list[Option], more: bool
) -> None:
    met = [slug for slug in needs if slug not in results.unmet]
    unmet = [slug for slug in needs if slug in results.unmet]
    talk.say(
        "utter_options",
        needs=agenda.need_names(met or needs),
        options=lines([option_line(n, o, talk) for n, o in enumerate(local, 1)], "\n\n"),
        relaxed=relaxed(results),
    )
    if unmet and not more:
        talk.say("utter_options_unmet", needs=agenda.need_names(unmet))
    _after(talk, needs)


def _show_national(talk: Talk, needs: list[str], results: Results) -> None:
    """Nothing near fits: say so, and name lines for the whole country."""
    talk.say(
        "utter_options_national",
        needs=agenda.need_names(needs),
        options=lines(
            [option_line(n, option, talk) for n, option in enumerate(results.options, 1)], "\n\n"
        ),
    )
    _after(talk, needs)


def _after(talk: Talk, needs: list[str]) -> None:
    """What can be done with these options; where there is more to know, that it can be read."""
    walk = next((WALKS[slug] for slug in needs if slug in WALKS), None)
    if walk is not None and talk.lane != "caused_harm" and not talk.short_channel:
        talk.set("walk", walk)
        talk.say("utter_walk_hint", need=phrase(f"need_{walk}"))
    talk.ask("utter_options_after", "options")


def relaxed(results: Results) -> list[object]:
    """What had to be let go to find these, in words."""
    return [phrase(f"relaxed_{what}") for what in results.relaxed]


def reasons(option: Option) -> list[object]:
    """Why an option is shown, in words."""
    named: list[object] = []
    for reason in option.reasons:
        if reason.code in ("checked", "unchecked", "national"):
            continue  # said in a line of their own
        values: dict[str, Any] = dict(reason.values)
        if "need" in values:
            values["need"] = phrase(f"need_{values['need']}")
        if "preference" in values:
            values["preference"] = phrase(f"wish_{values['preference']}")
        if "language" in values:
            values["language"] = phrase(f"language_{values['language']}")
        named.append(phrase(f"why_{reason.code}", **values))
    return named


def option_line(number: int, option: Option, talk: Talk) -> dict[str, Any]:
    """One numbered option: name, why it fits, how to reach it, when it was checked."""
    short = talk.short_channel
    phone = _main_phone(option)
    return phrase(
        "option_short" if short else "option",
        number=str(number),
        name=full_name(option),
        why=lines(reasons(option)[: 1 if short else 3], " "),
        reach=phrase("reach_phone", number=phone) if phone else phrase("reach_ask"),
        hours=_hours(option) if _hours_fit(option) else "",
        checked=checked(option),
    )


def full_name(option: Option) -> str | dict[str, Any]:
    """The service's name, with whose it is where that says more."""
    if option.organization in ("", option.name):
        return option.name
    return phrase("option_name", name=option.name, organization=option.organization)


LONGEST_HOURS = 60
"""Characters of hours that fit into a list; longer ones stand in the details."""


def _hours_fit(option: Option) -> bool:
    return bool(option.open_now) or len(option.hours or "") <= LONGEST_HOURS


def _main_phone(option: Option) -> str | None:
    voice = [p for p in option.phones if p.kind in ("voice", "cell", "text")] or option.phones
    return voice[0].number if voice else None


def _hours(option: Option) -> dict[str, Any]:
    if option.open_now is True:
        return phrase("hours_open_now")
    if option.hours:
        return phrase("hours_known", hours=option.hours)
    return phrase("hours_unknown")


def checked(option: Option) -> dict[str, Any]:
    """How old the record is, in words."""
    if option.assured_on is None:
        return phrase("checked_never", date=day(option.imported_on))
    if option.freshness == "fresh":
        return phrase("checked_on", date=day(option.assured_on))
    return phrase("checked_long_ago", date=day(option.assured_on))


def details(talk: Talk, option: Option) -> None:
    """Everything a person should know before they call or walk through this door."""
    facts: list[object] = []
    if option.description:
        facts.append(phrase("fact_description", text=option.description[:400]))
    facts.extend(
        phrase("fact_phone", number=p.number, description=p.description or "")
        for p in option.phones[:4]
    )
    if option.address:
        facts.append(phrase("fact_address", address=option.address))
    elif option.confidential:
        facts.append(phrase("fact_confidential"))
    elif option.area:
        facts.append(phrase("fact_area", area=option.area))
    facts.append(_hours(option))
    if option.languages:
        facts.append(phrase("fact_languages", languages=[_spoken(t) for t in option.languages]))
    if option.interpreters:
        facts.append(phrase("fact_interpreters"))
    facts.append(phrase("fact_cost", cost=option.cost) if option.cost else phrase("cost_ask"))
    if option.eligibility:
        facts.append(phrase("fact_eligibility", text=option.eligibility[:200]))
    facts.extend(what_it_involves(option))
    facts.append(checked(option))
    talk.set("focus", option.id)
    talk.ask("utter_option_details", "options", name=full_name(option), facts=lines(facts))


def what_it_involves(option: Option) -> list[object]:
    """Who a place must report to and whether police can come in, before a person goes there."""
    facts: list[object] = []
    reports = [who for who in option.reports_to if who not in ("none", "ask")]
    if reports:
        facts.append(phrase("fact_reports", who=[phrase(f"reports_{who}") for who in reports]))
    elif "none" not in option.reports_to:
        facts.append(phrase("fact_reports_ask"))
    if option.involves_police:
        facts.append(phrase("fact_police"))
    if option.may_send_police:
        facts.append(phrase("fact_may_send_police"))
    facts.append(phrase(f"fact_confidence_{option.keeps_confidence}"))
    if option.may_know_family:
        facts.append(phrase("fact_may_know_family"))
    return facts


def _spoken(tag: str) -> object:
    return phrase(f"language_{tag}")


def chosen(talk: Talk) -> Option | None:
    """The option a person means: by number, or the one in focus, or the first."""
    shown = talk.items("shown")
    number = talk.entity("option_number")
    if number is not None and number.isdigit():
        if not 1 <= int(number) <= len(shown):
            return None
        wanted = shown[int(number) - 1]
    elif talk.get("focus") in shown:
        wanted = talk.get("focus")
    elif len(shown) == 1:
        wanted = shown[0]
    else:
        return None
    return talk.services.directory.option(wanted, talk.lane)


def find_place(talk: Talk) -> Place | None:
    """The place a message names: a postcode in it, the whole text, or the last words of it."""
    directory = talk.services.directory
    postcode = talk.entity("postcode")
    tries = [postcode] if postcode else []
    tries.append(talk.text)
    words = talk.text.replace(",", " ").split()
    for size in (3, 2, 1):
        tries += [" ".join(words[i : i + size]) for i in range(len(words) - size, -1, -1)]
    for text in tries[:24]:
        if len(text) < 3 and text is not postcode:
            continue
        if places := directory.find_place(text):
            return places[0]
    return None


def _count(talk: Talk, needs: list[str], results: Results) -> None:
    place = talk.services.directory.place(talk.get("place")) if talk.get("place") else None
    region = place.region if place else "unknown"
    outcome = "nothing_fitting" if results.unmet else ("relaxed" if results.relaxed else "shown")
    for slug in needs:
        talk.count("need_region", need=slug, region=region)
        talk.count("need_language", need=slug, language=talk.language)
        if slug in results.unmet:
            talk.count("unmet", need=slug, region=region)
    talk.count("region_outcome", region=region, outcome=outcome)
    for option in results.options:
        talk.count("shown", kind="system" if option.system else "community", ring=option.ring)


# -- what the intents do -------------------------------------------------------------------------


@action("action_take_needs")
def take_needs(talk: Talk) -> None:
    """One or more needs were said: believe, say them back, go on."""
    talk.set("misses", 0)
    if talk.lane == "survivor":
        if believe.teen_first(talk):
            return
        believe.if_told(talk)
    needs = talk.items("needs")
    if needs == ["safety_plan"]:
        walks.offer(talk, "safety_plan")
        return
    if talk.lane == "caused_harm":
        agenda.next_step(talk)
        return
    if talk.get("place") is None and not talk.get("place_skipped"):
        agenda.next_step(talk, said_back=True)
    elif needs:
        show(talk, needs)
    else:
        agenda.next_step(talk)


@action("action_take_place")
def take_place(talk: Talk) -> None:
    """A place was named; coarse, kept as a gazetteer id for this conversation only."""
    place = find_place(talk)
    if place is None:
        talk.ask("utter_place_unknown", "place")
        return
    talk.set("place", place.id)
    talk.set("place_skipped", None)
    talk.set("asked", None)
    talk.set("misses", 0)
    if not talk.items("needs") and talk.items("done"):
        talk.set("needs", talk.items("done")[-2:])
    agenda.next_step(talk)


def show_again(talk: Talk) -> None:
    """Look again for what was asked last, with what was learned since."""
    if not talk.items("needs"):
        talk.set("needs", talk.items("done")[-2:])
    agenda.next_step(talk)


@action("action_show_more")
def show_more(talk: Talk) -> None:
    """Others than those shown."""
    needs = talk.items("needs") or talk.items("done")[-3:]
    if not needs:
        agenda.ask_need(talk)
        return
    show(talk, needs, more=True)


@action("action_show_details")
def show_details(talk: Talk) -> None:
    """Tell more about one option; ask which when it is not clear."""
    if walks.choose(talk):
        return
    option = chosen(talk)
    if option is not None:
        details(talk, option)
    elif talk.items("shown"):
        talk.ask("utter_which_option", "options")
    else:
        agenda.next_step(talk)
