"""Stock Rasa (DIET and TED on TensorFlow) on the same messages, in an environment of its own.

Built from the same NLU data and rules, with fixed responses in place of our actions (so it does
less than a turn of ours). One epoch of training: it changes how well stock understands, not how
fast it answers.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import yaml

from benchmarks.messages import SHORT_SHARE, mixed
from bot.settings import ROOT, Settings

FOLDER = ROOT / ".tools" / "stock"
CONFIG = """
recipe: default.v1
language: mul
assistant_id: stock
pipeline:
  - name: WhitespaceTokenizer
  - name: RegexFeaturizer
  - name: LexicalSyntacticFeaturizer
  - name: CountVectorsFeaturizer
  - name: CountVectorsFeaturizer
    analyzer: char_wb
    min_ngram: 1
    max_ngram: 4
  - name: DIETClassifier
    epochs: 1
    constrain_similarities: true
  - name: EntitySynonymMapper
  - name: FallbackClassifier
    threshold: 0.3
policies:
  - name: MemoizationPolicy
  - name: RulePolicy
  - name: TEDPolicy
    max_history: 5
    epochs: 1
    constrain_similarities: true
"""
RUNNER = """
import asyncio, json, os, sys, time
began = time.perf_counter()
import logging, structlog
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
from rasa.core.agent import Agent
agent = Agent.load(sys.argv[1])
start_s = time.perf_counter() - began
texts = json.load(open(sys.argv[2])); writers = int(sys.argv[3]); took = []
async def writer(n):
    for text in texts[n::writers]:
        t = time.perf_counter(); await agent.handle_text(text, sender_id=str(n)); took.append(time.perf_counter() - t)
async def main():
    await agent.handle_text("hello", sender_id="warm up")
    t = time.perf_counter(); await asyncio.gather(*(writer(n) for n in range(writers))); return time.perf_counter() - t
seconds = asyncio.run(main()); took.sort()
rss = [int(l.split()[1]) / 1024 for l in open("/proc/self/status") if l.startswith("VmRSS")][0]
q = lambda s: round(1000 * took[min(len(took) - 1, int(s * len(took)))], 2)
print("FIGURES " + json.dumps({"turns_per_second": round(len(texts) / seconds, 1), "turn": {"p50_ms": q(.5), "p95_ms": q(.95), "p99_ms": q(.99)}, "start_s": round(start_s, 1), "resident_mb": round(rss, 1)}))
"""  # noqa: E501


def _environment() -> Path:
    python = FOLDER / "venv" / "bin" / "python"
    if not python.exists():
        subprocess.run(
            [sys.executable, str(ROOT / "deploy/setup_environment.py"), ".tools/stock/venv",
             "requirements/stock.txt", "--bare"],
            check=True, cwd=ROOT,
        )  # fmt: skip
    return python


def _project() -> Path:
    """Our data and rules, each action a fixed response."""
    project = FOLDER / "project"
    (project / "data").mkdir(parents=True, exist_ok=True)
    (project / "config.yml").write_text(CONFIG)
    intents, actions = [], []
    for path in (ROOT / "bot/domain").glob("*.yml"):
        content = yaml.safe_load(path.read_text("utf-8"))
        intents += [next(iter(i)) if isinstance(i, dict) else i for i in content.get("intents", ())]
        actions += content.get("actions", ())
    responses = {f"utter_{name}": [{"text": f"An answer to {name}."}] for name in actions}
    domain = {"version": "3.1", "intents": intents, "responses": responses}
    (project / "domain.yml").write_text(yaml.safe_dump(domain))
    for path in (ROOT / "data/stories").glob("*.yml"):
        text = path.read_text("utf-8").replace("action: action_", "action: utter_action_")
        (project / "data" / f"rules_{path.name}").write_text(text)
        # TED learns from stories only: the same turns once more as such.
        told = text.replace("rules:", "stories:").replace("- rule: ", "- story: told ")
        (project / "data" / f"stories_{path.name}").write_text(told)
    for path in (ROOT / "data/nlu").glob("*/*.yml"):
        (project / "data" / f"nlu_{path.parent.name}_{path.name}").write_text(
            path.read_text("utf-8")
        )
    return project


def run(settings: Settings, count: int, writers: int) -> dict[str, Any]:
    """Turns a second of stock Rasa with the same texts; its training time and size beside."""
    python, project = _environment(), _project()
    began = time.perf_counter()
    model = project / "models" / "stock.tar.gz"
    if not model.exists():
        subprocess.run(
            [str(python), "-m", "rasa", "train", "--fixed-model-name", "stock", "--quiet"],
            check=True, cwd=project, capture_output=True,
            env={"PATH": str(python.parent), "RASA_TELEMETRY_ENABLED": "false", "HOME": str(FOLDER),
                 "TF_CPP_MIN_LOG_LEVEL": "3", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"},
        )  # fmt: skip
    trained_s = time.perf_counter() - began
    (project / "texts.json").write_text(json.dumps(mixed(count)))
    (project / "runner.py").write_text(RUNNER)
    done = subprocess.run(
        [str(python), "runner.py", str(model), "texts.json", str(writers)],
        check=True, cwd=project, capture_output=True, text=True,
        env={"PATH": str(python.parent), "RASA_TELEMETRY_ENABLED": "false", "HOME": str(FOLDER),
             "TF_CPP_MIN_LOG_LEVEL": "3", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"},
    )  # fmt: skip
    line = next(x for x in done.stdout.splitlines() if x.startswith("FIGURES "))
    size = sum(p.stat().st_size for p in (FOLDER / "venv").rglob("*") if p.is_file()) / 1e9
    return {
        "pipeline": "DIET + TED, one epoch, fixed responses, no action server",
        "mix": f"{int(SHORT_SHARE * 100)} % short", **json.loads(line.removeprefix("FIGURES ")),
        "trained_s": round(trained_s), "environment_gb": round(size, 2),
    }  # fmt: skip
