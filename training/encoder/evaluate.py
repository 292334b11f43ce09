"""Compare encoders as the bot uses them: the project's own linear heads over their vectors.

    python evaluate.py [--encoders general own] [--without TAG] [--out FILE]

For each encoder the heads of bot.pipeline.heads are fitted on the vectors of data/nlu and judged on
tests/language: intent macro-F1 and needs micro-F1, in all and by language; recall of the safety
labels where look-alikes give the same share of false alarms; abuse told and programmes asked for
that are taken for each other. ``--without`` leaves languages out of the heads' training data too
(use with a checkpoint trained ``--without`` them). Time and memory: bench.py.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from bot.pipeline.encoder import TrainingVectors, encoder
from bot.pipeline.examples import SAFETY, Example, any_of, one_of, read_folder
from bot.pipeline.heads import Heads, fit
from bot.settings import ROOT

ALARMS = 0.04
"""Share of look-alikes that may raise an alarm (understanding.md)."""


def macro_f1(wanted: np.ndarray, found: np.ndarray) -> float:
    """Mean F1 over the labels that occur in ``wanted``."""
    scores = []
    for label in np.unique(wanted):
        hit = int(((found == label) & (wanted == label)).sum())
        scores.append(2 * hit / max(1, int((found == label).sum() + (wanted == label).sum())))
    return float(np.mean(scores))


def micro_f1(wanted: np.ndarray, found: np.ndarray) -> float:
    return float(2 * (wanted & found).sum() / max(1, wanted.sum() + found.sum()))


def recall_at(score: np.ndarray, wanted: np.ndarray, alike: np.ndarray, share: float) -> float:
    """Recall where at most ``share`` of the look-alikes score as high."""
    limit = np.quantile(score[alike], 1 - share) if alike.any() else 0.5
    return float((score[wanted] > limit).mean()) if wanted.any() else float("nan")


def judged(name: str, train: list[Example], held: list[Example], cache: Path) -> dict[str, Any]:
    """All figures of one encoder."""
    store = TrainingVectors(encoder(name), cache)
    vectors = store.of([e.text for e in train])
    intents = sorted({e.intent for e in train})
    needs = sorted({n for e in train for n in e.needs})
    heads: Heads = fit(
        [e.text for e in train],
        vectors,
        {
            "intent": one_of([e.intent for e in train], intents),
            "needs": any_of([e.needs for e in train], needs),
            "safety": any_of([e.safety for e in train], SAFETY, weight=3.0),
        },
    )
    tried = store.of([e.text for e in held])
    rows = [heads.predict(e.text, v) for e, v in zip(held, tried, strict=True)]
    intent = np.array([intents[int(r["intent"].argmax())] for r in rows])
    needed = np.stack([r["needs"] for r in rows]) > 0.5
    alarm = np.stack([r["safety"] for r in rows])
    wanted = np.array([e.intent for e in held])
    wanted_needs = any_of([e.needs for e in held], needs).wanted > 0.5
    wanted_safety = any_of([e.safety for e in held], SAFETY).wanted > 0.5
    language = np.array([e.language or "" for e in held])
    alike = np.array([e.file == "lookalikes.yml" for e in held]) & ~wanted_safety.any(axis=1)
    compound = np.array([e.file == "compounds.yml" for e in held])

    def of(part: np.ndarray) -> dict[str, float]:
        found = {
            "messages": int(part.sum()),
            "intent accuracy": float((intent == wanted)[part].mean()),
            "intent macro-F1": macro_f1(wanted[part], intent[part]),
            "needs micro-F1": micro_f1(wanted_needs[part], needed[part]),
            "needs micro-F1, compounds": micro_f1(
                wanted_needs[part & compound], needed[part & compound]
            ),
        }
        for column, label in enumerate(SAFETY):
            # A look-alike of one label may be a real case of another: only clean ones count.
            found[f"{label} recall"] = recall_at(
                alarm[part, column], wanted_safety[part, column], alike[part], ALARMS
            )
        told, asked = wanted == "disclose_abuse", wanted == "need_accountability"
        found["abuse told, heard as accountability"] = float(
            (intent == "need_accountability")[part & told].mean()
        ) if (part & told).any() else float("nan")  # fmt: skip
        found["accountability, heard as abuse told"] = float(
            (intent == "disclose_abuse")[part & asked].mean()
        ) if (part & asked).any() else float("nan")  # fmt: skip
        return found

    everyone = np.ones(len(held), dtype=bool)
    return {"all": of(everyone), **{tag: of(language == tag) for tag in sorted(set(language))}}


def table(figures: dict[str, dict[str, Any]]) -> str:
    """Markdown: a row a measure over all, then intent macro-F1 by language."""
    names = list(figures)
    lines = [f"| measure | {' | '.join(names)} |", "|---|" + "---:|" * len(names)]
    for measure in figures[names[0]]["all"]:
        cells = [f"{figures[n]['all'][measure]:.3f}".removesuffix(".000") for n in names]
        lines.append(f"| {measure} | {' | '.join(cells)} |")
    for tag in list(figures[names[0]])[1:]:
        cells = [f"{figures[n][tag]['intent macro-F1']:.3f}" for n in names]
        lines.append(f"| intent macro-F1, {tag} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoders", nargs="+", default=["general", "own"])
    parser.add_argument("--without", nargs="*", default=[])
    parser.add_argument("--cache", type=Path, default=ROOT / "var" / "encoder")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    train = [e for e in read_folder(ROOT / "data" / "nlu") if e.language not in options.without]
    held = list(read_folder(ROOT / "tests" / "language"))
    known = {e.intent for e in train}
    held = [e for e in held if e.intent in known]
    figures = {name: judged(name, train, held, options.cache) for name in options.encoders}
    print(f"{len(train)} messages to learn from, {len(held)} held out\n\n{table(figures)}")
    if options.out:
        options.out.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
