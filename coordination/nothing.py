"""Counts nothing: stands where counting is switched off."""

from __future__ import annotations


class NoCounter:
    """A `coordination.contract.Counter` that forgets."""

    def count(self, what: str, **marginal: str) -> None:
        return None
