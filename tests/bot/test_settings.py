"""Settings: read from the environment, explained, and the example file says what there is."""

from __future__ import annotations

import dataclasses

import pytest

from bot.settings import ROOT, SettingInvalid, Settings


def test_every_setting_is_explained_and_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text("utf-8")
    for field in dataclasses.fields(Settings):
        assert field.metadata["help"].endswith("."), field.name
        assert f"# {field.metadata['help']}\n" in example, field.name
        assert f"LINDEN_{field.name.upper()}=" in example, field.name


def test_a_bad_value_is_one_clear_line() -> None:
    with pytest.raises(SettingInvalid, match="LINDEN_PORT must be a int"):
        Settings.from_environment({"LINDEN_PORT": "eighty"})


def test_other_variables_are_nobodys_business() -> None:
    assert Settings.from_environment({"PORT": "1"}).port == 8080
