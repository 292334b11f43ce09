"""The ``linden`` command."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Annotated, NoReturn

import typer

from bot.settings import SettingInvalid, Settings

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Linden: the assistant that people text when there is violence at home.",
)


def settings() -> Settings:
    """Settings of this run, or one clear line and exit status 2."""
    try:
        return Settings.from_environment()
    except SettingInvalid as error:
        stop(str(error), 2)


def stop(line: str, status: int = 1) -> NoReturn:
    """Leave with one clear line."""
    typer.echo(f"linden: {line}", err=True)
    raise typer.Exit(status)


def _say(line: str) -> None:
    """Progress on a terminal, quiet on a pipe."""
    if sys.stderr.isatty():
        typer.echo(line, err=True)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of survivors' door.")] = None,
) -> None:
    """Open the doors; trains first when there is no model for this data."""
    import dataclasses

    chosen = settings()
    chosen = dataclasses.replace(chosen, host=host or chosen.host, port=port or chosen.port)
    from cli.assemble import assemble
    from cli.serve import serve as run

    _ready(chosen, always=True)
    began = time.perf_counter()
    parts = assemble(chosen)
    if not parts.brain.ready():
        typer.echo("linden: no usable model; answering with words alone (linden train)", err=True)
    seconds = time.perf_counter() - began
    typer.echo(f"Ready in {seconds:.0f} s: http://{chosen.host}:{chosen.port}/  (Ctrl+C stops)")
    asyncio.run(run(parts))


def _ready(chosen: Settings, always: bool = False) -> None:
    """Model and sample directory, made when they are missing."""
    from cli.train import TrainingFailed, is_trained, train
    from directory import build_sample

    if build_sample(chosen):
        typer.echo("Built the sample directory (a fictional county).", err=True)
    if not is_trained(chosen):
        if always or sys.stderr.isatty():
            typer.echo("Training; this takes some minutes the first time ...", err=True)
        try:
            train(chosen)
        except TrainingFailed as error:
            stop(str(error))


@app.command()
def train() -> None:
    """Train the model, unless the data is what it was."""
    from cli.train import TrainingFailed, is_trained
    from cli.train import train as run

    chosen = settings()
    if is_trained(chosen):
        typer.echo("The model is up to date.")
        return
    began = time.perf_counter()
    try:
        path = run(chosen)
    except TrainingFailed as error:
        stop(str(error))
    size = path.stat().st_size / 1e6
    typer.echo(f"Trained in {time.perf_counter() - began:.0f} s: {path.name}, {size:.1f} MB")


@app.command()
def chat(
    channel: Annotated[
        str, typer.Option(help="Talk as this channel's people: terminal sms web whatsapp telegram.")
    ] = "terminal",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Talk in the terminal; on a pipe one message a line."""
    if channel not in ("terminal", "sms", "web", "whatsapp", "telegram"):
        stop(f"there is no channel {channel!r}: terminal, sms, web, whatsapp or telegram", 2)
    from cli.assemble import assemble
    from cli.chat import talk_on_pipe, talk_on_terminal

    chosen = settings()
    _ready(chosen)
    parts = assemble(chosen)
    if sys.stdin.isatty() and not as_json:
        asyncio.run(talk_on_terminal(parts, channel))
    else:
        asyncio.run(talk_on_pipe(parts, channel, as_json))


@app.command()
def parse() -> None:
    """JSON lines {"text": ...} in, what the pipeline understands out, one line each."""
    from bot.runtime.brain import ModelMissing
    from cli.assemble import rasa_brain
    from cli.chat import read_lines

    chosen = settings()
    _ready(chosen)
    try:
        brain = rasa_brain(chosen)
    except ModelMissing as error:
        stop(str(error))

    async def run() -> int:
        bad = 0
        for number, line in enumerate(read_lines(), 1):
            if not line.strip():
                continue
            try:
                text = json.loads(line)["text"]
                if not isinstance(text, str):
                    raise TypeError
            except (ValueError, KeyError, TypeError):
                typer.echo(f'linden: line {number} is not {{"text": "..."}}', err=True)
                bad += 1
                continue
            found = await brain.parse(text)
            found["text"] = text
            print(json.dumps(found, ensure_ascii=False), flush=True)
        return bad

    if asyncio.run(run()):
        raise typer.Exit(1)


@app.command()
def evaluate(
    encoder: Annotated[str | None, typer.Option(help="own or general.")] = None,
    write: Annotated[
        bool, typer.Option(help="Write docs/understanding.md and its picture.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """How well the development set is understood, per language, with intervals."""
    import dataclasses

    from benchmarks.understanding import run
    from benchmarks.understanding_report import markdown, picture
    from bot.settings import ROOT

    chosen = settings()
    if encoder is not None:
        if encoder not in ("own", "general"):
            stop(f"there is no encoder {encoder!r}: own or general", 2)
        chosen = dataclasses.replace(chosen, encoder=encoder)
    _ready(chosen)
    figures, rows = run(chosen)
    if write:
        (ROOT / "docs" / "understanding.md").write_text(markdown(figures), "utf-8")
        picture(rows, ROOT / "docs" / "pictures" / "understanding.svg")
    typer.echo(json.dumps(figures) if as_json else markdown(figures))


@app.command()
def check(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Preflight: what is not ready for real people, each with its remedy."""
    from bot.checks import Level, run_all
    from cli.checks import load

    chosen = settings()
    load()
    blockers = 0
    for finding in run_all(chosen):
        blockers += finding.level is Level.BLOCKER
        if as_json:
            print(json.dumps({"check": finding.check, "level": finding.level,
                              "found": finding.found, "remedy": finding.remedy}))  # fmt: skip
        elif finding.level is not Level.OK:
            remedy = f"\n    {finding.remedy}" if finding.remedy else ""
            print(f"{finding.level:8} {finding.check}: {finding.found}{remedy}")
    if blockers:
        if not as_json:
            print(f"{blockers} things stand between this and real people.")
        raise typer.Exit(1)
    if not as_json:
        print("Nothing stands in the way that a machine can see.")


def main() -> None:
    """Entry point of ``linden``."""
    from cli.mount import mount

    mount(app)
    app()


if __name__ == "__main__":
    main()
