"""Fine-tune multilingual-e5-small on the training messages of all languages.

    python train.py [--nlu DIR] [--work DIR] [--epochs 3] [--minutes 0] [--without TAG ...]

Reads data/nlu, never tests/language. Every task's head starts from a linear probe on the untuned
vectors; then all twelve layers and the heads learn together (AdamW, layer-wise learning rates,
warm-up and linear decay; the table of words stays frozen). A checkpoint every few minutes in
``--work``; run the same command again to go on. ``--minutes`` bounds the time instead of the
passes: the decay then follows whichever ends first (such a run is repeatable on one machine only).
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from noise import noisy
from torch import nn
from torch.nn import functional
from weights import LAYERS, Body, original

from bot.pipeline.encoder import General, TrainingVectors
from bot.pipeline.examples import SAFETY, Example, read_folder
from bot.pipeline.heads import VECTOR_SCALE
from bot.pipeline.own.pieces import Pieces
from bot.pipeline.own.table import Wheel
from bot.settings import ROOT

LONGEST = 56
MIXED = 0.08
CHECKPOINT_S = 150.0


@dataclass
class Tasks:
    """Labels of every task and, per example, what is wanted (rows are examples)."""

    intents: list[str]
    needs: list[str]
    signs: list[str]
    details: list[str]

    @classmethod
    def of(cls, examples: list[Example]) -> Tasks:
        return cls(
            sorted({e.intent for e in examples}),
            sorted({n for e in examples for n in e.needs}),
            sorted({s for e in examples for s in e.signs}),
            sorted({f"{e.intent}/{e.detail}" for e in examples if e.detail}),
        )

    def sizes(self) -> list[int]:
        return [len(self.intents), len(self.needs), len(SAFETY), len(self.signs),
                len(self.details)]  # fmt: skip

    def wanted(self, e: Example) -> np.ndarray:
        """One row over all tasks, 0 or 1."""
        row = np.zeros(sum(self.sizes()), dtype=np.float32)
        names = [*self.intents, *self.needs, *SAFETY, *self.signs, *self.details]
        starts = np.cumsum([0, *self.sizes()])
        groups = [[e.intent], e.needs, e.safety, e.signs,
                  [f"{e.intent}/{e.detail}"] if e.detail else []]  # fmt: skip
        for start, end, group in zip(starts, starts[1:], groups, strict=False):
            for name in group:
                if name in names[start:end]:
                    row[start + names[start:end].index(name)] = 1
        return row


def loss_of(
    z: torch.Tensor, wanted: torch.Tensor, weight: torch.Tensor, sizes: list[int], smooth: float
) -> torch.Tensor:
    """Sum of the tasks' losses: intent and detail by softmax, the others by sigmoids; a missed
    safety label costs three times a false one, as in bot/pipeline/safety.py."""
    intent, needs, safety, signs, details = z.split(sizes, 1)
    w_intent, w_needs, w_safety, w_signs, w_details = wanted.split(sizes, 1)
    share = w_intent / w_intent.sum(1, keepdim=True)
    share = share * (1 - smooth) + smooth / share.shape[1]
    total = (weight * -(share * intent.log_softmax(1)).sum(1)).mean()

    def any_of(a: torch.Tensor, b: torch.Tensor, positive: float) -> torch.Tensor:
        each = functional.binary_cross_entropy_with_logits(
            a, b, pos_weight=torch.tensor(positive), reduction="none"
        )
        return (weight * each.sum(1)).mean()

    total = total + 0.5 * any_of(needs, w_needs, 1.5) + any_of(safety, w_safety, 3.0)
    total = total + 0.15 * any_of(signs, w_signs, 2.0)
    known = w_details.sum(1)
    if known.any():
        shares = w_details / known.clamp(min=1)[:, None]
        total = total + 0.25 * -(shares * details.log_softmax(1)).sum(1).sum() / len(known)
    return total


def probe(vectors: np.ndarray, wanted: np.ndarray, weight: np.ndarray, tasks: Tasks,
          smooth: float) -> nn.Linear:  # fmt: skip
    """A linear head for all tasks on untuned vectors (centred and scaled)."""
    head = nn.Linear(vectors.shape[1], wanted.shape[1])
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)
    x, y, w = map(torch.from_numpy, (vectors, wanted, weight))
    steps = 12 * len(x) // 256
    optimiser = torch.optim.AdamW(head.parameters(), lr=8e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda s: 1 - s / (steps + 1))
    for _ in range(steps):
        rows = torch.randint(len(x), (256,))
        loss = loss_of(head(x[rows]), y[rows], w[rows], tasks.sizes(), smooth)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return head


def groups(
    body: Body, head: nn.Linear, rate: float, decay: float, frozen: int
) -> list[dict[str, object]]:
    """Parameters with their learning rates: the head's highest, lower layers' lowest."""
    found: list[dict[str, object]] = [
        {"params": list(head.parameters()), "lr": 3e-3, "weight_decay": 0.01}
    ]
    for number, layer in enumerate(body.layers):
        if number < frozen:
            layer.requires_grad_(False)
            continue
        lr = rate * decay ** (LAYERS - 1 - number)
        found.append({"params": [p for p in layer.parameters() if p.ndim > 1], "lr": lr,
                      "weight_decay": 0.01})  # fmt: skip
        found.append({"params": [p for p in layer.parameters() if p.ndim == 1], "lr": lr,
                      "weight_decay": 0.0})  # fmt: skip
    return found


def order_of(lengths: list[int], size: int, rng: random.Random) -> list[list[int]]:
    """Batches of about equal length, in random order."""
    everyone = list(range(len(lengths)))
    rng.shuffle(everyone)
    found = []
    for start in range(0, len(everyone), size * 16):
        part = sorted(everyone[start : start + size * 16], key=lambda i: lengths[i])
        found += [part[i : i + size] for i in range(0, len(part), size)]
    rng.shuffle(found)
    return found


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--nlu", type=Path, default=ROOT / "data" / "nlu")
    parser.add_argument("--work", type=Path, default=ROOT / "var" / "encoder")
    parser.add_argument("--epochs", type=float, default=3.0)
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--without", nargs="*", default=[], help="languages to leave out")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--decay", type=float, default=0.9)
    parser.add_argument("--smooth", type=float, default=0.1)
    parser.add_argument("--frozen", type=int, default=0, help="lower layers left as they are")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--bf16", action="store_true", help="faster where the processor has it")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    examples = [e for e in read_folder(options.nlu) if e.language not in options.without]
    if not examples:
        sys.exit(f"no training messages below {options.nlu}")
    tasks = Tasks.of(examples)
    wanted = np.stack([tasks.wanted(e) for e in examples])
    weight = np.array([1.5 if e.file == "lookalikes.yml" else 1.0 for e in examples], np.float32)
    wheel = Wheel()
    pieces = Pieces(wheel)
    options.work.mkdir(parents=True, exist_ok=True)
    checkpoint = options.work / "checkpoint.pt"

    vectors = TrainingVectors(General(options.threads), options.work).of([e.text for e in examples])
    center = vectors.mean(axis=0)
    head = probe((vectors - center) * VECTOR_SCALE, wanted, weight, tasks, options.smooth)
    body = original(wheel)
    optimiser = torch.optim.AdamW(
        groups(body, head, options.rate, options.decay, options.frozen),
        betas=(0.9, 0.98), eps=1e-6,
    )  # fmt: skip
    base = [group["lr"] for group in optimiser.param_groups]
    everything = [p for group in optimiser.param_groups for p in group["params"]]
    per_pass = math.ceil(len(examples) / options.batch)
    total = int(options.epochs * per_pass)
    done, spent = 0, 0.0
    if checkpoint.exists():
        stored = torch.load(checkpoint, weights_only=True)
        body.load_state_dict(stored["body"])
        head.load_state_dict(stored["head"])
        optimiser.load_state_dict(stored["optimiser"])
        done, spent = stored["done"], stored["spent"]
    middle = torch.from_numpy(center)
    lengths = [len(e.text) for e in examples]
    by_kind = [i for i, e in enumerate(examples) if e.needs or e.safety]
    begun, saved_at, running = time.monotonic() - spent, time.monotonic(), 0.0
    print(f"{len(examples)} messages, {per_pass} steps a pass", flush=True)

    def save() -> None:
        half = checkpoint.with_suffix(".part")
        torch.save({"body": body.state_dict(), "head": head.state_dict(), "done": done,
                    "optimiser": optimiser.state_dict(), "spent": time.monotonic() - begun},
                   half)  # fmt: skip
        half.replace(checkpoint)

    body.train()
    while done < total:
        number = done // per_pass
        batches = order_of(lengths, options.batch, random.Random(options.seed * 1000 + number))
        for chosen in batches[done - number * per_pass :]:
            rng = random.Random(options.seed * 10**6 + done)
            torch.manual_seed(options.seed * 10**6 + done)
            texts, targets = [], []
            for i in chosen:
                text, target = noisy(examples[i].text, examples[i].language, rng), wanted[i]
                if rng.random() < MIXED and (examples[i].needs or examples[i].safety):
                    j = rng.choice(by_kind)
                    joint = rng.choice([". ", ", ", " ", " + "])
                    text, target = f"{text}{joint}{examples[j].text}", np.maximum(target, wanted[j])
                texts.append(text)
                targets.append(target)
            numbers, mask = pieces.batch(texts)
            numbers, mask = numbers[:, :LONGEST], mask[:, :LONGEST]
            progress = done / total
            if options.minutes:
                progress = max(progress, (time.monotonic() - begun) / (60 * options.minutes))
                if progress >= 1:
                    total = done
                    break
            factor = min(1.0, (done + 1) / 80) * max(0.02, 1 - progress)
            for group, lr in zip(optimiser.param_groups, base, strict=True):
                group["lr"] = lr * factor
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=options.bf16):
                found = body(torch.from_numpy(wheel.rows(numbers)), torch.from_numpy(mask))
            z = (found.float() - middle) * VECTOR_SCALE
            loss = loss_of(
                head(functional.dropout(z, 0.1)),
                torch.from_numpy(np.stack(targets)),
                torch.from_numpy(weight[chosen]),
                tasks.sizes(),
                options.smooth,
            )
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(everything, 1.0)
            optimiser.step()
            done += 1
            running = 0.98 * running + 0.02 * loss.item() if running else loss.item()
            if done % 5 == 0 or done == total:
                shown = int(30 * max(progress, done / total))
                print(f"\r[{'=' * shown:30}] {done}/{total} loss {running:.3f} "
                      f"{(time.monotonic() - begun) / 60:.1f} min", end="", flush=True)  # fmt: skip
            if time.monotonic() - saved_at > CHECKPOINT_S:
                save()
                saved_at = time.monotonic()
            if done >= total:
                break
    save()
    print(f"\nsaved {checkpoint}")


if __name__ == "__main__":
    main()
