"""Opening the directory of a deployment, and building the sample one where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.settings import Settings

if TYPE_CHECKING:
    from directory.search import LindenDirectory


def open_directory(settings: Settings) -> LindenDirectory:
    """The directory of a deployment. Cheap: files and connections are opened when first asked, and
    a missing or broken directory answers with national lines (`Results.degraded`)."""
    from directory.search import LindenDirectory

    return LindenDirectory(settings)


def build_sample(settings: Settings, *, renew: bool = False) -> bool:
    """Import the sample county when there is no directory yet; True when that was done.

    ``renew``: import it even beside others, with today's dates. Takes seconds, changes nothing
    when a directory is already there.
    """
    from directory.places import open_gazetteer
    from directory.sample import import_sample

    if settings.database_url:
        from directory.store import server_has_directory

        there = server_has_directory(settings)
    else:
        there = settings.directory_file.exists()
    open_gazetteer(settings).close()
    if there and not renew:
        return False
    import_sample(settings)
    return True
