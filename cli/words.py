"""``linden words``: the editors' commands."""

from __future__ import annotations

import typer

app = typer.Typer(no_args_is_help=True, help="The words Linden says: checks for editors.")


@app.callback()
def words() -> None:
    """The words Linden says: checks for editors."""


@app.command("check")
def check_words() -> None:
    """Missing and extra keys, placeholders, lengths, phrasings: file, what is wrong, remedy."""
    from bot.wording import problems

    found = list(problems())
    for problem in found:
        print(problem)
    print(f"{len(found)} problems")
    if found:
        raise typer.Exit(1)
