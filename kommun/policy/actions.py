"""State changes of policy versions: a draft comes in, is thrown away, or is put in force."""

from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kommun.actor import ActorLike
from kommun.errors import NotPermitted, StateConflict
from kommun.events import record
from kommun.models import Event, PolicyVersion
from kommun.policy import loader
from kommun.policy.lifecycle import POLICY
from kommun.policy.lookup import forget
from kommun.policy.rules import why_not_discard, why_not_import

NUMBER_LOCK = 7_040_002  # any fixed number: the advisory lock under which versions are numbered and succeed each other


@dataclass(frozen=True)
class CommandActor:
    """Whoever runs a command on the server."""

    label: str
    door: str = "command"
    user_id: int | None = None
    on_behalf_of_id: int | None = None


@transaction.atomic
def import_draft(*, toml_text: str | bytes, filename: str, actor: ActorLike) -> PolicyVersion:
    """Read a policy file and keep it as a draft. A draft with the same content is given back instead of a second one.

    Raises NotPermitted, or PolicyFileError with everything that is wrong in the file.
    """
    if reason := why_not_import(actor):
        raise NotPermitted(reason)
    loaded = loader.load(toml_text, filename)
    header = loaded.document.policy
    _lock()
    if same := PolicyVersion.objects.filter(status=PolicyVersion.Status.DRAFT, sha256=loaded.digest).first():
        return same
    version = PolicyVersion.objects.create(
        # How many have come in, so that the number of a draft that was thrown away is not used again.
        number=Event.objects.filter(kind="policy.imported").count() + 1,
        title=header.title,
        municipality=header.municipality,
        content=loaded.content,
        original=loaded.original,
        filename=filename.replace("\x00", "")[-100:],
        sha256=loaded.digest,
        adopted_by=header.adopted_by or "",
        adopted_on=header.adopted_on,
        valid_from=header.valid_from or header.adopted_on,
        review_on=header.review_on,
    )
    record("policy.imported", subject=version, actor=actor, data={"sha256": version.sha256, "number": version.number})
    return version


@transaction.atomic
def discard_draft(*, version_id: int, actor: ActorLike) -> None:
    """Throw a draft away. What was in force stays for good; of the draft only the events remain.

    Raises PolicyVersion.DoesNotExist, or what `check_discard` raises.
    """
    _lock()
    version = PolicyVersion.objects.select_for_update(of=("self",)).get(pk=version_id)
    check_discard(version, actor)
    record("policy.discarded", subject=version, actor=actor, data={"number": version.number, "sha256": version.sha256})
    version.delete()


def check_discard(version: PolicyVersion, actor: ActorLike) -> None:
    """Raise NotPermitted, or StateConflict for a version that has been adopted: the table of states has no removal."""
    if reason := why_not_discard(actor):
        raise NotPermitted(reason)
    if version.status != PolicyVersion.Status.DRAFT:
        raise StateConflict(
            _("Version %(number)s är redan satt i kraft. Bara ett utkast går att kasta.") % {"number": version.number}
        )


@transaction.atomic
def adopt(*, version_id: int, actor: ActorLike, valid_from: date | None = None) -> PolicyVersion:
    """Put a draft in force from a day, and end the version before it on that day. It can never be changed again.

    `valid_from`: the first day; without one the day in the file, or today when that would rewrite the past.
    Raises PolicyVersion.DoesNotExist, NotPermitted, or StateConflict (already adopted; begins before the one it
    follows, or in the past while another was in force).
    """
    _lock()
    version = PolicyVersion.objects.select_for_update(of=("self",)).get(pk=version_id)
    step = POLICY.check("adopt", version, actor)
    today = timezone.localdate()
    previous = (
        PolicyVersion.objects.select_for_update(of=("self",))
        .exclude(status=PolicyVersion.Status.DRAFT)
        .filter(valid_to__isnull=True)
        .first()
    )
    start = valid_from or version.valid_from or today
    if previous is not None:
        start = _start_after(previous, start if valid_from else max(start, today), today)
        previous.status, previous.valid_to = PolicyVersion.Status.SUPERSEDED, start
        previous.save(update_fields=["status", "valid_to"])
        record("policy.superseded", subject=previous, actor=actor, data={"by": version.pk, "valid_to": start})
    version.status, version.valid_from, version.adopted_at = step.target, start, timezone.now()
    version.save(update_fields=["status", "valid_from", "adopted_at"])
    record(
        "policy.adopted",
        subject=version,
        actor=actor,
        data={"number": version.number, "sha256": version.sha256, "valid_from": start},
    )
    forget()
    transaction.on_commit(forget)
    return version


def _start_after(previous: PolicyVersion, start: date, today: date) -> date:
    """Return the first day of a successor. What was in force on days gone by stays what it was."""
    if start < today:
        raise StateConflict(
            _("Ett nytt regelverk kan inte börja gälla bakåt i tiden, före i dag. Välj i dag eller en senare dag.")
        )
    if previous.valid_from and start < previous.valid_from:
        raise StateConflict(
            _("Version %(number)s börjar gälla först den %(day)s. Välj den dagen eller en senare.")
            % {"number": previous.number, "day": previous.valid_from.isoformat()}
        )
    return start


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBER_LOCK])
