"""Every address, tried by seven people. A route without a row fails; what somebody may not see answers 404."""

from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts import mailing
from accounts.actor import SCHEDULER, VISITOR, Actor
from archive.actions import check_file, deliver
from archive.actions.writing import write_delivery
from archive.models import Delivery
from channels import clock
from channels.actions.publishing import open_channel, propose_change
from channels.actions.watch import look
from channels.models import Application, Attestation, Channel, ImportRun
from kommun.models import DemoMail
from kommun.policy import loader
from kommun.policy.actions import import_draft
from moderation.actions.tips import receive_tip
from tests.access_rows import PERSONS, ROWS
from tests.applications import adopt_preset, answer_all, attach, make_application, make_municipality, submit
from tests.archive.delivery_scene import kept, prepare
from tests.archive_scene import keep_file, keep_record, propose
from tests.around_scene import around
from tests.cases import open_case
from tests.disposal_scene import a_disposal
from tests.factories import AbsenceFactory, Cast
from tests.snapshot_scene import waiting


@dataclass
class Scene:
    """One municipality with something of everything."""

    cast: Cast
    values: dict[str, Any]


def delivered(cast: Cast, channel: Channel) -> Delivery:
    """A delivery that has been written, so that there is something to fetch."""
    kept(channel, Actor(cast.owner))
    (row,) = prepare(cast)
    deliver(delivery_id=row.pk, actor=Actor(cast.archivist))
    write_delivery(row.pk)
    return row


@pytest.fixture
def scene(cast, settings, tmp_path) -> Scene:
    settings.DEMO, settings.MEDIA_ROOT = True, tmp_path
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
    obligation = clock.begin(
        clock.Due(clock.CONFIRM, channel, "Bekräfta Kulturskolan", channel=channel, holder=cast.owner), SCHEDULER
    )
    attestation = Attestation(
        channel=channel, item="sender", asked="Avsändare", answer="shown", seen_on=channel.opened_on,
        made_by=cast.owner, made_at=timezone.now(), proof_name="a.png", proof_type="image/png",
    )  # fmt: skip
    attestation.proof.save("a.png", ContentFile(b"png"))
    clock.begin(clock.Due(clock.REMOVE_ACCESS, cast.archivist, "Ta bort behörighet", channel=channel), SCHEDULER)
    tick = look(channel_id=channel.pk, actor=owner)
    tip = receive_tip(channel_id=channel.pk, text="Titta på kommentaren.", actor=VISITOR)
    draft = Application.objects.create(applicant=cast.owner, policy_version=version)
    record = keep_record(channel, owner, files=[keep_file(owner)])
    handed_over = keep_record(channel, owner)
    values = {
        "case": open_case(channel, owner).pk,
        "case_step": "dolj",
        "record": record.pk,
        "kept_file": record.file_rows.get().file_id,
        "sheet": propose(handed_over, owner).pk,
        "snapshot": _a_snapshot(channel, owner),
        "delivery": delivered(cast, channel).pk,
        "application": sent.pk,
        "granted": granted.pk,
        "draft": draft.pk,
        "step": sent.steps.get(status="open").key,
        "slug": channel.slug,
        "channel": channel.pk,
        "decided": decided.channel_id,
        "change": change.pk,
        "address": channel.addresses.get().pk,
        "attestation": attestation.pk,
        "obligation": obligation.pk,
        "tick": tick.pk,
        "absence": AbsenceFactory(user=cast.owner).pk,
        "stop": mailing.stop_url(cast.owner.pk, "soon").split("/")[-2],
        "owner": cast.owner.pk,
        "leaver": cast.archivist.pk,
        "mail": DemoMail.objects.create(to="a@b.example", subject="Hej", body="Hej").pk,
        "version": version.number,
        "policy_draft": import_draft(
            toml_text=loader.load_preset("sunne").original, filename="s.toml", actor=admin
        ).number,
        "tip": tip.pk,
        "tip_reference": tip.reference,
        "part": "syfte",
        "document": "handbok",
        "preset": "tibro",
        "nothing": "abc",
        "number": 1,
        "app": "channels",
        "import_run": ImportRun.objects.create(
            kind="channels", state="refused", name="lista.csv", size=1, sha256="0" * 64, created_by=cast.strategist
        ).pk,
        "import_kind": "channels",
        "file_form": "csv",
        "attachment": attach(sent, "aktivitetsplan", cast.owner).pk,
    }
    return Scene(cast, values | around(cast, channel) | a_disposal(cast, channel))


def _a_snapshot(channel: Any, owner: Actor) -> int:
    """One that waits for a look, with a file that has been checked."""
    row = waiting(channel, owner)
    check_file(file_id=row.file_rows.get(role="pdfa").file_id, actor=SCHEDULER)
    return row.pk


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


def path_of(name: str, scene: Scene) -> tuple[str, str]:
    """Return (method, path) of the route."""
    address, _answers = ROWS[name]
    method, _, rest = address.rpartition(" ")
    pairs = [pair.split("=") for pair in rest.split(",") if pair]
    values = scene.values | row_of(name) if name.startswith("admin:") else scene.values
    args = [values[value] for key, value in pairs if not key]
    kwargs = {key: values[value] for key, value in pairs if key}
    return method or "GET", reverse(name, args=args, kwargs=kwargs)


def signed_in(person: str, cast: Cast) -> Client:
    client = Client()
    if person != "visitor":
        client.force_login(cast[person])
    return client


def ask(client: Client, method: str, path: str) -> int:
    """Return the answer's status. What it did is undone, so that everybody is asked in the same state."""
    cookies = SimpleCookie(client.cookies)
    with transaction.atomic():
        status = client.generic(method, path).status_code
        transaction.set_rollback(True)
    client.cookies = cookies
    return status


def test_each_person_gets_the_answer_in_the_table(scene):
    clients = [signed_in(person, scene.cast) for person in PERSONS]
    wrong = []
    for name, (_address, answers) in ROWS.items():
        method, path = path_of(name, scene)
        got = " ".join(str(ask(client, method, path)) for client in clients)
        if got != answers:
            wrong.append(f"{name}: {got}, the table says {answers}")
    assert wrong == []
