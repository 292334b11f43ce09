"""Preflight checks of the deployment itself: languages, secrets, address, model, store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.checks import Finding, Level, check
from bot.languages import registry
from bot.settings import Settings

KEY_LENGTH = 32


@check("languages.review")
def languages_reviewed(settings: Settings) -> Iterator[Finding]:
    """No language goes before real people unread."""
    for tag in settings.served_languages:
        known = registry().get(tag)
        if known is None:
            yield Finding("languages.review", Level.BLOCKER, f"{tag} is not a language of Linden",
                          "take it out of LINDEN_LANGUAGES")  # fmt: skip
        elif known.status == "draft":
            yield Finding("languages.review", Level.BLOCKER, f"{tag} ({known.name}) is a draft",
                          "have a native-speaking advocate read its texts, or take it out of "
                          "LINDEN_LANGUAGES")  # fmt: skip


@check("secrets.hash_key")
def hash_key(settings: Settings) -> Iterator[Finding]:
    """Person ids need a key that nobody can guess; drawn at start when unset."""
    if settings.hash_key and len(settings.hash_key.encode()) < KEY_LENGTH:
        yield Finding("secrets.hash_key", Level.BLOCKER, "LINDEN_HASH_KEY is too short",
                      f"give it {KEY_LENGTH} bytes or more, or unset it")  # fmt: skip
    else:
        yield Finding("secrets.hash_key", Level.OK, "set well, or drawn at start")


@check("web.public_url")
def public_url(settings: Settings) -> Iterator[Finding]:
    if not settings.public_url:
        yield Finding("web.public_url", Level.BLOCKER, "the public address is not set",
                      "set LINDEN_PUBLIC_URL to the https address that people open")  # fmt: skip
    elif not settings.public_url.startswith("https://"):
        yield Finding("web.public_url", Level.BLOCKER, "the public address is not https",
                      "put a TLS proxy in front; LINDEN_PUBLIC_URL=https://...")  # fmt: skip


@check("model.present")
def model_present(settings: Settings) -> Iterator[Finding]:
    from cli.train import is_trained

    if is_trained(settings):
        yield Finding("model.present", Level.OK, "trained on the present data")
    else:
        yield Finding("model.present", Level.BLOCKER, "no model of the present data",
                      "run linden train")  # fmt: skip


@check("conversations.store")
def store_ours(settings: Settings) -> Iterator[Finding]:
    """Rasa falls back silently to a store that keeps every word."""
    import yaml

    from bot.settings import ROOT

    endpoints = yaml.safe_load((ROOT / "endpoints.yml").read_text("utf-8"))
    named = (endpoints.get("tracker_store") or {}).get("type")
    if named != "bot.runtime.store.Conversations":
        yield Finding("conversations.store", Level.BLOCKER, "endpoints.yml names another store",
                      "tracker_store.type must be bot.runtime.store.Conversations")  # fmt: skip
    else:
        yield Finding("conversations.store", Level.OK, "scrubbed, expiring, in memory")


@check("handoff.reporting")
def reporting_text(settings: Settings) -> Iterator[Finding]:
    if not settings.reporting or not Path(settings.folder(settings.reporting)).is_file():
        yield Finding("handoff.reporting", Level.BLOCKER,
                      "what your advocates must report is not written down",
                      "write it and name the file in LINDEN_REPORTING")  # fmt: skip


@check("facts.dates")
def facts_dates(settings: Settings) -> Iterator[Finding]:
    """Facts that texts state run out; an expired one is not said any more."""
    from datetime import UTC, datetime

    from bot.facts import expired, facts

    old = expired(datetime.now(UTC).date())
    for fact in old:
        yield Finding("facts.dates", Level.BLOCKER, f"the fact {fact.id} ran out on "
                      f"{fact.expires_on}", "have a lawyer and an advocate confirm it and set "
                      "new dates in bot/facts.yml")  # fmt: skip
    if not old:
        yield Finding("facts.dates", Level.OK, f"{len(facts())} facts within their dates")
