"""One trained brain and the sample county for all conversation tests."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.settings import ROOT, Settings
from cli.assemble import Parts, assemble
from cli.train import is_trained
from directory import build_sample
from tests.person import Person


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The model of the present data and a fresh sample directory beside it."""
    chosen = Settings(model=os.environ.get("TEST_MODEL", ""))
    if not is_trained(chosen):
        subprocess.run([sys.executable, "-m", "cli.main", "train"], check=True, cwd=ROOT)
    folder: Path = tmp_path_factory.mktemp("var")
    chosen = dataclasses.replace(
        chosen, data_folder=str(folder), messages_per_minute=100_000, max_people=100_000
    )
    build_sample(chosen)
    return chosen


@pytest.fixture(scope="session")
def parts(settings: Settings) -> Iterator[Parts]:
    made = assemble(settings)
    assert made.brain.ready(), "the trained brain must be there"
    yield made
    made.brain.close()  # type: ignore[attr-defined]


@pytest.fixture
def someone(parts: Parts) -> Callable[..., Person]:
    """A new person: ``someone()`` in the terminal, ``someone("sms")`` by SMS."""
    return lambda channel="terminal", language=None: Person(parts, channel, language)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT
