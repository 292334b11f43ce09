"""``linden directory``: import, search, check, export and keep the resource directory fresh."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from bot.settings import SettingInvalid, Settings

app = typer.Typer(help="The resource directory: where options come from.", no_args_is_help=True)
console = Console()
errors = Console(stderr=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _settings() -> Settings:
    try:
        return Settings.from_environment()
    except SettingInvalid as error:
        _stop(str(error))


def _stop(message: str) -> NoReturn:
    errors.print(message, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(1)


@contextlib.contextmanager
def _plain_errors() -> Iterator[None]:
    """One clear line and a non-zero status for what can go wrong; the last directory stays."""
    import sqlalchemy as sa

    from directory.reading import DirectoryUnreadable
    from directory.store import DirectoryDamaged, DirectoryLocked, DirectoryMissing

    try:
        yield
    except DirectoryUnreadable as error:
        _stop(f"Cannot be read: {error}")
    except DirectoryLocked:
        _stop("Another import is at work. Nothing was changed; try again when it is done.")
    except DirectoryMissing:
        _stop("There is no directory yet. Run: linden directory import PATH")
    except DirectoryDamaged:
        _stop("The directory is damaged. Import it again; until then national lines answer.")
    except OSError as error:
        _stop(f"Stopped, the last directory is still in place: {error.strerror or error}")
    except sa.exc.SQLAlchemyError as error:
        _stop(f"Stopped, the last directory is still in place: {type(error).__name__}")


@app.command("import")
def import_(
    path: Annotated[Path, typer.Argument(help="A file, folder or zip: HSDS 3.x JSON or CSV, HSDS "
                                         "1.1 CSV, the one-sheet CSV or XLSX.")],
    source: Annotated[str | None, typer.Option(help="Name of the source; its former records are "
                                               "replaced. Default: the file's name.")] = None,
    problems: Annotated[int, typer.Option(help="How many problems to list.")] = 20,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Import a directory: all or nothing; other sources are left alone."""
    from directory.importer import import_directory

    with _plain_errors(), _progress(as_json) as told:
        outcome = import_directory(_settings(), path, source, told)
    report = outcome.as_json()
    if as_json:
        print(json.dumps(report, ensure_ascii=False))
        return
    _print_report(report, problems)


@contextlib.contextmanager
def _progress(quiet: bool) -> Iterator[Any]:
    if quiet or not sys.stderr.isatty():
        yield None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed:,.0f} rows"))
    with Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task("reading", total=None)
        yield lambda stage, rows: bar.update(task, description=stage, completed=rows)


def _print_report(report: dict[str, Any], problems: int) -> None:
    out = _line
    out(f"{report['source']} ({report['format']}), imported on {report['imported_on']}")
    out("read:      " + ", ".join(f"{v:,} {k}" for k, v in report["read"].items()))
    out("kept:      " + ", ".join(f"{v:,} {k}" for k, v in report["kept"].items()))
    out(f"set aside: {report['set_aside']:,} rows")
    out(
        f"options:   {report['options']:,} of {report['services']:,} services"
        f" ({report['inactive']:,} not active, {report['confidential']:,} confidential)"
    )
    mapped = ", ".join(f"{v:,} by {k}" for k, v in report["mapped"].items())
    out(f"needs:     {mapped}")
    out("           " + ", ".join(f"{k} {v:,}" for k, v in report["needs"].items()))
    if report["unmapped"]:
        names = "; ".join(name for _, name in report["unmapped"][:10])
        out(
            f"no need found for {len(report['unmapped']):,} services"
            f" (directory/mapping.yml): {names}"
        )
    for key, label in (
        ("areas_unknown", "service areas not understood"),
        ("languages_unknown", "languages not understood"),
    ):
        if report[key]:
            listed = "; ".join(f"{k} ({v})" for k, v in list(report[key].items())[:10])
            out(f"{label}: {listed}")
    if report["hours_unclear"]:
        out(f"hours shown as they are, open or not unknown: {report['hours_unclear']:,}")
    if report["problem_counts"]:
        counts = ", ".join(f"{v:,} {k}" for k, v in report["problem_counts"].items())
        out(f"problems:  {counts}")
    for item in report["problems"][:problems]:
        where = ":".join(str(x) for x in (item["file"], item["row"], item["column"]) if x)
        out(f"  {where}: {item['code']}: {item['remedy']}")
    left = sum(report["problem_counts"].values()) - problems
    if left > 0:
        out(f"  ... and {left:,} more (--json lists them, or --problems N)")


