"""``linden advocate``: what an operator types, and what a typing mistake costs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.checks import Level
from bot.settings import Settings
from cli.advocate import app
from desk.checks import advocates


@pytest.fixture
def linden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("LINDEN_DATA_FOLDER", str(tmp_path))
    return lambda *words: CliRunner().invoke(app, list(words))


def test_add_list_reset_remove(linden: object) -> None:
    def run(*words: str) -> Result:
        return linden(*words)  # type: ignore[operator, no-any-return]

    added = run("add", "rosa", "--language", "es", "--language", "en", "--hours",
                "mon-fri 18:00-23:00", "--timezone", "America/Chicago",
                "--alert", "email:rosa@example.org")  # fmt: skip
    assert added.exit_code == 0
    first = re.search(r"http://127.0.0.1:8081/enrol/\S+", added.output)
    assert first is not None
    row = json.loads(run("list", "--json").output)
    assert (row["name"], row["languages"], row["ready"]) == ("rosa", ["es", "en"], False)
    again = run("reset", "rosa")
    assert again.exit_code == 0 and first.group(0) not in again.output
    assert run("remove", "rosa").exit_code == 0
    assert run("list").output == ""


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add", "rosa", "--hours", "whenever"), "not a day"),
        (("add", "rosa", "--language", "xx"), "not a language"),
        (("add", "rosa", "--role", "boss"), "no such role"),
        (("add", "rosa", "--alert", "pigeon:1"), "not a way"),
        (("remove", "nobody"), "no account nobody"),
        (("reset", "nobody"), "no account nobody"),
    ],
)
def test_bad_input_gets_one_clear_line(linden: object, words: tuple[str, ...], says: str) -> None:
    found = linden(*words)  # type: ignore[operator]
    assert found.exit_code == 1
    assert says in found.stderr and found.stderr.count("\n") == 1


def test_the_preflight_wants_somebody_who_answers(linden: object, tmp_path: Path) -> None:
    settings = Settings(data_folder=str(tmp_path))
    assert [f.level for f in advocates(settings)] == [Level.BLOCKER]
    linden("add", "rosa", "--alert", "email:rosa@example.org")  # type: ignore[operator]
    found = list(advocates(settings))
    assert all(f.level is Level.WARNING for f in found)
    assert any("caused harm" in f.found for f in found)
