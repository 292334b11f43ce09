"""Rasa people's own commands go on working on this checkout."""

from __future__ import annotations

import os
import subprocess
import sys

from bot.settings import ROOT


def test_rasa_data_validate_finds_nothing() -> None:
    done = subprocess.run(
        [
            sys.executable, "-W", "ignore", "-m", "rasa", "data", "validate", "--fail-on-warnings",
            "--domain", "bot/domain", "--data", "data", "--config", "config.yml",
        ],
        cwd=ROOT,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
