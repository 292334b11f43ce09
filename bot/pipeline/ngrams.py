"""Hashed character n-grams: spelling-level features beside the vectors, with no vocabulary kept."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from bot.normalise import fold

BITS = 14
WIDTH = 1 << BITS
SIZES = (1, 2, 3, 4, 5)
_LONGEST = 600
"""Characters of a message that are looked at: enough for several sentences, bounded for cost."""


def indices(text: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Columns and weights of one text (log counts, length 1 in all). Words are padded with spaces
    so that their beginnings and ends count; n-grams do not cross words."""
    counts: dict[int, int] = {}
    for word in fold(text[:_LONGEST]).split():
        padded = f" {word} ".encode("utf-16-le")
        length = len(padded) // 2
        for size in SIZES:
            for start in range(length - size + 1):
                column = zlib.crc32(padded[2 * start : 2 * (start + size)]) & (WIDTH - 1)
                counts[column] = counts.get(column, 0) + 1
    columns = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
    weights = 1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))
    norm = float(np.sqrt((weights**2).sum())) or 1.0
    return columns, (weights / norm).astype(np.float32)


def matrix(texts: Sequence[str]) -> csr_matrix:
    """All texts as a sparse matrix, shape (n, WIDTH)."""
    rows = [indices(text) for text in texts]
    ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
    columns = np.concatenate([c for c, _ in rows]) if rows else np.zeros(0, dtype=np.int64)
    weights = np.concatenate([w for _, w in rows]) if rows else np.zeros(0, dtype=np.float32)
    return csr_matrix((weights, columns, ends), shape=(len(texts), WIDTH), dtype=np.float32)
