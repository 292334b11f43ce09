"""The resource directory: HSDS records, a profile for safety, and answers in milliseconds."""

from __future__ import annotations

from directory.opening import build_sample, open_directory

__all__ = ["build_sample", "open_directory"]
