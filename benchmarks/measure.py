"""What every benchmark prints: medians, tails, memory, the machine."""

from __future__ import annotations

import os
import platform
import resource
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def quantile(seconds: Sequence[float], share: float) -> float:
    """The value below which ``share`` of the measurements lie, in milliseconds."""
    ordered = sorted(seconds)
    return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2)


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99 in milliseconds."""
    return {f"p{int(q * 100)}_ms": quantile(seconds, q) for q in (0.5, 0.95, 0.99)}


def resident_mb() -> float:
    """Memory this process holds now, in MB (the peak where the kernel does not tell)."""
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return round(int(line.split()[1]) / 1024, 1)
    except OSError:
        pass
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def machine() -> dict[str, Any]:
    return {"cores": os.cpu_count(), "python": platform.python_version(),
            "system": platform.machine()}  # fmt: skip
