"""`linden directory`: every command works, helps, and refuses bad input in one clear line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.settings import Settings
from cli.directory import app
from tests.directory.conftest import DATA

run = CliRunner()


@pytest.fixture
def here(sample: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("LINDEN_DATA_FOLDER", sample.data_folder)
    return sample


def test_import_search_check_export_and_stale(here: Settings, tmp_path: Path) -> None:
    done = run.invoke(app, ["import", str(DATA / "illinois")])
    assert done.exit_code == 0 and "429 service" in done.output
    assert "services.csv:431" in done.output, "the row without a name is told of"
    question = ["search", "--need", "immigration", "--need", "safe_place", "--near", "60608"]
    found = json.loads(run.invoke(app, [*question, "--json"]).stdout)
    assert len(found["options"]) == 3 and found["unmet"] == ["safe_place"]
    shown = run.invoke(app, question).output
    assert "why: need immigration" in shown and "nothing local for: safe_place" in shown
    assert run.invoke(app, ["check"]).exit_code == 0
    for name in ("out.json", "out.ndjson", "out.zip", "folder"):
        assert run.invoke(app, ["export", str(tmp_path / name)]).exit_code == 0
        assert (tmp_path / name).exists()
    assert "never" in run.invoke(app, ["stale"]).output
    sheet = tmp_path / "sheet.xlsx"
    assert run.invoke(app, ["stale", "--out", str(sheet)]).exit_code == 0
    assert run.invoke(app, ["stale", "--read", str(sheet)]).exit_code == 0
    form = tmp_path / "form.csv"
    assert run.invoke(app, ["template", str(form)]).exit_code == 0
    assert run.invoke(app, ["check", str(form)]).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["import", "no/such/folder"], "does not exist"),
        (["search", "--need", "nonsense"], "Not a need"),
        (["search", "--need", "money", "--near", "nowhere at all"], "No such place"),
        (["search", "--need", "money", "--prefer", "gold"], "Not a preference"),
        (["search", "--need", "money", "--lane", "other"], "lane is one of"),
        (["template", "form.pdf"], "must end in"),
        (["stale", "--read", "no-such.csv"], ""),
    ],
)
def test_bad_input_is_refused_in_one_line(here: Settings, arguments: list[str], says: str) -> None:
    done = run.invoke(app, arguments)
    assert done.exit_code != 0
    assert says in done.output and "Traceback" not in done.output


def test_without_a_directory_the_commands_say_what_to_do(
    empty: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINDEN_DATA_FOLDER", empty.data_folder)
    for command in (["check"], ["stale"], ["export", "x.json"]):
        done = run.invoke(app, command)
        assert done.exit_code == 1 and "linden directory import" in done.output


@pytest.mark.parametrize("command", ["import", "search", "check", "export", "stale", "template"])
def test_every_command_helps(command: str) -> None:
    assert run.invoke(app, [command, "--help"]).exit_code == 0
