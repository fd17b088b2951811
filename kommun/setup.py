"""The first acts of an installation, done on the server's command line before anybody can sign in."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from kommun.actor import ActorLike
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import record
from kommun.models import Municipality

SETUP_LOCK = 7_040_003  # any fixed number: the advisory lock under which an installation is set up once
COMMAND_LINE = frozenset({"command", "demo"})


def check_command_line(actor: ActorLike) -> None:
    """Refuse everybody who has come in through a page: there the appointments decide. Raises NotPermitted."""
    if actor.user_id is not None or actor.door not in COMMAND_LINE:
        raise NotPermitted(_("Det här görs från kommandoraden på servern."))


def one_at_a_time() -> None:
    """Let nobody else set up this database until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SETUP_LOCK])


@transaction.atomic
def register_municipality(*, actor: ActorLike, **values: Any) -> Municipality:
    """Write down which municipality the installation serves: name, short_name, slug, website, contact_email and so on.

    Raises NotPermitted, StateConflict (it serves one already) or InvalidInput with the reasons per field.
    """
    check_command_line(actor)
    one_at_a_time()
    current = Municipality.current()
    if current is not None:
        raise StateConflict(
            _("Installationen är redan uppsatt för %(name)s. En installation har en kommun.") % {"name": current}
        )
    municipality = Municipality(pk=1, **values)
    try:
        municipality.full_clean()
    except ValidationError as wrong:
        raise InvalidInput(wrong.message_dict) from wrong
    municipality.save(force_insert=True)
    record("municipality.registered", subject=municipality, actor=actor, data={"slug": municipality.slug})
    return municipality
