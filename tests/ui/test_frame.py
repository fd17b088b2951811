"""The frame: menu, municipality, error pages that come up when little else does."""

import json
import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError
from django.template.loader import get_template
from django.test import RequestFactory
from django.urls import reverse

from kommun import context_processors, navigation
from kommun.models import Municipality
from kommun.navigation import NavItem
from kommun.views import errors


def later(request):
    return [NavItem("rulebook", "Regelverk", "book", order=60)]


def earlier(request):
    return [NavItem("start", "Start", "home", count=2, count_label="saker", phone=True, order=10)]


def test_the_menu_is_what_the_apps_add_in_order_with_the_page_marked(settings):
    settings.KANALKOLLEN_NAVIGATION = [f"{__name__}.later", f"{__name__}.earlier"]
    menu = navigation.items_for(RequestFactory().get(reverse("rulebook")))
    assert [(item["label"], item["current"]) for item in menu] == [("Start", ""), ("Regelverk", "page")]
    below = navigation.items_for(RequestFactory().get(reverse("rulebook") + "2/"))
    assert [item["current"] for item in below] == ["", "true"]


def test_nobody_who_is_signed_out_has_a_menu():
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    assert navigation.items(request) == []


def test_a_page_comes_up_without_a_municipality(monkeypatch):
    def gone(cls):
        raise DatabaseError

    monkeypatch.setattr(Municipality, "current", classmethod(gone))
    context = context_processors.municipality(RequestFactory().get("/"))
    assert not context["municipality"]


PAGES = {
    "400": lambda request: errors.bad_request(request),
    "403": lambda request: errors.forbidden(request),
    "404": lambda request: errors.not_found(request),
    "500": lambda request: errors.server_error(request),
    "csrf": lambda request: errors.csrf_failure(request),
}


@pytest.mark.parametrize("page", sorted(PAGES))
def test_an_error_page_says_what_to_do_and_asks_nothing_of_the_database(page):
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    response = PAGES[page](request)  # no database mark: a query would fail the test
    html = response.content.decode()
    assert response.status_code == {"csrf": 403}.get(page) or int(page)
    assert html.count("<h1>") == 1
    assert '<html lang="sv">' in html
    assert "Till startsidan" in html
    assert not re.search(r"{[{%]", html)


@pytest.mark.parametrize("status", [403, 409])
def test_a_refusal_shows_its_reason_as_text(status):
    html = get_template(f"{status}.html").render({"reason": "Du får inte besluta om din egen <ansökan>."})
    assert "Du får inte besluta om din egen &lt;ansökan&gt;." in html


def test_htmx_shows_refusals_and_runs_no_text_as_code(db, client):
    html = client.get(reverse("components_gallery")).content.decode()
    config = json.loads(re.search(r"name=\"htmx-config\" content='([^']+)'", html)[1])
    assert config["allowEval"] is False
    assert config["includeIndicatorStyles"] is False
    assert config["historyCacheSize"] == 0  # nothing of a page stays in the browser's storage
    swapped = [rule["code"] for rule in config["responseHandling"] if rule["swap"]]
    for status in ("200", "403", "409", "422"):
        assert any(re.search(code, status) for code in swapped)


def test_the_gallery_is_closed_where_the_product_is_in_use(db, client, settings):
    settings.DEBUG, settings.DEMO, settings.TESTING = False, False, False
    assert client.get(reverse("components_gallery")).status_code == 404
