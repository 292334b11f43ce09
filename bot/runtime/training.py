"""Training by Rasa's own command, from the data of this checkout."""

from __future__ import annotations

from pathlib import Path

from rasa.model_training import train as rasa_train

from bot.settings import ROOT


def train(path: Path) -> bool:
    """Train a model into ``path`` (a .tar.gz); whether it is there now."""
    result = rasa_train(
        str(ROOT / "bot" / "domain"),
        str(ROOT / "config.yml"),
        [str(ROOT / "data" / "nlu"), str(ROOT / "data" / "stories")],
        output=str(path.parent),
        fixed_model_name=path.name.removesuffix(".tar.gz"),
    )
    return result.code == 0 and path.is_file()
