"""Waiting for an advocate: put in line from every state, told what that means, asked what may be
shared and whether Linden may write first. "No" to any of it takes the person out of line."""

from __future__ import annotations

from datetime import UTC, datetime

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime

from actions.gate import GATED, THROUGH
from actions.talk import Talk
from bot.words import lines, phrase
from handoff.contract import CAUSED_HARM, Availability, HandoffRequest, Shared
from handoff.reporting import duties

ASKED_BY_ITSELF = ("web", "terminal")
"""Where what is said shows on the open page anyway, nobody is asked whether we may write first."""

TEXT_MINUTES = {1: 30, 2: 120}
"""What the answers to "may I text you first?" mean."""

_ITEMS = ("needs", "region", "phone", "wishes")
_LOCALES = {"ht": "fr", "tl": "fil"}


def put_in_line(talk: Talk) -> None:
    """A plain request is in the queue before anything else is looked at: the first message, while
    someone watches, in the middle of anything. Language and channel only."""
    queue = talk.services.handoff
    if talk.intent == "request_advocate":
        request(talk)
    if talk.get("watched") in GATED:
        if talk.intent == "request_advocate":
            queue.watched(talk.person)
    elif talk.intent != "being_watched" and not talk.heard_safety("being_watched"):
        queue.watched(talk.person, now=False)


def request(talk: Talk) -> None:
    """Into the line of this lane; said to be urgent when danger was said with it."""
    urgent = talk.heard_safety("emergency") or talk.heard_safety("suicide_risk")
    talk.services.handoff.request(
        talk.person, talk.language, talk.channel, talk.lane, urgent=urgent
    )


