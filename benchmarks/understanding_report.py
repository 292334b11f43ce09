"""The table of how well messages are understood, as Markdown and a picture of the confusions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.understanding import Judged

COLUMNS = (
    ("intent macro-F1", "intent_macro_f1", ">= 0.92"),
    ("needs micro-F1, compound", "needs_micro_f1_compound", ">= 0.88"),
    ("crisis recall", "crisis_recall", ">= 0.98"),
    ("... by words alone", "crisis_recall_by_words", ">= 0.60"),
    ("alarms on look-alikes", "lookalike_alarms", "<= 0.04"),
    ("being watched recall", "watched_recall", ">= 0.96"),
    ("language, 1-4 words", "language_short", ">= 0.95"),
    ("language, sentences", "language_sentence", ">= 0.99"),
    ("abuse told, read as done", "told_read_as_did", "<= 0.005"),
    ("abuse done, read as told", "did_read_as_told", "<= 0.01"),
    ("details F1", "details_f1", ">= 0.80"),
    ("signs F1", "signs_f1", ">= 0.80"),
)
"""Measures, their names in the figures, and the aims of the design."""


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        low, high = value["interval"]
        return f"{value['share']:.3f} ({low:.2f}-{high:.2f})" if value["count"] else "-"
    return f"{value:.3f}"


def markdown(figures: dict[str, Any]) -> str:
    """The report: pooled with intervals, per language, the most frequent confusions."""
    pooled, tags = figures["all"], figures["languages"]
    lines = [
        "# How well messages are understood", "",
        f"Made by `linden evaluate`: encoder `{figures['encoder']}`, {pooled['messages']} "
        f"development messages in {len(tags)} languages that nothing was trained on "
        "(`tests/language`). Intervals are 95 % (Wilson).", "",
        "| measure | aim | all | " + " | ".join(tags) + " |",
        "|---|---|---|" + "---|" * len(tags),
    ]  # fmt: skip
    for title, key, aim in COLUMNS:
        cells = [_cell(pooled[key])]
        cells += [_cell(mine[key]).split(" ")[0] for mine in tags.values()]
        lines.append(f"| {title} | {aim} | " + " | ".join(cells) + " |")
    low, high = pooled["intent_macro_f1_interval"]
    lines += ["", f"Intent macro-F1, bootstrap interval: {low:.3f} to {high:.3f}.", "",
              "![Confusions](pictures/understanding.svg)", "", "## Most frequent confusions", "",
              "| wanted | found | times |", "|---|---|---|"]  # fmt: skip
    lines += [
        f"| {c['wanted']} | {c['found']} | {c['count']} |" for c in figures["confusions"][:25]
    ]
    return "\n".join(lines) + "\n"


def picture(rows: Sequence[Judged], path: Path) -> None:
    """Which label was read as which, as an SVG; rows are what was wanted."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt
    import numpy as np

    labels = sorted({row.example.intent for row in rows})
    place = {label: n for n, label in enumerate(labels)}
    counts = Counter((row.example.intent, row.intent) for row in rows)
    grid = np.zeros((len(labels), len(labels)))
    for (wanted, found), count in counts.items():
        if found in place:
            grid[place[wanted], place[found]] = count
    grid /= np.maximum(grid.sum(axis=1, keepdims=True), 1)
    figure, axes = plt.subplots(figsize=(14, 14))
    axes.imshow(grid, cmap="Greens", vmin=0, vmax=1)
    axes.set_xticks(range(len(labels)), labels, rotation=90, fontsize=6)
    axes.set_yticks(range(len(labels)), labels, fontsize=6)
    axes.set_xlabel("read as")
    axes.set_ylabel("meant")
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
