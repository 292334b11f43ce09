"""Imports every package's preflight checks, so that they register themselves."""

from __future__ import annotations

import importlib

MODULES = ("cli.deployment", "directory.checks", "handoff.checks", "desk.checks")


def load() -> None:
    for name in MODULES:
        importlib.import_module(name)
