"""What is not ready for real people in the directory (`linden check`)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime

import sqlalchemy as sa

from bot.checks import Finding, Level, check
from bot.settings import Settings
from directory import lines, order, schema, store
from directory.places import file_of
from directory.vocabulary import needs

_NEEDED = ("emergency", "domestic_violence", "suicide")
_OLD_LINE_DAYS = 180


@check("directory.there")
def there(settings: Settings) -> Iterable[Finding]:
    """Whether there is a sound directory, and whether it is only the made-up one."""
    reading = store.Reading(settings)
    try:
        file = settings.directory_file
        if not settings.database_url and file.exists() and not store.sound(file):
            yield Finding("directory.there", Level.BLOCKER, "the directory file is damaged",
                          "import it again; national lines answer until then")  # fmt: skip
            return
        with reading.engine().connect() as connection:
            names = connection.execute(sa.select(schema.source.c.name)).scalars().all()
    except store.DirectoryMissing:
        yield Finding("directory.there", Level.BLOCKER, "there is no directory",
                      "linden directory import PATH")  # fmt: skip
        return
    except (sa.exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
        yield Finding("directory.there", Level.BLOCKER,
                      f"the directory cannot be read: {type(error).__name__}",
                      "see that the database is up, or import again")  # fmt: skip
        return
    finally:
        reading.close()
    if "sample" in names:
        yield Finding(
            "directory.there",
            Level.BLOCKER,
            "the made-up sample county is in use",
            "import a real directory into a folder of its own (LINDEN_DATA_FOLDER)",
        )
    elif names:
        yield Finding("directory.there", Level.OK, f"{len(names)} source(s)")
    if not file_of(settings).exists():
        yield Finding("directory.there", Level.WARNING, "the gazetteer is not built yet",
                      "linden directory search --need safe_place --near a town, once")  # fmt: skip


@check("directory.fresh")
def fresh(settings: Settings) -> Iterable[Finding]:
    """How many records were checked lately."""
    from directory.stale import work_list

    try:
        due = work_list(settings)
    except (store.DirectoryMissing, sa.exc.SQLAlchemyError, sqlite3.Error, OSError):
        return
    stale = sum(one.freshness == "stale" for one in due)
    never = sum(one.freshness == "unchecked" for one in due)
    if stale or never:
        yield Finding(
            "directory.fresh",
            Level.WARNING,
            f"{stale} services not checked for 180 days, {never} never",
            "linden directory stale --out sheet.xlsx, and --read when it is back",
        )
    else:
        yield Finding("directory.fresh", Level.OK, "every service was checked in 180 days")


@check("directory.lines")
def national(settings: Settings) -> Iterable[Finding]:
    """National lines: there, confirmed by a human, not old."""
    found = lines.all_lines().get(settings.country, ())
    for purpose in _NEEDED:
        if lines.find(purpose, settings.country) is None:
            yield Finding("directory.lines", Level.BLOCKER,
                          f"no line for {purpose} in {settings.country}",
                          "add it to directory/national.yml with source and date")  # fmt: skip
    unconfirmed = [line.id for line in found if not line.confirmed]
    if unconfirmed:
        yield Finding(
            "directory.lines",
            Level.BLOCKER,
            f"{len(unconfirmed)} national lines nobody has confirmed",
            "call or read each, then set confirmed: true in directory/national.yml",
        )
    today = datetime.now(UTC).date()
    old = [line.id for line in found if (today - line.checked_on).days > _OLD_LINE_DAYS]
    if old:
        yield Finding(
            "directory.lines",
            Level.WARNING,
            f"not checked for 180 days: {' '.join(old)}",
            "check them and renew checked_on in directory/national.yml",
        )


@check("directory.order")
def decided(settings: Settings) -> Iterable[Finding]:
    """Who decided in which order options come."""
    if not order.weights().get("decided_by"):
        yield Finding(
            "directory.order",
            Level.WARNING,
            "no body of survivors and community has decided the order of options",
            "have directory/order.yml decided and write decided_by and decided_on there",
        )


@check("directory.gaps")
def gaps(settings: Settings) -> Iterable[Finding]:
    """Needs for which the directory lists nothing."""
    reading = store.Reading(settings)
    try:
        with reading.engine().connect() as connection:
            served = set(
                connection.execute(
                    sa.select(schema.option_area.c.need).where(schema.option_area.c.area == "@")
                    .distinct()
                ).scalars()
            )  # fmt: skip
    except (store.DirectoryMissing, sa.exc.SQLAlchemyError, sqlite3.Error, OSError):
        return
    finally:
        reading.close()
    missing = [need.slug for need in needs().values() if need.number not in served]
    if missing:
        yield Finding("directory.gaps", Level.WARNING, f"nothing listed for {', '.join(missing)}",
                      "find who does this here, and list them")  # fmt: skip
