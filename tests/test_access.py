"""Every address, tried by seven people. A route without a row fails; what somebody may not see answers 404."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.actor import Actor
from channels.actions.publishing import open_channel, propose_change
from channels.models import Application
from kommun.models import DemoMail
from kommun.policy import loader
from kommun.policy.actions import import_draft
from tests.access_rows import PERSONS, ROWS
from tests.applications import adopt_preset, answer_all, attach, make_application, make_municipality, submit
from tests.factories import AbsenceFactory, Cast


@dataclass
class Scene:
    """One municipality with something of everything."""

    cast: Cast
    values: dict[str, Any]


@pytest.fixture
def scene(cast, settings) -> Scene:
    settings.DEMO = True
    make_municipality()
    admin = Actor(cast.administrator)
    version = adopt_preset("tibro", admin)
    sent = submit(make_application(cast, name="Biblioteket"))
    granted = answer_all(submit(make_application(cast, name="Kulturskolan")))
    decided = answer_all(submit(make_application(cast, name="Badhuset")))
    owner = Actor(cast.owner)
    channel = open_channel(channel_id=granted.channel_id, address=granted.answers["address"], actor=owner)
    change = propose_change(
        channel_id=channel.pk,
        values={"purpose": "Nytt syfte."},
        reason="Uppdraget har ändrats.",
        version=channel.version,
        actor=Actor(cast.deputy),
    )
    draft = Application.objects.create(applicant=cast.owner, policy_version=version)
    values = {
        "application": sent.pk,
        "granted": granted.pk,
        "draft": draft.pk,
        "step": sent.steps.get(status="open").key,
        "slug": channel.slug,
        "channel": channel.pk,
        "decided": decided.channel_id,
        "change": change.pk,
        "absence": AbsenceFactory(user=cast.owner).pk,
        "mail": DemoMail.objects.create(to="a@b.example", subject="Hej", body="Hej").pk,
        "version": version.number,
        "policy_draft": import_draft(
            toml_text=loader.load_preset("sunne").original, filename="s.toml", actor=admin
        ).number,
        "part": "syfte",
        "document": "handbok",
        "preset": "tibro",
        "nothing": "abc",
        "number": 1,
        "app": "channels",
        "attachment": attach(sent, "aktivitetsplan", cast.owner).pk,
    }
    return Scene(cast, values)


def routes(patterns: Any = None, prefix: str = "") -> Iterator[str]:
    """Yield the full name of every route, "(no name)" with its pattern for one without."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from routes(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern) and (pattern.name or prefix != "admin:"):  # the admin's own two catch-alls
            yield prefix + (pattern.name or f"(no name) {pattern.pattern}")


def test_every_route_has_a_row():
    assert sorted(set(routes()) - set(ROWS)) == []
    assert sorted(set(ROWS) - set(routes())) == []


def row_of(name: str) -> dict[str, Any]:
    """Return a row of the model that an admin page is about, and its latest history; 0 where there is none."""
    app, _, rest = name.removeprefix("admin:").partition("_")
    if app not in apps.app_configs:
        return {"row": 0, "history": 0}
    models = {model._meta.model_name: model for model in apps.get_app_config(app).get_models()} if rest else {}
    model = models.get(rest.split("_")[0])
    row = model._default_manager.order_by("pk").first() if model else None
    history = row.history.first() if hasattr(row, "history") else None
    return {"row": row.pk if row else 0, "history": history.pk if history else 0}


def ask(client, person, scene, name):
    address, _answers = ROWS[name]
    method, _, rest = address.rpartition(" ")
    pairs = [pair.split("=") for pair in rest.split(",") if pair]
    values = scene.values | row_of(name) if name.startswith("admin:") else scene.values
    args = [values[value] for key, value in pairs if not key]
    kwargs = {key: values[value] for key, value in pairs if key}
    path = reverse(name, args=args, kwargs=kwargs)
    if person == "visitor":
        client.logout()
    else:
        client.force_login(scene.cast[person])
    return client.post(path) if method == "POST" else client.get(path)


def test_each_person_gets_the_answer_in_the_table(client, scene):
    wrong = []
    for name, (_address, answers) in ROWS.items():
        got = " ".join(str(ask(client, person, scene, name).status_code) for person in PERSONS)
        if got != answers:
            wrong.append(f"{name}: {got}, the table says {answers}")
    assert wrong == []
