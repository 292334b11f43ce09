"""``linden advocate``: accounts of the desk."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from bot.settings import Settings
from handoff.contract import SURVIVOR

app = typer.Typer(no_args_is_help=True, help="Accounts of advocates, supervisors, coordinators.")
Name = Annotated[str, typer.Argument(help="The name to sign in with, e.g. rosa.")]


def _accounts() -> tuple[Any, Settings]:
    from cli.main import settings
    from desk.accounts import Accounts

    chosen = settings()
    return Accounts(chosen), chosen


def _stop(line: str) -> Any:
    typer.echo(f"linden: {line}", err=True)
    raise typer.Exit(1)


def _link(chosen: Settings, secret: str) -> str:
    base = chosen.desk_url or f"http://{chosen.desk_host}:{chosen.desk_port}/"
    return f"{base.rstrip('/')}/enrol/{secret}"


def _show_link(chosen: Settings, name: str, secret: str) -> None:
    typer.echo(f"Give this link to {name}, by a safe way; it works once, within 48 hours:")
    typer.echo(_link(chosen, secret))


@app.command()
def add(
    name: Name,
    shown: Annotated[str, typer.Option(help="The name that people read.")] = "",
    role: Annotated[str, typer.Option(help="advocate, supervisor or coordinator.")] = "advocate",
    lane: Annotated[str, typer.Option(help="survivor or caused_harm.")] = SURVIVOR,
    language: Annotated[
        list[str] | None, typer.Option(help="A language they write (BCP 47); may be given again.")
    ] = None,
    desk: Annotated[str, typer.Option(help="Language of their desk: en or es.")] = "en",
    timezone: Annotated[str, typer.Option(help="Their time zone, e.g. America/Chicago.")] = "UTC",
    hours: Annotated[str, typer.Option(help="On call: mon-fri 18:00-23:00; ...")] = "",
    exceptions: Annotated[str, typer.Option(help="Other days: 2026-12-24 off; ...")] = "",
    alert: Annotated[
        list[str] | None,
        typer.Option(help="sms:+1..., telegram:ID, email:..., webhook:https://...; in order."),
    ] = None,
    chats: Annotated[int, typer.Option(help="Conversations at once.")] = 2,
) -> None:  # fmt: skip
    """Make an account and a link by which its owner sets password and second factor."""
    from desk.accounts import AccountInvalid, NewAccount

    accounts, chosen = _accounts()
    try:
        secret = accounts.add(
            NewAccount(
                name.strip().lower(),
                shown,
                role,
                lane,
                tuple(language or ("en",)),
                desk,
                timezone,
                hours,
                exceptions,
                tuple(alert or ()),
                chats,
            )
        )
    except AccountInvalid as error:
        _stop(str(error))
    _show_link(chosen, name, secret)


@app.command("list")
def list_(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Everybody with an account."""
    accounts, _ = _accounts()
    for a in accounts.advocates():
        row = accounts.row(a.account)
        ready = row.password is not None
        if as_json:
            print(json.dumps({"name": a.account, "shown": a.shown, "role": a.role, "lane": a.lane,
                              "languages": a.languages, "hours": row.hours, "ready": ready,
                              "timezone": row.timezone, "paused": a.paused}))  # fmt: skip
            continue
        ways = ", ".join(kind for kind, _ in a.alert_by) or "no alerts"
        state = ("on a break" if a.paused else "") if ready else "not set up yet"
        print(
            f"{a.account:16} {a.role:11} {a.lane:11} {' '.join(a.languages):14} {ways:16} {state}"
        )


@app.command()
def remove(name: Name) -> None:
    """Take an account away; its open pages end."""
    from desk.accounts import NoSuchAccount

    accounts, _ = _accounts()
    try:
        accounts.remove(name.strip().lower())
    except NoSuchAccount:
        _stop(f"there is no account {name}")
    typer.echo(f"{name} is removed.")


@app.command()
def reset(name: Name) -> None:
    """Take password, second factor and sessions away, and make a new link."""
    from desk.accounts import NoSuchAccount

    accounts, chosen = _accounts()
    try:
        secret = accounts.reset(name.strip().lower())
    except NoSuchAccount:
        _stop(f"there is no account {name}")
    _show_link(chosen, name, secret)
