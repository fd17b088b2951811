"""A municipality with a row of everything that the admin shows."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from accounts.actor import SCHEDULER, VISITOR, Actor
from accounts.models import DigestDay, MailChoice, MailLine, UnitHandOver
from archive.actions import accept_snapshot, check_file
from archive.models import Delivery, DeliveryFile, DeliveryRecord
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
from moderation.actions.counting import count_cases
from moderation.actions.handling import answer
from moderation.actions.police import follow_up
from moderation.actions.registering import decide_police
from moderation.actions.templates import save_template
from moderation.actions.tips import receive_tip
from tests.applications import (
    acknowledge,
    adopt_preset,
    answer_all,
    attach,
    make_application,
    make_municipality,
    submit,
)
from tests.archive.delivery_scene import this_half
from tests.archive_scene import keep_file, keep_record, propose
from tests.around_scene import around
from tests.cases import actor_of, open_case
from tests.disposal_scene import a_disposal
from tests.factories import AbsenceFactory
from tests.snapshot_scene import waiting


def make_cases(cast, channel):
    """Make cases with everything that can be around one."""
    owner, strategist = actor_of(cast.owner), actor_of(cast.strategist)
    values = around(cast, channel)
    case_id = values["removed_case"]
    decide_police(case_id=case_id, reported=True, actor=owner)
    follow_up(
        case_id=case_id, number="5000-K1", contact="Utredare", follow_up_on=timezone.localdate() + timedelta(days=9),
        outcome="", actor=strategist,
    )  # fmt: skip
    question = open_case(channel, owner, kind="question")
    answer(case_id=question.pk, text="Klockan tio.", actor=owner)
    receive_tip(channel_id=channel.pk, text="Titta på kommentaren.", contact="a@b.example", actor=VISITOR)
    for text in ("Hej! Vi har dolt det i {channel}.", "Hej igen!"):
        save_template(purpose="explanation", category="", title="Förklaring", text=text, actor=strategist)
    count_cases(now=timezone.now())


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
    make_cases(cast, channel)
    MailChoice.objects.create(user=cast.owner, soon=False)
    MailLine.objects.create(
        person=cast.owner, about=Obligation.objects.first().pk, why="Uppgiften är din.", told_at=now
    )
    DigestDay.objects.create(day=today, written_at=now, letters=1)
    a_disposal(cast, channel)
    delivery = Delivery.objects.create(
        committee=cast.committee, starts_on=this_half(), target="e_archive", form="fgs", name="kulturnamnden-2026-2",
        prepared_by=cast.archivist, prepared_at=now,
    )  # fmt: skip
    DeliveryRecord.objects.create(delivery=delivery, record=kept, number=kept.pk, target="e_archive")
    DeliveryFile.objects.create(
        delivery=delivery, version=1, path="METS.xml", size=1, sha256="0" * 64, sha512="0" * 128, verified_at=now
    )
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
