"""The municipality's colours reach the page as a style sheet, checked on the way."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.urls import reverse

from kommun import checks, theme
from kommun.models import Municipality


@pytest.fixture
def tibro(db):
    return Municipality.objects.create(
        pk=1,
        name="Tibro kommun",
        short_name="Tibro",
        slug="tibro",
        website="https://www.tibro.se",
        contact_email="k@tibro.example",
    )


def ids(messages):
    return [message.id for message in messages]


def test_readable_colours_pass_the_check(tibro):
    assert checks.check_brand_colours(None, databases=["default"]) == []


def test_unreadable_colours_fail_the_check(tibro):
    Municipality.objects.update(brand_colour="#ffd75e", brand_colour_dark="#0b5563")
    assert ids(checks.check_brand_colours(None, databases=["default"])) == ["kommun.E001", "kommun.E002"]


def test_a_colour_like_the_error_red_is_warned_of(tibro):
    Municipality.objects.update(brand_colour="#b3161f")
    assert ids(checks.check_brand_colours(None, databases=["default"])) == ["kommun.W001"]


def test_the_check_asks_nothing_when_no_database_is_named():
    assert checks.check_brand_colours(None, databases=None) == []  # no database mark here: a query would fail the test


def test_the_check_is_silent_before_the_first_migration(monkeypatch):
    def no_table(cls):
        raise DatabaseError

    monkeypatch.setattr(Municipality, "current", classmethod(no_table))
    assert checks.check_brand_colours(None, databases=["default"]) == []


def test_a_form_hears_of_an_unreadable_colour_at_its_field(tibro):
    tibro.brand_colour = "#ffd75e"
    with pytest.raises(ValidationError) as refused:
        tibro.full_clean()
    assert set(refused.value.message_dict) == {"brand_colour"}


def test_the_style_sheet_carries_the_colours_and_is_not_sent_twice(client, tibro):
    Municipality.objects.update(brand_colour="#2c5530")
    first = client.get(reverse("theme_css"))
    assert first["Content-Type"].startswith("text/css")
    assert "--brand: #2c5530;" in first.content.decode()
    assert client.get(reverse("theme_css"), headers={"If-None-Match": first["ETag"]}).status_code == 304
    Municipality.objects.update(brand_colour="#0b5563")
    assert client.get(reverse("theme_css"), headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_what_is_no_colour_never_reaches_a_style_sheet():
    hostile = Municipality(brand_colour="red;}*{", brand_colour_dark="#86ccd8")
    assert theme.brand_of(hostile) == theme.DEFAULT


def test_the_style_sheet_comes_although_the_database_is_gone(client, monkeypatch):
    def gone(cls):
        raise DatabaseError

    monkeypatch.setattr(Municipality, "current", classmethod(gone))
    assert client.get(reverse("theme_css")).content.decode() == theme.css(*theme.DEFAULT)


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


@pytest.mark.parametrize(
    ("name", "content", "kind"), [("vapen.svg", SVG, "image/svg+xml"), ("vapen.bin", PNG, "image/png")]
)
def test_the_municipalitys_own_mark_is_shown(client, tibro, settings, tmp_path, name, content, kind):
    settings.MEDIA_ROOT = str(tmp_path)
    tibro.logo = SimpleUploadedFile(name, content)
    tibro.full_clean()
    tibro.save()
    assert f'src="{reverse("logo")}"' in client.get(reverse("account_login")).content.decode()
    answer = client.get(reverse("logo"))
    assert (answer.content, answer["Content-Type"]) == (content, kind)


def test_a_mark_whose_file_is_gone_is_no_error(client, tibro):
    Municipality.objects.update(logo="logo/gone.svg")
    assert client.get(reverse("logo")).status_code == 404


@pytest.mark.parametrize(
    ("content", "reason"), [(b"<html><script>", "SVG- eller PNG-fil"), (PNG + b"0" * 300_000, "högst 200 kB")]
)
def test_a_file_that_is_no_mark_is_refused(tibro, content, reason):
    tibro.logo = SimpleUploadedFile("vapen.svg", content)
    with pytest.raises(ValidationError, match=reason) as refused:
        tibro.full_clean()
    assert list(refused.value.message_dict) == ["logo"]


@pytest.mark.parametrize("days", [["2026-02-30"], ["jul"], [20261224], {"2026-12-23": 1}, "2026-12-23", None])
def test_a_closed_day_that_is_no_date_is_refused(tibro, days):
    tibro.closed_days = days
    with pytest.raises(ValidationError) as refused:
        tibro.full_clean()
    assert list(refused.value.message_dict) == ["closed_days"]


def test_closed_days_are_dates(tibro):
    tibro.closed_days = ["2026-12-23", "2027-01-05"]
    tibro.full_clean()
