"""Linear heads over sentence vectors and character n-grams, trained together, stored without
pickle.

A head answers one question: which of its labels (``one``: softmax) or which of them at all
(``any``: a sigmoid each). Trained by Adam on the cross entropy with weight decay (Kingma & Ba
2015, Loshchilov & Hutter 2019); a few passes over some thousand messages take under a minute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.pipeline import ngrams

Array = npt.NDArray[np.float32]

VECTOR_SCALE = 8.0
"""Unit vectors of e5 lie close together; centred and scaled they train in few passes."""
NGRAM_SCALE = 4.0


@dataclass(frozen=True, slots=True)
class Target:
    """What one head learns. ``wanted``: (n, labels) with 0 to 1; ``known``: (n,) 1 where the
    example says something about this head, 0 where it is silent. ``weight`` per label raises the
    cost of missing it."""

    kind: str
    labels: tuple[str, ...]
    wanted: Array
    known: Array
    weight: float = 1.0


@dataclass(slots=True)
class _Head:
    kind: str
    labels: tuple[str, ...]
    dense: Array
    sparse: Array
    bias: Array


class Heads:
    """Several heads over the same features. ``uses_vectors`` is False for n-grams alone."""

    def __init__(self, center: Array, heads: dict[str, _Head]) -> None:
        self._center = center
        self._heads = heads

    @property
    def uses_vectors(self) -> bool:
        return bool(self._center.size)

    def labels(self, name: str) -> tuple[str, ...]:
        return self._heads[name].labels

    def __contains__(self, name: str) -> bool:
        return name in self._heads

    def predict(self, text: str, vector: Array | None) -> dict[str, Array]:
        """Probabilities of every head for one text, by head name, shape (labels,)."""
        columns, weights = ngrams.indices(text)
        centred = None
        if vector is not None and self._center.size:
            centred = (vector - self._center) * VECTOR_SCALE
        found = {}
        for name, head in self._heads.items():
            z = head.bias + (weights * NGRAM_SCALE) @ head.sparse[columns]
            if centred is not None:
                z = z + centred @ head.dense
            found[name] = _probabilities(head.kind, z[None, :])[0]
        return found

    def save(self, path: Path) -> None:
        """Write as float16 npz; a few MB at most."""
        arrays: dict[str, npt.NDArray[np.generic]] = {"center": self._center}
        for name, head in self._heads.items():
            arrays[f"{name}/dense"] = head.dense.astype(np.float16)
            arrays[f"{name}/sparse"] = head.sparse.astype(np.float16)
            arrays[f"{name}/bias"] = head.bias
            arrays[f"{name}/labels"] = np.array(head.labels)
            arrays[f"{name}/kind"] = np.array(head.kind)
        np.savez_compressed(path, **arrays)

    @classmethod
    def load(cls, path: Path) -> Heads:
        with np.load(path, allow_pickle=False) as stored:
            names = {key.split("/")[0] for key in stored.files if "/" in key}
            heads = {
                name: _Head(
                    str(stored[f"{name}/kind"]),
                    tuple(str(label) for label in stored[f"{name}/labels"]),
                    stored[f"{name}/dense"].astype(np.float32),
                    stored[f"{name}/sparse"].astype(np.float32),
                    stored[f"{name}/bias"],
                )
                for name in names
            }
            return cls(stored["center"], heads)


def _probabilities(kind: str, z: Array) -> Array:
    if kind == "one":
        z = z - z.max(axis=1, keepdims=True)
        e = np.exp(z)
        return np.asarray(e / e.sum(axis=1, keepdims=True), dtype=np.float32)
    return np.asarray(1 / (1 + np.exp(-np.clip(z, -30, 30))), dtype=np.float32)


def fit(
    texts: Sequence[str],
    vectors: Array | None,
    targets: Mapping[str, Target],
    *,
    passes: int = 14,
    batch: int = 128,
    rate: float = 2e-3,
    decay: float = 0.06,
    seed: int = 7,
) -> Heads:
    """Train all heads on the same texts. ``vectors``: (n, dimension) or None for n-grams alone."""
    count = len(texts)
    sparse = ngrams.matrix(texts) * NGRAM_SCALE
    if vectors is None:
        center = np.zeros(0, dtype=np.float32)
        dense = np.zeros((count, 0), dtype=np.float32)
    else:
        center = vectors.mean(axis=0).astype(np.float32)
        dense = ((vectors - center) * VECTOR_SCALE).astype(np.float32)
    names = list(targets)
    spans, end = {}, 0
    for name in names:
        spans[name] = slice(end, end + len(targets[name].labels))
        end += len(targets[name].labels)
    weights = {
        "dense": np.zeros((dense.shape[1], end), dtype=np.float32),
        "sparse": np.zeros((ngrams.WIDTH, end), dtype=np.float32),
        "bias": np.zeros(end, dtype=np.float32),
    }
    first = {key: np.zeros_like(w) for key, w in weights.items()}
    second = {key: np.zeros_like(w) for key, w in weights.items()}
    rng = np.random.default_rng(seed)
    steps = passes * ((count + batch - 1) // batch)
    step = 0
    for _ in range(passes):
        order = rng.permutation(count)
        for start in range(0, count, batch):
            step += 1
            rows = order[start : start + batch]
            s, d = sparse[rows], dense[rows]
            z = np.asarray(s @ weights["sparse"]) + d @ weights["dense"] + weights["bias"]
            error = np.zeros_like(z)
            for name in names:
                target, span = targets[name], spans[name]
                p = _probabilities(target.kind, z[:, span])
                wanted = target.wanted[rows]
                e = p - wanted
                if target.weight != 1.0:
                    e = np.where(wanted > 0.5, e * target.weight, e)
                error[:, span] = e * target.known[rows][:, None]
            error /= len(rows)
            gradients = {
                "dense": d.T @ error,
                "sparse": np.asarray(s.T @ error),
                "bias": error.sum(axis=0),
            }
            now = rate * 0.5 * (1 + np.cos(np.pi * step / steps))
            for key, w in weights.items():
                g = gradients[key]
                first[key] += 0.1 * (g - first[key])
                second[key] += 0.01 * (g * g - second[key])
                up = first[key] / (1 - 0.9**step)
                down = np.sqrt(second[key] / (1 - 0.99**step)) + 1e-8
                w -= now * (up / down + (decay * w if key != "bias" else 0))
    return Heads(
        center,
        {
            name: _Head(
                targets[name].kind,
                targets[name].labels,
                weights["dense"][:, spans[name]].copy(),
                weights["sparse"][:, spans[name]].copy(),
                weights["bias"][spans[name]].copy(),
            )
            for name in names
        },
    )
