"""Writing is readable in both looks, and no tone is told by colour alone."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from desktop.foundation.assets import resource
from desktop.settings import FONT_SCALE, THEME, Settings
from desktop.widgets.colours import DARK, LIGHT, TONE_ICONS, Colours, Tone, contrast
from desktop.widgets.theme import TextRole, ThemeKeeper, current_colours, text_font

both = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=lambda colours: colours.name)


def test_black_on_white_has_the_contrast_that_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@both
def test_writing_has_at_least_four_and_a_half_to_one_on_every_ground(colours: Colours) -> None:
    for ground in (colours.window, colours.surface, colours.raised, colours.rail, colours.hover):
        assert contrast(colours.ink, ground) >= 4.5
        assert contrast(colours.muted, ground) >= 4.5
        assert contrast(colours.accent, ground) >= 4.5
    assert contrast(colours.on_accent, colours.accent) >= 4.5
    assert contrast(colours.on_accent, colours.accent_hover) >= 4.5
    assert contrast(colours.accent, colours.accent_ground) >= 4.5
    assert contrast(colours.selection_ink, colours.selection) >= 4.5
    assert contrast(colours.muted, colours.selection) >= 4.5


@both
@pytest.mark.parametrize("tone", list(Tone))
def test_each_tone_can_be_read_on_its_own_ground_on_panels_and_in_chosen_rows(colours: Colours, tone: Tone) -> None:
    one = colours.tone(tone)
    for ground in (one.ground, colours.surface, colours.window, colours.selection):
        assert contrast(one.ink, ground) >= 4.5


@both
def test_edges_of_controls_have_at_least_three_to_one(colours: Colours) -> None:
    for ground in (colours.window, colours.surface, colours.raised):
        assert contrast(colours.field_edge, ground) >= 3
        assert contrast(colours.accent, ground) >= 3


def test_each_tone_has_an_icon_of_its_own() -> None:
    assert set(TONE_ICONS) == set(Tone)
    assert len(set(TONE_ICONS.values())) == len(TONE_ICONS)
    for name in TONE_ICONS.values():
        assert resource("icons", f"{name}.svg").is_file()


def test_the_look_follows_the_setting_while_the_program_runs(theme: ThemeKeeper, settings: Settings) -> None:
    settings.choose(THEME, "dark")
    assert current_colours() is DARK
    settings.choose(THEME, "light")
    assert current_colours() is LIGHT


def test_toggling_is_kept_as_the_person_s_choice(theme: ThemeKeeper, settings: Settings) -> None:
    settings.choose(THEME, "light")
    theme.toggle()
    assert settings.get(THEME) == "dark"
    assert current_colours() is DARK


def test_larger_type_is_larger_in_every_rank(theme: ThemeKeeper, settings: Settings) -> None:
    normal = {role: text_font(role).pixelSize() for role in TextRole}
    settings.choose(FONT_SCALE, 1.5)
    assert all(text_font(role).pixelSize() > normal[role] for role in TextRole)


def test_body_text_is_at_least_thirteen_pixels_high(theme: ThemeKeeper, qapp: QApplication) -> None:
    assert qapp.font().pixelSize() >= 13
    assert qapp.font().families()[0] == "Inter"
