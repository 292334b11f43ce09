"""The same answers from a real PostgreSQL as from SQLite, and the same shape by migrations."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from bot.settings import Settings
from directory import migration, schema, sheet, store
from directory.contract import Query
from directory.export import export_directory
from directory.importer import import_directory
from directory.sample import import_sample
from directory.search import LindenDirectory
from directory.stale import read_back, work_list, write_sheet
from directory.validation import check_directory
from tests.directory.conftest import DATA, NOON, TODAY

QUESTIONS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "questions.yml").read_text("utf-8")
)["questions"]


@pytest.fixture(scope="module")
def server(sample_folder: Path) -> Iterator[Settings]:
    pgserver = pytest.importorskip("pgserver", reason="PostgreSQL comes with the package pgserver")
    # Run as root, PostgreSQL changes to a user of its own, who cannot enter pytest's folders.
    folder = tempfile.mkdtemp(prefix="linden-pg-")
    Path(folder).chmod(0o755)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            running = pgserver.get_server(f"{folder}/data")
        settings = Settings(data_folder=str(sample_folder), database_url=running.get_uri())
        import_sample(settings, TODAY)
        yield settings
        running.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _asks(directory: LindenDirectory, question: dict[str, Any]) -> Any:
    place = directory.find_place(question["near"])[0].id if "near" in question else None
    return directory.search(
        Query(tuple(question["needs"]), place, question.get("speaks"),
              frozenset(question.get("prefer", ())), lane=question.get("lane", "survivor"))
    )  # fmt: skip


def test_sixty_questions_get_the_same_answers(server: Settings, directory: LindenDirectory) -> None:
    other = LindenDirectory(server, now=lambda: NOON)
    for question in QUESTIONS:
        expected, found = _asks(directory, question), _asks(other, question)
        assert not found.degraded
        assert found == expected, question["label"]
    other.close()


def test_import_check_export_and_read_back_work_the_same(server: Settings, tmp_path: Path) -> None:
    outcome = import_directory(server, DATA / "florida", today=TODAY)
    assert outcome.kept["service"] == 135 and outcome.kept["location"] == 378
    again = import_directory(server, DATA / "florida", today=TODAY)
    assert again.kept == outcome.kept
    assert check_directory(server).errors == []
    assert export_directory(server, tmp_path / "out.json", source="florida") == 135
    assert export_directory(server, tmp_path / "csv", source="florida") == 135
    due = [one for one in work_list(server, today=TODAY) if one.source == "florida"]
    assert len(due) == 135
    write_sheet(server, due[:3], tmp_path / "sheet.csv")
    lines = list(csv.DictReader(io.StringIO((tmp_path / "sheet.csv").read_text("utf-8-sig"))))
    lines[0]["still_right"] = "yes"
    sheet.write(tmp_path / "sheet.csv", lines, tuple(lines[0]))
    assert read_back(server, tmp_path / "sheet.csv", today=TODAY).checked == 1


def test_an_import_that_fails_leaves_the_last_directory(server: Settings) -> None:
    def breaks(stage: str, rows: int) -> None:
        if stage == "indexing":
            raise RuntimeError("broken on purpose")

    with pytest.raises(RuntimeError):
        import_directory(server, DATA / "illinois", source="sample", progress=breaks, today=TODAY)
    directory = LindenDirectory(server, now=lambda: NOON)
    results = directory.search(Query(("safe_place",), "us:42901"))
    assert results.options[0].source == "sample" and not results.degraded
    directory.close()


def test_a_server_that_is_gone_answers_with_national_lines(sample: Settings) -> None:
    gone = Settings(data_folder=sample.data_folder, database_url="postgresql://x@127.0.0.1:1/x")
    directory = LindenDirectory(gone, now=lambda: NOON)
    results = directory.search(Query(("safe_place",), "us:42901"))
    assert results.degraded and results.options[0].national
    directory.close()


def _shape(connection: sa.engine.Connection) -> dict[str, Any]:
    looked = sa.inspect(connection)
    return {
        table: (
            {c["name"]: str(c["type"]).split("(")[0] for c in looked.get_columns(table)},
            looked.get_pk_constraint(table)["constrained_columns"],
            sorted(i["name"] for i in looked.get_indexes(table)),
        )
        for table in looked.get_table_names()
        if table != "alembic_version"
    }


def test_migrations_make_what_the_tables_say() -> None:
    by_revisions = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
    migration.upgrade(by_revisions)
    assert migration.current(by_revisions) == schema.VERSION
    by_tables = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
    schema.metadata.create_all(by_tables)
    with by_revisions.connect() as one, by_tables.connect() as other:
        assert _shape(one) == _shape(other)
    migration.downgrade(by_revisions, "base")
    with by_revisions.connect() as one:
        assert _shape(one) == {}
    by_revisions.dispose()
    by_tables.dispose()


def test_a_server_is_at_the_newest_revision(server: Settings) -> None:
    engine = store.server(server.database_url)
    migration.upgrade(engine)
    assert migration.current(engine) == schema.VERSION
    engine.dispose()
