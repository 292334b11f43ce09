"""Hangs the commands of each topic under ``linden``."""

from __future__ import annotations

import typer

from cli.bench import app as bench
from cli.directory import app as directory
from cli.words import app as words


def mount(app: typer.Typer) -> None:
    """Add ``linden directory``, ``linden words`` and ``linden bench``."""
    app.add_typer(directory, name="directory")
    app.add_typer(words, name="words")
    app.add_typer(bench, name="bench")
