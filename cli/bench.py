"""``linden bench``: figures, never a test."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

app = typer.Typer(no_args_is_help=True, help="Measure: figures with the comparison beside them.")
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]


def show(figures: dict[str, Any], as_json: bool) -> None:
    """Print figures for a person or a machine."""
    if as_json:
        print(json.dumps(figures))
        return
    for key, value in figures.items():
        print(f"{key:>20}  {value}")


@app.command()
def parse(count: int = 1000, as_json: AsJson = False) -> None:
    """One parse: p50/p95 over the development set, the bare encoder beside it, memory."""
    from benchmarks.parse import run
    from cli.main import settings

    show(run(settings(), count), as_json)


@app.command()
def turn(
    count: int = 600,
    writers: int = 8,
    against: Annotated[str, typer.Option(help="stock: also the stock Rasa pipeline.")] = "",
    as_json: AsJson = False,
) -> None:
    """Whole turns a second and p50/p95, stock Rasa (DIET+TED) beside it when asked for."""
    from benchmarks.turn import run
    from cli.main import settings, stop

    if against not in ("", "stock"):
        stop(f"--against knows only stock, not {against!r}", 2)
    figures = run(settings(), count, writers)
    if against == "stock":
        from benchmarks.stock import run as run_stock

        figures["stock"] = run_stock(settings(), count, writers)
    show(figures, as_json)


@app.command()
def directory(services: int = 100_000, as_json: AsJson = False) -> None:
    """Search and import at a size, SQLite and PostgreSQL, beside a plain scan and a bare
    R*Tree query."""
    from benchmarks.directory import run

    run(services, as_json)


@app.command()
def relay(conversations: int = 200, messages: int = 400, as_json: AsJson = False) -> None:
    """Words each way with many conversations open, and request to alert; a bare queue beside it."""
    from benchmarks.relay import run

    show(run(conversations, messages), as_json)
