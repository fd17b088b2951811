"""Somebody asks to see a file that is masked."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.organisation import Organisation
from archive import readers
from archive.models import StoredFile
from kommun.errors import NotPermitted
from kommun.events import record as record_event


@transaction.atomic
def show_file(*, file_id: int, actor: Actor) -> StoredFile:
    """Write in the log that the person asked to see the file, and return it.

    Raises StoredFile.DoesNotExist or NotPermitted. Source: OSL 4:1, LAW 1.3 (few see it, and it shows who did).
    """
    row = StoredFile.objects.get(pk=file_id)
    organisation = Organisation.load(timezone.localdate())
    if actor.user is None or not readers.may_read_file(actor.user, organisation, row):
        raise NotPermitted(_("Du får inte se filen."))
    record_event(
        "file.shown", subject=row, actor=actor, data={"records": [one.pk for one in readers.records_with(row)]}
    )
    return row
