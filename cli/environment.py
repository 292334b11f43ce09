"""Settings of libraries that must be made before they are imported."""

from __future__ import annotations

import os


def calm_environment() -> None:
    """Telemetry off, quiet libraries, encoder threads that wait passively."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
