"""Start tokens: signed, for one use, bounded in memory."""

from __future__ import annotations

import pytest

from channels.web.tokens import LIFE_S, StartTokens, TokenSpent, TokenUnknown


class Clock:
    now = 50_000.0

    def __call__(self) -> float:
        return self.now


def test_a_token_is_spent_once() -> None:
    tokens = StartTokens()
    one = tokens.make()
    tokens.spend(one)
    with pytest.raises(TokenSpent):
        tokens.spend(one)


def test_another_process_knows_none_of_ours() -> None:
    with pytest.raises(TokenUnknown):
        StartTokens().spend(StartTokens().make())


def test_a_later_time_cannot_be_written_in() -> None:
    tokens = StartTokens()
    at, nonce, mark = tokens.make().split(".")
    with pytest.raises(TokenUnknown):
        tokens.spend(f"{int(at) + 999}.{nonce}.{mark}")


def test_old_tokens_are_refused() -> None:
    clock = Clock()
    tokens = StartTokens(clock)
    one = tokens.make()
    clock.now += LIFE_S + 1
    with pytest.raises(TokenUnknown):
        tokens.spend(one)


def test_a_flood_never_makes_a_used_token_usable_again() -> None:
    clock = Clock()
    tokens = StartTokens(clock, most_spent=10)
    used = tokens.make()
    tokens.spend(used)
    for _ in range(50):
        clock.now += 1
        tokens.spend(tokens.make())
    assert len(tokens._spent) <= 10
    with pytest.raises((TokenSpent, TokenUnknown)):
        tokens.spend(used)