def keep_lane(talk: Talk) -> None:
    """Who turns out to have caused harm, or to be the one who is hurt, waits in that line."""
    queue = talk.services.handoff
    known = queue.of(talk.person)
    if known is not None and (known.lane == CAUSED_HARM) is not (talk.lane == CAUSED_HARM):
        queue.withdraw(talk.person)
        queue.request(talk.person, talk.language, talk.channel, talk.lane)
        if known.text_until is not None:
            left = known.text_until - datetime.now(UTC)
            queue.agree(talk.person, text_minutes=max(1, int(left.total_seconds() // 60)))
        queue.explained(talk.person)


def answers(talk: Talk) -> bool:
    """Whether this turn belongs to the handoff: a request not yet explained, or an answer to one of
    its questions."""
    known = talk.services.handoff.of(talk.person)
    if known is None or talk.intent in THROUGH or talk.intent == "request_advocate":
        return False
    if not known.explained:
        if talk.asked == "phone":
            _phone(talk)
        explain(talk)
        return True
    if talk.asked not in ("handoff_text", "handoff_share"):
        return False
    if talk.intent == "deny":
        withdraw(talk)
        return True
    if talk.asked == "handoff_text":
        return _take_text(talk)
    return _take_share(talk, known)


def _phone(talk: Talk) -> None:
    """The answer to the opening question, asked before anything else on a phone."""
    shared = talk.intent == "affirm" or talk.entity("option_number") == "1"
    if shared:
        talk.set("watched", "monitored")
    talk.say("utter_phone_shared" if shared else "utter_phone_alone")


def explain(talk: Talk) -> None:
    """Who advocates are, what they must report, what is shared, how long it takes, a line to call;
    then the first question."""
    queue = talk.services.handoff
    harm = talk.lane == CAUSED_HARM
    there = queue.availability(talk.language, talk.lane)
    if there.paused:
        queue.withdraw(talk.person)
        talk.set("asked", None)
        talk.say("utter_handoff_paused")
        return
    queue.explained(talk.person)
    talk.set("misses", 0)
    if there.on_call == 0:
        response = "utter_handoff_nobody_harm" if harm else "utter_handoff_nobody"
    elif there.speaks_language == 0 and not harm:
        response = "utter_handoff_no_language"
    else:
        response = "utter_handoff_requested_harm" if harm else "utter_handoff_requested"
    talk.ask(
        response,
        "handoff",
        reporting=_reporting(talk),
        wait=_wait(there),
        next=_next(there, talk.language),
    )
    if talk.channel not in ASKED_BY_ITSELF:
        talk.ask("utter_handoff_ask_text", "handoff_text")
    else:
        _ask_share(talk)


def withdraw(talk: Talk) -> None:
    """The person changed their mind."""
    talk.services.handoff.withdraw(talk.person)
    talk.set("asked", None)
    talk.ask("utter_handoff_withdrawn", "need")


def _reporting(talk: Talk) -> object:
    """The operator's words in this language, else the general ones."""
    text = duties(talk.services.settings).people(talk.language)
    return text or phrase("handoff_reporting")


def _wait(there: Availability) -> object:
    if there.wait_s is None:
        return phrase("handoff_wait_unknown")
    return phrase("handoff_wait_minutes", minutes=str(max(1, round(there.wait_s / 60))))


def _next(there: Availability, language: str) -> object:
    if there.next_at is None:
        return ""
    tag = _LOCALES.get(language, language)
    try:
        locale = Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    when = format_datetime(
        there.next_at, "EEEE HH:mm z", tzinfo=there.next_at.tzinfo, locale=locale
    )
    return phrase("handoff_next_at", when=when)


def _numbers(talk: Talk) -> list[int]:
    return [int(c) for c in talk.text if c.isdigit()]


def _take_text(talk: Talk) -> bool:
    """Whether, and until when, Linden may write first."""
    numbers = _numbers(talk)
    chosen = numbers[0] if len(numbers) == 1 else None
    if chosen is None and talk.intent == "affirm":
        chosen = 1
    if chosen in TEXT_MINUTES or (numbers and "".join(map(str, numbers)) in ("30", "120")):
        minutes = TEXT_MINUTES.get(chosen or 0) or int("".join(map(str, numbers)))
        talk.services.handoff.agree(talk.person, text_minutes=minutes)
        talk.ask("utter_handoff_text_yes", "handoff", minutes=str(minutes))
    elif chosen == 3 or talk.intent == "skip" or not numbers and _is_choice(talk):
        talk.ask("utter_handoff_text_no", "handoff")
    else:
        return False
    _ask_share(talk)
    return True


def _is_choice(talk: Talk) -> bool:
    """A tap on "stay silent" may be read as many things; a short message without a need is it."""
    return not talk.needs and len(talk.text.split()) <= 3


def _offers(talk: Talk) -> list[tuple[str, object, Shared]]:
    """What this conversation knows and could share: item, words for it, what would be shown."""
    offers: list[tuple[str, object, Shared]] = []
    needs = tuple(dict.fromkeys([*talk.items("needs"), *talk.items("done")]))[:6]
    if needs:
        named = [phrase(f"need_{slug}") for slug in needs]
        offers.append(("needs", phrase("handoff_share_needs", needs=named), Shared(needs=needs)))
    place = talk.services.directory.place(talk.get("place")) if talk.get("place") else None
    if place is not None:
        region = place.county or place.region
        words = phrase("handoff_share_region", region=region)
        offers.append(("region", words, Shared(region=region)))
    if talk.get("watched") == "monitored":
        offers.append(("phone", phrase("handoff_share_phone"), Shared(phone="seen")))
    wishes = tuple(talk.items("preferences"))[:6]
    if wishes:
        named = [phrase(f"wish_{word}") for word in wishes]
        words = phrase("handoff_share_wishes", wishes=named)
        offers.append(("wishes", words, Shared(wishes=wishes)))
    return offers


def _ask_share(talk: Talk) -> None:
    """Offer to share more; nothing to share, nothing asked."""
    offers = _offers(talk)
    if not offers:
        return
    rows = [
        phrase("menu_line", number=str(n), text=words) for n, (_, words, _) in enumerate(offers, 1)
    ]
    talk.ask("utter_handoff_ask_share", "handoff_share", items=lines(rows))


def _take_share(talk: Talk, known: HandoffRequest) -> bool:
    """Numbers switch what is shared on and off."""
    numbers = _numbers(talk)
    offers = _offers(talk)
    if talk.intent == "affirm" and not numbers:
        numbers = list(range(1, len(offers) + 1))
    elif not numbers and talk.intent != "skip":
        return False
    chosen = {name for name in _ITEMS if getattr(known.shared, name)}
    if 0 in numbers or talk.intent == "skip":
        chosen = set()
    else:
        for number in numbers:
            if 1 <= number <= len(offers):
                chosen ^= {offers[number - 1][0]}
    shared = Shared(
        **{
            name: getattr(part, name)
            for name, _, part in offers
            if name in chosen
        }
    )  # fmt: skip
    talk.services.handoff.agree(talk.person, shared=shared)
    shown = [words for name, words, _ in offers if name in chosen]
    if shown:
        talk.ask("utter_handoff_shared", "handoff_share", items=shown)
    else:
        talk.ask("utter_handoff_shared_none", "handoff_share")
    return True
