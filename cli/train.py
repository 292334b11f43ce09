"""Training: the model from the data of this checkout, only when the data changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bot.privacy import quiet
from bot.settings import ROOT, Settings
from cli.environment import calm_environment

SOURCES = ("config.yml", "bot/domain", "data/nlu", "data/stories", "bot/needs.yml",
           "bot/safety", "bot/about", "bot/pipeline")  # fmt: skip


class TrainingFailed(RuntimeError):
    """Rasa refused the data; what it said stands above."""


def fingerprint() -> str:
    """Changes whenever a file changes that a model is made of."""
    digest = hashlib.sha256()
    for source in SOURCES:
        path = ROOT / source
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in files:
            if file.is_file() and file.suffix in (".yml", ".py"):
                digest.update(str(file.relative_to(ROOT)).encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def model_path(settings: Settings) -> Path:
    """Where the model of the present data lies, or would lie; or the one named in settings."""
    if settings.model:
        return settings.folder(settings.model)
    name = f"linden-{settings.encoder}-{fingerprint()}.tar.gz"
    return settings.folder(settings.models_folder) / name


def is_trained(settings: Settings) -> bool:
    return model_path(settings).is_file()


def train(settings: Settings) -> Path:
    """Train unless the data is what it was. Raises `TrainingFailed`."""
    path = model_path(settings)
    if path.is_file():
        return path
    calm_environment()
    quiet(settings.log_level)
    from bot.runtime.training import train as train_model

    path.parent.mkdir(parents=True, exist_ok=True)
    if not train_model(path):
        raise TrainingFailed("training failed: see the message above")
    for old in path.parent.glob(f"linden-{settings.encoder}-*.tar.gz"):
        if old != path:
            old.unlink()
    return path
