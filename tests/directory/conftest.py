"""Directories that tests share: the sample county, the clock stopped at noon of a Tuesday."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.settings import ROOT, Settings
from directory import places
from directory.contract import Query, Results
from directory.sample import import_sample
from directory.search import LindenDirectory

DATA = ROOT / "tests" / "data" / "directory"
TODAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
"""Noon in Linden County, which keeps Chicago's time."""


@pytest.fixture(scope="session")
def gazetteer_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("places") / "gazetteer.db"
    places.build(path)
    return path


@pytest.fixture(scope="session")
def gazetteer(gazetteer_file: Path) -> Iterator[places.Gazetteer]:
    found = places.Gazetteer(gazetteer_file)
    yield found
    found.close()


@pytest.fixture(scope="session")
def sample_folder(gazetteer_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    shutil.copy(gazetteer_file, folder / "gazetteer.db")
    import_sample(Settings(data_folder=str(folder)), TODAY)
    return folder


@pytest.fixture
def empty(gazetteer_file: Path, tmp_path: Path) -> Settings:
    """A deployment without a directory."""
    shutil.copy(gazetteer_file, tmp_path / "gazetteer.db")
    return Settings(data_folder=str(tmp_path))


@pytest.fixture
def sample(sample_folder: Path, tmp_path: Path) -> Settings:
    """A deployment of its own with the sample county."""
    for file in sample_folder.iterdir():
        if not file.name.startswith("."):
            shutil.copy(file, tmp_path / file.name)
    return Settings(data_folder=str(tmp_path))


@pytest.fixture(scope="session")
def directory(sample_folder: Path) -> Iterator[LindenDirectory]:
    """The sample county, for questions only."""
    found = LindenDirectory(Settings(data_folder=str(sample_folder)), now=lambda: NOON)
    yield found
    found.close()


Ask = Callable[..., Results]


@pytest.fixture(scope="session")
def ask(directory: LindenDirectory) -> Ask:
    """survivor_asks("safe_place", near="42901", speaks="so", prefer=["pets"])"""
    return asker(directory)


def asker(directory: LindenDirectory) -> Ask:
    def survivor_asks(
        *needs: str,
        near: str | None = None,
        speaks: str | None = None,
        prefer: list[str] | None = None,
        lane: str = "survivor",
        exclude: frozenset[str] = frozenset(),
        limit: int = 3,
    ) -> Results:
        place = directory.find_place(near)[0].id if near else None
        wishes = frozenset(prefer or ())
        return directory.search(
            Query(needs, place, speaks, wishes, exclude=exclude, lane=lane, limit=limit)
        )

    return survivor_asks
