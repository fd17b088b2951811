"""A municipality with a row of everything that the admin shows."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from accounts.actor import SCHEDULER, Actor
from accounts.models import UnitHandOver
from archive.actions import accept_snapshot, check_file
from channels import clock
from channels.actions.publishing import open_channel, propose_change
from channels.models import (
    AccessTest,
    Activity,
    Application,
    Attestation,
    Channel,
    ChannelAdministrator,
    Confirmation,
    DisplayItem,
    ImportRow,
    ImportRun,
    Obligation,
    ObligationNotice,
    WatchTick,
)  # fmt: skip
from kommun.models import DemoMail, OutgoingMail, PublicationDue
from tests.applications import (
    acknowledge,
    adopt_preset,
    answer_all,
    attach,
    make_application,
    make_municipality,
    submit,
)
from tests.archive_scene import keep_file, keep_record, propose
from tests.factories import AbsenceFactory
from tests.snapshot_scene import waiting


def make_everything(cast):
    """Return a channel that is open, with everything around it."""
    make_municipality()
    version = adopt_preset("tibro", Actor(cast.administrator))
    granted = answer_all(submit(make_application(cast, name="Kulturskolan")))
    channel = open_channel(channel_id=granted.channel_id, address=granted.answers["address"], actor=Actor(cast.owner))
    propose_change(
        channel_id=channel.pk,
        values={"purpose": "Nytt syfte."},
        reason="Uppdraget har ändrats.",
        version=channel.version,
        actor=Actor(cast.deputy),
    )
    now, today = timezone.now(), timezone.localdate()
    said = {"channel": channel, "made_by": cast.owner, "made_at": now, "policy_version": version}
    Confirmation.objects.create(facts={"name": channel.name}, **said)
    Attestation.objects.create(item="sender", asked="Avsändaren", answer="shown", seen_on=today, **said)
    AccessTest.objects.create(works=True, place="Valvet", tested_on=today, **said)
    WatchTick.objects.create(day=today, **said)
    Activity.objects.create(answer="posted", last_post_on=today, **said)
    DisplayItem.objects.get_or_create(channel=channel, item="sender", defaults={"text": "Vi är kommunen."})
    ChannelAdministrator.objects.get_or_create(channel=channel, user=cast.owner, defaults={"since": today})
    due = clock.Due(clock.CONFIRM, channel, "Bekräfta Kulturskolan", channel=channel, holder=cast.owner)
    clock.begin(due, SCHEDULER)
    ObligationNotice.objects.get_or_create(
        obligation=Obligation.objects.order_by("pk").first(),
        stage=0,
        defaults={"person": cast.owner, "why": "Uppgiften är ägarens.", "told_at": now},
    )
    run = ImportRun.objects.create(
        kind=ImportRun.Kind.CHANNELS, state=ImportRun.State.READY, name="lista.csv", size=10, sha256="0" * 64,
        created_by=cast.strategist, total=1, done=1,
    )  # fmt: skip
    ImportRow.objects.create(run=run, number=1, cells=["a"], verdict="same", title="Kulturskolan")
    acknowledge(cast.owner, "handbok", version)
    attach(Application.objects.get(channel=channel), "aktivitetsplan-2", cast.owner)
    AbsenceFactory(user=cast.owner, substitute=cast.deputy)
    UnitHandOver.objects.create(
        unit=cast.unit, role="manager", leaver=cast.nearest_manager, successor=cast.deputy,
        takes_effect_on=today + timedelta(days=30),
    )  # fmt: skip
    kept = keep_record(channel, Actor(cast.owner), files=[keep_file(Actor(cast.owner))])
    propose(kept, Actor(cast.owner))
    seen = waiting(channel, Actor(cast.owner))
    accept_snapshot(snapshot_id=seen.pk, rating="whole", actor=Actor(cast.archivist))
    check_file(file_id=seen.file_rows.first().file_id, actor=Actor(cast.archivist))
    OutgoingMail.objects.create(
        to="a@b.example", subject="Ett brev", body="En länk bara för dig", last_error="Nej", attempts=3
    )
    DemoMail.objects.create(to="a@b.example", subject="Hej", body="Hej")
    PublicationDue.objects.create(slug=channel.slug, at=now)
    with connection.cursor() as cursor:  # the database seals at commit, and most tests never come to it
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return Channel.objects.get(pk=channel.pk)
