"""Options of the desktop: declared once, documented, kept as readable text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from desktop import settings as declared
from desktop.settings import ALL_OPTIONS, DUE_DAYS, FONT_SCALE, PRINTER, SOUNDS, THEME, AnyOption, Settings


@pytest.mark.parametrize("option", ALL_OPTIONS, ids=lambda option: option.name)
def test_each_option_says_in_a_sentence_what_it_does(option: AnyOption) -> None:
    assert option.help[0].isupper()
    assert option.help.endswith(".")
    assert re.fullmatch(r"[a-z][a-z_]+", option.name)


@pytest.mark.parametrize("option", ALL_OPTIONS, ids=lambda option: option.name)
def test_each_default_fits_its_own_option(option: AnyOption) -> None:
    assert option.check(option.default) == option.default


@pytest.mark.parametrize("option", ALL_OPTIONS, ids=lambda option: option.name)
def test_each_number_has_a_unit_and_bounds(option: AnyOption) -> None:
    if type(option.default) in (int, float):
        assert option.unit
        assert option.least is not None
        assert option.most is not None


def test_every_declared_option_is_listed_once() -> None:
    found = [value for value in vars(declared).values() if isinstance(value, declared.Option)]
    assert sorted(option.name for option in found) == sorted(option.name for option in ALL_OPTIONS)
    assert len({option.name for option in ALL_OPTIONS}) == len(ALL_OPTIONS)


def test_a_choice_survives_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    Settings(file).choose(DUE_DAYS, 21)
    again = Settings(file)
    assert again.get(DUE_DAYS) == 21
    assert again.get(THEME) == "system"


@pytest.mark.parametrize("name", ['Zebra "front"', "back\\desk", "Drucker für Etiketten", "tab\there", "del\x7f", "🖨"])
def test_any_printer_name_is_kept_exactly(tmp_path: Path, name: str) -> None:
    file = tmp_path / "settings.toml"
    Settings(file).choose(PRINTER, name)
    assert Settings(file).get(PRINTER) == name


def test_a_choice_that_does_not_fit_is_refused_in_a_sentence() -> None:
    settings = Settings()
    with pytest.raises(ValueError, match=r"at least 1 days"):
        settings.choose(DUE_DAYS, 0)
    with pytest.raises(ValueError, match="one of system, light, dark"):
        settings.choose(THEME, "pink")
    assert settings.get(DUE_DAYS) == 14


def test_listeners_hear_of_a_real_change_only() -> None:
    settings, heard = Settings(), list[str]()
    settings.on_change(heard.append)
    settings.choose(SOUNDS, True)
    settings.choose(SOUNDS, False)
    assert heard == ["sounds"]


def test_an_unreadable_file_is_kept_aside_and_said(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("theme = ", encoding="utf-8")
    settings = Settings(file)
    assert "kept as settings.unreadable" in settings.problems[0]
    assert (tmp_path / "settings.unreadable").read_text(encoding="utf-8") == "theme = "
    assert settings.get(THEME) == "system"


def test_a_wrong_line_costs_only_itself(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('due_days = "many"\nfont_scale = 1\n', encoding="utf-8")
    settings = Settings(file)
    assert settings.get(DUE_DAYS) == 14
    assert settings.get(FONT_SCALE) == 1.0
    assert "due_days" in settings.problems[0]


def test_lines_of_a_newer_program_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('colour_of_tomorrow = "teal"\n', encoding="utf-8")
    Settings(file).choose(SOUNDS, False)
    assert 'colour_of_tomorrow = "teal"' in file.read_text(encoding="utf-8")
