"""A model is only taken for the encoder whose vectors it was trained on."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.runtime.brain import ModelMissing, newest_model


def test_another_encoders_model_is_not_taken(tmp_path: Path) -> None:
    mine = tmp_path / "linden-own-1.tar.gz"
    mine.write_bytes(b"")
    (tmp_path / "linden-general-2.tar.gz").write_bytes(b"")
    assert newest_model(tmp_path, "own") == mine
    with pytest.raises(ModelMissing, match="linden train"):
        newest_model(tmp_path, "other")
