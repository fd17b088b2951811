"""Every list and every page of the browser admin costs the same with ten rows, a thousand and ten thousand."""

from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.contrib.contenttypes.models import ContentType
from django.db import connection, reset_queries
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Appointment, DigestDay, User
from kommun.models import Municipality
from tests.admin.growth import FIRST, copy_rows, one_of_each
from tests.admin.scene import make_everything
from tests.factories import AppointmentFactory, make_cast

pytestmark = pytest.mark.django_db  # so that there is a database

SIZES = (10, 1_000, 10_000)
ENDS = (10, 10_000)  # for the page of one row, which is no list: nothing lies between
OURS = ("kommun", "accounts", "channels", "archive", "moderation")
MODELS = sorted(
    (model for model in site._registry if model._meta.app_label in OURS), key=lambda model: model._meta.label_lower
)


def ask(client, path, **data):
    """Return (how many queries, how many bytes) of the page."""
    reset_queries()  # only so many are remembered
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path, data)
    assert answer.status_code == 200, (path, answer.status_code)
    return len(asked), len(answer.content)


def pages_of(model, size):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    pk = {Municipality: 1, DigestDay: "1900-01-02"}.get(model, FIRST + 1)
    yield "list", reverse(f"{name}_changelist"), {}
    yield "search", reverse(f"{name}_changelist"), {"q": "copy"}
    if size in ENDS:
        yield "change", reverse(f"{name}_change", args=[pk]), {}
    if size in ENDS and site._registry[model].has_add_permission(SimpleNamespace(user=User(is_superuser=True))):
        yield "add", reverse(f"{name}_add"), {}


@pytest.fixture
def short_lists(monkeypatch):
    """Fewer rows a page, so that the measuring takes half as long; a list that reads row by row still shows at ten rows."""
    for model in MODELS:
        monkeypatch.setattr(site._registry[model], "list_per_page", 20)


def costs():
    """Return {(model, page): [(queries, bytes) at each size]}. Nothing of it stays in the database."""
    found = {}
    cast = make_cast()
    make_everything(cast)
    rows, client = one_of_each(MODELS), Client()
    # Who administers, and reads every case and record: the lists are full.
    for role in (Appointment.Role.STRATEGIST, Appointment.Role.ARCHIVIST):
        AppointmentFactory(user=cast.administrator, role=role)
    client.force_login(cast.administrator)
    ContentType.objects.get_for_models(*(model for model in apps.get_models()))  # read once in the life of a process
    reached = 0
    for size in SIZES:
        copy_rows(rows, reached, size - 1)
        reached = size
        for model in MODELS:
            for page, path, data in pages_of(model, size):
                found.setdefault((model, page), []).append(ask(client, path, **data))
    return found


def test_every_page_costs_the_same_however_many_rows_and_holds_no_choice_of_everything(short_lists):
    """One test, so that it is measured in one process. Ten thousand channels must not make a select."""
    found = costs()
    assert {model for model, _page in found} == set(MODELS)
    more_queries = {
        key: measured for key, measured in found.items() if len({queries for queries, _size in measured}) > 1
    }
    assert more_queries == {}
    longer = {
        key: measured
        for key, measured in found.items()
        if key[1] in ("change", "add")
        and max(size for _q, size in measured) - min(size for _q, size in measured) > 2_000
    }
    assert longer == {}


def test_every_row_of_the_municipality_can_be_looked_up():
    """A model that is not in the admin is one that nobody can look at."""
    ours = {model for label in OURS for model in apps.get_app_config(label).get_models()}
    kept = {model for model in ours if not model.__name__.startswith("Historical")}
    assert kept - set(site._registry) == set()
