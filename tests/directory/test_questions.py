"""Sixty labelled questions over the sample county: the right place first, and why."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.directory.conftest import Ask

QUESTIONS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "questions.yml").read_text("utf-8")
)["questions"]


def _answer(ask: Ask, question: dict[str, Any]) -> Any:
    return ask(
        *question["needs"],
        near=question.get("near"),
        speaks=question.get("speaks"),
        prefer=question.get("prefer"),
        lane=question.get("lane", "survivor"),
    )


def _reciprocal_rank(names: list[str], best: list[str]) -> float:
    return next((1 / rank for rank, name in enumerate(names, 1) if name in best), 0.0)


def test_sixty_questions_are_answered_as_an_advocate_would(
    ask: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(QUESTIONS) == 60
    total = 0.0
    missed = []
    kinds: Counter[str] = Counter()
    first: Counter[str] = Counter()
    for question in QUESTIONS:
        results = _answer(ask, question)
        names = [option.name for option in results.options]
        rank = _reciprocal_rank(names, question["best"])
        total += rank
        if rank < 1:
            missed.append(f"{question['id']} {question['label']}: {names}")
        kinds.update(_kind(option) for option in results.options)
        first.update(_kind(option) for option in results.options[:1])
    with capsys.disabled():
        print(f"\nmean reciprocal rank over 60 questions: {total / 60:.3f}")
        print(f"among the first three: {dict(kinds)}; first: {dict(first)}")
        print("\n".join(missed))
    assert total / 60 >= 0.9


def _kind(option: Any) -> str:
    return "national" if option.national else "system" if option.system else "community"


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: f"{q['id']} {q['label']}")
def test_every_question_gets_an_answer_with_reasons(ask: Ask, question: dict[str, Any]) -> None:
    results = _answer(ask, question)
    assert results.options
    assert not results.degraded
    for option in results.options:
        assert option.reasons
        assert {reason.code for reason in option.reasons} & {"checked", "unchecked"}
        assert option.name not in question.get("never", ())
        if option.confidential:
            assert option.address is None and option.distance_km is None
    local = [option.organization for option in results.options if not option.national]
    assert len(local) == len(set(local)), "one organization filled the answer"
