"""Whatever breaks, the last good directory answers, or the national lines do, and it is said."""

from __future__ import annotations

import errno
import logging
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.checks import Level
from bot.settings import ROOT, Settings
from directory import checks, importer, store
from directory.contract import Query, Results
from directory.importer import import_directory
from directory.reading import Report, Row
from directory.sample import import_sample
from directory.search import LindenDirectory
from tests.directory.conftest import DATA, NOON, TODAY


def survivor_asks(settings: Settings) -> Results:
    directory = LindenDirectory(settings, now=lambda: NOON)
    try:
        return directory.search(Query(("safe_place",), "us:42901"))
    finally:
        directory.close()


def answers_as_before(settings: Settings) -> bool:
    results = survivor_asks(settings)
    return not results.degraded and "Heron House shelter" in {o.name for o in results.options}


def leftovers(settings: Settings) -> list[str]:
    return [f.name for f in settings.directory_file.parent.iterdir() if ".part" in f.name]


@pytest.mark.parametrize("stage", ["reading", "storing", "indexing"])
def test_an_import_that_fails_at_any_stage_leaves_the_last_directory(
    sample: Settings, stage: str
) -> None:
    def breaks(now: str, rows: int) -> None:
        if now == stage:
            raise RuntimeError("broken on purpose")

    before = sample.directory_file.read_bytes()
    with pytest.raises(RuntimeError):
        import_directory(sample, DATA / "illinois_hsds_1.1", progress=breaks, today=TODAY)
    assert sample.directory_file.read_bytes() == before
    assert answers_as_before(sample) and leftovers(sample) == []


@pytest.mark.parametrize("after_s", [0.6, 1.2, 1.8, 2.4])
def test_a_killed_import_leaves_the_last_directory_and_the_next_one_works(
    sample: Settings, after_s: float
) -> None:
    before = sample.directory_file.read_bytes()
    code = (
        "import sys; from pathlib import Path; from bot.settings import Settings;"
        "from directory.importer import import_directory;"
        f"s = Settings(data_folder={sample.data_folder!r});"
        f"p = Path({str(DATA / 'illinois')!r});"
        "[import_directory(s, p, source=f'x{n}') for n in range(99)]"
    )
    child = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.DEVNULL)
    time.sleep(after_s)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert store.sound(sample.directory_file), "the old one or a whole new one, never a half one"
    assert answers_as_before(sample)
    assert len(sample.directory_file.read_bytes()) >= len(before) // 2
    import_directory(sample, DATA / "florida", today=TODAY)
    assert answers_as_before(sample) and leftovers(sample) == []


def test_a_full_disk_leaves_the_last_directory(sample: Settings) -> None:
    """The file size limit stands for the disk: writing beyond it fails as on a full one."""
    code = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000));"
        "from pathlib import Path; from bot.settings import Settings;"
        "from directory.importer import import_directory;"
        f"s = Settings(data_folder={sample.data_folder!r});"
        f"import_directory(s, Path({str(DATA / 'illinois')!r}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode != 0
    assert b"disk" in done.stderr or b"full" in done.stderr or b"I/O" in done.stderr
    assert answers_as_before(sample) and leftovers(sample) == []


def test_no_room_when_the_new_file_is_synchronised(
    sample: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        import_directory(sample, DATA / "florida", today=TODAY)
    monkeypatch.undo()
    assert answers_as_before(sample) and leftovers(sample) == []


def _garbage(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 500)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def _holes(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 : len(content)] = os.urandom(len(content) - 4096)
    path.write_bytes(bytes(content))


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _gone(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("damage", [_garbage, _cut, _holes, _empty, _gone])
def test_a_broken_directory_answers_with_national_lines_and_tells_the_operator(
    sample: Settings, damage: Any, caplog: pytest.LogCaptureFixture
) -> None:
    damage(sample.directory_file)
    with caplog.at_level(logging.WARNING):
        results = survivor_asks(sample)
    assert results.degraded and results.unmet == ("safe_place",)
    assert results.options and all(option.national for option in results.options)
    assert results.options[0].phones[0].number == "1-800-799-7233"
    assert any(r.message in ("directory.degraded", "directory.missing") for r in caplog.records)
    blockers = [f for f in checks.there(sample) if f.level is Level.BLOCKER]
    assert blockers and blockers[0].remedy
    import_sample(sample, TODAY)
    assert answers_as_before(sample), "importing again mends it"


def test_a_file_that_somebody_else_locked_still_answers(sample: Settings) -> None:
    holder = sqlite3.connect(sample.directory_file, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        began = time.perf_counter()
        assert answers_as_before(sample)
        assert time.perf_counter() - began < 2
    finally:
        holder.close()


def test_two_imports_at_once_do_not_mix(sample: Settings) -> None:
    with store.writing(sample), pytest.raises(store.DirectoryLocked):
        import_directory(sample, DATA / "florida", today=TODAY)
    assert answers_as_before(sample)


def test_who_asks_during_an_import_gets_the_old_answers_and_then_the_new(sample: Settings) -> None:
    directory = LindenDirectory(sample, now=lambda: NOON)
    query = Query(("immigration",), "us:60608")
    seen = []
    assert all(o.national for o in directory.search(query).options)

    def asks(stage: str, rows: int) -> None:
        seen.append([o.national for o in directory.search(query).options])

    import_directory(sample, DATA / "illinois", progress=asks, today=TODAY)
    assert seen and all(all(national) for national in seen)
    assert not directory.search(query).options[0].national
    directory.close()


def test_a_reader_that_breaks_in_the_middle_changes_nothing(sample: Settings) -> None:
    class Breaks:
        name, format, only = "sample", "test", None

        def rows(self, report: Report) -> Iterator[Row]:
            yield Row("organization", "o", "", {"name": "A"})
            raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        importer.import_rows(sample, Breaks(), today=TODAY)
    assert answers_as_before(sample)


def test_no_gazetteer_is_no_reason_not_to_answer(sample: Settings) -> None:
    (Path(sample.data_folder) / "gazetteer.db").write_bytes(b"broken")
    directory = LindenDirectory(sample, now=lambda: NOON)
    assert directory.search(Query(("safe_place",))).options
    directory.close()


def test_limits_of_this_process_are_untouched() -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
