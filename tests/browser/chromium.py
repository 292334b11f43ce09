"""Finds a Chromium for the browser tests: Debian's, else the npm package @sparticuz/chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
import warnings
from functools import cache
from pathlib import Path

import pytest

from bot.settings import ROOT

FLAGS = [
    "--no-sandbox",  # tests run as root in containers; they open nothing but our own pages
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_TOOLS = ROOT / ".tools" / "chromium"
_PACKAGE = "@sparticuz/chromium@149"
_UNPACK = """
import chromium from '@sparticuz/chromium'
process.stdout.write(await chromium.executablePath())
"""


class NoChromium(RuntimeError):
    """No Chromium on this machine, and none could be had from npm."""


@cache
def chromium() -> str:
    """Path of a Chromium. Raises `NoChromium`."""
    # Debian's start script reads stray settings of the shell; the binary itself does not.
    for name in ("/usr/lib/chromium/chromium", "chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    return _from_npm()


def _from_npm() -> str:
    """The npm package keeps a packed browser and unpacks it into the temporary folder."""
    kept = _TOOLS / "path.txt"
    if kept.exists() and Path(kept.read_text()).exists():
        return kept.read_text()
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        raise NoChromium("neither chromium nor npm is installed: apt-get install chromium")
    _TOOLS.mkdir(parents=True, exist_ok=True)
    script = _TOOLS / "unpack.mjs"
    script.write_text(_UNPACK)
    try:
        subprocess.run(
            [npm, "install", "--no-audit", "--no-fund", "--prefix", str(_TOOLS), _PACKAGE],
            check=True,
            capture_output=True,
            timeout=300,
        )
        done = subprocess.run(
            [node, str(script)], check=True, capture_output=True, text=True, timeout=120
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise NoChromium(f"npm could not fetch {_PACKAGE}: {type(error).__name__}") from error
    kept.write_text(done.stdout)
    return done.stdout


def chromium_or_skip() -> str:
    """The path, or a loud skip; in CI, which skips nothing, a failure."""
    try:
        return chromium()
    except NoChromium as error:
        said = f"BROWSER TESTS ARE NOT RUN: {error}"
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(said)
        warnings.filterwarnings("default", message="BROWSER TESTS ARE NOT RUN")
        warnings.warn(said, stacklevel=2)
        pytest.skip(said)
