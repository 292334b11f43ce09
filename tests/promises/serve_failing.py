"""Linden's own server, with an action that raises what the person wrote: what a bug would do."""

from __future__ import annotations

import asyncio
import sys

from actions import options
from actions.talk import Talk
from bot.settings import Settings
from cli.assemble import assemble
from cli.serve import serve

REAL = options.show


def broken(talk: Talk, needs: list[str], more: bool = False) -> None:
    """Raises for people who mention a canary, as a careless line of code would."""
    if more:
        raise ValueError(f"could not show more to: {talk.text} {talk.person}")
    REAL(talk, needs, more)


def main() -> None:
    options.show = broken  # type: ignore[assignment]
    parts = assemble(Settings.from_environment())
    print("Ready", flush=True)
    sys.stdout.flush()
    asyncio.run(serve(parts))


if __name__ == "__main__":
    main()
