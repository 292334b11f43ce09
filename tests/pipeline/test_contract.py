"""What the pipeline returns for one message, as understanding.md says, through ``linden parse``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
import yaml

from bot.settings import ROOT, Settings
from cli.train import is_trained

TEXTS = [
    "hola", "mi esposo me quito mis papeles y no tengo donde ir con mis dos hijos", "60608", "2",
    "he is beating me dont write back", "", "🎉", "/restart",
    "he put hands round my neck last month. where do i get food stamps",
    "tell me about the second one", "in spanish please",
]  # fmt: skip


@pytest.fixture(scope="module")
def parsed() -> dict[str, dict[str, Any]]:
    model = os.environ.get("TEST_MODEL", "")
    if not is_trained(Settings(model=model)):
        subprocess.run([sys.executable, "-m", "cli.main", "train"], check=True, cwd=ROOT)
    lines = "".join(json.dumps({"text": text}) + "\n" for text in TEXTS)
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "parse"], input=lines, text=True, check=True,
        capture_output=True, cwd=ROOT, env={**os.environ, "LINDEN_MODEL": model},
    )  # fmt: skip
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {row["text"]: row for row in rows}


def test_every_message_has_the_whole_contract(parsed: dict[str, dict[str, Any]]) -> None:
    intents = {i["name"] for i in yaml.safe_load((ROOT / "bot/intents.yml").read_text())["intents"]}
    needs = {n["slug"] for n in yaml.safe_load((ROOT / "bot/needs.yml").read_text())["needs"]}
    assert list(parsed) == TEXTS
    for row in parsed.values():
        assert {"text", "language", "intent", "needs", "safety", "signs", "entities"} <= set(row)
        assert {"tag", "confidence", "abstain"} <= set(row["language"])
        assert row["intent"]["name"] in intents | {f"need_{n}" for n in needs} | {"nlu_fallback"}
        assert row["safety"]["label"] in (
            "none", "emergency", "suicide_risk", "being_watched", "safety_exit",
        )  # fmt: skip
        assert isinstance(row["safety"]["also"], list)
        assert all(need["slug"] in needs for need in row["needs"])


def test_two_needs_in_one_breath(parsed: dict[str, dict[str, Any]]) -> None:
    row = parsed[TEXTS[1]]
    assert {"immigration", "safe_place"} <= {need["slug"] for need in row["needs"]}
    assert row["language"]["tag"] == "es"


def test_two_safety_matters_at_once(parsed: dict[str, dict[str, Any]]) -> None:
    row = parsed["he is beating me dont write back"]
    assert row["safety"]["label"] == "emergency"
    assert row["safety"]["also"] == ["being_watched"]
    assert row["intent"]["name"] == "emergency"


def test_a_sign_said_in_passing(parsed: dict[str, dict[str, Any]]) -> None:
    assert "strangled" in parsed[TEXTS[8]]["signs"]


def test_numbers_postcodes_ordinals_and_languages(parsed: dict[str, dict[str, Any]]) -> None:
    assert parsed["60608"]["intent"]["name"] == "inform_location"
    assert {"entity": "postcode", "value": "60608"} in parsed["60608"]["entities"]
    assert {"entity": "option_number", "value": "2"} in parsed["2"]["entities"]
    assert {"entity": "option_number", "value": "2"} in parsed[TEXTS[9]]["entities"]
    assert {"entity": "language", "value": "es"} in parsed["in spanish please"]["entities"]


def test_bad_lines_are_named_and_the_rest_is_parsed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "parse"], input='{"text": 3}\nnot json\n{"text":"hi"}\n',
        text=True, check=False, capture_output=True, cwd=ROOT,
        env={**os.environ, "LINDEN_MODEL": os.environ.get("TEST_MODEL", "")},
    )  # fmt: skip
    assert done.returncode == 1
    assert "line 1" in done.stderr
    assert "line 2" in done.stderr
    assert len(done.stdout.splitlines()) == 1
