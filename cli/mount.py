"""Hangs the commands of each topic under ``linden``."""

from __future__ import annotations

import typer

from cli.advocate import app as advocate
from cli.bench import app as bench
from cli.directory import app as directory
from cli.words import app as words


def mount(app: typer.Typer) -> None:
    """Add ``linden directory``, ``linden words``, ``linden bench`` and ``linden advocate``."""
    app.add_typer(directory, name="directory")
    app.add_typer(words, name="words")
    app.add_typer(bench, name="bench")
    app.add_typer(advocate, name="advocate")
