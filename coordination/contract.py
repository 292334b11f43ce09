"""What is counted: marginals that cannot point at a person, by week and region, never text."""

from __future__ import annotations

from typing import Protocol


class Counter(Protocol):
    """Adds one to a published marginal. Takes words of closed vocabularies only, never raises."""

    def count(self, what: str, **marginal: str) -> None:
        """``count("need_region", need="housing", region="US-IL")``."""
