"""Contrast as WCAG counts it, and tints that stay readable whatever colour a municipality has."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from kommun import colour

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#767676", "#ffffff", 4.54),  # the lightest grey that passes on white
        ("#777777", "#ffffff", 4.48),
        ("#0b5563", "#ffffff", 8.42),
    ],
)
def test_contrast_is_counted_as_wcag_does(one, other, ratio):
    assert colour.contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert colour.contrast(other, one) == colour.contrast(one, other)


@pytest.mark.parametrize(
    "text", ["", "0b5563", "#0b556", "#0b55630", "#0b556g", "red", "#0b5563;}", "#0b5563\n", "#٠٠٠٠٠٠"]
)
def test_only_six_hex_digits_are_a_colour(text):
    assert not colour.is_hex(text)
    with pytest.raises(ValueError, match="rrggbb"):
        colour.to_rgb(text)
    with pytest.raises(ValidationError, match="sex tecken"):
        colour.validate_brand_colour(text)


@given(COLOURS)
def test_a_colour_survives_the_way_through_oklab(text):
    lightness, a, b = colour._to_oklab(text)
    channels = colour._from_oklab(lightness, a, b)
    assert [round(255 * channel) for channel in channels] == [round(255 * channel) for channel in colour.to_rgb(text)]


# Any colour, moved just as far as the validators ask when it would be refused: so the very edge is tried as well.
BRANDS = COLOURS.map(lambda text: colour.readable(text, (colour.WHITE,)))
BRANDS_DARK = COLOURS.map(lambda text: colour.readable(text, (colour.PAPER_DARK,)))


@given(BRANDS, BRANDS_DARK)
def test_every_accepted_brand_gives_a_theme_that_can_be_read(brand, brand_dark):
    colour.validate_brand_colour(brand)
    colour.validate_brand_colour_dark(brand_dark)

    theme = colour.theme(brand, brand_dark)

    assert all(colour.is_hex(value) for properties in theme.values() for value in properties.values())
    light, dark = theme["light"], theme["dark"]
    for surface in (*colour.SURFACES_LIGHT, light["--accent-soft"]):
        assert colour.contrast(light["--accent"], surface) >= colour.READABLE
    for surface in (*colour.SURFACES_DARK, dark["--accent-soft"]):
        assert colour.contrast(dark["--accent"], surface) >= colour.READABLE
    assert colour.contrast(light["--accent"], colour.WHITE) >= colour.READABLE  # the label of a filled button
    assert colour.contrast(dark["--accent"], "#0b1515") >= colour.READABLE
    assert colour.contrast(light["--accent-hover"], colour.WHITE) >= colour.READABLE
    assert colour.contrast(dark["--accent-hover"], "#0b1515") >= colour.READABLE
    assert colour.contrast(light["--band"], colour.WHITE) >= colour.READABLE
    assert colour.contrast(dark["--band"], colour.WHITE) >= colour.READABLE


def test_a_readable_brand_is_left_as_it_is():
    assert colour.theme("#0b5563", "#86ccd8")["light"]["--accent"] == "#0b5563"
    assert colour.theme("#0b5563", "#86ccd8")["dark"]["--accent"] == "#86ccd8"


def test_a_brand_that_is_too_light_is_refused_with_its_ratio_cut_and_not_rounded():
    with pytest.raises(ValidationError, match="4,4:1"):
        colour.validate_brand_colour("#777777")
    with pytest.raises(ValidationError, match="ljusare"):
        colour.validate_brand_colour_dark("#0b5563")
    colour.validate_brand_colour("#767676")
    colour.validate_brand_colour_dark("#86ccd8")


@pytest.mark.parametrize(
    ("text", "close"), [("#b3161f", True), ("#e30613", True), ("#0b5563", False), ("#2c5530", False)]
)
def test_a_brand_that_can_be_taken_for_an_error_is_noticed(text, close):
    assert colour.is_close_to_error_red(text) is close