def _line(text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


@app.command()
def search(
    need: Annotated[list[str], typer.Option(help="A need of the vocabulary; may be given again.")],
    near: Annotated[str | None, typer.Option(help="A postcode, town or state.")] = None,
    speaks: Annotated[str | None, typer.Option(help="A language (BCP 47).")] = None,
    prefer: Annotated[
        list[str] | None, typer.Option(help="A preference; may be given again.")
    ] = None,
    lane: Annotated[str, typer.Option(help="survivor, helper or caused_harm.")] = "survivor",
    limit: Annotated[int, typer.Option(help="How many options.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Look for options, with the reasons why each is shown. The question is kept nowhere."""
    from directory import open_directory
    from directory.contract import Query
    from directory.order import preferences
    from directory.vocabulary import needs

    for slug in need:
        if slug not in needs():
            _stop(f"Not a need: {slug}. One of: {', '.join(needs())}")
    for word in prefer or ():
        if word not in preferences():
            _stop(f"Not a preference: {word}. One of: {', '.join(preferences())}")
    if lane not in ("survivor", "helper", "caused_harm"):
        _stop("lane is one of: survivor, helper, caused_harm")
    directory = open_directory(_settings())
    try:
        place = None
        if near is not None:
            found = directory.find_place(near)
            if not found:
                _stop(f"No such place: {near}. A postcode, a town or a state.")
            place = found[0]
        results = directory.search(
            Query(tuple(need), place.id if place else None, speaks, frozenset(prefer or ()),
                  lane=lane, limit=limit)
        )  # fmt: skip
    finally:
        directory.close()
    if as_json:
        print(json.dumps(dataclasses.asdict(results), ensure_ascii=False, default=str))
        return
    _print_results(results, place)


def _print_results(results: Any, place: Any) -> None:
    if place is not None:
        _line(f"near {place.name}, {place.region}")
    if results.degraded:
        _line("the directory cannot be read; national lines only")
    for step, names in (("let go", results.relaxed), ("nothing local for", results.unmet)):
        if names:
            _line(f"{step}: {', '.join(names)}")
    for number, option in enumerate(results.options, 1):
        _line(f"\n{number}. {option.name} — {option.organization}")
        where = option.address or option.area
        far = f"{option.distance_km:.0f} km" if option.distance_km else None
        kind = "system" if option.system else "community"
        _line("   " + "; ".join(x for x in (where, far, kind, option.cost) if x))
        for phone in option.phones:
            _line("   " + " ".join(x for x in (phone.number, phone.kind, phone.description) if x))
        if option.url:
            _line(f"   {option.url}")
        state = {True: "open now", False: "closed now", None: "call first"}[option.open_now]
        _line(f"   {option.hours or 'hours unknown'} ({state})")
        dated = option.assured_on or f"never, imported {option.imported_on}"
        _line(f"   checked: {dated} ({option.freshness}); source: {option.source}")
        reasons = ", ".join(
            r.code + "".join(f" {value}" for _, value in r.values) for r in option.reasons
        )
        _line(f"   why: {reasons}")


@app.command()
def check(
    path: Annotated[Path | None, typer.Argument(help="A directory to look at before importing it; "
                                                "without it, the one in use.")] = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Check records against HSDS 3.1 and the profile. Non-zero when something must be corrected."""
    from directory.validation import check_directory, check_source

    with _plain_errors():
        found = check_source(path) if path else check_directory(_settings())
    if as_json:
        print(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        _line(f"{found.records:,} records, {len(found.errors):,} errors,"
              f" {len(found.warnings):,} warnings")  # fmt: skip
        for kind, items in (("error", found.errors), ("warning", found.warnings)):
            for item in items[:50]:
                where = ":".join(str(x) for x in (item.file, item.row, item.column) if x)
                _line(f"  {kind} {where}: {item.code}: {item.remedy}")
    if found.errors:
        raise typer.Exit(1)


@app.command()
def export(
    path: Annotated[Path, typer.Argument(help="Where to: a .json or .ndjson file, a folder or .zip "
                                         "of CSV files.")],
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
) -> None:  # fmt: skip
    """Write the directory as HSDS 3.1, without anything that is confidential."""
    from directory.export import export_directory

    with _plain_errors():
        count = export_directory(_settings(), path, source)
    _line(f"{count:,} services written to {path}")


@app.command()
def stale(
    out: Annotated[
        Path | None, typer.Option(help="Write a sheet (.csv or .xlsx) to send to partners.")
    ] = None,
    read: Annotated[
        Path | None, typer.Option(help="Read such a sheet back: new dates and corrections.")
    ] = None,
    days: Annotated[
        int | None, typer.Option(help="Also what gets old within so many days.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What was not checked for more than 90 days, with a sheet to send and to read back."""
    from directory.stale import read_back, work_list, write_sheet

    settings = _settings()
    with _plain_errors():
        if read is not None:
            done = read_back(settings, read)
            _line(f"{done.checked:,} checked again, {done.corrected:,} corrected,"
                  f" {done.closed:,} closed, {len(done.problems):,} problems")  # fmt: skip
            for problem in done.problems[:50]:
                where = ":".join(str(x) for x in (problem.file, problem.row, problem.column) if x)
                _line(f"  {where}: {problem.code}: {problem.remedy}")
            if done.problems:
                raise typer.Exit(1)
            return
        found = work_list(settings, within_days=days or 0)
        if out is not None:
            count = write_sheet(settings, found, out)
            _line(f"{count:,} rows written to {out}")
            return
    if as_json:
        print(json.dumps([dataclasses.asdict(item) for item in found], default=str))
        return
    if not found:
        _line("nothing is due")
    kinds: dict[tuple[str, str], int] = {}
    for item in found:
        kinds[item.ring, item.freshness] = kinds.get((item.ring, item.freshness), 0) + 1
    for (ring, freshness), count in sorted(kinds.items()):
        _line(f"{count:5,}  {ring:13} {freshness}")
    for item in found[:30]:
        when = item.assured_on.isoformat() if isinstance(item.assured_on, date) else "never"
        _line(f"  {when:10}  {item.freshness:9} {item.organization} — {item.name}"
              f" {item.phone or ''}")  # fmt: skip


@app.command()
def template(
    path: Annotated[Path, typer.Argument(help="Where to: a .csv or .xlsx file.")],
) -> None:
    """Write the empty one-sheet form that a partner can fill in by hand."""
    from directory.sheet import template as make

    if path.suffix not in (".csv", ".xlsx"):
        _stop("The name must end in .csv or .xlsx")
    with _plain_errors():
        path.write_bytes(make(path.suffix[1:]))
    _line(f"written to {path}")


@app.command()
def sample() -> None:
    """Import the sample county (made up), with today's dates."""
    from directory import build_sample

    with _plain_errors():
        build_sample(_settings(), renew=True)
    _line("sample county imported")
